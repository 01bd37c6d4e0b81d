//! Pull from quay.io: Cortex's own images have had copies there since 0.16.0, and quay.io counts no pulls.
//!
//! Reaches Cortex's images only. Everything else on Docker Hub is named in `not_covered` with another way.

mod destination;
mod fit;
mod risks;

pub use fit::{fit, questions};

use self::destination::QuayCopies;
use crate::diagnosis::Scan;
use crate::problem::Problem;
use crate::remedy::{Answers, Draft, cortex_version, rewrite};

/// What would move this cluster, or these files, to quay.io.
///
/// # Errors
/// When the Cortex version is needed and not known, or an answer names nothing.
pub fn draft(scan: &Scan, answers: &Answers) -> Result<Draft, Problem> {
    let version = cortex_version::resolve(scan, answers)?;
    let mut draft = rewrite::draft(scan, answers, version, &QuayCopies)?;
    risks::note(scan, &mut draft);
    draft.nothing_to_do = nothing_to_do(&draft);
    Ok(draft)
}

fn nothing_to_do(draft: &Draft) -> String {
    match (draft.cortex_version, draft.not_covered.is_empty()) {
        (Some(version), _) if !version.has_copies_on_quay() => format!(
            "Cortex {version} has no copies on quay.io; they begin with 0.16.0. Use a paid Docker Hub account, copy the \
             images to a registry of your own, or move to a newer Cortex."
        ),
        (Some(version), true) if version.defaults_to_quay() => {
            format!("Nothing to change: Cortex {version} pulls from quay.io by default.")
        }
        (Some(version), false) if version.defaults_to_quay() => format!(
            "Nothing to change for Cortex's own images: {version} pulls them from quay.io by default. What still comes \
             from Docker Hub is listed as not covered."
        ),
        (Some(_), true) => "Nothing to change: none of Cortex's images comes from Docker Hub.".to_owned(),
        (Some(_), false) => {
            "None of Cortex's own images comes from Docker Hub, so quay.io changes nothing for the rest.".to_owned()
        }
        (None, false) => {
            "quay.io holds copies of Cortex's images, and none of Cortex's was found here. Each image is listed with \
             another way."
                .to_owned()
        }
        (None, true) => "Nothing to change: no image from Docker Hub was found.".to_owned(),
    }
}
