//! `metadata`, as far as it tells what an object is and who owns it.

use std::collections::BTreeMap;
use std::fmt;

use domain::facts::{Fact, Origin};
use domain::time::Timestamp;
use domain::workload::{Controller, ObjectRef};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use super::TypeMeta;
use super::lenient::{Text, or_default};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Metadata {
    name: Option<String>,
    generate_name: Option<String>,
    namespace: Option<String>,
    uid: Option<String>,
    #[serde(deserialize_with = "or_default")]
    pub(super) labels: Labels,
    #[serde(deserialize_with = "or_default")]
    pub(super) annotations: Annotations,
    #[serde(deserialize_with = "or_default")]
    owner_references: Vec<OwnerReference>,
    creation_timestamp: Option<String>,
    deletion_timestamp: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct OwnerReference {
    #[serde(deserialize_with = "or_default")]
    api_version: String,
    #[serde(deserialize_with = "or_default")]
    kind: String,
    #[serde(deserialize_with = "or_default")]
    name: String,
    #[serde(deserialize_with = "or_default")]
    uid: String,
    #[serde(deserialize_with = "or_default")]
    controller: bool,
}

impl Metadata {
    pub(super) fn name(&self) -> String {
        self.name.as_ref().or(self.generate_name.as_ref()).cloned().unwrap_or_default()
    }

    pub(super) fn namespace(&self) -> String {
        self.namespace.clone().unwrap_or_else(|| "default".to_owned())
    }

    pub(super) fn uid(&self) -> Option<String> {
        self.uid.clone().filter(|uid| !uid.is_empty())
    }

    pub(super) fn created_at(&self) -> Option<Timestamp> {
        self.creation_timestamp.as_deref().and_then(Timestamp::parse)
    }

    pub(super) fn is_terminating(&self) -> bool {
        self.deletion_timestamp.is_some()
    }

    /// The entry with `controller: true`; the API allows one.
    pub(super) fn controller(&self) -> Option<Controller> {
        let owner = self.owner_references.iter().find(|owner| owner.controller)?;
        Some(Controller {
            api_version: owner.api_version.clone(),
            kind: owner.kind.clone(),
            name: owner.name.clone(),
            uid: owner.uid.clone(),
        })
    }

    /// The reference of a namespaced object.
    pub(super) fn object(&self, kind: &TypeMeta) -> ObjectRef {
        ObjectRef {
            group: kind.group.clone(),
            version: kind.version.clone(),
            kind: kind.kind.clone(),
            namespace: Some(self.namespace()),
            name: self.name(),
            uid: self.uid(),
        }
    }

    /// The place in a file, now that it is known whether the object was dumped from a live cluster.
    pub(super) fn origin(&self, origin: Option<Origin>) -> Option<Origin> {
        origin.map(|origin| Origin { live: self.uid().is_some(), ..origin })
    }
}

/// Any object of which only the name matters.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Named {
    #[serde(default, deserialize_with = "or_default")]
    metadata: Metadata,
}

impl Named {
    /// A store of External Secrets. One for the whole cluster stands in no namespace.
    pub(super) fn secret_store(self, kind: &TypeMeta) -> Fact {
        let store = self.metadata.object(kind);
        let namespace = store.namespace.filter(|_| kind.kind == "SecretStore");
        Fact::SecretStore(ObjectRef { namespace, ..store })
    }

    /// A Namespace. The UID of `kube-system` is the cluster's identity, so it goes along as a bare cluster
    /// fact; who reads knows the other fields and fills them in.
    pub(super) fn namespace(self, give: &mut dyn FnMut(Fact)) {
        let name = self.metadata.name();
        if name == "kube-system"
            && let Some(uid) = self.metadata.uid()
        {
            give(Fact::Cluster(domain::facts::ClusterFact { uid: Some(uid), ..Default::default() }));
        }
        if self.metadata.is_terminating() {
            give(Fact::NamespaceEnds(name.clone()));
        }
        give(Fact::Namespace(name));
    }
}

/// `metadata.labels`.
#[derive(Debug, Default)]
pub(super) struct Labels(pub(super) BTreeMap<String, String>);

/// Those of `metadata.annotations` that name an owner of the object's text, and the mark of a mirror pod.
#[derive(Debug, Default)]
pub(super) struct Annotations(pub(super) BTreeMap<String, String>);

impl Annotations {
    /// True for the API's picture of a static pod: the kubelet puts this annotation on it.
    pub(super) fn mark_a_mirror(&self) -> bool {
        self.0.contains_key(MIRROR)
    }
}

const MIRROR: &str = "kubernetes.io/config.mirror";

/// Whether an annotation names an owner: Helm, Argo CD, Flux, kapp, OLM, Fleet (their documentations). What
/// these tools keep beside it (kapp's and Fleet's copies of the whole object) is as long as the object.
fn names_an_owner(key: &str) -> bool {
    const OWNERS: [&str; 9] = [
        "meta.helm.sh/release-",
        "argocd.argoproj.io/tracking-id",
        "argocd.argoproj.io/installation-id",
        "kustomize.toolkit.fluxcd.io/",
        "helm.toolkit.fluxcd.io/",
        "kapp.k14s.io/identity",
        "olm.",
        "operators.operatorframework.io/",
        "objectset.rio.cattle.io/id",
    ];
    OWNERS.iter().any(|owner| key.starts_with(owner))
}

impl<'de> Deserialize<'de> for Labels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Texts { wanted: |_| true }).map(Self)
    }
}

impl<'de> Deserialize<'de> for Annotations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Texts { wanted: |key| key == MIRROR || names_an_owner(key) }).map(Self)
    }
}

/// A map of texts of which only some keys are kept.
struct Texts {
    wanted: fn(&str) -> bool,
}

impl<'de> Visitor<'de> for Texts {
    type Value = BTreeMap<String, String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of texts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut kept = BTreeMap::new();
        while let Some(key) = map.next_key::<String>()? {
            if !(self.wanted)(&key) {
                map.next_value::<IgnoredAny>()?;
            } else if let Text(Some(value)) = map.next_value()? {
                kept.insert(key, value);
            }
        }
        Ok(kept)
    }
}
