//! The fold that holds a plan against what the cluster does now.

use std::collections::BTreeMap;

use crate::diagnosis::{Fold, SourceKind};
use crate::evidence::mask;
use crate::facts::{ContainerState, ContainerStatus, Fact, PodFact, WorkloadFact};
use crate::plan::{ImageMove, Plan, Step};
use crate::time::Timestamp;

use super::image::Seen;
use super::secrets::{self, SecretCheck};
use super::types::{CheckState, Checked, Outcome, StillThrottled, Verification};

/// A verification under way.
///
/// It keeps the pods of planned objects only, and runs a second [`Fold`] beside for what is still throttled.
#[derive(Debug)]
pub struct Check {
    plan: Plan,
    fold: Fold,
    /// Controller UID → UID of its own controller, to walk from a pod to a planned object.
    owners: BTreeMap<String, String>,
    /// Planned objects as they are now, by step.
    templates: BTreeMap<String, BTreeMap<String, String>>,
    pods: Vec<PodFact>,
    secrets: SecretCheck,
    /// `Pulled` events by pod UID.
    pulled: BTreeMap<String, Vec<String>>,
}

impl Check {
    /// A check against a plan.
    pub fn new(plan: &Plan) -> Self {
        Self {
            plan: plan.clone(),
            fold: Fold::new(SourceKind::Cluster),
            owners: BTreeMap::new(),
            templates: BTreeMap::new(),
            pods: Vec::new(),
            secrets: SecretCheck::new(plan),
            pulled: BTreeMap::new(),
        }
    }

    /// Takes one fact.
    pub fn take(&mut self, fact: Fact) {
        self.secrets.take(&fact);
        match &fact {
            Fact::ListBegins(crate::facts::ListOf::Pods) => self.pods.clear(),
            Fact::ListBegins(crate::facts::ListOf::Events) => self.pulled.clear(),
            Fact::Owner { uid, controller: Some(controller), .. } => {
                self.owners.insert(uid.clone(), controller.uid.clone());
            }
            Fact::Workload(workload) => self.workload(workload),
            Fact::Pod(pod) if self.concerns(pod) => self.pods.push(pod.clone()),
            Fact::Event(event) if event.reason == "Pulled" => {
                self.pulled.entry(event.pod_uid.clone()).or_default().push(event.message.clone());
            }
            _ => {}
        }
        self.fold.take(fact);
    }

    /// Concludes.
    pub fn finish(self, checked_at: Timestamp) -> Verification {
        let mut containers: Vec<Checked> =
            self.plan.steps.iter().flat_map(|step| self.of_step(step)).collect();
        containers.sort();
        let scan = self.fold.finish(checked_at.clone());
        let pull_secrets = self.secrets.finish(&self.owners);
        let planned = |pod: &str, container: &str| {
            containers.iter().any(|c| c.pod.as_deref() == Some(pod) && c.container == container)
                || pull_secrets.iter().any(|secret| secret.pod.as_deref() == Some(pod))
        };
        let mut still_throttled: Vec<StillThrottled> = scan
            .diagnosis
            .findings
            .iter()
            .filter(|f| f.current && f.cause.is_docker_hub_limit())
            .filter(|f| !planned(&f.pod, &f.container))
            .map(|f| StillThrottled {
                object: format!("{} {}/{}", f.workload.kind, f.namespace, f.workload.name),
                pod: f.pod.clone(),
                container: f.container.clone(),
                image: f.image.clone(),
                foreseen: self.plan.not_covered.iter().any(|n| n.image == f.image),
            })
            .collect();
        still_throttled.sort();
        let not_seen = scan.diagnosis.not_seen;
        Verification {
            schema: "unthrottle.verification/v1".to_owned(),
            plan_digest: self.plan.digest.clone(),
            checked_at,
            outcome: if !pull_secrets.is_empty() {
                secrets::outcome(&pull_secrets)
            } else if containers.is_empty() && self.plan.change_needed {
                // A plan of files alone: what became of them in a cluster, this cannot tell.
                Outcome::Unknown
            } else {
                outcome(&containers, !not_seen.is_empty())
            },
            containers,
            pull_secrets,
            still_throttled,
            not_seen,
        }
    }

    /// Whether a pod names an image that the plan moves: only such pods are kept, so that memory follows the
    /// plan and not the cluster.
    fn concerns(&self, pod: &PodFact) -> bool {
        let mut moves = self.plan.steps.iter().flat_map(|step| &step.images);
        moves.any(|m| pod.spec.containers.iter().any(|c| c.image == m.from || c.image == m.to))
    }

    /// Remembers what a planned object's template names now.
    fn workload(&mut self, workload: &WorkloadFact) {
        if let (Some(uid), Some(controller)) = (&workload.object.uid, &workload.controller) {
            self.owners.insert(uid.clone(), controller.uid.clone());
        }
        let Some(step) = self.plan.steps.iter().find(|step| same_object(step, workload)) else { return };
        let images = workload.spec.containers.iter().map(|c| (c.name.clone(), c.image.clone())).collect();
        self.templates.insert(step.id.clone(), images);
    }

    /// The planned containers of one step, in every pod that the planned object has now.
    fn of_step(&self, step: &Step) -> Vec<Checked> {
        let template = self.templates.get(&step.id);
        let mut checked = Vec::new();
        for wanted in &step.images {
            if let Some(images) = template
                && images.get(&wanted.container) != Some(&wanted.to)
            {
                // The template itself was not changed, or was changed back: its pods only follow it.
                let present = images.get(&wanted.container).cloned();
                let state = if present.is_some() { CheckState::OldImage } else { CheckState::Gone };
                checked.push(entry(step, wanted, None, present, state, None, None));
                continue;
            }
            let pods: Vec<&PodFact> = self.pods_of(step).filter(|pod| !pod.terminating).collect();
            if pods.is_empty() {
                let (present, state) = match template {
                    Some(images) => (images.get(&wanted.container).cloned(), CheckState::FromNewPlace),
                    None => (None, CheckState::Gone),
                };
                let proof =
                    template.map(|_| "The template names the new image; no pod of it exists now.".to_owned());
                checked.push(entry(step, wanted, None, present, state, None, proof));
            }
            checked.extend(pods.into_iter().map(|pod| self.in_pod(step, wanted, pod)));
        }
        checked
    }

    /// Pods whose chain of controllers leads to the step's target, or that are the target.
    fn pods_of<'a>(&'a self, step: &'a Step) -> impl Iterator<Item = &'a PodFact> {
        self.pods.iter().filter(move |pod| {
            let target = &step.target;
            if target.kind == "Pod" {
                return Some(&pod.namespace) == target.namespace.as_ref() && pod.name == target.name;
            }
            let Some(wanted) = &target.uid else { return false };
            let mut at = pod.controller.as_ref().map(|c| c.uid.clone());
            for _ in 0..8 {
                match at {
                    Some(uid) if &uid == wanted => return true,
                    Some(uid) => at = self.owners.get(&uid).cloned(),
                    None => return false,
                }
            }
            false
        })
    }

    fn in_pod(&self, step: &Step, wanted: &ImageMove, pod: &PodFact) -> Checked {
        let present =
            pod.spec.containers.iter().find(|c| c.name == wanted.container).map(|c| c.image.clone());
        let status = pod.statuses.iter().find(|s| s.name == wanted.container);
        let image_id = status.map(|s| s.image_id.clone()).filter(|id| !id.is_empty());
        let (state, proof) = match (&present, status) {
            (None, _) => (CheckState::Gone, None),
            (Some(image), _) if *image != wanted.to && self.templates.contains_key(&step.id) => (
                CheckState::OnItsWay,
                Some("A pod from before the change, which the rollout replaces.".to_owned()),
            ),
            (Some(image), _) if *image != wanted.to => (CheckState::OldImage, None),
            (Some(_), None) => (CheckState::OnItsWay, None),
            (Some(_), Some(status)) => {
                let events = self.pulled.get(&pod.uid).into_iter().flatten();
                let pulled = events.map(String::as_str).find(|event| event.contains(&wanted.to));
                let seen = Seen { wanted, image_id: image_id.as_deref(), pulled };
                state_of(status, seen.shown(&self.plan))
            }
        };
        entry(step, wanted, Some(pod.name.clone()), present, state, image_id, proof)
    }
}

/// Whether a live object is the step's target: by UID where both know it, else by name.
fn same_object(step: &Step, workload: &WorkloadFact) -> bool {
    let (target, object) = (&step.target, &workload.object);
    target.label() == object.label()
        && (target.uid.is_none() || object.uid.is_none() || target.uid == object.uid)
}

/// Runs (or ran to its end), and something shows that it is the wanted image.
fn state_of(status: &ContainerStatus, shown: Option<String>) -> (CheckState, Option<String>) {
    match &status.state {
        ContainerState::Running | ContainerState::Terminated { exit_code: 0 } if shown.is_some() => {
            (CheckState::FromNewPlace, shown)
        }
        ContainerState::Waiting { reason, message } if crate::diagnosis::is_pull_failure(reason) => {
            (CheckState::Failing, Some(mask(message)))
        }
        ContainerState::Terminated { exit_code } if *exit_code != 0 => {
            (CheckState::Failing, Some(format!("exited with status {exit_code}")))
        }
        _ => (CheckState::OnItsWay, shown),
    }
}

fn entry(
    step: &Step,
    wanted: &ImageMove,
    pod: Option<String>,
    present: Option<String>,
    state: CheckState,
    image_id: Option<String>,
    proof: Option<String>,
) -> Checked {
    Checked {
        step: step.id.clone(),
        object: step.target.label(),
        pod,
        container: wanted.container.clone(),
        kind: wanted.kind,
        wanted: wanted.to.clone(),
        present,
        state,
        image_id,
        proof,
    }
}

/// One word for all of them. A plan of which something was applied and something was not has failed, not
/// "not applied": that difference is what a person looks for.
fn outcome(containers: &[Checked], partial: bool) -> Outcome {
    let any = |state: CheckState| containers.iter().any(|c| c.state == state);
    let all = |state: CheckState| containers.iter().all(|c| c.state == state);
    if containers.is_empty() {
        if partial { Outcome::Unknown } else { Outcome::Done }
    } else if all(CheckState::FromNewPlace) {
        Outcome::Done
    } else if all(CheckState::OldImage) {
        Outcome::NotApplied
    } else if any(CheckState::OldImage) || any(CheckState::Failing) || any(CheckState::Gone) {
        Outcome::Failed
    } else {
        Outcome::InProgress
    }
}
