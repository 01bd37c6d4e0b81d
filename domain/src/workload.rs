//! The Kubernetes objects that carry images, in the words of the Kubernetes API.
//!
//! Must not know how objects are read or written.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One object of the API, precisely enough to patch it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjectRef {
    /// API group; empty for the core group.
    pub group: String,
    /// API version within the group, such as `v1`.
    pub version: String,
    /// Kind, such as `Deployment`.
    pub kind: String,
    /// Namespace; `None` for cluster-scoped objects.
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
    /// UID where the object is or was live; the precondition of every later change.
    pub uid: Option<String>,
}

impl ObjectRef {
    /// The spelling of `--only` and of prose: `Kind namespace/name`, e.g. `DaemonSet default/fluentd`.
    pub fn label(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{} {namespace}/{}", self.kind, self.name),
            None => format!("{} {}", self.kind, self.name),
        }
    }

    /// `KIND/NAMESPACE/NAME`, as `--only` and `running` take it.
    pub fn only(&self) -> String {
        format!("{}/{}/{}", self.kind, self.namespace.as_deref().unwrap_or_default(), self.name)
    }

    /// Whether `only` names this object, as `KIND/NAMESPACE/NAME` (INTERFACE §5). Case of the kind does not matter there.
    pub fn matches_only(&self, only: &str) -> bool {
        let mut parts = only.splitn(3, '/');
        let (kind, namespace, name) = (parts.next(), parts.next(), parts.next());
        kind.is_some_and(|k| k.eq_ignore_ascii_case(&self.kind))
            && namespace == self.namespace.as_deref()
            && name == Some(self.name.as_str())
    }

    /// `apiVersion` as a manifest spells it.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label())
    }
}

/// The owner that controls an object: the `ownerReferences` entry with `controller: true`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Controller {
    /// `apiVersion` of the owner, as written.
    pub api_version: String,
    /// Kind of the owner.
    pub kind: String,
    /// Name of the owner, in the same namespace.
    pub name: String,
    /// UID of the owner.
    pub uid: String,
}

/// Which list of a pod spec a container stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContainerKind {
    /// `initContainers`, run to completion before the others.
    Init,
    /// `containers`.
    Main,
    /// `initContainers` with `restartPolicy: Always`.
    Sidecar,
    /// `ephemeralContainers`, added by `kubectl debug`.
    Ephemeral,
    /// `volumes[].image`: an image mounted as a volume.
    ImageVolume,
}

impl ContainerKind {
    /// The word for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Init => "init container",
            Self::Main => "container",
            Self::Sidecar => "sidecar",
            Self::Ephemeral => "ephemeral container",
            Self::ImageVolume => "image volume",
        }
    }
}

/// One place in a pod spec that names an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerImage {
    /// Which list it stands in.
    pub kind: ContainerKind,
    /// Name of the container, or of the volume.
    pub name: String,
    /// The image exactly as written.
    pub image: String,
    /// `imagePullPolicy` where it is written.
    pub pull_policy: Option<String>,
    /// JSON pointer of the image's string from the root of its object, such as
    /// `/spec/template/spec/containers/0/image`.
    pub pointer: String,
    /// JSON pointer of the name beside it, for the `test` of a JSON patch.
    pub name_pointer: String,
}

/// The pod spec of a workload or a pod, as far as images and pulling go.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PodSpec {
    /// `serviceAccountName`; `None` means `default`.
    pub service_account: Option<String>,
    /// Names in `imagePullSecrets`.
    pub image_pull_secrets: Vec<String>,
    /// Every place that names an image, in the order of the spec: init, main, ephemeral, image volumes.
    pub containers: Vec<ContainerImage>,
}
