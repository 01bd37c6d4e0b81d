//! Images on Docker Hub that a Cortex installation pulls although no key names them.

use super::Version;

/// One such image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BeyondKeys {
    /// Image as the manifest writes it; `None` where it is the version's own default API images.
    pub image: Option<&'static str>,
    /// Who pulls it: `DaemonSet default/fluentd`.
    pub place: &'static str,
    /// The container, where it is always the same.
    pub container: Option<&'static str>,
    /// Why no key reaches it.
    pub why: &'static str,
}

/// First and last minor version, and the image. From `manager/manifests` and `manager/install.sh` of each
/// tag. The Istio charts of 1.4.2 were released with `docker.io/istio` as their hub (Istio's
/// `release/gcb/cloud_builder.sh`).
const TABLE: [(u16, u16, BeyondKeys); 4] = [
    (
        15,
        26,
        BeyondKeys {
            image: Some("busybox"),
            place: "DaemonSet default/fluentd",
            container: Some("copy-fluentd-config"),
            why: "Cortex writes this init container's image into its own manifest; no image_* key reaches it.",
        },
    ),
    (
        15,
        20,
        BeyondKeys {
            image: Some("docker.io/istio/install-cni:1.4.2"),
            place: "DaemonSet kube-system/istio-cni-node",
            container: Some("install-cni"),
            why: "It comes from Istio's own chart, which Cortex installs without values; no image_* key reaches it.",
        },
    ),
    (
        15,
        20,
        BeyondKeys {
            image: Some("docker.io/istio/kubectl:1.4.2"),
            place: "Jobs istio-system/istio-init-crd-*, istio-security-post-install-*",
            container: None,
            why: "Istio's install jobs run once at cluster up; no image_* key reaches them.",
        },
    ),
    (
        16,
        22,
        BeyondKeys {
            image: None,
            place: "DaemonSet default/image-downloader",
            container: None,
            why: "cluster up pulls the default API images on every new worker, whatever the files say, and goes \
                  on after five minutes if that fails.",
        },
    ),
];

/// What a version pulls from Docker Hub beside its keys.
pub fn images_beyond_keys(version: Version) -> impl Iterator<Item = BeyondKeys> {
    TABLE
        .into_iter()
        .filter(move |&(since, until, _)| (since..=until).contains(&version.minor))
        .map(|(_, _, image)| image)
}
