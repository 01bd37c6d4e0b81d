//! Kubernetes objects → facts, by small structs that hold only what a fact needs.
//!
//! One decoder serves the live cluster, given files and recordings, so that all three say the same. Fields
//! that are absent or null take their default, unknown fields are skipped without being kept. Must not know
//! where the bytes came from, and never looks into a Secret.

mod config_map;
mod custom;
mod deployer;
mod event;
mod lenient;
mod metadata;
mod node;
mod page;
mod pod;
mod pod_spec;
mod service_account;
mod workload;

use std::fmt;

use domain::external_secrets;
use domain::facts::{Fact, Origin};
use domain::owners::is_custom;
use serde::{Deserialize as _, Deserializer};

use deployer::Which;
pub use page::{ListMeta, page};

/// `apiVersion` and `kind`, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeMeta {
    /// API group; empty for the core group.
    pub group: String,
    /// Version within the group.
    pub version: String,
    /// Kind.
    pub kind: String,
}

impl TypeMeta {
    /// Takes `apiVersion` apart at its slash; without one it is the version of the core group.
    pub fn new(api_version: &str, kind: &str) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Self { group: group.to_owned(), version: version.to_owned(), kind: kind.to_owned() }
    }

    /// The kind of a list's items: `PodList` holds `Pod`s. `None` for what is no list, and for `List`, whose
    /// items each name their own kind.
    pub fn of_items(&self) -> Option<Self> {
        let kind = self.kind.strip_suffix("List").filter(|kind| !kind.is_empty())?;
        Some(Self { kind: kind.to_owned(), ..self.clone() })
    }

    /// Whether the object is a Secret, whose content is nobody's business here.
    pub fn is_secret(&self) -> bool {
        self.group.is_empty() && self.kind == "Secret"
    }

    /// Whether facts can come from objects of this kind.
    pub fn is_known(&self) -> bool {
        self.shape().is_some()
    }

    fn shape(&self) -> Option<Shape> {
        const TEMPLATE: &str = "/spec/template/spec";
        Some(match (self.group.as_str(), self.kind.as_str()) {
            ("", "Pod") => Shape::Pod,
            ("" | "events.k8s.io", "Event") => Shape::Event,
            ("", "Node") => Shape::Node,
            ("", "Namespace") => Shape::Namespace,
            ("", "ConfigMap") => Shape::ConfigMap,
            ("", "ServiceAccount") => Shape::ServiceAccount,
            (external_secrets::GROUP, "SecretStore" | "ClusterSecretStore") => Shape::SecretStore,
            ("", "PodTemplate") => Shape::Workload("/template/spec"),
            ("batch", "CronJob") => Shape::Workload("/spec/jobTemplate/spec/template/spec"),
            ("", "ReplicationController")
            | ("apps" | "extensions", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
            | ("batch", "Job")
            | ("argoproj.io", "Rollout")
            | ("serving.knative.dev", "Service") => Shape::Workload(TEMPLATE),
            (group, kind) => match Which::of(group, kind) {
                Some(which) => Shape::Deployer(which),
                None if is_custom(group, kind) => Shape::Custom,
                None => return None,
            },
        })
    }
}

impl fmt::Display for TypeMeta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind)
    }
}

/// How the objects of a kind are read.
#[derive(Debug, Clone, Copy)]
enum Shape {
    Pod,
    Event,
    Node,
    Namespace,
    ConfigMap,
    ServiceAccount,
    /// With the JSON pointer of the pod spec (Kubernetes API reference, kind by kind).
    Workload(&'static str),
    /// Of External Secrets; only its name is read.
    SecretStore,
    /// Of Argo CD or Flux.
    Deployer(Which),
    /// A custom kind that names images.
    Custom,
}

/// Decodes one object of a known kind and gives its facts; an object of another kind is skipped.
///
/// `origin` is the object's place in a given file; its `live` is set here, from `metadata.uid`. A namespaced
/// object that names no namespace is taken to be in `default`, where kubectl would put it.
///
/// # Errors
/// The deserialiser's, when a field that matters has another type than the Kubernetes API gives it.
pub fn facts_of<'de, D: Deserializer<'de>>(
    kind: &TypeMeta,
    object: D,
    origin: Option<Origin>,
    give: &mut dyn FnMut(Fact),
) -> Result<(), D::Error> {
    match kind.shape() {
        Some(Shape::Pod) => give(pod::Pod::deserialize(object)?.fact(origin)),
        Some(Shape::Event) => event::Event::deserialize(object)?.fact().into_iter().for_each(give),
        Some(Shape::Node) => give(node::Node::deserialize(object)?.fact()),
        Some(Shape::Namespace) => metadata::Named::deserialize(object)?.namespace(give),
        Some(Shape::SecretStore) => give(metadata::Named::deserialize(object)?.secret_store(kind)),
        Some(Shape::ConfigMap) => {
            config_map::ConfigMap::deserialize(object)?.fact(kind, origin).into_iter().for_each(give);
        }
        Some(Shape::ServiceAccount) => {
            give(service_account::ServiceAccount::deserialize(object)?.fact(kind, origin));
        }
        Some(Shape::Workload(pod_spec)) => {
            workload::Workload::deserialize(object)?.facts(kind, pod_spec, origin, give);
        }
        Some(Shape::Deployer(which)) => {
            give(deployer::RawDeployer::deserialize(object)?.fact(which, kind));
        }
        Some(Shape::Custom) => {
            custom::Custom::deserialize(object)?.fact(kind, origin).into_iter().for_each(give);
        }
        None => {
            serde::de::IgnoredAny::deserialize(object)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
