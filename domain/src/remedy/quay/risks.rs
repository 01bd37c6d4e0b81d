//! What can go wrong with quay.io. Only what applies.

use crate::cortex::Version;
use crate::diagnosis::Scan;
use crate::plan::Risk;
use crate::remedy::Draft;
use crate::remedy::rewrite::Reach;

/// Adds the risks of everything the draft changes; none for a draft without changes.
pub(super) fn note(scan: &Scan, draft: &mut Draft) {
    if draft.is_empty() {
        return;
    }
    let cortex = Reach::of(scan, draft);
    let mut risks = vec![on_quay(draft), quay_limits()];
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
