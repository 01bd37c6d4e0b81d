//! External Secrets, as far as a cluster was seen to have it: which version its API has, and from which stores it can
//! make secrets. (external-secrets.io, API specification.)

use serde::{Deserialize, Serialize};

use crate::workload::ObjectRef;

/// The API group of External Secrets.
pub const GROUP: &str = "external-secrets.io";

/// The versions of its API that a plan can be written for, the best first. They differ in nothing that a plan writes.
pub const VERSIONS: [&str; 2] = ["v1", "v1beta1"];

/// External Secrets in a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalSecrets {
    /// The best version that is served, one of [`VERSIONS`].
    pub version: String,
    /// `SecretStore` and `ClusterSecretStore` objects, sorted; empty where none was seen.
    pub stores: Vec<ObjectRef>,
}

impl ExternalSecrets {
    /// The stores that can serve a namespace: those of the whole cluster, and its own. Whether a store of the cluster
    /// is closed to it (`spec.conditions`) is not known.
    pub fn stores_for<'a>(&'a self, namespace: &'a str) -> impl Iterator<Item = &'a ObjectRef> {
        let serves = move |store: &&ObjectRef| store.namespace.as_deref().is_none_or(|own| own == namespace);
        self.stores.iter().filter(serves)
    }
}
