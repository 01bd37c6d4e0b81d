//! How many pods begin to pull at a time.

use std::collections::BTreeSet;

use crate::diagnosis::{Scan, Workload};
use crate::plan::{Batch, NotCovered, Op, Step};
use crate::workload::ObjectRef;

use super::effect::new_pods;

/// How many pods may begin to pull at once.
///
/// A new pod asks its registry about ten times for an image (a tag, an index, a manifest, a handful of layers). Ten
/// pods are some hundred requests within the seconds their first pulls take, which stays in the tens a second from
/// one address that quay.io lets pass (Red Hat solution 6218921); public.ecr.aws lets ten pulls a second pass from
/// addresses of AWS (Amazon ECR Public service quotas); and ten is the burst of a kubelet (`registryBurst`), if all
/// of them come to one node. Docker Hub's own limit asks for no pace: there each pull counts whenever it comes.
pub const MOST_NEW_PODS: u32 = 10;

/// The steps that make pods pull, in their order, grouped so that no group begins with more than
/// [`MOST_NEW_PODS`]. A workload is changed as a whole: a larger one is a group of its own, in which its
/// controller goes a few pods at a time.
pub fn batches(steps: &[Step], not_covered: &[NotCovered], scan: &Scan) -> Vec<Batch> {
    let unready = unready(steps, not_covered, scan);
    let mut batches: Vec<Batch> = Vec::new();
    for (step, pods) in steps.iter().map(|step| (step, pods_of(step, scan))).filter(|(_, pods)| *pods > 0) {
        let fits = batches.last().is_some_and(|batch| batch.pods.saturating_add(pods) <= MOST_NEW_PODS);
        if !fits {
            batches.push(Batch::default());
        }
        if let Some(batch) = batches.last_mut() {
            batch.pods = batch.pods.saturating_add(pods);
            batch.steps.push(step.id.clone());
            if can_be_waited_for(&step.target) && !unready.contains(&step.target.label()) {
                batch.wait_for.push(step.id.clone());
            }
        }
    }
    batches
}

/// How many pods begin to pull when a step is carried out.
pub(super) fn pods_of(step: &Step, scan: &Scan) -> u32 {
    match step.op {
        Op::CreateSecret => 0,
        Op::ReplacePod => 1,
        Op::Patch if step.target.kind == "Pod" => 1,
        Op::Patch => workload_of(&step.target, scan).map_or(0, new_pods),
    }
}

pub(super) fn workload_of<'a>(target: &ObjectRef, scan: &'a Scan) -> Option<&'a Workload> {
    scan.inventory.workloads.iter().find(|workload| workload.object == *target)
}

/// Whether `kubectl rollout status` knows the kind. What waits for somebody to delete its pods makes none here.
fn can_be_waited_for(target: &ObjectRef) -> bool {
    target.group == "apps" && matches!(target.kind.as_str(), "Deployment" | "DaemonSet" | "StatefulSet")
}

/// Labels of workloads that may not be ready before the steps after their own: an image of theirs stays on Docker
/// Hub, and a pod may wait for it; or one of their pods is changed later, by itself.
fn unready(steps: &[Step], not_covered: &[NotCovered], scan: &Scan) -> BTreeSet<String> {
    let single: BTreeSet<&ObjectRef> =
        steps.iter().map(|step| &step.target).filter(|target| target.kind == "Pod").collect();
    let inventory = &scan.inventory;
    let lone = inventory.pods.iter().map(|pod| (&pod.object, &pod.owner));
    let stuck = inventory.stuck.iter().map(|pod| (&pod.object, &pod.owner));
    let later = lone.chain(stuck).filter(|(pod, _)| single.contains(pod)).map(|(_, owner)| owner.label());
    not_covered.iter().map(|left| left.place.clone()).chain(later).collect()
}
