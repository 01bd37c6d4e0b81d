//! How well this remedy fits, and what it asks.

use std::collections::BTreeSet;

use super::draft;
use crate::diagnosis::Scan;
use crate::remedy::{Answers, Fit, FitLevel, Question, RemedyKind, cortex_version};

/// The comparison's lines for this cluster, before anything is answered.
pub fn fit(scan: &Scan) -> Fit {
    let lines = |level, headline: String, fixes: String, does_not: String| {
        Fit {
        remedy: RemedyKind::Quay,
        level,
        headline,
        fixes,
        does_not,
        interrupts: "Changed workloads start new pods, a few at a time; waiting single pods are changed in place.".to_owned(),
        costs: "Nothing: quay.io asks for no account and counts no pulls.".to_owned(),
        risk: "quay.io turns away many requests a second from one address, and promises nothing about old copies.".to_owned(),
        undo: "Every change has its exact inverse in the bundle; afterwards Docker Hub counts again.".to_owned(),
    }
    };
    let Ok(draft) = draft(scan, &Answers::default()) else {
        return lines(
            FitLevel::Partly,
            "Fits once you say which Cortex version this is".to_owned(),
            "All images of Cortex itself, from 0.16.0 on.".to_owned(),
            "Images of your own and of others.".to_owned(),
        );
    };
    let moved = draft.images();
    let left: BTreeSet<&str> = draft.not_covered.iter().map(|left| left.image.as_str()).collect();
    let of = |n: usize| if n == 1 { "1 image".to_owned() } else { format!("{n} images") };
    let does_not = match left.len() {
        0 => "Nothing found here is left on Docker Hub.".to_owned(),
        n => format!("{} from Docker Hub: {}.", of(n), shortened(&left)),
    };
    let fixes = format!("{} of Cortex would come from quay.io.", of(moved.len()));
    match (moved.is_empty(), left.is_empty()) {
        (false, true) => lines(FitLevel::Fits, format!("{}, no cost", of(moved.len())), fixes, does_not),
        (false, false) => {
            let headline = format!("{} of {}, no cost", moved.len(), of(moved.len() + left.len()));
            lines(FitLevel::Partly, headline, fixes, does_not)
        }
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
            "No image of Cortex found".to_owned(),
            "Nothing here: quay.io has copies of Cortex's images only.".to_owned(),
            does_not,
        ),
    }
}

fn shortened(images: &BTreeSet<&str>) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<&str> = images.iter().take(SHOWN).copied().collect();
    match images.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// What Configure asks: the version, where there is a Cortex.
pub fn questions(scan: &Scan, _answers: &Answers) -> Vec<Question> {
    cortex_version::question(scan).into_iter().collect()
}
