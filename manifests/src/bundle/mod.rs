//! A plan as a folder of files: to read, to keep, to carry out with kubectl alone.
//!
//! The bytes are a function of what is given: no clock, no randomness, everything sorted. Must not know how
//! files are packed, nor how a report is rendered.

mod account;
mod account_readme;
mod cluster_wide;
mod commands;
mod ecr;
mod external_secrets;
mod overlay;
mod owners;
mod pace;
mod readme;

use domain::diagnosis::Scan;
use domain::plan::{FileDiff, Op, PatchOp, Plan, Step};
use domain::ports::InputFile;
use domain::problem::Problem;
use serde::Serialize;
use serde_json::json;

use crate::archive::BundleFile;
use crate::diff;

/// All files of a plan's bundle (INTERFACE §5), sorted by path. `originals` are the given files, `patched`
/// those of them that change, as they are afterwards.
///
/// # Errors
/// When a value cannot be written as JSON, which none made by this program is.
pub fn build(
    plan: &Plan,
    scan: &Scan,
    originals: &[InputFile],
    patched: &[InputFile],
    diffs: &[FileDiff],
    report_html: Vec<u8>,
) -> Result<Vec<BundleFile>, Problem> {
    let mut files = vec![
        json_file("plan.json", plan)?,
        json_file("report.json", &report(plan, scan, diffs))?,
        file("report.html", report_html),
        file("README.md", readme::write(plan, scan, patched).into_bytes()),
        BundleFile { executable: true, ..file("commands.sh", commands::script(plan, scan).into_bytes()) },
    ];
    let pairs: Vec<(&InputFile, &InputFile)> = patched
        .iter()
        .filter_map(|after| Some((originals.iter().find(|before| before.name == after.name)?, after)))
        .collect();
    for (before, after) in &pairs {
        files.push(file(format!("patched/{}", after.name), after.bytes.to_vec()));
        files.push(file(format!("rollback/files/{}", before.name), before.bytes.to_vec()));
    }
    let patch = unified(&pairs);
    if !patch.is_empty() {
        files.push(file("diff.patch", patch.into_bytes()));
    }
    for step in plan.steps.iter().filter(|step| step.op == Op::Patch) {
        files.push(json_file(&commands::patch_file(step), &with_identity(step, &step.patch))?);
        files.push(json_file(&commands::inverse_file(step), &with_identity(step, &step.inverse))?);
    }
    files.extend(account::files(plan));
    files.extend(external_secrets::files(plan, scan));
    files.extend(overlay::files(plan, scan, originals));
    files.extend(owners::files(plan));
    files.extend(ecr::files(plan)?);
    files.extend(cluster_wide::files(plan, scan));
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

/// The lines that carry a plan out in the folder of its bundle: those of the readme for the registry and for live
/// objects, and the patch for given files.
pub fn apply_lines(plan: &Plan) -> Vec<String> {
    let registry = plan.ecr.as_ref().map(ecr::prepare_lines).unwrap_or_default();
    let files = changes_files(plan).then(|| "git apply diff.patch".to_owned());
    registry.into_iter().chain(files).chain(commands::apply(plan)).collect()
}

/// The lines that take it back, likewise.
pub fn take_back_lines(plan: &Plan) -> Vec<String> {
    let files = changes_files(plan).then(|| "git apply -R diff.patch".to_owned());
    commands::take_back(plan).into_iter().chain(files).collect()
}

fn changes_files(plan: &Plan) -> bool {
    plan.edits.iter().any(|edit| edit.file.is_some())
}

fn file(path: impl Into<String>, bytes: Vec<u8>) -> BundleFile {
    BundleFile { path: path.into(), bytes, executable: false }
}

fn json_file(path: &str, value: &impl Serialize) -> Result<BundleFile, Problem> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|error| {
        Problem::bad_input(
            "bundle_not_json",
            "A file of the bundle could not be written.",
            error.to_string(),
            "Please report this.",
        )
        .at(path)
    })?;
    bytes.push(b'\n');
    Ok(file(path, bytes))
}

fn report(plan: &Plan, scan: &Scan, diffs: &[FileDiff]) -> serde_json::Value {
    json!({
        "schema": "unthrottle.report/v1",
        "diagnosis": scan.diagnosis,
        "plan": plan,
        "diffs": diffs,
    })
}

fn unified(pairs: &[(&InputFile, &InputFile)]) -> String {
    let texts: Vec<_> = pairs
        .iter()
        .map(|(before, after)| {
            (
                before.name.as_str(),
                String::from_utf8_lossy(&before.bytes),
                String::from_utf8_lossy(&after.bytes),
            )
        })
        .collect();
    diff::unified(texts.iter().map(|(name, before, after)| (*name, before.as_ref(), after.as_ref())))
}

/// The patch with the object's identity tested first: one of the same name that was made anew is another
/// object, and the plan was not made for it.
fn with_identity(step: &Step, patch: &[PatchOp]) -> Vec<PatchOp> {
    let uid = step.precondition.uid.as_ref();
    let test = uid.map(|uid| PatchOp::test("/metadata/uid", uid.as_str()));
    test.into_iter().chain(patch.iter().cloned()).collect()
}
