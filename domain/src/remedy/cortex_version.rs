//! Which Cortex version a plan is made for.

use serde_json::Value;

use crate::cortex::{Version, agreed_version, releases, version_of_cortex_image};
use crate::diagnosis::Scan;
use crate::facts::{CortexFile, CortexFileKind};
use crate::problem::Problem;
use crate::remedy::{Answers, Question};

/// Key of the answer that says or overrides it.
pub(super) const KEY: &str = "cortex-version";

/// What is asked where there is a Cortex.
pub(super) fn question(scan: &Scan) -> Option<Question> {
    let inventory = &scan.inventory;
    let is_cortex = scan.diagnosis.cortex.is_some()
        || !inventory.cortex_files.is_empty()
        || inventory.workloads.iter().any(|workload| workload.cortex);
    is_cortex.then(|| Question {
        key: KEY.to_owned(),
        label: "Cortex version".to_owned(),
        help: "Keys and image tags differ from version to version. `cortex version` prints it.".to_owned(),
        found: found(scan).map(|(version, from)| (version.to_string(), from)),
        choices: releases().map(|version| version.to_string()).collect(),
    })
}

/// The version by the answer, else as found. `None` when there is no Cortex, or none of its files is to be
/// edited: what runs in a cluster carries its version in its tags.
///
/// # Errors
/// When the answer is no release, or files are to be edited and nothing tells their version, or several do.
pub(super) fn resolve(scan: &Scan, answers: &Answers) -> Result<Option<Version>, Problem> {
    if let Some(text) = answers.set.get(KEY) {
        return chosen(text).map(Some);
    }
    let edits_files = !scan.inventory.cortex_files.is_empty() && answers.only.is_empty();
    if edits_files && let Some(problem) = several(scan) {
        return Err(problem);
    }
    match found(scan) {
        Some((version, _)) => Ok(Some(version)),
        None if !edits_files => Ok(None),
        None => Err(Problem::bad_input(
            "cortex_version_unknown",
            "The Cortex version of the given files is not known.",
            "Keys and images differ from version to version, and nothing in the input names one.",
            format!("Choose it, for example `--set {KEY}=0.22.1`; `cortex version` prints it."),
        )
        .at(scan.inventory.cortex_files.first().map(|file| file.file.clone()).unwrap_or_default())),
    }
}

/// The version that the inputs tell, and what tells it.
pub(super) fn found(scan: &Scan) -> Option<(Version, String)> {
    let by_workloads = || {
        let workloads = scan.inventory.workloads.iter().flat_map(|workload| &workload.spec.containers);
        let pods = scan.inventory.pods.iter().flat_map(|pod| &pod.spec.containers);
        let images = workloads.chain(pods).map(|container| container.image.as_str());
        Some((agreed_version(images)?, "image tags of running workloads".to_owned()))
    };
    evidence(scan).into_iter().next().or_else(by_workloads).filter(|(version, _)| version.is_release())
}

/// Every version that is told, the strongest evidence first: the cluster, then cluster configurations, then
/// API specifications.
fn evidence(scan: &Scan) -> Vec<(Version, String)> {
    let cortex = scan.diagnosis.cortex.as_ref();
    let diagnosed = cortex.and_then(|cortex| Some((cortex.version?, cortex.version_from.clone()?)));
    let of_kind = |kind| {
        let files = scan.inventory.cortex_files.iter().filter(move |file| file.kind == kind);
        files.flat_map(|file| {
            let told = move |(_, version)| (version, format!("image tags in {}", file.file));
            named_in(file).into_iter().map(told)
        })
    };
    let files = of_kind(CortexFileKind::ClusterConfig).chain(of_kind(CortexFileKind::ApiSpecs));
    diagnosed.into_iter().chain(files).collect()
}

/// Two versions among the inputs: a plan for one would break the other.
fn several(scan: &Scan) -> Option<Problem> {
    let told = evidence(scan);
    let (first, first_from) = told.first()?;
    let (other, other_from) = told.iter().find(|(version, _)| version != first)?;
    Some(
        Problem::bad_input(
            "cortex_version_mixed",
            "The given files are of more than one Cortex version.",
            format!("{first} by {first_from}, {other} by {other_from}. Keys and images differ from version to version."),
            format!(
                "Plan the files of each version on their own, or correct the tags; --set {KEY}=… plans for one version \
                 and leaves files of others alone."
            ),
        )
        .at(other_from.trim_start_matches("image tags in ")),
    )
}

/// The versions of Cortex's own images that a file writes down, each with its place: a JSON pointer.
pub(super) fn named_in(file: &CortexFile) -> Vec<(String, Version)> {
    let mut named = Vec::new();
    collect(&file.content, "", &mut named);
    named
}

fn collect(value: &Value, at: &str, named: &mut Vec<(String, Version)>) {
    let is_image =
        |key: &str| key == "image" || key == "tensorflow_serving_image" || key.starts_with("image_");
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let path = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                match value.as_str().filter(|_| is_image(key)) {
                    Some(image) => {
                        let version = image.parse().ok().and_then(|image| version_of_cortex_image(&image));
                        named.extend(version.map(|version| (path, version)));
                    }
                    None => collect(value, &path, named),
                }
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| collect(item, &format!("{at}/{index}"), named));
        }
        _ => {}
    }
}

fn chosen(text: &str) -> Result<Version, Problem> {
    let text = text.trim();
    let refuse = |why: String| {
        let shown: String = text.chars().take(40).collect();
        Problem::bad_input(
            "cortex_version_wrong",
            format!("{shown:?} is not a known Cortex version."),
            why,
            format!("Set {KEY} to one of {}.", known()),
        )
        .at(KEY)
    };
    let version: Version =
        text.parse().map_err(|_| refuse("A version is three numbers, such as 0.22.1.".to_owned()))?;
    if version.is_release() {
        return Ok(version);
    }
    Err(refuse(match version.neighbours() {
        (Some(before), Some(after)) => format!("The nearest releases are {before} and {after}."),
        (Some(last), None) => format!("The last release was {last}."),
        (None, Some(first)) => format!("The first release known here is {first}."),
        (None, None) => String::new(),
    }))
}

fn known() -> String {
    releases().map(|version| version.to_string()).collect::<Vec<_>>().join(", ")
}
