//! What can be wrong with an operation on a run, for people.

use domain::ports::Lease;
use domain::problem::{Problem, ProblemKind};
use domain::run::Step;

pub(super) fn unknown(id: &str) -> Problem {
    Problem::bad_input(
        "run_unknown",
        "There is no such run.",
        "It was removed, or is kept in another data folder.",
        "List the runs with `unthrottle runs list`, or start a new one.",
    )
    .at(id)
}

pub(super) fn in_use(id: &str, lease: &Lease) -> Problem {
    Problem {
        kind: ProblemKind::Interrupted,
        ..Problem::bad_input(
            "run_in_use",
            "This run is being worked on elsewhere.",
            format!("{} is changing it.", capital(&lease.owner)),
            format!(
                "Wait until it has ended. If it was killed, the run is free again at {}.",
                lease.expires_at
            ),
        )
    }
    .at(id)
}

pub(super) fn too_early(step: Step) -> Problem {
    let (what, next) = match step {
        Step::Connect => ("Nothing can be connected here.", "Start a new run."),
        Step::Detect => ("There is nothing to scan yet.", "Choose at Connect what to read."),
        Step::Remedy => ("A remedy cannot be chosen yet.", "Scan first."),
        Step::Configure => ("A plan cannot be made yet.", "Scan, then choose a remedy."),
        Step::Review | Step::Apply => ("There is no bundle yet.", "Choose a remedy and make a plan first."),
        Step::Verify => ("There is nothing to verify yet.", "Make a plan first."),
    };
    Problem::bad_input("too_early", what, "An earlier step of this run has not been answered.", next)
}

pub(super) fn interrupted(step: Step) -> Problem {
    let (what, next) = match step {
        Step::Verify => ("The check was interrupted.", "Check again."),
        Step::Review => ("The asking of registries was interrupted.", "Go on to the review again."),
        _ => ("The scan was interrupted.", "Scan again."),
    };
    let why = "The program ended before it was done. Nothing was changed anywhere.";
    Problem { kind: ProblemKind::Interrupted, ..Problem::bad_input("interrupted", what, why, next) }
}

pub(super) fn no_cluster() -> Problem {
    Problem::bad_input(
        "no_cluster_to_check",
        "There is no cluster to check.",
        "This run read files, which do not change when the plan is carried out.",
        "Name the cluster where it was carried out.",
    )
}

pub(super) fn not_measured() -> Problem {
    let why = "There is no scan yet, or it is the practice cluster's, which touches no network.";
    let next = "Scan a cluster, or ask by hand: unthrottle quota";
    Problem::bad_input("not_measured", "Docker Hub is not asked for this run.", why, next)
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
