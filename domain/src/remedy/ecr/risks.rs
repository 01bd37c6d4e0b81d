//! What can go wrong with Amazon ECR. Only what applies.

use super::fit::nodes_are_elsewhere;
use super::target::Target;
use crate::cortex::Version;
use crate::diagnosis::Scan;
use crate::plan::{EcrWay, Risk};
use crate::remedy::Draft;
use crate::remedy::rewrite::Reach;

/// Adds the risks of everything the draft changes.
pub(super) fn note(scan: &Scan, way: EcrWay, target: &Target, draft: &mut Draft) {
    let cortex = Reach::of(scan, draft);
    let mut risks = vec![rights(way), endpoints()];
    match way {
        EcrWay::Copy => risks.extend([copies_first(), copies_stand_still()]),
        EcrWay::Cache => risks.extend([cache_first(), one_account(), every_platform(), way_out()]),
    }
    if !draft.object_changes.is_empty() {
        risks.push(restarts());
    }
    if nodes_are_elsewhere(scan) {
        risks.push(nodes_outside(target));
    }
    if let Some(version) = draft.cortex_version {
        if cortex.cluster_file {
            risks.push(manager_image(version, target));
        }
        if cortex.api_file && version.minor <= 31 {
            risks.push(own_account(version));
        }
    }
    draft.risks.extend(risks);
}

fn risk(what: impl Into<String>, why: impl Into<String>) -> Risk {
    Risk { what: what.into(), why: why.into() }
}

fn copies_first() -> Risk {
    risk(
        "The images have to be in ECR before the first change is applied.",
        "A workload that is changed earlier fails with \"not found\". The lines under aws/ make the repositories and copy; \
         reading an image costs one Docker Hub pull, and one more for each of its platforms where it has several, so with \
         an empty budget copy later, or with an account.",
    )
}

fn copies_stand_still() -> Risk {
    risk(
        "Copies do not follow Docker Hub.",
        "A tag that moves there, such as latest, stays here as it was copied. Copy again what you want to update.",
    )
}

fn cache_first() -> Risk {
    risk(
        "The cache's rule and its secret have to be there before the first change is applied.",
        "Without them a pull fails with \"name unknown\" or \"manifest unknown\", and neither says that a right or a rule \
         is missing. The lines under aws/ make both and ask ECR to validate them.",
    )
}

/// Facts: registries §5.5.
fn one_account() -> Risk {
    risk(
        "The cache pulls as one Docker Hub account, and that account's limit applies to everybody.",
        "A free account allows 200 pulls in six hours for the whole company. A tag that is cached is looked up again once \
         in 24 hours, at the next pull.",
    )
}

fn every_platform() -> Risk {
    risk(
        "The first pull of an image fetches every platform of it.",
        "That costs a pull for each, and storage for all of them.",
    )
}

/// Facts: registries §5.5 (ECR user guide, considerations for pull-through caches).
fn way_out() -> Risk {
    risk(
        "The first pull of an image through the cache may need a way to the internet.",
        "Interface endpoints alone can be too little for it; once an image is cached they suffice. In a closed VPC, have \
         each image pulled once from where there is such a way.",
    )
}

/// Facts: registries §5.5, §5.7.
fn rights(way: EcrWay) -> Risk {
    match way {
        EcrWay::Copy => risk(
            "The nodes need the right to pull.",
            "On EKS the node role has it by AmazonEC2ContainerRegistryPullOnly; aws/policy-nodes.json is the least that is \
             needed. From another account the repositories need a policy besides.",
        ),
        EcrWay::Cache => risk(
            "The nodes need the right to import and to create repositories, not only to pull.",
            "AmazonEC2ContainerRegistryReadOnly does not import, and no managed policy creates repositories: attach \
             aws/policy-nodes.json, or the first pull of an image fails as if it did not exist.",
        ),
    }
}

fn endpoints() -> Risk {
    risk(
        "In a VPC without a way to the internet, nodes reach ECR by endpoints only.",
        "They need interface endpoints for ecr.api and ecr.dkr and a gateway endpoint for S3, where the layers lie. The \
         gateway endpoint also keeps layers off the NAT gateway's bill.",
    )
}

fn restarts() -> Risk {
    risk(
        "Changed workloads start new pods.",
        "Each new pod pulls from ECR, and nothing from Docker Hub but what is listed as not covered.",
    )
}

fn nodes_outside(target: &Target) -> Risk {
    risk(
        format!(
            "The nodes are not on AWS, so nothing lets them pull from {} by itself.",
            target.registry.host()
        ),
        "A pull secret made from an ECR token is dead after 12 hours. Install Amazon's ecr-credential-provider for the \
         kubelet on every node, or choose another remedy.",
    )
}

/// Facts: cortex trap T7.
fn manager_image(version: Version, target: &Target) -> Risk {
    let (host, region) = (target.registry.host(), target.registry.region());
    risk(
        "The manager's image is pulled by the computer that runs the cortex command.",
        format!(
            "Cortex {version} sends no login there: run aws ecr get-login-password --region {region} | docker login \
             --username AWS --password-stdin {host}, then docker pull the image, before you use the command."
        ),
    )
}

/// Facts: cortex §2.5.
fn own_account(version: Version) -> Risk {
    risk(
        format!(
            "Cortex {version} takes API images from ECR only out of the cluster's own account and region."
        ),
        "From another account cortex deploy refuses them. The operator's AWS user needs ecr:GetAuthorizationToken and \
         ecr:BatchGetImage to check them.",
    )
}
