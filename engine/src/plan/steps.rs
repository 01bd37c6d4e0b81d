//! Changes of live objects in the order in which they are to be made.

use std::collections::BTreeSet;

use domain::plan::{Edit, FileDiff, Op, PatchVerb, Precondition, Step};
use domain::remedy::{Draft, ObjectChange, Wave};
use manifests::diff::{FieldChange, of_embedded, of_object};

/// The draft's changes as steps: by wave, then by name. A step waits for the operator's configuration and for
/// the operator, which would otherwise write old images again; the rest is independent.
pub(super) fn in_order(draft: &Draft) -> Vec<Step> {
    let mut changes: Vec<&ObjectChange> = draft.object_changes.iter().collect();
    changes.sort_by_key(|change| (change.wave, change.target.label()));
    let digits = changes.len().to_string().len().max(2);
    let mut steps: Vec<Step> = Vec::with_capacity(changes.len());
    for (index, change) in changes.iter().enumerate() {
        let earlier = changes
            .iter()
            .zip(&steps)
            .filter(|(other, _)| other.wave <= Wave::Operator && other.wave < change.wave);
        let after = earlier.map(|(_, step)| step.id.clone()).collect();
        steps.push(Step {
            id: format!("{:0digits$}-{}", index + 1, slug(change)),
            op: Op::Patch,
            target: change.target.clone(),
            precondition: Precondition { uid: change.target.uid.clone() },
            patch: change.patch.clone(),
            inverse: change.inverse.clone(),
            secret_ref: None,
            after,
            images: change.images.clone(),
            says: change.says.clone(),
        });
    }
    steps
}

/// Kind, namespace and name in letters that are safe in a file's name and on a command line.
fn slug(change: &ObjectChange) -> String {
    const LONGEST: usize = 120;
    let target = &change.target;
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
    steps.iter().filter(shown).map(|step| diff(step, draft)).collect()
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
