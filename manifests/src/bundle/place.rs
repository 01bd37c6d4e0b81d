//! Where a plan has images come from, in words.

use domain::plan::Plan;

/// For a heading.
pub(super) fn name(plan: &Plan) -> &'static str {
    if plan.ecr.is_some() { "Amazon ECR" } else { "quay.io" }
}

/// What the new names begin with.
pub(super) fn host(plan: &Plan) -> &str {
    plan.ecr.as_ref().map_or("quay.io", |ecr| &ecr.host)
}
