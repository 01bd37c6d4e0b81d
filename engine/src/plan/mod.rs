//! A remedy's intentions become a plan: edits carried out on bytes, steps in order, everything counted.
//!
//! The same scan, answers and files give the same plan to the last byte. Must not know how a cluster is
//! written to, nor what a bundle looks like.

mod digest;
mod embedded;
mod files;
mod pull_secret;
mod steps;

use std::collections::BTreeSet;

use domain::diagnosis::Scan;
use domain::equivalents::Survey;
use domain::facts::NotSeen;
use domain::plan::{Edit, FileDiff, Plan, Refused, Step};
use domain::ports::InputFile;
use domain::problem::Problem;
use domain::remedy::{self, Answers, Draft, ObjectChange, RemedyKind};

pub use digest::digest;

/// A plan with what it makes of the given files.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// The plan.
    pub plan: Plan,
    /// The given files that change, as they are afterwards, sorted by name.
    pub patched: Vec<InputFile>,
    /// What changes, files first, then live objects that no file shows.
    pub diffs: Vec<FileDiff>,
}

/// Makes the plan of a remedy for what a scan found and what registries said. `files` are the given files as they were read.
///
/// # Errors
/// When the remedy needs an answer it does not have, or every given file had to be refused.
pub fn make(
    scan: &Scan,
    kind: RemedyKind,
    answers: &Answers,
    survey: &Survey,
    files: &[InputFile],
) -> Result<Made, Problem> {
    let mut draft = remedy::draft(kind, scan, answers, survey)?;
    let mut refused = files::unreadable(scan);
    embedded::expand(&mut draft, &mut refused);
    let edited = files::edit(&draft, scan, files);
    refused.extend(edited.refused);
    refused.sort_by(|a, b| (&a.file, &a.place, &a.why).cmp(&(&b.file, &b.place, &b.why)));
    refused.dedup();

    let (steps, batches) = steps::in_order(&draft, scan);
    let mut edits = edited.edits;
    let shown: BTreeSet<(Option<String>, Option<String>)> =
        edits.iter().map(|edit| (edit.object.clone(), edit.object_path.clone())).collect();
    let live = live_edits(&draft, &steps);
    edits.extend(
        live.into_iter().filter(|edit| !shown.contains(&(edit.object.clone(), edit.object_path.clone()))),
    );

    let touched = |name: &String| {
        edited.patched.iter().any(|file| file.name == *name)
            || refused.iter().any(|refused| refused.file == *name)
    };
    let unchanged: Vec<String> = scan.inventory.files.iter().filter(|name| !touched(name)).cloned().collect();
    let change_needed = !edits.is_empty() || !steps.is_empty();
    let is_refused = |name: &String| refused.iter().any(|refused| refused.file == *name);
    let nothing_judged = scan.inventory.understood.iter().all(is_refused);
    if let Some(first) = refused.first().filter(|_| !change_needed && nothing_judged) {
        return Err(all_refused(first, refused.len()));
    }
    let mut diffs = edited.diffs;
    diffs.extend(steps::diffs(&steps, &draft, &edits));
    let patched = edited.patched;
    let mut plan = Plan {
        schema: "unthrottle.plan/v1".to_owned(),
        digest: String::new(),
        cluster_uid: scan.inventory.cluster.uid.clone(),
        context: scan.inventory.cluster.context.clone(),
        cluster_name: scan.inventory.cluster.name.clone(),
        scanned_at: scan.diagnosis.source.collected_at.clone(),
        remedy: kind,
        cortex_version: draft.cortex_version,
        change_needed,
        summary: String::new(),
        pull_secret: None,
        found_secrets: draft.found_secrets,
        edits,
        refused,
        not_covered: draft.not_covered,
        left_running: draft.left_running,
        unchanged,
        copies: draft.copies,
        proofs: draft.proofs,
        ecr: draft.ecr,
        steps,
        batches,
        pulls: None,
        owners: Vec::new(),
        risks: draft.risks,
        not_seen: scan.diagnosis.not_seen.iter().filter(|seen| !files::is_refusal(seen)).cloned().collect(),
    };
    plan.pull_secret = draft.pull_secret.filter(|_| change_needed).map(|draft| draft.secret);
    plan.summary = match &plan.pull_secret {
        Some(_) => pull_secret::summary(&plan.steps),
        None if change_needed => summary(&plan, patched.len()),
        None => unchanged_because(draft.nothing_to_do, &plan.refused),
    };
    if change_needed && !plan.left_running.is_empty() {
        plan.summary = format!("{} {}", plan.summary, left_running(plan.left_running.len()));
    }
    plan.owners = domain::owners::of_plan(&scan.inventory, &in_their_text(&plan), &plan.left_running);
    if !plan.steps.is_empty() || !plan.copies.is_empty() {
        plan.pulls = Some(domain::rollout::of_plan(&plan, scan));
    }
    plan.digest = digest(&plan)?;
    Ok(Made { plan, patched, diffs })
}

/// What belongs in the text of whoever writes objects: every change of the plan, and what it leaves running as
/// well. An owner's text is one for all its objects, and who commits it chooses when. Only copies are left out that
/// nobody makes: a name in a text has to be there.
fn in_their_text(plan: &Plan) -> Vec<Edit> {
    let left = plan.left_running.iter().flat_map(|left| left.images.iter().map(move |image| (left, image)));
    let left = left.filter_map(|(left, image)| {
        let to = image.to.clone().filter(|to| plan.leads_somewhere(to))?;
        Some(Edit {
            file: None,
            document: None,
            path: image.path.clone(),
            line: None,
            from: Some(image.image.clone()),
            to,
            why: String::new(),
            object: Some(left.place.clone()),
            object_path: Some(image.path.clone()),
        })
    });
    plan.edits.iter().cloned().chain(left).collect()
}

fn left_running(n: usize) -> String {
    match n {
        1 => "1 workload runs and is left as it is.".to_owned(),
        n => format!("{n} workloads run and are left as they are."),
    }
}

/// Why nothing changes. What was left alone for lack of certainty comes first: it may well need a change.
fn unchanged_because(nothing_to_do: String, refused: &[Refused]) -> String {
    match refused.len() {
        0 => nothing_to_do,
        1 => "1 file was left alone, since it could not be edited with certainty; the rest needs no change."
            .to_owned(),
        n => format!(
            "{n} files were left alone, since they could not be edited with certainty; the rest needs no change."
        ),
    }
}

/// The changed values of live objects, in the order of their steps.
fn live_edits(draft: &Draft, steps: &[Step]) -> Vec<Edit> {
    let why = |step: &Step, path: &str| {
        let change: Option<&ObjectChange> =
            draft.object_changes.iter().find(|change| change.target == step.target);
        let found = change.and_then(|change| change.why.iter().find(|(at, _)| at == path));
        found.map(|(_, why)| why.clone()).unwrap_or_default()
    };
    steps
        .iter()
        .flat_map(|step| {
            let values =
                steps::replaced(step).map(|(path, from, to)| (path, Some(from.to_owned()), to.to_owned()));
            let lists = pull_secret::longer_list(step).map(|list| (list.path, list.before(), list.after()));
            values.chain(lists).map(move |values| (step, values))
        })
        .map(|(step, (path, from, to))| Edit {
            file: None,
            document: None,
            path: path.to_owned(),
            line: None,
            from,
            to,
            why: why(step, path),
            object: Some(step.target.label()),
            object_path: Some(path.to_owned()),
        })
        .collect()
}

fn summary(plan: &Plan, files: usize) -> String {
    let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let places = match (files, plan.steps.len()) {
        (0, objects) => count(objects, "live object"),
        (files, 0) => count(files, "file"),
        (files, objects) => format!("{} and {}", count(files, "file"), count(objects, "live object")),
    };
    let verb = if plan.edits.len() == 1 { "moves" } else { "move" };
    format!("{} in {places} {verb} from Docker Hub to {}.", count(plan.edits.len(), "value"), plan.place())
}

fn all_refused(first: &Refused, count: usize) -> Problem {
    let why = match count {
        1 => first.why.clone(),
        _ => format!("{} ({} more were refused as well.)", first.why, count - 1),
    };
    Problem::bad_input(
        "nothing_planned",
        "None of the given files could be edited with certainty.",
        why,
        "Correct the file at the place named, or render it first if it is a template, and run the same command again.",
    )
    .at(first.place.clone())
}

/// Whether a fact of the scan is about a given file that could not be read, and the place and reason then.
fn refusal_of(seen: &NotSeen) -> Option<(&str, &str, &str)> {
    let file = seen.what.strip_prefix("file ")?;
    let rest = seen.why.strip_prefix(file)?.strip_prefix(':')?;
    let (place, why) = rest.split_once(": ")?;
    Some((file, place, why))
}
