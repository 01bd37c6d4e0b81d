//! Pull from quay.io: Cortex's own images have had copies there since 0.16.0, and quay.io counts no pulls.
//!
//! Reaches Cortex's images only. Everything else on Docker Hub is named in `not_covered` with another way.

mod cluster_config;
mod files;
mod fit;
mod objects;
mod reference;
mod risks;
mod selection;
mod version;

pub use fit::{fit, questions};

use self::selection::Selection;
use crate::cortex::{Version, images_beyond_keys};
use crate::diagnosis::Scan;
use crate::plan::NotCovered;
use crate::problem::Problem;
use crate::remedy::{Answers, Draft};

/// What would move this cluster, or these files, to quay.io.
///
/// # Errors
/// When the Cortex version is needed and not known, or an answer names nothing.
pub fn draft(scan: &Scan, answers: &Answers) -> Result<Draft, Problem> {
    let selection = Selection::new(&answers.only, scan)?;
    let version = version::resolve(scan, answers)?;
    let mut draft = Draft { cortex_version: version, ..Draft::default() };
    let inventory = &scan.inventory;
    if let Some(version) = version.filter(|_| selection.is_everything()) {
        for file in &inventory.cortex_files {
            files::plan(file, version, &mut draft);
        }
        beyond_keys(scan, version, &mut draft);
    }
    if let Some(map) = inventory.cluster_config.as_ref().filter(|map| selection.takes(&map.object)) {
        cluster_config::plan(map, &mut draft);
    }
    objects::plan(scan, &selection, &mut draft);
    risks::note(scan, &mut draft);
    draft.not_covered.sort();
    draft.not_covered.dedup();
    draft.nothing_to_do = nothing_to_do(&draft);
    Ok(draft)
}

/// What a cluster made from the given files pulls from Docker Hub whatever they say, unless the scan met it.
fn beyond_keys(scan: &Scan, version: Version, draft: &mut Draft) {
    if scan.inventory.cortex_files.is_empty() {
        return;
    }
    let met = |place: &str| scan.inventory.workloads.iter().any(|workload| workload.object.label() == place);
    for image in images_beyond_keys(version).filter(|image| !met(image.place)) {
        let instead = match image.image.and_then(|text| text.parse().ok()) {
            Some(reference) => reference::instead(&reference),
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
