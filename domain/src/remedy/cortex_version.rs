//! Which Cortex version a plan is made for.

use crate::cortex::{Version, agreed_version, releases, version_from_cluster_config};
use crate::diagnosis::Scan;
use crate::facts::CortexFileKind;
use crate::problem::Problem;
use crate::remedy::Answers;

/// Key of the answer that says or overrides it.
pub(super) const KEY: &str = "cortex-version";

/// The version by the answer, else as found. `None` when there is no Cortex, or none of its files is to be
/// edited: what runs in a cluster carries its version in its tags.
///
/// # Errors
/// When the answer is no release, or files are to be edited and nothing tells their version.
pub(super) fn resolve(scan: &Scan, answers: &Answers) -> Result<Option<Version>, Problem> {
    if let Some(text) = answers.set.get(KEY) {
        return chosen(text).map(Some);
    }
    match found(scan) {
        Some((version, _)) => Ok(Some(version)),
        None if scan.inventory.cortex_files.is_empty() || !answers.only.is_empty() => Ok(None),
        None => Err(Problem::bad_input(
            "cortex_version_unknown",
            "The Cortex version of the given files is not known.",
            "Keys and images differ from version to version, and nothing in the input names one.",
            format!("Give it with --set {KEY}=…; `cortex version` prints it. Known are {}.", known()),
        )
        .at(scan.inventory.cortex_files.first().map(|file| file.file.clone()).unwrap_or_default())),
    }
}

/// The version that the inputs tell, and what tells it.
pub(super) fn found(scan: &Scan) -> Option<(Version, String)> {
    let cortex = scan.diagnosis.cortex.as_ref();
    let diagnosed = cortex.and_then(|cortex| Some((cortex.version?, cortex.version_from.clone()?)));
    let files = &scan.inventory.cortex_files;
    let by_files = || {
        files.iter().filter(|file| file.kind == CortexFileKind::ClusterConfig).find_map(|file| {
            Some((version_from_cluster_config(&file.content)?, format!("image tags in {}", file.file)))
        })
    };
    let by_apis = || {
        let images = files.iter().filter(|file| file.kind == CortexFileKind::ApiSpecs).flat_map(|file| {
            let sections = file.content.as_array().into_iter().flatten();
            sections
                .flat_map(|api| ["predictor", "handler"].into_iter().filter_map(|s| api[s]["image"].as_str()))
        });
        Some((agreed_version(images)?, "image tags of the APIs".to_owned()))
    };
    let by_workloads = || {
        let workloads = scan.inventory.workloads.iter().flat_map(|workload| &workload.spec.containers);
        let pods = scan.inventory.pods.iter().flat_map(|pod| &pod.spec.containers);
        let images = workloads.chain(pods).map(|container| container.image.as_str());
        Some((agreed_version(images)?, "image tags of running workloads".to_owned()))
    };
    diagnosed
        .or_else(by_files)
        .or_else(by_apis)
        .or_else(by_workloads)
        .filter(|(version, _)| version.is_release())
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
