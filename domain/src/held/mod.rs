//! Pull secrets that a cluster holds already: which to look into, and what may be kept of each.
//!
//! Reading order: [`SecretName`] (which one) → [`Content::of`] (what the adapter found, without its logins) →
//! [`HeldSecret`] (what is kept with the run). What follows for a plan is the remedy's to say. Must not know how a
//! cluster is asked.

mod content;

pub use content::Content;

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::keyring::Outline;
use crate::ports::FactSink;
use crate::problem::Problem;
use crate::time::Timestamp;

/// Which secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SecretName {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

impl SecretName {
    /// The RBAC rule, for a Role in its namespace, that lets somebody look into this secret and no other.
    #[must_use]
    pub fn rule(&self) -> String {
        format!(
            "{{apiGroups: [\"\"], resources: [\"secrets\"], resourceNames: [\"{}\"], verbs: [\"get\"]}} in a Role of \
             namespace {}",
            self.name, self.namespace
        )
    }
}

/// A secret that was looked into, as it is kept with a run. It holds no login, and nothing that one could be made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldSecret {
    /// Which one.
    #[serde(flatten)]
    pub secret: SecretName,
    /// What was found.
    #[serde(flatten)]
    pub found: Found,
}

/// What was found under a secret's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "found", rename_all = "snake_case")]
pub enum Found {
    /// There is no such secret. The kubelet goes on without it, with the event `FailedToRetrieveImagePullSecret`.
    Missing,
    /// The cluster refuses it to this user (403).
    Refused,
    /// Looking was stopped before its turn.
    NotAsked,
    /// A Secret of another type, which the kubelet passes over.
    OtherType {
        /// Its type.
        secret_type: String,
    },
    /// Of the right type, and nothing where the logins should be; the kubelet passes it over.
    Empty,
    /// A pull secret.
    PullSecret {
        /// Its keys, or why a kubelet cannot read it.
        #[serde(flatten)]
        outline: Outline,
        /// It leaves logins to a helper program (`credsStore`, `credHelpers`), which a kubelet does not run.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        helper: bool,
        /// Hosts in Amazon ECR whose login must have ended: it lives for 12 hours, and the secret was last changed
        /// before that.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        ended: Vec<String>,
    },
}

impl Found {
    /// The keys as a kubelet sees them; `None` where nobody knows.
    #[must_use]
    pub fn outline(&self) -> Option<Outline> {
        match self {
            Self::Refused | Self::NotAsked => None,
            Self::Missing | Self::OtherType { .. } | Self::Empty => Some(Outline::Keys { keys: Vec::new() }),
            Self::PullSecret { outline, .. } => Some(outline.clone()),
        }
    }
}

/// Looks into single Secrets of a live cluster, each by its name, when somebody has allowed it.
#[async_trait]
pub trait PullSecrets: Send + Sync {
    /// What is under this name at `now`. One `get`, told to `sink`, and asked again only where the server is busy; a
    /// refusal and an absence are answers. No login leaves the adapter.
    ///
    /// # Errors
    /// When the cluster gives no answer, or one that is no Secret.
    async fn look_into(
        &self,
        secret: &SecretName,
        now: &Timestamp,
        sink: &mut dyn FactSink,
    ) -> Result<Found, Problem>;
}
