//! Whether a changed template replaces pods that run.

use crate::diagnosis::Workload;

/// What changing a workload's template does to the pods it has now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// No pod of it is replaced.
    Nothing,
    /// A pod of it waits for an image: the change ends that, and replaces the others with it.
    Finishes,
    /// All its pods run, and are replaced.
    Restarts,
}

/// Kinds whose controllers leave their pods alone when the template changes: it is for pods made later (Kubernetes
/// documentation, ReplicaSet, CronJob), cannot change at all (Job), or has no pods (PodTemplate).
const LEAVES_PODS: [&str; 6] =
    ["CronJob", "Job", "Pod", "PodTemplate", "ReplicaSet", "ReplicationController"];

/// What changing this workload's template does. Of a kind that is not known, and of a workload whose pods could
/// not be counted, the worse is assumed.
pub fn effect(workload: &Workload) -> Effect {
    if !replaces_pods(workload) || workload.replicas == Some(0) || workload.pods == Some(0) {
        return Effect::Nothing;
    }
    if workload.waiting_pods > 0 { Effect::Finishes } else { Effect::Restarts }
}

/// How many pods its controller makes when the template changes.
pub fn new_pods(workload: &Workload) -> u32 {
    if !replaces_pods(workload) {
        return 0;
    }
    workload.replicas.or(workload.pods).unwrap_or(1)
}

/// `OnDelete` waits until somebody deletes the pods (Kubernetes documentation, DaemonSet and StatefulSet, update
/// strategies).
fn replaces_pods(workload: &Workload) -> bool {
    !LEAVES_PODS.contains(&workload.object.kind.as_str())
        && workload.update_strategy.as_deref() != Some("OnDelete")
}
