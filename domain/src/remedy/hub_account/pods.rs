//! Pods that Docker Hub refuses: a pod's pull secrets are fixed when it is made, so it has to be made anew.
//!
//! Only where a controller does that, and only while the pod waits. Never the pod of a job: its end counts as
//! a failure, and with `backoffLimit: 0`, as Cortex makes its jobs, ends the job.

use super::cluster::{Here, left};
use super::templates::needs_it;
use crate::diagnosis::{StuckPod, Workload, replaces_stuck_pods};
use crate::remedy::{Draft, PodMadeAnew, SecretDraft};

const MEANWHILE: &str = "It starts by itself once Docker Hub's window has moved on; or give its image another name, which a \
                         pod takes in place: a copy on another registry, or in one of your own.";

/// Adds the pods to be made anew, and names those that have to wait.
pub(super) fn plan(here: &Here<'_>, secret: &mut SecretDraft, draft: &mut Draft) {
    let inventory = here.inventory();
    for pod in &inventory.stuck {
        let is_selected = here.selection.takes(&pod.object) || here.selection.takes(&pod.owner);
        let namespace = pod.object.namespace.as_deref();
        if !is_selected && !is_under_a_selected_account(here, pod) || here.is_ending(namespace) {
            continue;
        }
        let workload = inventory.workloads.iter().find(|workload| workload.object == pod.owner);
        match fate(here, pod, workload) {
            Fate::Nothing => {}
            Fate::Anew => secret.made_anew.push(made_anew(pod)),
            Fate::Waits(why, instead) => {
                draft.not_covered.extend(left(&pod.object, &pod.spec, why, instead));
            }
        }
    }
}

enum Fate {
    /// Somebody else sees to it, or nothing has to be done.
    Nothing,
    Anew,
    /// Why it cannot be helped, and another way.
    Waits(&'static str, &'static str),
}

fn fate(here: &Here<'_>, pod: &StuckPod, workload: Option<&Workload>) -> Fate {
    let name = &here.account.name;
    if pod.mirror {
        return Fate::Waits(
            "The pod is written in a file on its node: it can use no service account and no secret.",
            "Give the node itself the account, or name another image in that file; see kubernetes/on-nodes.md.",
        );
    }
    if pod.spec.image_pull_secrets.contains(name) {
        // The kubelet reads the secret again at each try.
        return Fate::Nothing;
    }
    let rolls = workload.is_some_and(|workload| {
        needs_it(workload, name) && replaces_stuck_pods(&workload.object, workload.update_strategy.as_deref())
    });
    let is_live = pod.object.uid.is_some();
    match pod.controller.as_ref().map(|controller| controller.kind.as_str()) {
        _ if rolls || !is_live => Fate::Nothing,
        None => Fate::Waits(
            "Its pull secrets were fixed when it was made, and nothing would make it again if it were deleted.",
            MEANWHILE,
        ),
        Some("ReplicaSet" | "StatefulSet" | "DaemonSet" | "ReplicationController") => Fate::Anew,
        Some("Job") => Fate::Waits(
            "Its pull secrets were fixed when it was made, and deleting a job's pod counts as a failure of the job. Pods \
             that the job makes later have the secret.",
            MEANWHILE,
        ),
        Some(_) => Fate::Waits(
            "Its pull secrets were fixed when it was made, and whether its controller would make it again is not known.",
            MEANWHILE,
        ),
    }
}

fn is_under_a_selected_account(here: &Here<'_>, pod: &StuckPod) -> bool {
    let name = pod.spec.service_account.as_deref().unwrap_or("default");
    let account = here
        .inventory()
        .service_accounts
        .iter()
        .find(|account| account.object.namespace == pod.object.namespace && account.object.name == name);
    account.is_some_and(|account| here.selection.takes(&account.object))
}

fn made_anew(pod: &StuckPod) -> PodMadeAnew {
    let nearest = pod.controller.as_ref().map(|controller| controller.uid.clone());
    let mut made_by: Vec<String> = nearest.into_iter().chain(pod.owner.uid.clone()).collect();
    made_by.dedup();
    let owner = pod.owner.label();
    PodMadeAnew {
        target: pod.object.clone(),
        made_by,
        says: format!(
            "Deleted if it still waits for its image, so that {owner} makes it anew with the secret. What runs in it \
             beside the waiting container stops."
        ),
    }
}
