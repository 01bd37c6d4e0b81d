//! Changes of live objects in the order in which they are to be made.

use std::collections::BTreeSet;

use domain::diagnosis::Scan;
use domain::plan::{Batch, Edit, FileDiff, Op, PatchVerb, Precondition, Step};
use domain::remedy::{Draft, ObjectChange, Wave};
use domain::rollout::{batches, turn};
use domain::workload::ObjectRef;
use manifests::diff::{FieldChange, of_embedded, of_object};

use super::pull_secret;

/// The draft's changes as steps, and which of them go together: by wave, then what waits before what runs and
/// what pulls least, then by name. A step waits for the batch before its own. It also waits for the operator's configuration and for
/// the operator, which would otherwise write old images again, and for the pull secrets and service accounts
/// of its own namespace; the rest is independent.
pub(super) fn in_order(draft: &Draft, scan: &Scan) -> (Vec<Step>, Vec<Batch>) {
    let changes = draft.object_changes.iter().map(of_change);
    let mut todo: Vec<(Wave, Step)> = changes.chain(pull_secret::steps(draft)).collect();
    todo.sort_by_cached_key(|(wave, step)| (*wave, turn(step, scan), step.target.label()));
    let digits = todo.len().to_string().len().max(2);
    let mut steps: Vec<(Wave, Step)> = Vec::with_capacity(todo.len());
    for (index, (wave, step)) in todo.into_iter().enumerate() {
        let id = format!("{:0digits$}-{}", index + 1, slug(&step.target));
        let concerns = |earlier: Wave, other: &Step| match earlier {
            Wave::PullSecrets | Wave::ServiceAccounts => other.target.namespace == step.target.namespace,
            Wave::Configuration | Wave::Operator => true,
            Wave::System | Wave::Workloads | Wave::Pods => false,
        };
        let earlier = steps.iter().filter(|(before, other)| *before < wave && concerns(*before, other));
        let after = earlier.map(|(_, other)| other.id.clone()).collect();
        steps.push((wave, Step { id, after, ..step }));
    }
    let mut steps: Vec<Step> = steps.into_iter().map(|(_, step)| step).collect();
    let batches = batches(&steps, &draft.not_covered, scan);
    for pair in batches.windows(2) {
        let [before, batch] = pair else { continue };
        for step in steps.iter_mut().filter(|step| batch.steps.contains(&step.id)) {
            let missing = before.steps.iter().filter(|id| !step.after.contains(id)).cloned();
            step.after = step.after.iter().cloned().chain(missing).collect();
            step.after.sort();
        }
    }
    (steps, batches)
}

fn of_change(change: &ObjectChange) -> (Wave, Step) {
    let step = Step {
        patch: change.patch.clone(),
        inverse: change.inverse.clone(),
        images: change.images.clone(),
        ..bare_step(Op::Patch, &change.target, &change.says)
    };
    (change.wave, step)
}

/// A step that changes nothing yet, without its place in the order.
pub(super) fn bare_step(op: Op, target: &ObjectRef, says: &str) -> Step {
    Step {
        id: String::new(),
        op,
        target: target.clone(),
        precondition: Precondition { uid: target.uid.clone() },
        patch: Vec::new(),
        inverse: Vec::new(),
        secret_ref: None,
        after: Vec::new(),
        images: Vec::new(),
        says: says.to_owned(),
        made_by: Vec::new(),
    }
}

/// Kind, namespace and name in letters that are safe in a file's name and on a command line.
fn slug(target: &ObjectRef) -> String {
    const LONGEST: usize = 120;
    let parts = [Some(target.kind.as_str()), target.namespace.as_deref(), Some(target.name.as_str())];
    let text: Vec<&str> = parts.into_iter().flatten().collect();
    let safe = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c.to_ascii_lowercase() } else { '-' };
    text.join("-").chars().take(LONGEST).map(safe).collect()
}

/// Pointer, value before and value after of everything a step replaces. Each replacement follows the test of
/// the value it replaces.
pub(super) fn replaced(step: &Step) -> impl Iterator<Item = (&str, &str, &str)> {
    step.patch.windows(2).filter_map(|pair| match pair {
        [test, replace]
            if test.op == PatchVerb::Test
                && replace.op == PatchVerb::Replace
                && test.path == replace.path =>
        {
            Some((replace.path.as_str(), test.text()?, replace.text()?))
        }
        _ => None,
    })
}

/// The diffs of objects whose change no given file shows already.
pub(super) fn diffs(steps: &[Step], draft: &Draft, edits: &[Edit]) -> Vec<FileDiff> {
    let in_files: BTreeSet<&str> =
        edits.iter().filter(|edit| edit.file.is_some()).filter_map(|edit| edit.object.as_deref()).collect();
    let shown = |step: &&Step| !in_files.contains(step.target.label().as_str());
    let patches = steps.iter().filter(|step| step.op == Op::Patch);
    patches.filter(shown).map(|step| diff(step, draft)).collect()
}

fn diff(step: &Step, draft: &Draft) -> FileDiff {
    let label = step.target.label();
    let mut why = Vec::new();
    if let Some(change) = draft.object_changes.iter().find(|change| change.target == step.target) {
        for (_, reason) in &change.why {
            if !why.contains(reason) {
                why.push(reason.clone());
            }
        }
    }
    if let Some(list) = pull_secret::longer_list(step) {
        let (before, after) = list.as_yaml();
        return of_embedded(&label, &before, &after, &step.says, why);
    }
    if step.images.is_empty()
        && let Some((_, before, after)) = replaced(step).next()
    {
        return of_embedded(&label, before, after, &step.says, why);
    }
    let changes: Vec<FieldChange> = step
        .images
        .iter()
        .map(|image| FieldChange {
            place: format!("{} {}", image.kind.label(), image.container),
            field: "image".to_owned(),
            from: image.from.clone(),
            to: image.to.clone(),
        })
        .collect();
    of_object(&label, &changes, &step.says, why)
}
