//! Who owns an object: the chain of controllers, and the tool that would write it again.

use std::collections::BTreeMap;

use crate::facts::WorkloadFact;
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
        let mut at = as_object(namespace, controller);
        // Chains are two or three long; the bound keeps a cycle in hostile input from spinning.
        for _ in 0..8 {
            let seen = at.uid.as_ref().and_then(|uid| self.by_uid.get(uid));
            match seen {
                Some((_, Some(next))) => at = as_object(namespace, next),
                Some((object, None)) => return object.clone(),
                None => break,
            }
        }
        without_template_hash(at)
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
    let by_marks = tool(&workload.labels, &workload.annotations, workload.object.namespace.as_deref());
    if by_marks.is_some() {
        return by_marks;
    }
    if let Some(api) = workload.labels.get("apiName") {
        return Some(format!("Cortex API {api}"));
    }
    let controller = workload.controller.as_ref()?;
    (!is_built_in(controller)).then(|| format!("{} {}", controller.kind, controller.name))
}

/// The tool that keeps an object, by its marks.
pub(super) fn tool(
    labels: &BTreeMap<String, String>,
    annotations: &BTreeMap<String, String>,
    namespace: Option<&str>,
) -> Option<String> {
    let annotation = |key: &str| annotations.get(key).map(String::as_str);
    let label = |key: &str| labels.get(key).map(String::as_str);
    if let Some(tracking) = annotation("argocd.argoproj.io/tracking-id") {
        let application = tracking.split(':').next().unwrap_or(tracking);
        return Some(format!("Argo CD application {application}"));
    }
    if let Some(name) = label("kustomize.toolkit.fluxcd.io/name") {
        let namespace = label("kustomize.toolkit.fluxcd.io/namespace").unwrap_or("flux-system");
        return Some(format!("Flux Kustomization {namespace}/{name}"));
    }
    if let Some(name) = label("helm.toolkit.fluxcd.io/name") {
        let namespace = label("helm.toolkit.fluxcd.io/namespace").unwrap_or("flux-system");
        return Some(format!("Flux HelmRelease {namespace}/{name}"));
    }
    if let Some(release) = annotation("meta.helm.sh/release-name") {
        let namespace = annotation("meta.helm.sh/release-namespace").or(namespace).unwrap_or("default");
        return Some(format!("Helm release {namespace}/{release}"));
    }
    if label("app.kubernetes.io/managed-by") == Some("Helm") {
        return Some("Helm".to_owned());
    }
    if let Some(owner) = label("olm.owner") {
        return Some(format!("Operator Lifecycle Manager, {owner}"));
    }
    label("kapp.k14s.io/app").map(|_| "kapp".to_owned())
}
