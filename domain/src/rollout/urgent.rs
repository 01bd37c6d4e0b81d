//! What comes first when not everything can.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::diagnosis::{Diagnosis, Inventory, StuckPod, Verdict};
use crate::workload::ObjectRef;

/// Whether Docker Hub refused pulls when the cluster was read, or nothing was left of the limit.
pub fn is_spent(diagnosis: &Diagnosis) -> bool {
    diagnosis.verdict == Verdict::Affected || diagnosis.budget.remaining_at_nodes() == Some(0)
}

/// The object to help first: of those that Docker Hub refuses the one with the most stuck pods, the first by label
/// among equals. A static pod is not among them: nothing in the cluster can change it.
pub fn most_urgent(inventory: &Inventory) -> Option<(&ObjectRef, u32)> {
    of_stuck(&inventory.stuck)
}

pub(crate) fn of_stuck(stuck: &[StuckPod]) -> Option<(&ObjectRef, u32)> {
    let mut pods: BTreeMap<String, (&ObjectRef, u32)> = BTreeMap::new();
    for pod in stuck.iter().filter(|pod| !pod.mirror) {
        pods.entry(pod.owner.label()).or_insert((&pod.owner, 0)).1 += 1;
    }
    pods.into_iter().min_by_key(|(label, (_, pods))| (Reverse(*pods), label.clone())).map(|(_, found)| found)
}
