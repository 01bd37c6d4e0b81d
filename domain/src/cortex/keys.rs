//! The `image_*` keys of `cluster.yaml`.
//!
//! Unknown keys are an error in every version (`pkg/lib/configreader/reader.go`), so a key too many stops
//! `cortex cluster up` as surely as a wrong value. Key sets are equal within a minor version.

use super::Version;

/// Key without `image_`, first and last minor version that knows it. The order is that of Cortex's
/// `pkg/types/clusterconfig`, where each version holds a part of it.
const KEYS: [(&str, u16, u16); 45] = [
    ("python_serve", 15, 15),
    ("python_serve_gpu", 15, 15),
    ("tf_serve", 15, 15),
    ("tf_serve_gpu", 15, 15),
    ("tf_api", 15, 15),
    ("onnx_serve", 15, 15),
    ("onnx_serve_gpu", 15, 15),
    ("operator", 15, 42),
    ("controller_manager", 35, 42),
    ("manager", 15, 42),
    ("downloader", 15, 35),
    ("kubexit", 35, 42),
    ("request_monitor", 15, 35),
    ("proxy", 36, 42),
    ("activator", 38, 42),
    ("autoscaler", 38, 42),
    ("async_gateway", 31, 42),
    ("enqueuer", 35, 42),
    ("dequeuer", 36, 42),
    ("cluster_autoscaler", 15, 42),
    ("metrics_server", 15, 42),
    ("inferentia", 18, 37),
    ("nvidia_device_plugin", 38, 42),
    ("neuron_rtd", 18, 35),
    ("neuron_device_plugin", 38, 42),
    ("nvidia", 15, 37),
    ("neuron_scheduler", 38, 42),
    ("fluentd", 15, 26),
    ("fluent_bit", 27, 42),
    ("statsd", 15, 27),
    ("istio_proxy", 15, 42),
    ("istio_pilot", 15, 42),
    ("istio_citadel", 15, 20),
    ("istio_galley", 15, 20),
    ("prometheus", 28, 42),
    ("prometheus_config_reloader", 28, 42),
    ("prometheus_operator", 28, 42),
    ("prometheus_statsd_exporter", 28, 42),
    ("prometheus_to_cloudwatch", 28, 28),
    ("prometheus_dcgm_exporter", 30, 42),
    ("prometheus_kube_state_metrics", 30, 42),
    ("prometheus_node_exporter", 30, 42),
    ("kube_rbac_proxy", 30, 42),
    ("grafana", 29, 42),
    ("event_exporter", 30, 42),
];

/// One key of `cluster.yaml` that names an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterKey {
    /// The key: `image_istio_proxy`.
    pub key: String,
    /// The repository under `cortexlabs/`: `istio-proxy`.
    pub name: String,
}

/// The keys a version knows on AWS, in the order of its source. Keys of the former GCP clusters
/// (0.24–0.31) are left out: their images were never on Docker Hub.
pub fn cluster_keys(version: Version) -> impl Iterator<Item = ClusterKey> {
    KEYS.into_iter()
        .filter(move |&(_, since, until)| (since..=until).contains(&version.minor))
        .map(|(stem, _, _)| ClusterKey { key: format!("image_{stem}"), name: stem.replace('_', "-") })
}

/// The versions that know a key, first and last minor; `None` for what was never a key.
pub fn key_range(key: &str) -> Option<(u16, u16)> {
    let stem = key.strip_prefix("image_")?;
    KEYS.into_iter().find(|(name, _, _)| *name == stem).map(|(_, since, until)| (since, until))
}
