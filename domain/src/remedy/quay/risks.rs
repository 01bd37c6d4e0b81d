//! What can go wrong with registries that do not count. Only what applies.

use std::collections::BTreeSet;

use crate::cortex::{Version, version_of_cortex_image};
use crate::diagnosis::Scan;
use crate::equivalents::{Sighting, Survey, hosts, own_limit};
use crate::image::ImageReference;
use crate::plan::{ProofState, Risk};
use crate::registry::RegistryName;
use crate::remedy::Draft;
use crate::remedy::rewrite::Reach;

/// Adds the risks of everything the draft changes; none for a draft without changes.
pub(super) fn note(scan: &Scan, survey: &Survey, draft: &mut Draft) {
    if draft.is_empty() {
        return;
    }
    let cortex = Reach::of(scan, draft);
    let images: Vec<ImageReference> =
        draft.images().into_iter().filter_map(|image| image.parse().ok()).collect();
    let registries: BTreeSet<RegistryName> = images.iter().map(RegistryName::of).collect();
    let mut risks = vec![reachable(&registries)];
    risks.extend(unproven(draft, survey));
    risks.extend(registries.iter().filter_map(limit));
    if images.iter().any(|image| version_of_cortex_image(image).is_none()) {
        risks.push(later_tags());
    }
    if !draft.object_changes.is_empty() {
        risks.push(restarts());
    }
    if let Some(version) = draft.cortex_version {
        if cortex.cluster_file {
            risks.push(manager_image(version));
        }
        if (cortex.api_file || cortex.apis) && version.minor >= 21 {
            risks.push(registry_credentials());
        }
    }
    draft.risks.extend(risks);
}

fn risk(what: impl Into<String>, why: impl Into<String>) -> Risk {
    Risk { what: what.into(), why: why.into() }
}

/// What was taken on trust, with a line to ask for it.
fn unproven(draft: &Draft, survey: &Survey) -> Option<Risk> {
    let open = draft.proofs.iter().filter(|proof| proof.state == ProofState::NotAsked);
    let open: Vec<ImageReference> = open.filter_map(|proof| proof.target.parse().ok()).collect();
    let first = open.first()?;
    let registry = RegistryName::of(first);
    let why = match survey.of(first) {
        Some(Sighting::NotSaid { why }) => why.as_str(),
        _ => "Registries were not asked.",
    };
    Some(risk(
        match open.len() {
            1 => format!("Whether {registry} still holds one of these images is not known."),
            n => format!("Whether {registry} still holds {n} of these images is not known."),
        },
        format!(
            "{why} Cortex's guide says copies exist from 0.16.0 on. Make the plan again where {registry} can be reached, or \
             ask for each before you apply, for example: curl -sI {}; the first line has to say 200.",
            first.manifest_url()
        ),
    ))
}

fn limit(registry: &RegistryName) -> Option<Risk> {
    Some(risk(
        format!("{registry} limits requests too."),
        format!(
            "{} Many nodes that start at once can meet that; they try again by themselves.",
            own_limit(registry)?
        ),
    ))
}

fn reachable(registries: &BTreeSet<RegistryName>) -> Risk {
    let all: Vec<String> = registries.iter().flat_map(hosts).collect();
    risk(
        format!("Nodes must be able to reach {}.", all.join(", ")),
        "The first of each registry gives names, the rest the layers. Allow them where a firewall, a proxy, a network policy \
         or a list of allowed registries stands between; such hosts change without notice.",
    )
}

fn later_tags() -> Risk {
    risk(
        "The same image was proven for today's tags.",
        "Who pushes to two registries may push later tags to one of them first, or stop. Check again when you change a tag.",
    )
}

fn restarts() -> Risk {
    risk(
        "Changed workloads start new pods.",
        "Each new pod pulls once from its new place, and nothing from Docker Hub but what is listed as not covered. An API \
         with a single replica on the last free GPU waits until the old pod is gone.",
    )
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

/// Facts: cortex trap T9.
fn registry_credentials() -> Risk {
    risk(
        "A secret registry-credentials in namespace default is used for quay.io as well.",
        "This Cortex reads it when you deploy and sends it to any registry but ECR. If it holds a Docker Hub account, \
         quay.io may refuse the image check; take the secret away first, or deploy without it.",
    )
}
