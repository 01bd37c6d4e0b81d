//! What all remedies share that give images another name: the places where names stand, in files and in the
//! cluster, who owns those places, and which of them may be touched.
//!
//! Must not know where images go; a [`Destination`] says that.

mod cluster_config;
mod cortex_files;
mod cortex_risks;
mod inquiries;
mod objects;
mod selection;
mod sheet;

pub(super) use self::cortex_risks::Reach;

use self::selection::Selection;
use crate::cortex::{Version, images_beyond_keys};
use crate::diagnosis::Scan;
use crate::equivalents::Inquiry;
use crate::image::ImageReference;
use crate::plan::NotCovered;
use crate::problem::Problem;
use crate::remedy::{Answers, Draft, running::Running};

/// Where a remedy has images pulled from.
pub(super) trait Destination {
    /// What becomes of an image of Docker Hub.
    fn decide(&self, image: &ImageReference) -> Move;

    /// Another way for an image that stays.
    fn instead(&self, image: &ImageReference) -> String;
}

/// What becomes of one image.
pub(super) enum Move {
    /// It is pulled by another name.
    To {
        /// The name.
        name: String,
        /// One sentence: why it is as good.
        reason: String,
    },
    /// It stays on Docker Hub, for this reason.
    Stays(String),
}

/// What registries have to be asked `about` the images that a plan with these answers would change.
///
/// # Errors
/// When an answer of `only` names nothing.
pub(super) fn inquiries(
    scan: &Scan,
    answers: &Answers,
    version: Option<Version>,
    about: impl Fn(&ImageReference) -> Option<Inquiry>,
) -> Result<Vec<Inquiry>, Problem> {
    let asking = inquiries::Asking::default();
    draft(scan, answers, version, &asking)?;
    Ok(asking.into_inquiries(about))
}

/// A draft with everything that `to` reaches in the given files and in the cluster.
///
/// # Errors
/// When an answer of `only` or `running` names nothing.
pub(super) fn draft(
    scan: &Scan,
    answers: &Answers,
    version: Option<Version>,
    to: &dyn Destination,
) -> Result<Draft, Problem> {
    let selection = Selection::new(&answers.only, scan)?;
    let running = Running::of(answers, scan)?;
    let mut draft = Draft { cortex_version: version, ..Draft::default() };
    let inventory = &scan.inventory;
    if let Some(version) = version.filter(|_| selection.is_everything()) {
        for file in &inventory.cortex_files {
            cortex_files::plan(file, version, to, &mut draft);
        }
        beyond_keys(scan, version, to, &mut draft);
    }
    if let Some(map) = inventory.cluster_config.as_ref().filter(|map| selection.takes(&map.object)) {
        cluster_config::plan(map, to, &mut draft);
    }
    objects::plan(scan, &selection, &running, to, &mut draft);
    cortex_risks::note(scan, &mut draft);
    draft.not_covered.sort();
    draft.not_covered.dedup();
    Ok(draft)
}

/// What is to become of an image as it is written; `None` when it is not Docker Hub's, or no reference at all.
fn decide(image: &str, to: &dyn Destination) -> Option<(ImageReference, Move)> {
    let reference: ImageReference = image.parse().ok()?;
    reference.is_docker_hub().then(|| {
        let fate = to.decide(&reference);
        (reference, fate)
    })
}

/// What a cluster made from the given files pulls from Docker Hub whatever they say, unless the scan met it.
fn beyond_keys(scan: &Scan, version: Version, to: &dyn Destination, draft: &mut Draft) {
    if scan.inventory.cortex_files.is_empty() {
        return;
    }
    let met = |place: &str| scan.inventory.workloads.iter().any(|workload| workload.object.label() == place);
    for image in images_beyond_keys(version).filter(|image| !met(image.place)) {
        let instead = match image.image.and_then(|text| text.parse().ok()) {
            Some(reference) => to.instead(&reference),
            None => "Nothing needs it: Cortex takes the DaemonSet away again, and APIs pull what their own files name."
                .to_owned(),
        };
        draft.not_covered.push(NotCovered {
            image: image.image.map_or_else(|| format!("default API images of {version}"), str::to_owned),
            place: image.place.to_owned(),
            container: image.container.map(str::to_owned),
            why: image.why.to_owned(),
            instead,
        });
    }
}
