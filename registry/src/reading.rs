//! Questions that change nothing: greetings, manifests, tags, referrers, and whether a blob is there.

use std::collections::BTreeSet;

use async_trait::async_trait;
use domain::copy::Repository;
use domain::image::{ImageReference, is_digest};
use domain::problem::Problem;
use domain::registry::{Answer, Endpoint, Head, Manifest, Registry, RegistryName, Reply, Terms};
use reqwest::{Method, Url};
use serde_json::Value;

use crate::client::Client;
use crate::pass::Right;
use crate::transport::{Answered, What};
use crate::{digest, problems};

/// The manifests that are understood, as what they are: an index stays one.
const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, \
                         application/vnd.docker.distribution.manifest.list.v2+json, \
                         application/vnd.oci.image.manifest.v1+json, \
                         application/vnd.docker.distribution.manifest.v2+json";
/// What lists and greetings come as.
pub(crate) const JSON: &str = "application/json";
/// What blobs come as, whatever they hold.
pub(crate) const BYTES: &str = "*/*";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// Largest manifest that registries must take (distribution specification, "Pushing manifests").
const LARGEST_MANIFEST: usize = 4 * 1024 * 1024;
/// One page of tags; registries send a thousand or so, of at most 128 bytes each.
const LARGEST_PAGE: usize = 4 * 1024 * 1024;
/// More pages than this are no list that could be used.
const MOST_PAGES: usize = 200;

#[async_trait]
impl Registry for Client {
    fn endpoint(&self, registry: &RegistryName) -> Endpoint {
        self.endpoints.of(registry)
    }

    async fn greet(&self, registry: &RegistryName) -> Result<Reply<()>, Problem> {
        let what = self.what(registry, Method::GET, "", JSON)?;
        let heard = self.ask(registry, Right::Greet, &what).await?;
        let Reply { answer, terms } = self.sort(registry, heard, &[200]).await?;
        if matches!(answer, Answer::NotThere) {
            let endpoint = self.endpoints.of(registry);
            return Err(problems::no_registry(&endpoint.url));
        }
        Ok(Reply { answer: answer.map(drop), terms })
    }

    async fn head(&self, image: &ImageReference) -> Result<Reply<Head>, Problem> {
        let Reply { answer, terms } =
            self.manifest_by(&Repository::of(image), Method::HEAD, image.reference()).await?;
        if let Answer::Found(answer) = &answer {
            agree(image.digest(), stated_digest(answer).as_deref(), answer)?;
        }
        let answer = answer.map(|answer| Head {
            digest: stated_digest(&answer).or_else(|| image.digest().map(str::to_owned)),
            media_type: media_type(&answer),
            size: answer.stated_length(),
        });
        Ok(Reply { answer, terms })
    }

    async fn manifest(&self, image: &ImageReference) -> Result<Reply<Manifest>, Problem> {
        let Reply { answer, terms } = self.head(image).await?;
        let head = match answer.given() {
            Ok(head) => head,
            Err(answer) => return Ok(Reply { answer, terms }),
        };
        // By digest where there is one, so that a tag moved in between changes nothing.
        let reference = image.digest().or(head.digest.as_deref()).unwrap_or(image.reference());
        let Reply { answer, terms } =
            self.manifest_by(&Repository::of(image), Method::GET, reference).await?;
        read(answer, &[image.digest(), head.digest.as_deref()], terms).await
    }
}

impl Client {
    async fn manifest_by(
        &self,
        at: &Repository,
        method: Method,
        reference: &str,
    ) -> Result<Reply<Answered>, Problem> {
        let path = format!("{}/manifests/{reference}", at.path);
        let what = self.what(&at.registry, method, &path, MANIFESTS)?;
        self.look(at, &what).await
    }

    /// Asks a repository for something that is to be read.
    pub(crate) async fn look(&self, at: &Repository, what: &What) -> Result<Reply<Answered>, Problem> {
        let heard = self.ask(&at.registry, Right::Read(at.path.clone()), what).await?;
        self.sort(&at.registry, heard, &[200]).await
    }

    pub(crate) async fn read_manifest(
        &self,
        at: &Repository,
        digest: &str,
    ) -> Result<Reply<Manifest>, Problem> {
        let Reply { answer, terms } = self.manifest_by(at, Method::GET, digest).await?;
        read(answer, &[Some(digest)], terms).await
    }

    pub(crate) async fn read_referrers(
        &self,
        at: &Repository,
        digest: &str,
    ) -> Result<Reply<Manifest>, Problem> {
        let path = format!("{}/referrers/{digest}", at.path);
        let Reply { answer, terms } =
            self.look(at, &self.what(&at.registry, Method::GET, &path, INDEX)?).await?;
        // The list has no digest that could be known before.
        read(answer, &[], terms).await
    }

    pub(crate) async fn blob_size(
        &self,
        at: &Repository,
        digest: &str,
    ) -> Result<Reply<Option<u64>>, Problem> {
        let path = format!("{}/blobs/{digest}", at.path);
        let Reply { answer, terms } =
            self.look(at, &self.what(&at.registry, Method::HEAD, &path, BYTES)?).await?;
        Ok(Reply { answer: answer.map(|answer| answer.stated_length()), terms })
    }

    pub(crate) async fn all_tags(&self, at: &Repository) -> Result<Reply<Vec<String>>, Problem> {
        let first = format!("{}/tags/list?n=1000", at.path);
        let mut what = self.what(&at.registry, Method::GET, &first, JSON)?;
        let mut tags = BTreeSet::new();
        for _ in 0..MOST_PAGES {
            let Reply { answer, terms } = self.look(at, &what).await?;
            let page = match answer.given() {
                Ok(page) => page,
                Err(answer) => return Ok(Reply { answer, terms }),
            };
            let (next, url) = (next_page(&page)?, page.url().clone());
            let list: Value = serde_json::from_slice(&page.body(LARGEST_PAGE).await?)
                .map_err(|_| problems::no_tags(&url))?;
            let before = tags.len();
            let named = list["tags"].as_array().into_iter().flatten();
            tags.extend(named.filter_map(Value::as_str).map(str::to_owned));
            match next {
                // A page that brings nothing new would lead round in a circle.
                Some(next) if tags.len() > before => what = What::new(Method::GET, next, JSON),
                _ => return Ok(Reply { answer: Answer::Found(tags.into_iter().collect()), terms }),
            }
        }
        Err(problems::too_many_pages(&what.url, MOST_PAGES))
    }
}

/// The manifest, if its bytes are what every digest says that is known of it.
async fn read(
    answer: Answer<Answered>,
    wanted: &[Option<&str>],
    terms: Terms,
) -> Result<Reply<Manifest>, Problem> {
    let answer = match answer.given() {
        Ok(answer) => answer,
        Err(answer) => return Ok(Reply { answer, terms }),
    };
    let (media_type, stated, url) = (media_type(&answer), stated_digest(&answer), answer.url().clone());
    let bytes = answer.body(LARGEST_MANIFEST).await?;
    let known = wanted.iter().copied().flatten().chain(stated.as_deref());
    if let Some(wanted) = known.into_iter().find(|wanted| !digest::fits(&bytes, wanted)) {
        return Err(problems::wrong_digest(wanted, &url));
    }
    let manifest = Manifest { digest: digest::sha256(&bytes), media_type, bytes };
    Ok(Reply { answer: Answer::Found(manifest), terms })
}

/// Checks what is stated against what was asked for.
pub(crate) fn agree(wanted: Option<&str>, stated: Option<&str>, answer: &Answered) -> Result<(), Problem> {
    match wanted.zip(stated) {
        Some((wanted, stated)) if !digest::may_agree(wanted, stated) => {
            Err(problems::wrong_digest(wanted, answer.url()))
        }
        _ => Ok(()),
    }
}

/// `docker-content-digest`, if it is a digest; rubbish there is as good as nothing.
pub(crate) fn stated_digest(answer: &Answered) -> Option<String> {
    answer.text("docker-content-digest").map(str::trim).filter(|text| is_digest(text)).map(str::to_owned)
}

/// The content type without its parameters.
fn media_type(answer: &Answered) -> Option<String> {
    let text = answer.text("content-type")?.split(';').next()?.trim();
    (!text.is_empty()).then(|| text.to_ascii_lowercase())
}

/// Where a list goes on (RFC 8288, `rel="next"`). Only its own registry may say so, and only of itself.
fn next_page(page: &Answered) -> Result<Option<Url>, Problem> {
    let Some(link) = page.text("link") else { return Ok(None) };
    let next = link.split(',').find(|link| link.contains("rel=\"next\"") || link.contains("rel=next"));
    let Some(next) = next else { return Ok(None) };
    let address = next.trim_start().strip_prefix('<').and_then(|rest| rest.split_once('>'));
    let url = address.and_then(|(address, _)| page.url().join(address).ok());
    let at_home = url.filter(|url| url.origin() == page.url().origin() && !page.from_elsewhere);
    at_home.map(Some).ok_or_else(|| problems::redirect(page.url()))
}
