//! The Cortex releases that scenarios are made of, and the images each one uses.
//!
//! From the release tags of github.com/cortexlabs/cortex: `pkg/types/clusterconfig/clusterconfig.go` for
//! the keys, `pkg/consts/consts.go` for the defaults of APIs.

/// One release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    /// The short name in a scenario's name.
    pub short: &'static str,
    /// The release, which is also every image's tag.
    pub full: &'static str,
    /// Images that a cluster of this release has besides those that all have.
    more_cluster_images: &'static [&'static str],
    /// Whether AWS Inferentia is supported (from 0.18).
    pub inferentia: bool,
    /// Whether batch APIs and the labels for them exist (from 0.19).
    pub batch: bool,
    /// Whether Istio is 1.4, with galley, citadel and its own CNI plugin (up to 0.20).
    pub old_istio: bool,
    /// Repositories at Docker Hub whose copies elsewhere are the very same bytes, as Cortex's releases and Official
    /// Images mostly are. All others are other builds, as after a push that was made twice. Some are on the node
    /// already when they are moved, some are not.
    pub same_everywhere: &'static [&'static str],
}

/// The releases with a scenario, newest first.
pub const VERSIONS: [Version; 3] = [
    Version {
        short: "0.22",
        full: "0.22.1",
        more_cluster_images: &["inferentia", "neuron-rtd"],
        inferentia: true,
        batch: true,
        old_istio: false,
        same_everywhere: &[
            "cortexlabs/operator",
            "cortexlabs/downloader",
            "cortexlabs/request-monitor",
            "cortexlabs/tensorflow-serving-cpu",
            "cortexlabs/onnx-predictor-cpu",
            "library/nginx",
        ],
    },
    Version {
        short: "0.20",
        full: "0.20.0",
        more_cluster_images: &["inferentia", "neuron-rtd", "istio-citadel", "istio-galley"],
        inferentia: true,
        batch: true,
        old_istio: true,
        same_everywhere: &["cortexlabs/request-monitor", "cortexlabs/fluentd"],
    },
    Version {
        short: "0.17",
        full: "0.17.1",
        more_cluster_images: &["istio-citadel", "istio-galley"],
        inferentia: false,
        batch: false,
        old_istio: true,
        same_everywhere: &[],
    },
];

const CLUSTER_IMAGES: [&str; 11] = [
    "operator",
    "manager",
    "downloader",
    "request-monitor",
    "cluster-autoscaler",
    "metrics-server",
    "nvidia",
    "fluentd",
    "statsd",
    "istio-proxy",
    "istio-pilot",
];

const API_IMAGES: [&str; 7] = [
    "python-predictor-cpu",
    "python-predictor-gpu",
    "tensorflow-predictor",
    "tensorflow-serving-cpu",
    "tensorflow-serving-gpu",
    "onnx-predictor-cpu",
    "onnx-predictor-gpu",
];

const INFERENTIA_API_IMAGES: [&str; 2] = ["python-predictor-inf", "tensorflow-serving-inf"];

impl Version {
    /// The images that keys of the cluster configuration name.
    pub fn cluster_images(self) -> impl Iterator<Item = &'static str> {
        CLUSTER_IMAGES.into_iter().chain(self.more_cluster_images.iter().copied())
    }

    /// The images that APIs get when they name none.
    pub fn api_images(self) -> impl Iterator<Item = &'static str> {
        let inferentia: &[_] = if self.inferentia { &INFERENTIA_API_IMAGES } else { &[] };
        API_IMAGES.into_iter().chain(inferentia.iter().copied())
    }

    /// An image of this release as Cortex writes it: on Docker Hub, without a host.
    #[must_use]
    pub fn image(self, name: &str) -> String {
        format!("cortexlabs/{name}:{}", self.full)
    }
}
