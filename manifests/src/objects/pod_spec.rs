//! A pod spec, as far as images and pulling go, with the JSON pointer of every image.

use domain::workload::{ContainerImage, ContainerKind, PodSpec};
use serde::Deserialize;

use super::lenient::or_default;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct RawPodSpec {
    pub(super) node_name: Option<String>,
    service_account_name: Option<String>,
    /// The field's old name; the API server still fills both.
    service_account: Option<String>,
    #[serde(deserialize_with = "or_default")]
    image_pull_secrets: Vec<SecretName>,
    #[serde(deserialize_with = "or_default")]
    init_containers: Vec<RawContainer>,
    #[serde(deserialize_with = "or_default")]
    containers: Vec<RawContainer>,
    #[serde(deserialize_with = "or_default")]
    ephemeral_containers: Vec<RawContainer>,
    #[serde(deserialize_with = "or_default")]
    volumes: Vec<RawVolume>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct SecretName {
    name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RawContainer {
    #[serde(deserialize_with = "or_default")]
    name: String,
    image: Option<String>,
    image_pull_policy: Option<String>,
    restart_policy: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RawVolume {
    #[serde(deserialize_with = "or_default")]
    name: String,
    image: Option<ImageVolume>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ImageVolume {
    reference: Option<String>,
    pull_policy: Option<String>,
}

impl RawPodSpec {
    /// The spec in the domain's words. `base` is the JSON pointer of the pod spec in its object. A container
    /// without an image (a patch, or one that admission fills in) names no place and is left out.
    pub(super) fn into_spec(self, base: &str) -> PodSpec {
        let mut places = Vec::new();
        for (at, container) in self.init_containers.into_iter().enumerate() {
            // Kubernetes documentation, "Sidecar Containers": an init container that restarts always.
            let sidecar = container.restart_policy.as_deref() == Some("Always");
            let kind = if sidecar { ContainerKind::Sidecar } else { ContainerKind::Init };
            places.extend(container.place(kind, &format!("{base}/initContainers/{at}")));
        }
        for (at, container) in self.containers.into_iter().enumerate() {
            places.extend(container.place(ContainerKind::Main, &format!("{base}/containers/{at}")));
        }
        for (at, container) in self.ephemeral_containers.into_iter().enumerate() {
            places.extend(
                container.place(ContainerKind::Ephemeral, &format!("{base}/ephemeralContainers/{at}")),
            );
        }
        for (at, volume) in self.volumes.into_iter().enumerate() {
            places.extend(volume.place(&format!("{base}/volumes/{at}")));
        }
        PodSpec {
            service_account: self
                .service_account_name
                .or(self.service_account)
                .filter(|name| !name.is_empty()),
            image_pull_secrets: names(self.image_pull_secrets),
            containers: places,
        }
    }
}

/// The names in a list of `imagePullSecrets`.
pub(super) fn names(secrets: Vec<SecretName>) -> Vec<String> {
    secrets.into_iter().filter_map(|secret| secret.name).collect()
}

impl RawContainer {
    fn place(self, kind: ContainerKind, at: &str) -> Option<ContainerImage> {
        Some(ContainerImage {
            kind,
            name: self.name,
            image: self.image.filter(|image| !image.is_empty())?,
            pull_policy: self.image_pull_policy,
            pointer: format!("{at}/image"),
            name_pointer: format!("{at}/name"),
        })
    }
}

impl RawVolume {
    fn place(self, at: &str) -> Option<ContainerImage> {
        let image = self.image?;
        Some(ContainerImage {
            kind: ContainerKind::ImageVolume,
            name: self.name,
            image: image.reference.filter(|reference| !reference.is_empty())?,
            pull_policy: image.pull_policy,
            pointer: format!("{at}/image/reference"),
            name_pointer: format!("{at}/name"),
        })
    }
}
