//! Whether External Secrets is there, and which stores it has: one question by the name of its API group, and only where
//! that is served the names of its stores.

use domain::external_secrets::{GROUP, VERSIONS};
use domain::facts::{Fact, ListOf};
use domain::problem::Problem;
use serde::Deserialize;

use super::lists::{Group, List};
use super::session::Session;
use super::{ClusterReader, question};
use crate::ask::Refusal;
use crate::problems;

/// `APIGroup` of the discovery API.
#[derive(Deserialize)]
struct ApiGroup {
    #[serde(default)]
    versions: Vec<Served>,
}

#[derive(Deserialize)]
struct Served {
    version: String,
}

impl ClusterReader {
    pub(super) async fn read_external_secrets(&self, session: &mut Session<'_>) -> Result<(), Problem> {
        if session.is_cancelled() {
            return Ok(());
        }
        let path = format!("/apis/{GROUP}");
        let bytes =
            match self.api.ask(&question("get", &path, &format!("API group {GROUP}")), session.sink).await {
                Ok(bytes) => bytes,
                Err(Refusal::Problem(problem)) => return Err(problem),
                // It is not there, or not told.
                Err(Refusal::Forbidden | Refusal::NotFound | Refusal::Gone) => return Ok(()),
            };
        let group: ApiGroup = serde_json::from_slice(&bytes)
            .map_err(|error| problems::not_understood(&path, &bytes, &error, &self.api.host))?;
        let is_served = |version: &&str| group.versions.iter().any(|served| served.version == *version);
        let Some(version) = VERSIONS.into_iter().find(is_served) else { return Ok(()) };
        session.give(Fact::ExternalSecrets { version: version.to_owned() });
        let root = if version == "v1" {
            "/apis/external-secrets.io/v1"
        } else {
            "/apis/external-secrets.io/v1beta1"
        };
        let lists =
            [("ClusterSecretStore", "clustersecretstores", false), ("SecretStore", "secretstores", true)];
        let lists =
            lists.map(|(kind, resource, namespaced)| vec![List::of_stores(root, kind, resource, namespaced)]);
        self.read_group(&Group { of: ListOf::SecretStores, lists: lists.to_vec() }, session).await
    }
}
