//! How well an account fits.

use std::collections::BTreeSet;

use super::draft;
use crate::diagnosis::Scan;
use crate::equivalents::Survey;
use crate::plan::NotCovered;
use crate::remedy::{Draft, Fit, FitLevel, RemedyKind, Wave, running};

/// The comparison's lines for this cluster, before anything is answered.
pub fn fit(scan: &Scan) -> Fit {
    let Ok(draft) = draft(scan, &running::all(scan), &Survey::default()) else {
        return lines(
            &Draft::default(),
            FitLevel::Partly,
            "Fits once you say which Cortex version this is".to_owned(),
            "Every image that pods pull under a service account.".to_owned(),
            "Pods that wait now without a controller, and pulls that no kubelet makes.".to_owned(),
        );
    };
    let does_not = does_not(&draft.not_covered);
    match (draft.is_empty(), draft.not_covered.is_empty()) {
        (false, all) => {
            let level = if all { FitLevel::Fits } else { FitLevel::Partly };
            lines(&draft, level, headline(&draft), fixes(&draft), does_not)
        }
        (true, true) => {
            let headline = "Nothing to change".to_owned();
            lines(&draft, FitLevel::NothingToChange, headline, draft.nothing_to_do.clone(), does_not)
        }
        (true, false) => {
            let headline = "No pull secret reaches what waits here".to_owned();
            lines(&draft, FitLevel::CannotHelp, headline, "Nothing here.".to_owned(), does_not)
        }
    }
}

fn lines(draft: &Draft, level: FitLevel, headline: String, fixes: String, does_not: String) -> Fit {
    Fit {
        remedy: RemedyKind::HubAccount,
        level,
        headline,
        fixes,
        does_not,
        interrupts: interrupts(draft),
        costs: "A paid Docker plan; Docker's price page decides. A personal account has a limit too, for all nodes \
                together."
            .to_owned(),
        risk: "A wrong or expired login is worse than none: the kubelet then does not pull without it. New namespaces \
               start without the secret."
            .to_owned(),
        undo: "Takes exactly its own entry out of each list, then deletes its own secrets; afterwards Docker Hub counts \
               again."
            .to_owned(),
    }
}

fn count(n: usize, one: &str) -> String {
    format!("{n} {one}{}", if n == 1 { "" } else { "s" })
}

fn accounts(draft: &Draft) -> usize {
    draft.object_changes.iter().filter(|change| change.wave == Wave::ServiceAccounts).count()
}

fn headline(draft: &Draft) -> String {
    let namespaces = draft.pull_secret.as_ref().map_or(0, |secret| secret.namespaces.len());
    let anew = draft.pull_secret.as_ref().map_or(0, |secret| secret.made_anew.len());
    match namespaces {
        0 => format!("{} to make anew, paid account", count(anew, "pod")),
        n => format!("One secret in {}, paid account", count(n, "namespace")),
    }
}

fn fixes(draft: &Draft) -> String {
    let templates = draft.object_changes.len().saturating_sub(accounts(draft));
    let lists = count(accounts(draft), "service account");
    let through = match (accounts(draft), templates) {
        (_, 0) => lists,
        (0, n) => count(n, "template"),
        (_, n) => format!("{lists} and {}", count(n, "template")),
    };
    format!(
        "Everything that pods pull from Docker Hub through {through}, private images included; images keep their names."
    )
}

fn does_not(left: &[NotCovered]) -> String {
    const SHOWN: usize = 3;
    let places: BTreeSet<&str> = left.iter().map(|left| left.place.as_str()).collect();
    let shown: Vec<&str> = places.iter().take(SHOWN).copied().collect();
    match (places.len(), places.len().saturating_sub(SHOWN)) {
        (0, _) => "Nothing found here is left out.".to_owned(),
        (_, 0) => format!("{}.", shown.join(", ")),
        (_, more) => format!("{} and {more} more.", shown.join(", ")),
    }
}

fn interrupts(draft: &Draft) -> String {
    let anew = draft.pull_secret.as_ref().map_or(0, |secret| secret.made_anew.len());
    let templates = draft.object_changes.len().saturating_sub(accounts(draft));
    let pods = match anew {
        0 => "No waiting pod has to be deleted.".to_owned(),
        n => format!(
            "{} that wait{} for Docker Hub {} made anew.",
            count(n, "pod"),
            if n == 1 { "s" } else { "" },
            if n == 1 { "is" } else { "are" }
        ),
    };
    match templates {
        0 => format!("Nothing that runs. {pods}"),
        1 => format!(
            "1 workload with pull secrets of its own starts new pods, if it waits or you choose it. {pods}"
        ),
        n => format!(
            "{n} workloads with pull secrets of their own start new pods, those that wait and those you choose. {pods}"
        ),
    }
}
