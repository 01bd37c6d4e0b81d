//! The values of a diagnosis: the wire shape of `scan -o json` (INTERFACE §4) and the inventory beside it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::copy::Platform;
use crate::cortex::Version;
use crate::evidence::{Cause, Certainty, Throttle};
use crate::external_secrets::ExternalSecrets;
use crate::facts::{ClusterFact, CortexConfigMap, CortexFile, NodeFact, NotSeen, Origin};
use crate::owners::Owners;
use crate::time::Timestamp;
use crate::workload::{ContainerKind, Controller, ObjectRef, PodSpec};

/// Everything one scan found: the verdict for people, the inventory for plans.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scan {
    /// The verdict and its proof.
    pub diagnosis: Diagnosis,
    /// What a plan can change.
    pub inventory: Inventory,
}

/// `scan -o json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// Always `unthrottle.scan/v1`.
    pub schema: String,
    /// The verdict.
    pub verdict: Verdict,
    /// What was read.
    pub source: SourceInfo,
    /// Counts.
    pub counts: Counts,
    /// Failing containers, throttled ones first, then by namespace, pod, container.
    pub findings: Vec<Finding>,
    /// Images on Docker Hub and who uses them.
    pub exposure: Vec<Exposure>,
    /// The budget, as far as it was measured.
    pub budget: Budget,
    /// The Cortex installation, if there is one.
    pub cortex: Option<Cortex>,
    /// What could not be seen.
    pub not_seen: Vec<NotSeen>,
    /// What to do and not to do now; present when the verdict is `affected`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub first_aid: Vec<String>,
}

/// The verdict, strongest first: the order is the threshold order of `--fail-on`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Docker Hub refuses pulls of this cluster now.
    Affected,
    /// It did within what can be seen, not now.
    WasAffected,
    /// Images on Docker Hub are pulled without protection.
    AtRisk,
    /// Nothing here depends on Docker Hub's limits.
    NotAffected,
    /// Too little could be seen.
    Unknown,
}

/// Where the facts came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// A live cluster.
    Cluster,
    /// Files.
    Files,
    /// The practice cluster.
    Demo,
}

/// `source` of a scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceInfo {
    /// Kind of source.
    pub kind: SourceKind,
    /// Context, folder or file name.
    pub name: String,
    /// `gitVersion`, if seen.
    pub kubernetes_version: Option<String>,
    /// When reading ended; given by the caller's clock, or the recording's own time.
    pub collected_at: Timestamp,
}

/// `counts` of a scan; definitions in INTERFACE §4.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Namespace objects, or namespaces met when they may not be listed.
    pub namespaces: u32,
    /// Nodes.
    pub nodes: u32,
    /// Pods, whatever their phase.
    pub pods: u32,
    /// Init, sidecar, main and ephemeral containers of all pods.
    pub containers: u32,
    /// Distinct normalized references on Docker Hub in pods and templates.
    pub docker_hub_images: u32,
    /// Containers waiting with a pull reason.
    pub failing_containers: u32,
    /// Failing containers whose cause is a Docker Hub limit.
    pub throttled_containers: u32,
}

/// One failing container and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The cause.
    pub cause: Cause,
    /// Which limit, if one.
    pub throttle: Option<Throttle>,
    /// Namespace of the pod.
    pub namespace: String,
    /// Pod.
    pub pod: String,
    /// Container.
    pub container: String,
    /// Its list.
    pub container_kind: ContainerKind,
    /// Image as written.
    pub image: String,
    /// Normalized reference; `None` when the image cannot be parsed.
    pub normalized: Option<String>,
    /// Top of the owner chain; the pod itself when bare.
    pub workload: WorkloadName,
    /// Helm, Argo CD, Flux, an operator: who would write the object again.
    pub managed_by: Option<String>,
    /// Service account of the pod.
    pub service_account: Option<String>,
    /// Node.
    pub node: Option<String>,
    /// First failure seen.
    pub first_seen: Option<Timestamp>,
    /// Last failure seen.
    pub last_seen: Option<Timestamp>,
    /// Failures seen, by the events' own counts.
    pub count: u32,
    /// How sure the cause is.
    pub certainty: Certainty,
    /// True while the container waits; false for a failure of the past.
    pub current: bool,
    /// The lines that prove it, masked.
    pub evidence: Vec<Evidence>,
}

/// Kind and name of a workload (its namespace is the pod's).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WorkloadName {
    /// Kind, `Pod` for a bare pod.
    pub kind: String,
    /// Name.
    pub name: String,
}

/// One line of proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Where the line stood.
    pub source: EvidenceSource,
    /// The line, masked.
    pub text: String,
}

/// Where a line of proof stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceSource {
    /// `state.waiting.message` of the container.
    WaitingMessage,
    /// An Event of the pod.
    Event,
    /// A log line.
    Log,
    /// A response header of the registry.
    Header,
}

/// One Docker Hub image and what depends on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exposure {
    /// Image as written (the most frequent spelling).
    pub image: String,
    /// Normalized reference.
    pub normalized: String,
    /// Labels of the workloads, `Kind namespace/name`, sorted.
    pub workloads: Vec<String>,
    /// Nodes that run a pod with it.
    pub nodes: u32,
    /// Estimate of pulls in six hours.
    pub pulls_per_6h: Range,
    /// What the estimate rests on.
    pub why: Vec<String>,
}

/// A low and a high estimate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// At least.
    pub low: u32,
    /// At most.
    pub high: u32,
}

/// The pull budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// From where it was measured.
    pub measured_from: MeasuredFrom,
    /// Limit per window.
    pub limit: Option<u32>,
    /// Pulls left.
    pub remaining: Option<u32>,
    /// True when the registry itself said that nothing is counted.
    pub unlimited: bool,
    /// Window in seconds.
    pub window_seconds: Option<u32>,
    /// `docker-ratelimit-source`, masked when it is an account.
    pub source: Option<String>,
    /// Nodes by the address they leave from.
    pub egress_groups: Vec<EgressGroup>,
    /// When it was measured; `None` when it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured_at: Option<Timestamp>,
}

/// From where a budget was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeasuredFrom {
    /// From the machine that runs Unthrottle.
    Here,
    /// From nodes.
    Nodes,
    /// Not at all.
    NotMeasured,
}

/// Nodes that (may) share one outgoing address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EgressGroup {
    /// Node names, sorted.
    pub nodes: Vec<String>,
    /// The address, if known.
    pub address: Option<String>,
    /// How it is known.
    pub how: Knowledge,
    /// Pulls left for this address, only when measured for it.
    pub remaining: Option<u32>,
}

/// How something is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Knowledge {
    /// Measured.
    Measured,
    /// The cluster's own words: a node's ExternalIP, Cortex's `nat_gateway`.
    Declared,
    /// Concluded from missing external addresses.
    Inferred,
}

/// The Cortex installation of a cluster or of given files (INTERFACE §4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cortex {
    /// Exact version, when something says it.
    pub version: Option<Version>,
    /// What says it: `config map default/env-vars`, `image of Deployment default/operator`, `tags in cluster.yaml`.
    pub version_from: Option<String>,
    /// `cluster_name`.
    pub cluster_name: Option<String>,
    /// `region`.
    pub region: Option<String>,
    /// `subnet_visibility` as written or by default.
    pub subnet_visibility: Option<String>,
    /// `nat_gateway` as written or by default.
    pub nat_gateway: Option<String>,
    /// Namespace of its operator.
    pub namespace: Option<String>,
}

/// What a plan can change: kept with the run, not part of `scan -o json`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Inventory {
    /// The cluster.
    pub cluster: ClusterFact,
    /// Nodes.
    pub nodes: Vec<NodeFact>,
    /// Top-level workloads with at least one image on Docker Hub, sorted by label. Live Jobs are not among
    /// them: their template cannot change.
    pub workloads: Vec<Workload>,
    /// Pods that wait for an image on Docker Hub and that no changed template would replace (bare, of a Job or
    /// StatefulSet, static, or of a controller that was not seen), sorted by label.
    pub pods: Vec<LonePod>,
    /// Service accounts under which pods pull from Docker Hub with the account's own pull secrets, sorted.
    #[serde(default)]
    pub service_accounts: Vec<ServiceAccount>,
    /// External Secrets, where it was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_secrets: Option<ExternalSecrets>,
    /// Pods of which Docker Hub refuses at least one image now, sorted by label.
    #[serde(default)]
    pub stuck: Vec<StuckPod>,
    /// The digests that pods run now, by normalized Docker Hub reference.
    #[serde(default)]
    pub running: BTreeMap<String, BTreeSet<String>>,
    /// Namespaces that are being deleted, sorted.
    #[serde(default)]
    pub ending_namespaces: Vec<String>,
    /// Cortex's ConfigMap `cluster-config`, if seen.
    pub cluster_config: Option<CortexConfigMap>,
    /// Cortex files that were given.
    pub cortex_files: Vec<CortexFile>,
    /// Every file that was given, sorted by name.
    pub files: Vec<String>,
    /// Those of them in which an image could stand, sorted by name: about these a plan speaks.
    #[serde(default)]
    pub understood: Vec<String>,
    /// Who writes the objects above, as far as it was seen.
    #[serde(default, skip_serializing_if = "Owners::is_empty")]
    pub owners: Owners,
}

impl Inventory {
    /// The platforms of the nodes, sorted. A node that tells none, or none that can be, is left out.
    pub fn platforms(&self) -> BTreeSet<Platform> {
        let told = self.nodes.iter().filter_map(|node| {
            format!("{}/{}", node.operating_system.as_ref()?, node.architecture.as_ref()?).parse().ok()
        });
        told.collect()
    }
}

/// A top-level workload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workload {
    /// The object.
    pub object: ObjectRef,
    /// Its pod template.
    pub spec: PodSpec,
    /// Wanted pods, where known.
    pub replicas: Option<u32>,
    /// Update strategy, where known.
    pub update_strategy: Option<String>,
    /// Who would write the object again.
    pub managed_by: Option<String>,
    /// Part of the Cortex installation.
    pub cortex: bool,
    /// How many pods it has, by its own status or as they were seen, whichever is more; `None` in scans from
    /// before they were counted.
    #[serde(default)]
    pub pods: Option<u32>,
    /// How many of them wait for an image on Docker Hub now, whatever keeps it from them.
    #[serde(default)]
    pub waiting_pods: u32,
    /// How many of its pods wait for a throttled pull now.
    pub throttled_pods: u32,
    /// Where it was given.
    pub origin: Option<Origin>,
}

/// A service account that lends its pull secrets to pods with images on Docker Hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceAccount {
    /// The object.
    pub object: ObjectRef,
    /// Names in its `imagePullSecrets`; `None` when the account itself was not seen.
    pub image_pull_secrets: Option<Vec<String>>,
    /// Who would write the object again.
    pub managed_by: Option<String>,
    /// Who pulls under it, as `Kind namespace/name`, sorted.
    pub users: Vec<String>,
    /// Where it was given.
    pub origin: Option<Origin>,
}

/// A pod of which Docker Hub refuses an image now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StuckPod {
    /// The pod.
    pub object: ObjectRef,
    /// What made it and would make it anew; `None` when it is bare.
    pub controller: Option<Controller>,
    /// The top of its owner chain: itself when bare.
    pub owner: ObjectRef,
    /// Its images and its pull secrets.
    pub spec: PodSpec,
    /// Names of the containers that Docker Hub refuses.
    pub refused: Vec<String>,
    /// True for a static pod's mirror.
    pub mirror: bool,
    /// Where it was given.
    pub origin: Option<Origin>,
}

/// A pod that has to be changed itself, since no template's change would replace it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LonePod {
    /// The pod.
    pub object: ObjectRef,
    /// Its images.
    pub spec: PodSpec,
    /// The top of its owner chain: itself when bare, else its Job, CronJob, Node, ….
    pub owner: ObjectRef,
    /// Part of the Cortex installation.
    pub cortex: bool,
    /// Names of its containers that wait with a pull reason now.
    pub failing: Vec<String>,
    /// False for a static pod's mirror, a finished or terminating pod.
    pub patchable: bool,
    /// Where it was given.
    pub origin: Option<Origin>,
}
