//! Nodes: their addresses, runtime and group.

use domain::facts::{Fact, NodeFact};
use serde::Deserialize;

use super::lenient::or_default;
use super::metadata::Metadata;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Node {
    #[serde(deserialize_with = "or_default")]
    metadata: Metadata,
    #[serde(deserialize_with = "or_default")]
    spec: Spec,
    #[serde(deserialize_with = "or_default")]
    status: Status,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Spec {
    #[serde(rename = "providerID")]
    provider_id: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    #[serde(deserialize_with = "or_default")]
    addresses: Vec<Address>,
    #[serde(deserialize_with = "or_default")]
    node_info: NodeInfo,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Address {
    #[serde(rename = "type", deserialize_with = "or_default")]
    kind: String,
    #[serde(deserialize_with = "or_default")]
    address: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct NodeInfo {
    container_runtime_version: Option<String>,
    kubelet_version: Option<String>,
    operating_system: Option<String>,
    architecture: Option<String>,
}

/// Labels by which providers tell a node's group, in the order of asking: EKS, eksctl (Cortex's), Karpenter,
/// kops, GKE, AKS.
const GROUPS: [&str; 8] = [
    "eks.amazonaws.com/nodegroup",
    "alpha.eksctl.io/nodegroup-name",
    "karpenter.sh/nodepool",
    "karpenter.sh/provisioner-name",
    "kops.k8s.io/instancegroup",
    "cloud.google.com/gke-nodepool",
    "kubernetes.azure.com/agentpool",
    "agentpool",
];

/// The zone label, and its name before Kubernetes 1.17.
const ZONES: [&str; 2] = ["topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"];

/// What the kubelet also writes as labels, and their names before Kubernetes 1.14.
const OPERATING_SYSTEMS: [&str; 2] = ["kubernetes.io/os", "beta.kubernetes.io/os"];
const ARCHITECTURES: [&str; 2] = ["kubernetes.io/arch", "beta.kubernetes.io/arch"];

impl Node {
    pub(super) fn fact(self) -> Fact {
        let labels = &self.metadata.labels.0;
        let label = |keys: &[&str]| keys.iter().find_map(|key| labels.get(*key).cloned());
        let told = |text: Option<String>| text.filter(|text| !text.is_empty());
        let addresses = |kind: &str| {
            let of_kind = self.status.addresses.iter().filter(|address| address.kind == kind);
            of_kind.map(|address| address.address.clone()).collect()
        };
        Fact::Node(NodeFact {
            name: self.metadata.name(),
            external_ips: addresses("ExternalIP"),
            internal_ips: addresses("InternalIP"),
            zone: label(&ZONES),
            group: label(&GROUPS),
            operating_system: told(self.status.node_info.operating_system)
                .or_else(|| label(&OPERATING_SYSTEMS)),
            architecture: told(self.status.node_info.architecture).or_else(|| label(&ARCHITECTURES)),
            container_runtime: self.status.node_info.container_runtime_version,
            kubelet_version: self.status.node_info.kubelet_version,
            provider_id: self.spec.provider_id,
        })
    }
}
