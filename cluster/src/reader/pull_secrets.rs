//! One Secret by its name, for somebody who has allowed that it is looked into. Never a list, and nothing but the two
//! forms of a pull secret: what else stands in the object is skipped unread.

use std::borrow::Cow;

use async_trait::async_trait;
use domain::held::{Content, Found, PullSecrets, SecretName};
use domain::keyring::Form;
use domain::ports::FactSink;
use domain::problem::Problem;
use domain::time::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::zeroize::Zeroizing;
use serde::Deserialize;

use super::{ClusterReader, question};
use crate::ask::Refusal;
use crate::problems;

/// Names come from objects of the cluster, which the API server has checked; a path is built with care anyway.
const NOT_IN_NAMES: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.');

/// A Secret, borrowed from the answer: nothing of it outlives that.
#[derive(Deserialize)]
struct Secret<'a> {
    #[serde(rename = "type", borrow, default)]
    secret_type: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    data: Option<Data<'a>>,
    #[serde(borrow)]
    metadata: Metadata<'a>,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(rename = ".dockerconfigjson", default)]
    config_json: Option<&'a str>,
    #[serde(rename = ".dockercfg", default)]
    config: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata<'a> {
    #[serde(default)]
    creation_timestamp: Option<&'a str>,
    #[serde(borrow, default)]
    managed_fields: Vec<Write<'a>>,
}

/// Who wrote which fields, and when: the last of them is the only trace of a change.
#[derive(Deserialize)]
struct Write<'a> {
    #[serde(default)]
    time: Option<&'a str>,
}

impl Metadata<'_> {
    fn changed_at(&self) -> Option<Timestamp> {
        let written = self.managed_fields.iter().filter_map(|write| write.time);
        written.chain(self.creation_timestamp).filter_map(Timestamp::parse).max()
    }
}

impl Secret<'_> {
    fn found(&self, now: &Timestamp) -> Found {
        let secret_type = self.secret_type.as_deref().unwrap_or_default();
        let data = self.data.as_ref().and_then(|data| match Form::of_type(secret_type)? {
            Form::DockerConfigJson => data.config_json,
            Form::Dockercfg => data.config,
        });
        Content { secret_type, data, changed_at: self.metadata.changed_at() }.of(now)
    }
}

#[async_trait]
impl PullSecrets for ClusterReader {
    async fn look_into(
        &self,
        secret: &SecretName,
        now: &Timestamp,
        sink: &mut dyn FactSink,
    ) -> Result<Found, Problem> {
        let part = |text: &str| utf8_percent_encode(text, NOT_IN_NAMES).to_string();
        let path = format!("/api/v1/namespaces/{}/secrets/{}", part(&secret.namespace), part(&secret.name));
        let bytes = match self.api.ask(&question("get", &path, &format!("secrets {secret}")), sink).await {
            Ok(bytes) => Zeroizing::new(Vec::from(bytes)),
            Err(Refusal::Forbidden) => return Ok(Found::Refused),
            Err(Refusal::NotFound | Refusal::Gone) => return Ok(Found::Missing),
            Err(Refusal::Problem(problem)) => return Err(problem),
        };
        match serde_json::from_slice::<Secret<'_>>(&bytes) {
            Ok(secret) => Ok(secret.found(now)),
            // What the parser says could quote a value.
            Err(_) => Err(problems::no_secret(&path, &bytes, &self.api.host)),
        }
    }
}
