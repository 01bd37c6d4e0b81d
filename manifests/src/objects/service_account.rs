//! ServiceAccounts: the pull secrets they lend to pods, by name.

use domain::facts::{Fact, Origin, ServiceAccountFact};
use serde::Deserialize;

use super::TypeMeta;
use super::lenient::or_default;
use super::metadata::Metadata;
use super::pod_spec::{SecretName, names};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ServiceAccount {
    #[serde(deserialize_with = "or_default")]
    metadata: Metadata,
    /// The field `secrets` beside it names tokens of the account itself and has nothing to do with pulling.
    #[serde(deserialize_with = "or_default")]
    image_pull_secrets: Vec<SecretName>,
}

impl ServiceAccount {
    pub(super) fn fact(mut self, kind: &TypeMeta, origin: Option<Origin>) -> Fact {
        Fact::ServiceAccount(ServiceAccountFact {
            object: self.metadata.object(kind),
            origin: self.metadata.origin(origin),
            labels: std::mem::take(&mut self.metadata.labels.0),
            annotations: std::mem::take(&mut self.metadata.annotations.0),
            image_pull_secrets: names(self.image_pull_secrets),
        })
    }
}
