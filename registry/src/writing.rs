//! The repositories port: what copying asks of registries.

use async_trait::async_trait;
use bytes::Bytes;
use domain::copy::{Descriptor, Repository, content};
use domain::ports::copying::{Carried, Meter, Mounted, Put, Repositories, Upload};
use domain::problem::Problem;
use domain::registry::{Answer, Manifest, Reply};
use reqwest::Method;
use reqwest::header::HeaderValue;

use crate::client::Client;
use crate::pass::Right;
use crate::problems;
use crate::reading::{JSON, agree, stated_digest};
use crate::upload::Begun;

#[async_trait]
impl Repositories for Client {
    async fn manifest_of(&self, at: &Repository, digest: &str) -> Result<Reply<Manifest>, Problem> {
        self.read_manifest(at, digest).await
    }

    async fn tags(&self, at: &Repository) -> Result<Reply<Vec<String>>, Problem> {
        self.all_tags(at).await
    }

    async fn referrers(&self, at: &Repository, digest: &str) -> Result<Reply<Manifest>, Problem> {
        self.read_referrers(at, digest).await
    }

    async fn blob(&self, at: &Repository, digest: &str) -> Result<Reply<Option<u64>>, Problem> {
        self.blob_size(at, digest).await
    }

    async fn mount(
        &self,
        digest: &str,
        from: &Repository,
        into: &Repository,
    ) -> Result<Reply<Mounted>, Problem> {
        let Reply { answer, terms } = self.begin(into, Some((digest, from))).await?;
        let answer = answer.map(|begun| match begun {
            Begun::Mounted => Mounted::Done,
            Begun::Upload(place) => Mounted::Upload(place),
        });
        Ok(Reply { answer, terms })
    }

    async fn carry(
        &self,
        blob: &Descriptor,
        from: &Repository,
        into: &Repository,
        begun: Option<Upload>,
        meter: &Meter,
    ) -> Result<Carried, Problem> {
        self.bring(blob, from, into, begun, meter).await
    }

    async fn put_manifest(
        &self,
        at: &Repository,
        reference: &str,
        manifest: &Manifest,
    ) -> Result<Reply<Put>, Problem> {
        let path = format!("{}/manifests/{reference}", at.path);
        let mut what = self.what(&at.registry, Method::PUT, &path, JSON)?;
        let media_type = content::media_type(manifest);
        if HeaderValue::from_str(&media_type).is_err() {
            return Err(problems::media_type(&what.url));
        }
        what.body = Some((media_type, Bytes::copy_from_slice(&manifest.bytes)));
        let heard = self.ask(&at.registry, Right::Write(at.path.clone()), &what).await?;
        let Reply { answer, terms } = self.sort(&at.registry, heard, &[200, 201, 202]).await?;
        if let Answer::Found(answer) = &answer {
            agree(Some(&manifest.digest), stated_digest(answer).as_deref(), answer)?;
        }
        let answer = answer.map(|answer| Put { refers: answer.text("oci-subject").is_some() });
        Ok(Reply { answer, terms })
    }
}
