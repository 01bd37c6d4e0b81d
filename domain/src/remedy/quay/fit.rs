//! How well this remedy fits, before registries are asked and anything is answered.

use std::collections::BTreeSet;

use super::{draft, inquiries};
use crate::cortex::is_cortex_image;
use crate::diagnosis::Scan;
use crate::equivalents::Survey;
use crate::remedy::{Fit, FitLevel, RemedyKind, running};

/// The comparison's lines for this cluster.
pub fn fit(scan: &Scan) -> Fit {
    let lines = |level, headline: String, fixes: String, does_not: String| Fit {
        remedy: RemedyKind::Quay,
        level,
        headline,
        fixes,
        does_not,
        interrupts: running::interrupts(scan),
        costs: "Nothing: these registries ask for no account and count no pulls.".to_owned(),
        risk: "They turn away many requests a second from one address, and promise nothing about old images."
            .to_owned(),
        undo: "Every change has its exact inverse in the bundle; afterwards Docker Hub counts again."
            .to_owned(),
    };
    let answers = running::all(scan);
    let (Ok(draft), Ok(asked)) = (draft(scan, &answers, &Survey::default()), inquiries(scan, &answers))
    else {
        return lines(
            FitLevel::Partly,
            "Fits once you say which Cortex version this is".to_owned(),
            "All images of Cortex itself, from 0.16.0 on.".to_owned(),
            "Images of your own and of others.".to_owned(),
        );
    };
    let moved = draft.images();
    let left: BTreeSet<&str> = draft.not_covered.iter().map(|left| left.image.as_str()).collect();
    let open: BTreeSet<&str> = asked
        .iter()
        .filter(|inquiry| !is_cortex_image(&inquiry.image))
        .map(|i| i.image.as_written())
        .collect();
    let (open, left): (BTreeSet<&str>, BTreeSet<&str>) =
        left.into_iter().partition(|image| open.contains(image));
    let all = moved.len() + open.len() + left.len();
    let does_not = match left.len() {
        0 => "Nothing found here is known to be on Docker Hub only.".to_owned(),
        n => format!("{} from Docker Hub: {}.", images(n), shortened(&left)),
    };
    let fixes = match (moved.len(), open.len()) {
        (0, n) => format!(
            "{} may be elsewhere too: {}. Registries are asked for the proof before anything is planned.",
            images(n),
            shortened(&open)
        ),
        (n, 0) => format!("{} of Cortex would come from quay.io.", images(n)),
        (n, m) => format!(
            "{} of Cortex would come from quay.io. {m} more may be elsewhere too: {}. Registries are asked for the proof.",
            images(n),
            shortened(&open)
        ),
    };
    let headline = match (moved.len(), open.len()) {
        (0, n) => format!("Up to {n} of {}, no cost", images(all)),
        (n, 0) if n == all => format!("{}, no cost", images(n)),
        (n, 0) => format!("{n} of {}, no cost", images(all)),
        (n, m) => format!("{n} to {} of {}, no cost", n + m, images(all)),
    };
    match (moved.is_empty() && open.is_empty(), left.is_empty()) {
        (false, true) if open.is_empty() => lines(FitLevel::Fits, headline, fixes, does_not),
        (false, _) => lines(FitLevel::Partly, headline, fixes, does_not),
        (true, _) if draft.cortex_version.is_some_and(|v| !v.has_copies_on_quay()) => lines(
            FitLevel::CannotHelp,
            "quay.io has no copies of this Cortex version".to_owned(),
            "Nothing here.".to_owned(),
            draft.nothing_to_do,
        ),
        (true, true) => lines(
            FitLevel::NothingToChange,
            "Nothing to change".to_owned(),
            "Nothing is left to fix.".to_owned(),
            does_not,
        ),
        (true, false) if draft.cortex_version.is_some() => lines(
            FitLevel::NothingToChange,
            "Cortex does not pull from Docker Hub here".to_owned(),
            "Nothing is left to fix for Cortex.".to_owned(),
            does_not,
        ),
        (true, false) => lines(
            FitLevel::CannotHelp,
            "No image that is known to be elsewhere".to_owned(),
            "Nothing here.".to_owned(),
            does_not,
        ),
    }
}

fn images(n: usize) -> String {
    if n == 1 { "1 image".to_owned() } else { format!("{n} images") }
}

fn shortened(images: &BTreeSet<&str>) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<&str> = images.iter().take(SHOWN).copied().collect();
    match images.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
