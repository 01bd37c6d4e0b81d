//! What can go wrong, and what somebody who knows Cortex's own guide should be told. Only what applies.

use std::collections::BTreeSet;

use crate::cortex::{AcceptsKeys, Version, accepts_changed_keys, change_command};
use crate::diagnosis::Scan;
use crate::facts::CortexFileKind;
use crate::plan::Risk;
use crate::remedy::{Draft, Wave};

/// Adds the risks of everything the draft changes; none for a draft without changes.
pub(super) fn note(scan: &Scan, draft: &mut Draft) {
    let risks = {
        let files: BTreeSet<&str> = draft.file_edits.iter().map(|edit| edit.file.as_str()).collect();
        let edits = |kind| {
            scan.inventory.cortex_files.iter().any(|f| f.kind == kind && files.contains(f.file.as_str()))
        };
        let cluster_file = edits(CortexFileKind::ClusterConfig);
        let api_file = edits(CortexFileKind::ApiSpecs);
        let apis =
            draft.object_changes.iter().any(|change| change.wave == Wave::Workloads && is_api(scan, change));
        let system =
            draft.object_changes.iter().any(|change| matches!(change.wave, Wave::Operator | Wave::System));
        let mut risks = Vec::new();
        if draft.file_edits.is_empty() && draft.object_changes.is_empty() && draft.embedded.is_empty() {
            return;
        }
        risks.push(on_quay(draft));
        risks.push(quay_limits());
        if !draft.object_changes.is_empty() {
            risks.push(restarts());
        }
        if apis {
            risks.push(apis_are_written_again(api_file));
        }
        if let Some(version) = draft.cortex_version {
            if cluster_file {
                risks.push(how_a_cluster_takes_keys(version));
                risks.push(manager_image(version));
                risks.extend(keys_of_the_guide(version));
            } else if system {
                risks.push(system_is_written_again(version));
            }
            if (api_file || apis) && version.minor >= 21 {
                risks.push(registry_credentials());
            }
        }
        risks
    };
    draft.risks.extend(risks);
    draft.risks.sort_by(|a, b| a.what.cmp(&b.what).then_with(|| a.why.cmp(&b.why)));
    draft.risks.dedup();
}

fn is_api(scan: &Scan, change: &crate::remedy::ObjectChange) -> bool {
    scan.inventory.workloads.iter().any(|workload| workload.object == change.target && workload.cortex)
}

fn risk(what: impl Into<String>, why: impl Into<String>) -> Risk {
    Risk { what: what.into(), why: why.into() }
}

fn on_quay(draft: &Draft) -> Risk {
    let image = draft
        .file_edits
        .first()
        .map(|edit| edit.to.as_str())
        .or_else(|| {
            draft
                .object_changes
                .first()
                .and_then(|change| change.images.first())
                .map(|image| image.to.as_str())
        })
        .or_else(|| draft.embedded.first().and_then(|e| e.replace.first()).map(|(_, _, to)| to.as_str()))
        .unwrap_or_default();
    let rest = image.strip_prefix("quay.io/").unwrap_or(image);
    let (name, tag) = rest.split_once(':').unwrap_or((rest, "latest"));
    risk(
        "Whether quay.io still holds these images was not asked.",
        format!(
            "Cortex's guide says copies exist from 0.16.0 on. Ask for each before you apply, for example: curl -sI \
             https://quay.io/v2/{name}/manifests/{tag}; the first line has to say 200. The readme lists all of them."
        ),
    )
}

fn quay_limits() -> Risk {
    risk(
        "quay.io limits requests too.",
        "It has no quota, but it turns away more than a few requests a second from one address. Many nodes that start \
         at once can meet that; they try again by themselves.",
    )
}

fn restarts() -> Risk {
    risk(
        "Changed workloads start new pods.",
        "Each new pod pulls once from quay.io, and nothing from Docker Hub but what is listed as not covered. An API \
         with a single replica on the last free GPU waits until the old pod is gone.",
    )
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
fn how_a_cluster_takes_keys(version: Version) -> Risk {
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

/// Facts: cortex trap T7.
fn manager_image(version: Version) -> Risk {
    risk(
        "The manager's image is pulled by the computer that runs the cortex command, without any login.",
        format!(
            "Where only the cluster's name is read (cluster info, cluster down) it is still the one on Docker Hub. If \
             that is refused: docker pull quay.io/cortexlabs/manager:{version}, then docker tag it cortexlabs/manager:{version}."
        ),
    )
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

/// Facts: cortex trap T9.
fn registry_credentials() -> Risk {
    risk(
        "A secret registry-credentials in namespace default is used for quay.io as well.",
        "This Cortex reads it when you deploy and sends it to any registry but ECR. If it holds a Docker Hub account, \
         quay.io may refuse the image check; take the secret away first, or deploy without it.",
    )
}
