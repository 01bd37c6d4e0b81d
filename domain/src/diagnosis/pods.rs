//! How many pods each workload has and how many of them wait: what a change of its template would meet.
//!
//! One number for each controller is kept while pods pass by; which workload a controller belongs to is only
//! known once everything was read.

use std::collections::{BTreeMap, BTreeSet};

use crate::image::ImageReference;

use super::failing::Waiting;
use super::fold::{FailingPod, Fold};
use super::images::User;
use super::types::Finding;

/// The pods of one workload.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Load {
    /// All that have not ended and are not going away.
    pub(super) pods: u32,
    /// Those of them that wait for an image on Docker Hub.
    pub(super) waiting: u32,
    /// Those that Docker Hub refuses.
    pub(super) throttled: u32,
}

/// By the label of the workload.
pub(super) fn by_workload(fold: &Fold, findings: &[Finding]) -> BTreeMap<String, Load> {
    let mut loads: BTreeMap<String, Load> = BTreeMap::new();
    for (user, pods) in &fold.pods.alive {
        if let Some(label) = workload_of(fold, user) {
            let load = loads.entry(label).or_default();
            load.pods = load.pods.saturating_add(*pods);
        }
    }
    let refused = findings.iter().filter(|f| f.current && f.cause.is_docker_hub_limit());
    let refused: BTreeSet<(&str, &str)> = refused.map(|f| (f.namespace.as_str(), f.pod.as_str())).collect();
    for pod in fold.pods.failing.iter().filter(|pod| !pod.terminating) {
        let Some(label) = pod.controller.as_ref().and_then(|_| workload_of(fold, &pod.user())) else {
            continue;
        };
        let load = loads.entry(label).or_default();
        load.waiting = load.waiting.saturating_add(u32::from(waits_for_docker_hub(pod)));
        let is_refused = refused.contains(&(pod.namespace.as_str(), pod.name.as_str()));
        load.throttled = load.throttled.saturating_add(u32::from(is_refused));
    }
    loads
}

fn waits_for_docker_hub(pod: &FailingPod) -> bool {
    let is_hub = |waiting: &Waiting| {
        waiting.container.image.parse::<ImageReference>().is_ok_and(|image| image.is_docker_hub())
    };
    pod.waiting.iter().any(is_hub)
}

/// The workload that was seen and whose template the pods of a controller are made from. It need not be the top
/// of the chain: an operator's custom resource may stand above it.
fn workload_of(fold: &Fold, user: &User) -> Option<String> {
    let (namespace, controller) = user.controller()?;
    let mut labels = fold.owners.chain(namespace, controller).into_iter().map(|object| object.label());
    labels.find(|label| fold.workloads.contains_key(label))
}
