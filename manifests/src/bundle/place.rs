//! Where a plan has images come from, in words.

use std::collections::BTreeSet;

use domain::image::ImageReference;
use domain::plan::Plan;

/// For a heading.
pub(super) fn name(plan: &Plan) -> String {
    match (&plan.ecr, registries(plan).as_slice()) {
        (Some(_), _) => "Amazon ECR".to_owned(),
        (None, []) => "other registries".to_owned(),
        (None, all) => all.join(" and "),
    }
}

/// What the new names begin with.
pub(super) fn host(plan: &Plan) -> String {
    plan.ecr.as_ref().map_or_else(|| registries(plan).join(" or "), |ecr| ecr.host.clone())
}

fn registries(plan: &Plan) -> Vec<String> {
    let images = plan.proofs.iter().filter_map(|proof| proof.target.parse::<ImageReference>().ok());
    let all: BTreeSet<String> = images.map(|image| image.domain().to_owned()).collect();
    all.into_iter().collect()
}
