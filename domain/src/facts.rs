//! What was seen, one fact at a time.
//!
//! Adapters read clusters, files and recordings and hand over facts; [`crate::diagnosis::Fold`] folds them and
//! drops them, so that memory follows what matters, not the size of the cluster. A fact says what an object
//! held, in the API's own words; it draws no conclusion.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::owners::{Deployer, ValuesFile};
use crate::time::Timestamp;
use crate::workload::{ContainerKind, Controller, ObjectRef, PodSpec};

/// One thing that was seen.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// A list starts, for the first time or again after the server forgot its place (HTTP 410). Everything
    /// this list gave before is void.
    ListBegins(ListOf),
    /// The cluster itself.
    Cluster(ClusterFact),
    /// A Namespace object.
    Namespace(String),
    /// A Namespace that is being deleted: nothing new can be made in it.
    NamespaceEnds(String),
    /// A Node.
    Node(NodeFact),
    /// A Pod, whatever its phase.
    Pod(PodFact),
    /// A ServiceAccount: it lends its pull secrets to the pods that name none.
    ServiceAccount(ServiceAccountFact),
    /// An object whose spec holds a pod template, or a CronJob.
    Workload(WorkloadFact),
    /// Who controls an object that is itself a controller: a ReplicaSet of a Deployment, a Job of a CronJob.
    Owner {
        /// UID of the controlled object.
        uid: String,
        /// Its own controller; `None` when it stands alone.
        controller: Option<Controller>,
        /// The object itself.
        object: ObjectRef,
    },
    /// An Event about a Pod.
    Event(EventFact),
    /// A ConfigMap that Cortex writes (`env-vars`, `cluster-config`).
    CortexConfigMap(CortexConfigMap),
    /// A Cortex file that was given: `cluster.yaml` or `cortex.yaml`.
    CortexFile(CortexFile),
    /// An object by which Argo CD or Flux knows where the text of other objects is kept.
    Deployer(Deployer),
    /// External Secrets is served, best in this version.
    ExternalSecrets {
        /// Such as `v1`.
        version: String,
    },
    /// A `SecretStore` or `ClusterSecretStore` of External Secrets.
    SecretStore(ObjectRef),
    /// A Helm values file that was given.
    Values(ValuesFile),
    /// A file that was given and read to its end.
    File {
        /// Its name relative to the folder or archive it came from.
        name: String,
        /// Whether anything in it could be an image's place; others are only listed.
        relevant: bool,
    },
    /// Something that could not be seen.
    NotSeen(NotSeen),
    /// Something that could not be seen and that only plans need: no verdict rests on it.
    NotSeenForPlans(NotSeen),
}

/// The lists a scan reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListOf {
    /// Namespaces.
    Namespaces,
    /// Nodes.
    Nodes,
    /// Pods.
    Pods,
    /// Events about Pods.
    Events,
    /// Deployments, StatefulSets, DaemonSets, Jobs, CronJobs, …
    Workloads,
    /// ReplicaSets and others that only link a Pod to its workload.
    Owners,
    /// ConfigMaps of Cortex.
    ConfigMaps,
    /// ServiceAccounts.
    ServiceAccounts,
    /// Objects of Argo CD and Flux.
    Deployers,
    /// Stores of External Secrets.
    SecretStores,
}

impl ListOf {
    /// The plural resource name for people and RBAC rules.
    pub fn label(self) -> &'static str {
        match self {
            Self::Namespaces => "namespaces",
            Self::Nodes => "nodes",
            Self::Pods => "pods",
            Self::Events => "events",
            Self::Workloads => "workloads",
            Self::Owners => "replica sets",
            Self::ConfigMaps => "config maps",
            Self::ServiceAccounts => "service accounts",
            Self::Deployers => "objects of Argo CD and Flux",
            Self::SecretStores => "secret stores",
        }
    }
}

/// The cluster, before anything in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterFact {
    /// What its user calls it: the kubeconfig context, a folder's name, or the practice cluster.
    pub name: String,
    /// The kubeconfig context that commands must name; `None` when files were read.
    pub context: Option<String>,
    /// Host and port of the API server.
    pub server: Option<String>,
    /// `gitVersion` of `/version`, e.g. `v1.34.4`.
    pub kubernetes_version: Option<String>,
    /// UID of namespace `kube-system`: the cluster's identity, which outlives names and addresses.
    pub uid: Option<String>,
}

/// A Node, as far as its way to the internet and its runtime go.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeFact {
    /// Name.
    pub name: String,
    /// Addresses of type `ExternalIP`.
    pub external_ips: Vec<String>,
    /// Addresses of type `InternalIP`.
    pub internal_ips: Vec<String>,
    /// `status.nodeInfo.containerRuntimeVersion`, e.g. `containerd://1.6.20`.
    pub container_runtime: Option<String>,
    /// `status.nodeInfo.kubeletVersion`.
    pub kubelet_version: Option<String>,
    /// `status.nodeInfo.operatingSystem`, else the label `kubernetes.io/os`.
    pub operating_system: Option<String>,
    /// `status.nodeInfo.architecture`, else the label `kubernetes.io/arch`; Go's words, as image indexes use them.
    pub architecture: Option<String>,
    /// Label `topology.kubernetes.io/zone`.
    pub zone: Option<String>,
    /// Node group by its provider's label (EKS, eksctl, kops, Karpenter), where there is one.
    pub group: Option<String>,
    /// `spec.providerID`.
    pub provider_id: Option<String>,
}

/// A Pod with its containers and their states.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PodFact {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// UID; events are matched by it.
    pub uid: String,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// The controller, if any.
    pub controller: Option<Controller>,
    /// Node it is bound to.
    pub node: Option<String>,
    /// `status.phase`.
    pub phase: Option<String>,
    /// `metadata.creationTimestamp`.
    pub created_at: Option<Timestamp>,
    /// True for a static Pod's mirror: it cannot be patched through the API.
    pub mirror: bool,
    /// `metadata.deletionTimestamp` is set.
    pub terminating: bool,
    /// Images by place.
    pub spec: PodSpec,
    /// States by container name and list (`spec.containers` order is not promised by the API).
    pub statuses: Vec<ContainerStatus>,
    /// Where it came from when it was read from a file.
    pub origin: Option<Origin>,
}

/// `status.containerStatuses[]`, `initContainerStatuses[]`, `ephemeralContainerStatuses[]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerStatus {
    /// Which list the status stood in (a sidecar's status stands among the init containers').
    pub kind: ContainerKind,
    /// Container name.
    pub name: String,
    /// Image as the runtime spells it.
    pub image: String,
    /// Digest form of what runs; empty until pulled.
    pub image_id: String,
    /// State now.
    pub state: ContainerState,
}

/// `state` of a container status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContainerState {
    /// Not started; `reason` such as `ImagePullBackOff`, with the kubelet's message.
    Waiting {
        /// `waiting.reason`.
        reason: String,
        /// `waiting.message`, unmasked; mask before showing.
        message: String,
    },
    /// Running.
    Running,
    /// Ended.
    Terminated {
        /// `terminated.exitCode`.
        exit_code: i32,
    },
    /// The status says nothing.
    Unknown,
}

/// An object that makes Pods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkloadFact {
    /// The object.
    pub object: ObjectRef,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Annotations that name an owner of the object's text (Helm, Argo CD, Flux, …); others are dropped at
    /// the rim since they can be long.
    pub annotations: BTreeMap<String, String>,
    /// The object that controls this one, if any.
    pub controller: Option<Controller>,
    /// Its pod template.
    pub spec: PodSpec,
    /// Wanted pods, where the kind says so.
    pub replicas: Option<u32>,
    /// Pods that there are, by the object's own status.
    pub present: Option<u32>,
    /// `updateStrategy.type` / `strategy.type`.
    pub update_strategy: Option<String>,
    /// Where it came from when it was read from a file.
    pub origin: Option<Origin>,
}

/// A ServiceAccount, as far as pulling goes. What its Secrets hold is never read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceAccountFact {
    /// The object.
    pub object: ObjectRef,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Annotations that name an owner of the object's text.
    pub annotations: BTreeMap<String, String>,
    /// Names in `imagePullSecrets`. The API server does not tell an empty list from none.
    pub image_pull_secrets: Vec<String>,
    /// Where it came from when it was read from a file.
    pub origin: Option<Origin>,
}

/// The place of an object in a given file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Origin {
    /// File name relative to the given folder or archive.
    pub file: String,
    /// Document within the file, from 0.
    pub document: usize,
    /// JSON pointer of the object inside the document: empty, or `/items/3` in a List.
    pub pointer: String,
    /// True when the object was dumped from a live cluster (it has a `metadata.uid`): it can be patched live.
    pub live: bool,
}

/// An Event about a Pod.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFact {
    /// Namespace of the Pod.
    pub namespace: String,
    /// Name of the Pod.
    pub pod: String,
    /// UID of the Pod.
    pub pod_uid: String,
    /// Container named by `involvedObject.fieldPath`, e.g. `spec.initContainers{copy}` gives `copy`.
    pub container: Option<String>,
    /// `reason`, e.g. `Failed`, `BackOff`, `Pulled`, `Pulling`.
    pub reason: String,
    /// `message`, unmasked; mask before showing.
    pub message: String,
    /// First time seen.
    pub first_seen: Option<Timestamp>,
    /// Last time seen.
    pub last_seen: Option<Timestamp>,
    /// How often, by the Event's own count.
    pub count: u32,
    /// Node that reported it.
    pub node: Option<String>,
}

/// A ConfigMap written by Cortex (facts: `default/env-vars`, `default/cluster-config`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CortexConfigMap {
    /// The ConfigMap.
    pub object: ObjectRef,
    /// Its data, for `env-vars` only the keys that identify the cluster.
    pub data: BTreeMap<String, String>,
    /// The parsed `cluster.yaml` as JSON, for `cluster-config`.
    pub cluster_config: Option<serde_json::Value>,
    /// Where it came from when it was read from a file.
    pub origin: Option<Origin>,
}

/// A Cortex file as it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CortexFile {
    /// File name relative to the given folder or archive.
    pub file: String,
    /// Document within the file, from 0.
    pub document: usize,
    /// What it is.
    pub kind: CortexFileKind,
    /// Its content as JSON.
    pub content: serde_json::Value,
}

/// The two files a Cortex user keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CortexFileKind {
    /// `cluster.yaml`: a map of cluster settings with `image_*` keys.
    ClusterConfig,
    /// `cortex.yaml`: a list of API specifications.
    ApiSpecs,
}

/// Something that could not be seen, and what follows from that (INTERFACE §4).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NotSeen {
    /// What: "events in namespace payments".
    pub what: String,
    /// Why: the refusal in words, with the RBAC rule that would help.
    pub why: String,
    /// What it means for the verdict.
    pub effect: String,
}
