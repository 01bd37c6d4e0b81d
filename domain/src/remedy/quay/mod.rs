//! Registries that count no pulls: quay.io for Cortex's own images, which have had copies there since 0.16.0, and
//! for any other image the place where its project, or Docker itself, pushes the same one.
//!
//! An image moves only when registries proved that it is the same, or when somebody chose to take another build.
//! Everything else on Docker Hub is named in `not_covered` with another way.

mod answers;
mod destination;
mod fit;
mod risks;

pub use answers::{KEYS, questions};
pub use fit::fit;

use self::answers::{DIFFERENT, takes_different};
use self::destination::Elsewhere;
use crate::diagnosis::Scan;
use crate::equivalents::{Inquiry, Survey};
use crate::problem::Problem;
use crate::remedy::{Answers, Draft, cortex_version, rewrite};

/// What registries have to be asked about the images of this cluster, or of these files.
///
/// # Errors
/// When the Cortex version is needed and not known, or an answer names nothing.
pub fn inquiries(scan: &Scan, answers: &Answers) -> Result<Vec<Inquiry>, Problem> {
    rewrite::inquiries(scan, answers, cortex_version::resolve(scan, answers)?, Inquiry::about)
}

/// What would move this cluster, or these files, to registries that do not count.
///
/// # Errors
/// When the Cortex version is needed and not known, or an answer names nothing.
pub fn draft(scan: &Scan, answers: &Answers, survey: &Survey) -> Result<Draft, Problem> {
    let version = cortex_version::resolve(scan, answers)?;
    let elsewhere = Elsewhere::new(scan, survey, takes_different(answers)?);
    let mut draft = rewrite::draft(scan, answers, version, &elsewhere)?;
    draft.proofs = elsewhere.proofs(&draft.images_in_reach());
    risks::note(scan, survey, &mut draft);
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
        (_, false) => "No image that comes from Docker Hub here is proven to be on a registry that does not count. Each is \
                       listed with what was found out and another way."
            .to_owned(),
        (None, true) => "Nothing to change: no image from Docker Hub was found.".to_owned(),
    }
}
