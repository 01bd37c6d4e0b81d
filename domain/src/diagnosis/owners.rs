//! Who owns an object: the chain of controllers, and the tool that would write it again.

use std::collections::BTreeMap;

use crate::facts::WorkloadFact;
use crate::owners::keeper;
use crate::workload::{Controller, ObjectRef};

/// The chain of controllers, as far as it was seen.
#[derive(Debug, Default)]
pub(super) struct Owners {
    /// Controlled objects by UID: ReplicaSets of Deployments, Jobs of CronJobs.
    by_uid: BTreeMap<String, (ObjectRef, Option<Controller>)>,
}

impl Owners {
    /// Learns one link.
    pub(super) fn learn(&mut self, uid: String, object: ObjectRef, controller: Option<Controller>) {
        self.by_uid.insert(uid, (object, controller));
    }

    /// Forgets every link of a list that is read again.
    pub(super) fn forget(&mut self, kinds: &[&str]) {
        self.by_uid.retain(|_, (object, _)| !kinds.contains(&object.kind.as_str()));
    }

    /// The object at the top of the chain that starts at a pod's controller. An owner that was not seen (no
    /// right to list it, or a custom resource) ends the chain.
    pub(super) fn top(&self, namespace: &str, controller: &Controller) -> ObjectRef {
        let chain = self.chain(namespace, controller);
        chain.into_iter().next_back().unwrap_or_else(|| as_object(namespace, controller))
    }

    /// Every object of that chain, the pod's own controller first.
    pub(super) fn chain(&self, namespace: &str, controller: &Controller) -> Vec<ObjectRef> {
        let mut chain = Vec::new();
        let mut at = as_object(namespace, controller);
        // Chains are two or three long; the bound keeps a cycle in hostile input from spinning.
        for _ in 0..8 {
            let seen = at.uid.as_ref().and_then(|uid| self.by_uid.get(uid));
            match seen {
                Some((_, Some(next))) => {
                    let above = as_object(namespace, next);
                    chain.push(std::mem::replace(&mut at, above));
                }
                Some((object, None)) => {
                    chain.push(object.clone());
                    return chain;
                }
                None => break,
            }
        }
        chain.push(without_template_hash(at));
        chain
    }
}

/// A ReplicaSet whose own owner could not be seen still tells its Deployment: the Deployment controller names
/// it `NAME-HASH` (Kubernetes: `pkg/controller/deployment/sync.go`). Only the name is concluded, so there is
/// no UID to patch by.
fn without_template_hash(object: ObjectRef) -> ObjectRef {
    let hash_alphabet = |text: &str| text.bytes().all(|byte| b"bcdfghjklmnpqrstvwxz2456789".contains(&byte));
    match object.name.rsplit_once('-') {
        Some((name, hash))
            if object.kind == "ReplicaSet" && (8..=10).contains(&hash.len()) && hash_alphabet(hash) =>
        {
            ObjectRef { kind: "Deployment".to_owned(), name: name.to_owned(), uid: None, ..object }
        }
        _ => object,
    }
}

fn as_object(namespace: &str, controller: &Controller) -> ObjectRef {
    let (group, version) = controller.api_version.split_once('/').unwrap_or(("", &controller.api_version));
    ObjectRef {
        group: group.to_owned(),
        version: version.to_owned(),
        kind: controller.kind.clone(),
        namespace: Some(namespace.to_owned()),
        name: controller.name.clone(),
        uid: Some(controller.uid.clone()),
    }
}

/// True for controllers of Kubernetes itself: an object they control is part of theirs, not a workload of its
/// own.
pub(super) fn is_built_in(controller: &Controller) -> bool {
    matches!(
        controller.kind.as_str(),
        "Deployment" | "CronJob" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Job"
    ) && (controller.api_version.starts_with("apps/") || controller.api_version.starts_with("batch/"))
}

/// Who would write an object again after a change by hand: Helm, Argo CD, Flux, OLM, kapp, a custom resource's
/// operator, or Cortex. By the labels and annotations these tools put on what they own.
pub fn managed_by(workload: &WorkloadFact) -> Option<String> {
    let namespace = workload.object.namespace.as_deref();
    if let Some(keeper) = keeper(namespace, &workload.labels, &workload.annotations) {
        return Some(keeper.to_string());
    }
    if let Some(api) = workload.labels.get("apiName") {
        return Some(format!("Cortex API {api}"));
    }
    let controller = workload.controller.as_ref()?;
    (!is_built_in(controller)).then(|| format!("{} {}", controller.kind, controller.name))
}
