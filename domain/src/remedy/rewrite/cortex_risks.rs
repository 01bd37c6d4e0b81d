//! What somebody who knows Cortex's own guide should be told, wherever the images go. Only what applies.

use std::collections::BTreeSet;

use crate::cortex::{AcceptsKeys, Version, accepts_changed_keys, change_command};
use crate::diagnosis::Scan;
use crate::facts::CortexFileKind;
use crate::plan::Risk;
use crate::remedy::{Draft, ObjectChange, Wave};

/// Which parts of a Cortex installation a draft changes.
pub(in crate::remedy) struct Reach {
    /// A `cluster.yaml`.
    pub(in crate::remedy) cluster_file: bool,
    /// A `cortex.yaml`.
    pub(in crate::remedy) api_file: bool,
    /// Deployments that Cortex makes from API specifications.
    pub(in crate::remedy) apis: bool,
    /// Cortex's own workloads.
    system: bool,
}

impl Reach {
    pub(in crate::remedy) fn of(scan: &Scan, draft: &Draft) -> Self {
        let edits = |kind| {
            let of_kind = |file: &&crate::facts::CortexFile| file.kind == kind;
            let mut files = scan.inventory.cortex_files.iter().filter(of_kind);
            files.any(|file| draft.file_edits.iter().any(|edit| edit.file == file.file))
        };
        let changes = |holds: &dyn Fn(&ObjectChange) -> bool| draft.object_changes.iter().any(holds);
        Self {
            cluster_file: edits(CortexFileKind::ClusterConfig),
            api_file: edits(CortexFileKind::ApiSpecs),
            apis: changes(&|change| change.wave == Wave::Workloads && is_cortex(scan, change)),
            system: changes(&|change| matches!(change.wave, Wave::Operator | Wave::System)),
        }
    }
}

/// Adds them to the draft.
pub(super) fn note(scan: &Scan, draft: &mut Draft) {
    let reach = Reach::of(scan, draft);
    let mut risks = Vec::new();
    if reach.apis {
        risks.push(apis_are_written_again(reach.api_file));
    }
    if let Some(version) = draft.cortex_version {
        if reach.cluster_file {
            let keys = draft.file_edits.iter().map(|edit| edit.path.as_str());
            risks.push(how_a_cluster_takes_keys(
                version,
                &keys.filter(|path| path.starts_with("/image_")).collect(),
            ));
            risks.extend(keys_of_the_guide(version));
        } else if reach.system {
            risks.push(system_is_written_again(version));
        }
    }
    draft.risks.extend(risks);
}

fn is_cortex(scan: &Scan, change: &ObjectChange) -> bool {
    scan.inventory.workloads.iter().any(|workload| workload.object == change.target && workload.cortex)
}

fn risk(what: impl Into<String>, why: impl Into<String>) -> Risk {
    Risk { what: what.into(), why: why.into() }
}

fn apis_are_written_again(has_file: bool) -> Risk {
    let file =
        if has_file { "Deploy with the patched file from this bundle." } else { "Change cortex.yaml too." };
    risk(
        "Cortex writes its API Deployments again at the next cortex deploy or refresh.",
        format!("It takes the images from cortex.yaml and from the operator's configuration. {file}"),
    )
}

fn system_is_written_again(version: Version) -> Risk {
    risk(
        format!("{} writes Cortex's own workloads again from cluster.yaml.", change_command(version)),
        "Put the same images into cluster.yaml before you use it; give the file to this program to have that done.",
    )
}

/// Facts: cortex §4.4 and §5.4.
fn how_a_cluster_takes_keys(version: Version, keys: &BTreeSet<&str>) -> Risk {
    let command = change_command(version);
    let down = "Do not take the cluster down for it: EKS no longer offers the Kubernetes versions this Cortex asks \
                for, so cluster up would fail afterwards. Patch the running workloads with kubectl; plan on the \
                cluster itself for that.";
    match accepts_changed_keys(version) {
        AcceptsKeys::All => risk(
            format!("The patched cluster.yaml reaches a running cluster only through {command}."),
            format!(
                "By its source Cortex {version} takes changed image keys there and applies everything again; that was \
                 never documented nor tried here. {down}"
            ),
        ),
        AcceptsKeys::OperatorAndManager
            if keys.is_subset(&BTreeSet::from(["/image_operator", "/image_manager"])) =>
        {
            risk(
                format!("The patched cluster.yaml reaches a running cluster only through {command}."),
                "It takes these two keys, image_operator and image_manager, and no other.",
            )
        }
        AcceptsKeys::OperatorAndManager => risk(
            format!("A running Cortex {version} refuses most of the changed keys."),
            format!("{command} takes image_operator and image_manager only, and stops at any other. {down}"),
        ),
        AcceptsKeys::Nothing => risk(
            format!("A running Cortex {version} refuses changed image keys."),
            format!("No command takes them. {down}"),
        ),
    }
}

/// Facts: cortex traps T1, §1.3.
fn keys_of_the_guide(version: Version) -> Option<Risk> {
    (version.minor < 18).then(|| {
        risk(
            format!("Do not paste the block of Cortex's own guide into a cluster.yaml of {version}."),
            "It holds image_inferentia and image_neuron_rtd, which exist from 0.18 on; an unknown key stops cluster up. \
             This plan adds only keys that your version knows.",
        )
    })
}
