//! What the readme says of Amazon ECR: what has to be there first, who may make it, and what it costs.

use domain::plan::{EcrSide, EcrWay, Plan};

use super::{copy_lines, prepare_lines, rights_line};
use crate::bundle::readme::{Text, code, plain};

/// The part before anything is applied.
pub(in crate::bundle) fn section(plan: &Plan, ecr: &EcrSide, text: &mut Text) {
    let made = match ecr.way {
        EcrWay::Copy => {
            "The line makes the repositories that are missing and copies the images. It asks before it pulls, reads each \
             image once however many names it has, and goes on where it was when it is run again. It needs"
        }
        EcrWay::Cache => {
            "The line makes the secret, the rule and the template for its repositories, and asks ECR to validate \
             them. It reads the Docker Hub user name and access token from the terminal, or as two lines from \
             its input; they go to AWS Secrets Manager and nowhere else. It needs the aws command line with"
        }
    };
    text.paragraph(&format!(
        "{made} credentials of account {} (`AWS_PROFILE`); `aws/policy-prepare.json` is the least they have to allow, and \
         `aws/main.tf` makes the same with Terraform.",
        code(ecr.registry.account()),
    ));
    text.shell(&prepare_lines(ecr));
    if ecr.way == EcrWay::Copy {
        let [prepare, copy] = copy_lines();
        text.paragraph(&format!(
            "Reading an image costs one Docker Hub pull, and where it has several platforms one more for each: with an \
             empty budget, copy after the window or with an account (`docker login`). Without `unthrottle`, {} and {} do it \
             with the aws command line and skopeo, which spends the pulls again each time it runs.",
            code(&prepare),
            code(&copy)
        ));
        if let Some(platforms) = platforms(plan, ecr) {
            text.paragraph(&platforms);
        }
    }
    text.paragraph(&format!(
        "The role of the nodes needs the rights in `aws/policy-nodes.json`: {} attaches them. On EKS `aws eks \
         describe-nodegroup --query nodegroup.nodeRole` names the role of a group of nodes.",
        code(&rights_line())
    ));
    text.paragraph(
        "Amazon bills what ECR stores by gigabyte and month. Pulls within the region are not billed as transfer; a NAT \
         gateway or an interface endpoint on their way is.",
    );
}

/// Which platforms are copied, and what the other choice would mean.
fn platforms(plan: &Plan, ecr: &EcrSide) -> Option<String> {
    let nodes = ecr.node_platforms.join(", ");
    if nodes.is_empty() {
        return None;
    }
    let nodes = plain(&nodes);
    Some(if plan.copies.iter().all(|copy| copy.platforms.is_empty()) {
        format!(
            "All platforms are copied, so that every digest stays what it is on Docker Hub. The nodes are {nodes}: a plan \
             made with `--set platforms=needed` copies only that, for fewer pulls and less storage, but with other digests."
        )
    } else {
        format!(
            "Of images that are not pinned by digest only {nodes} is copied, as the nodes that were seen need no more. \
             That saves pulls and storage, and gives those images another digest than on Docker Hub."
        )
    })
}
