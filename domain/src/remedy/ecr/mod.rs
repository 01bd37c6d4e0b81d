//! Amazon ECR as the place images come from: copied there, or fetched by its pull-through cache.
//!
//! Reaches every image on Docker Hub whose place can be changed. Plans only: the copies and the rule are made by
//! whoever has the rights.

mod copies;
mod fit;
mod risks;
mod target;

pub use fit::{fit, questions};
pub use target::{KEYS_OF_CACHE, KEYS_OF_COPY};

use std::collections::BTreeSet;

use self::target::Target;
use crate::diagnosis::Scan;
use crate::equivalents::{Inquiry, Survey};
use crate::image::ImageReference;
use crate::plan::{Copy, EcrSide, EcrWay};
use crate::problem::Problem;
use crate::remedy::{Answers, Draft, cortex_version, rewrite};

/// What Docker Hub has to be asked before copying: which digests the tags have now.
///
/// # Errors
/// When the Cortex version is needed and not known, or an answer names nothing.
pub fn inquiries(scan: &Scan, answers: &Answers) -> Result<Vec<Inquiry>, Problem> {
    rewrite::inquiries(scan, answers, cortex_version::resolve(scan, answers)?, copies::inquiry)
}

/// What would move this cluster, or these files, to Amazon ECR.
///
/// # Errors
/// When an answer is missing or wrong, or the registry cannot serve this cluster.
pub fn draft(way: EcrWay, scan: &Scan, answers: &Answers, survey: &Survey) -> Result<Draft, Problem> {
    let target = Target::resolve(way, scan, answers)?;
    let version = cortex_version::resolve(scan, answers)?;
    target.serves(scan, version)?;
    let mut draft = rewrite::draft(scan, answers, version, &target)?;
    draft.nothing_to_do =
        "Nothing to change: no image from Docker Hub was found that a change could reach.".to_owned();
    if draft.is_empty() {
        return Ok(draft);
    }
    let listed = copies::list(&draft.images(), &target, scan, survey);
    draft.ecr = Some(EcrSide {
        way,
        host: target.registry.host(),
        registry: target.registry.clone(),
        prefix: target.prefix.clone(),
        repositories: repositories(&listed.copies),
        node_platforms: scan.inventory.platforms().iter().map(ToString::to_string).collect(),
        secret_name: target.secret_name.clone(),
    });
    risks::note(scan, way, &target, &mut draft);
    if way == EcrWay::Copy {
        draft.risks.extend(listed.risks);
        draft.copies = listed.copies;
    }
    Ok(draft)
}

/// The repositories that hold the targets, without their host.
fn repositories(copies: &[Copy]) -> Vec<String> {
    let names = copies.iter().filter_map(|copy| copy.target.parse::<ImageReference>().ok());
    let paths: BTreeSet<String> = names.map(|reference| reference.path().to_owned()).collect();
    paths.into_iter().collect()
}
