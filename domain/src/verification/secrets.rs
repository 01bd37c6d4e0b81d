//! A plan's pull secret, held against what accounts, templates and pods name now.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::mask;
use crate::facts::{ContainerState, Fact, ListOf, PodFact};
use crate::plan::{Op, Plan, Step};

use super::types::{CheckedSecret, Outcome, SecretState};

/// What was seen of it so far.
#[derive(Debug)]
pub(super) struct SecretCheck {
    /// Name of the secret; empty when the plan has none.
    name: String,
    steps: Vec<Step>,
    /// Names in the list of each planned account and template, by label.
    lists: BTreeMap<String, Vec<String>>,
    accounts_seen: bool,
    /// Pods of the namespaces in which some were to be made anew: those, what their controllers made since, and
    /// what carries the secret.
    pods: Vec<PodFact>,
}

impl SecretCheck {
    pub(super) fn new(plan: &Plan) -> Self {
        let (name, steps) = match &plan.pull_secret {
            Some(secret) => (secret.name.clone(), plan.steps.clone()),
            None => (String::new(), Vec::new()),
        };
        Self { name, steps, lists: BTreeMap::new(), accounts_seen: false, pods: Vec::new() }
    }

    pub(super) fn take(&mut self, fact: &Fact) {
        if self.steps.is_empty() {
            return;
        }
        match fact {
            Fact::ListBegins(ListOf::Pods) => self.pods.clear(),
            Fact::ServiceAccount(account) => {
                self.accounts_seen = true;
                self.list(account.object.label(), &account.image_pull_secrets);
            }
            Fact::Workload(workload) => {
                self.list(workload.object.label(), &workload.spec.image_pull_secrets);
            }
            Fact::Pod(pod) if self.concerns(pod) => self.pods.push(pod.clone()),
            _ => {}
        }
    }

    fn list(&mut self, label: String, names: &[String]) {
        if self.steps.iter().any(|step| step.op == Op::Patch && step.target.label() == label) {
            self.lists.insert(label, names.to_vec());
        }
    }

    fn concerns(&self, pod: &PodFact) -> bool {
        let nearest = pod.controller.as_ref().map(|controller| &controller.uid);
        self.steps.iter().filter(|step| step.op == Op::ReplacePod).any(|step| {
            step.target.namespace.as_ref() == Some(&pod.namespace)
                && (self.carries(pod)
                    || step.target.uid.as_ref() == Some(&pod.uid)
                    || nearest.is_some_and(|uid| step.made_by.contains(uid)))
        })
    }

    fn carries(&self, pod: &PodFact) -> bool {
        pod.spec.image_pull_secrets.contains(&self.name)
    }

    /// `owners` leads from a controller's UID to that of its own controller.
    pub(super) fn finish(&self, owners: &BTreeMap<String, String>) -> Vec<CheckedSecret> {
        let mut told = BTreeSet::new();
        let mut checked = Vec::new();
        for step in &self.steps {
            match step.op {
                // Whether it is there and what it holds is not looked at; pods tell.
                Op::CreateSecret => {}
                Op::Patch => checked.push(entry(step, None, self.named(step), None)),
                Op::ReplacePod => self.made_anew(step, owners, &mut told, &mut checked),
            }
        }
        checked
    }

    fn named(&self, step: &Step) -> SecretState {
        match self.lists.get(&step.target.label()) {
            Some(names) if names.contains(&self.name) => SecretState::Named,
            Some(_) => SecretState::Lacking,
            None if step.target.kind == "ServiceAccount" && !self.accounts_seen => SecretState::NotSeen,
            None => SecretState::Gone,
        }
    }

    /// The pod itself while it is still there, else what its controller made instead of it. Pods of one
    /// controller are told once, by the first of their steps.
    fn made_anew(
        &self,
        step: &Step,
        owners: &BTreeMap<String, String>,
        told: &mut BTreeSet<String>,
        checked: &mut Vec<CheckedSecret>,
    ) {
        let present = self.pods.iter().filter(|pod| !pod.terminating);
        if let Some(old) = present.clone().find(|pod| step.target.uid.as_ref() == Some(&pod.uid)) {
            told.insert(old.uid.clone());
            let (state, proof) = self.state(old);
            checked.push(entry(step, Some(old.name.clone()), state, proof));
            return;
        }
        let is_instead = |pod: &&PodFact| {
            let nearest = pod.controller.as_ref().map(|controller| &controller.uid);
            let above = nearest.and_then(|uid| owners.get(uid));
            [nearest, above].into_iter().flatten().any(|uid| step.made_by.contains(uid))
        };
        let is_old = |pod: &&PodFact| self.steps.iter().any(|s| s.target.uid.as_ref() == Some(&pod.uid));
        for pod in present.filter(is_instead).filter(|pod| !is_old(pod)) {
            let (state, proof) = self.state(pod);
            // One that runs from before was none of the plan's business.
            if state != SecretState::RunsWithout && told.insert(pod.uid.clone()) {
                checked.push(entry(step, Some(pod.name.clone()), state, proof));
            }
        }
    }

    fn state(&self, pod: &PodFact) -> (SecretState, Option<String>) {
        let failing = pod.statuses.iter().find_map(|status| match &status.state {
            ContainerState::Waiting { reason, message } if crate::diagnosis::is_pull_failure(reason) => {
                Some(mask(message))
            }
            _ => None,
        });
        let runs = |state: &ContainerState| {
            matches!(state, ContainerState::Running | ContainerState::Terminated { exit_code: 0 })
        };
        let all_run = !pod.statuses.is_empty() && pod.statuses.iter().all(|status| runs(&status.state));
        match (self.carries(pod), failing) {
            (true, Some(message)) => (SecretState::Failing, Some(message)),
            (true, None) if all_run => (SecretState::Runs, None),
            (true, None) => (SecretState::OnItsWay, None),
            (false, None) if all_run => (SecretState::RunsWithout, None),
            (false, message) => (SecretState::Lacking, message),
        }
    }
}

fn entry(step: &Step, pod: Option<String>, state: SecretState, proof: Option<String>) -> CheckedSecret {
    CheckedSecret { step: step.id.clone(), object: step.target.label(), pod, state, proof }
}

/// One word for all of them, by the same rule as for images: a plan of which something was applied and
/// something was not has failed.
pub(super) fn outcome(checked: &[CheckedSecret]) -> Outcome {
    let any = |states: &[SecretState]| checked.iter().any(|one| states.contains(&one.state));
    let all = |states: &[SecretState]| checked.iter().all(|one| states.contains(&one.state));
    if all(&[SecretState::Lacking, SecretState::RunsWithout]) && any(&[SecretState::Lacking]) {
        Outcome::NotApplied
    } else if any(&[SecretState::Lacking, SecretState::Failing, SecretState::Gone]) {
        Outcome::Failed
    } else if any(&[SecretState::NotSeen]) {
        Outcome::Unknown
    } else if any(&[SecretState::OnItsWay]) {
        Outcome::InProgress
    } else {
        Outcome::Done
    }
}
