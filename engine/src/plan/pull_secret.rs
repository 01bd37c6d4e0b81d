//! A pull secret as steps, and lists of pull secrets as they are before and after.

use domain::plan::{Op, PatchVerb, Step};
use domain::remedy::{Draft, PodMadeAnew, SecretDraft, Wave};
use domain::workload::ObjectRef;
use serde_json::Value;

use super::steps::bare_step;

/// The login that the secret is made of: the same in every namespace, asked for once.
const LOGIN: &str = "docker-hub";

/// The secrets to make and the pods to be made anew.
pub(super) fn steps(draft: &Draft) -> Vec<(Wave, Step)> {
    let Some(secret) = &draft.pull_secret else { return Vec::new() };
    let made = secret.namespaces.iter().map(|namespace| (Wave::PullSecrets, made(secret, namespace)));
    let anew = secret.made_anew.iter().map(|pod| (Wave::Pods, anew(pod)));
    made.chain(anew).collect()
}

fn made(draft: &SecretDraft, namespace: &str) -> Step {
    let target = ObjectRef {
        group: String::new(),
        version: "v1".to_owned(),
        kind: "Secret".to_owned(),
        namespace: Some(namespace.to_owned()),
        name: draft.secret.name.clone(),
        uid: None,
    };
    let says =
        "Made from the user name and access token that you give on standard input, once for all namespaces.";
    Step { secret_ref: Some(LOGIN.to_owned()), ..bare_step(Op::CreateSecret, &target, says) }
}

fn anew(pod: &PodMadeAnew) -> Step {
    Step { made_by: pod.made_by.clone(), ..bare_step(Op::ReplacePod, &pod.target, &pod.says) }
}

/// A list of pull secrets that gets one more.
pub(super) struct LongerList<'a> {
    /// JSON pointer of the list.
    pub(super) path: &'a str,
    present: Vec<&'a str>,
    added: &'a str,
}

/// The list that a step makes longer: a test of the whole list, or of its absence, and an addition to it.
pub(super) fn longer_list(step: &Step) -> Option<LongerList<'_>> {
    let [test, add] = step.patch.as_slice() else { return None };
    if test.op != PatchVerb::Test || add.op != PatchVerb::Add || !test.path.ends_with("/imagePullSecrets") {
        return None;
    }
    let present = names(test.value.as_ref()?);
    let added = add.value.as_ref()?;
    let added = names(added).first().copied().or_else(|| added.get("name")?.as_str())?;
    Some(LongerList { path: &test.path, present, added })
}

fn names(list: &Value) -> Vec<&str> {
    let entries = list.as_array().map(Vec::as_slice).unwrap_or_default();
    entries.iter().filter_map(|entry| entry.get("name")?.as_str()).collect()
}

impl LongerList<'_> {
    /// The names before; `None` where there was no list.
    pub(super) fn before(&self) -> Option<String> {
        (!self.present.is_empty()).then(|| self.present.join(", "))
    }

    /// The names after.
    pub(super) fn after(&self) -> String {
        let names: Vec<&str> = self.present.iter().copied().chain([self.added]).collect();
        names.join(", ")
    }

    /// The list before and after, as the object shows it.
    pub(super) fn as_yaml(&self) -> (String, String) {
        let list = |names: &[&str]| names.iter().map(|name| format!("- name: {name}\n")).collect::<String>();
        let before = list(&self.present);
        let heading = "imagePullSecrets:\n";
        let after = format!("{heading}{before}{}", list(&[self.added]));
        (if before.is_empty() { before } else { format!("{heading}{before}") }, after)
    }
}

/// What the steps amount to, in one sentence.
pub(super) fn summary(steps: &[Step]) -> String {
    let of = |op: Op, kind: Option<bool>| {
        let is_account =
            |step: &&Step| kind.is_none_or(|wanted| (step.target.kind == "ServiceAccount") == wanted);
        steps.iter().filter(|step| step.op == op).filter(is_account).count()
    };
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let parts: Vec<String> = [
        (of(Op::CreateSecret, None), "pull secret", "made"),
        (of(Op::Patch, Some(true)), "service account", "lending it"),
        (of(Op::Patch, Some(false)), "template", "naming it"),
        (of(Op::ReplacePod, None), "waiting pod", "made anew"),
    ]
    .into_iter()
    .filter(|(n, ..)| *n > 0)
    .map(|(n, what, done)| format!("{} {done}", count(n, what)))
    .collect();
    format!("A Docker Hub account for the cluster: {}.", parts.join(", "))
}
