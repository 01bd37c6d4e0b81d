//! Workloads whose pods run: a plan leaves them so unless each was chosen.
//!
//! There is no word for all of them. Making pods anew has a price that a plan cannot know; whoever pays it names
//! what for.

use std::collections::BTreeSet;

use super::{Answers, Draft, RemedyKind};
use crate::diagnosis::{Scan, Workload};
use crate::plan::{LeftImage, LeftRunning, NotCovered};
use crate::problem::Problem;
use crate::rollout::{Effect, effect};

/// Key of `--set`, for every remedy.
pub const KEY: &str = "running";

/// Which of them may be made anew.
pub(super) struct Running {
    chosen: BTreeSet<String>,
}

impl Running {
    /// What was named, by `running` or by `only`: naming it is choosing it.
    ///
    /// # Errors
    /// When an entry of `running` is no workload that the scan met.
    pub(super) fn of(answers: &Answers, scan: &Scan) -> Result<Self, Problem> {
        let workloads = &scan.inventory.workloads;
        let mut chosen = BTreeSet::new();
        for name in named(answers) {
            let mut found = workloads.iter().filter(|workload| workload.object.matches_only(name)).peekable();
            if found.peek().is_none() {
                return Err(unknown(name));
            }
            chosen.extend(found.map(|workload| workload.object.label()));
        }
        for name in &answers.only {
            let found = workloads.iter().filter(|workload| workload.object.matches_only(name));
            chosen.extend(found.map(|workload| workload.object.label()));
        }
        Ok(Self { chosen })
    }

    /// Whether changing this workload in the cluster would replace pods that run, and was not chosen.
    pub(super) fn leaves(&self, workload: &Workload) -> bool {
        effect(workload) == Effect::Restarts && !self.chosen.contains(&workload.object.label())
    }
}

/// Whether this remedy would replace pods of the workload that run.
pub fn would_restart(remedy: RemedyKind, workload: &Workload) -> bool {
    // An account reaches most pods through their service accounts, which restarts nothing.
    let is_patched = remedy != RemedyKind::HubAccount || !workload.spec.image_pull_secrets.is_empty();
    let is_live = workload.origin.as_ref().is_none_or(|origin| origin.live);
    is_patched && is_live && effect(workload) == Effect::Restarts
}

fn named(answers: &Answers) -> impl Iterator<Item = &str> {
    let text = answers.set.get(KEY).map_or("", String::as_str);
    text.split(',').map(str::trim).filter(|name| !name.is_empty())
}

impl Answers {
    /// Whether a workload was named in the answer `running`; `name` is `KIND/NAMESPACE/NAME`.
    pub fn chooses_running(&self, name: &str) -> bool {
        named(self).any(|chosen| chosen == name)
    }
}

/// The answers that choose every workload there is: what a remedy reaches, whatever that would restart.
pub(super) fn all(scan: &Scan) -> Answers {
    let names: Vec<String> = scan.inventory.workloads.iter().map(|workload| workload.object.only()).collect();
    Answers { set: [(KEY.to_owned(), names.join(","))].into(), only: Vec::new() }
}

/// What a plan says of one that it leaves: the entry itself, and a line for each image.
pub(super) fn leave(workload: &Workload, images: Vec<LeftImage>, draft: &mut Draft) {
    let left = LeftRunning {
        place: workload.object.label(),
        choose: workload.object.only(),
        pods: workload.pods,
        managed_by: workload.managed_by.clone(),
        images,
    };
    draft.not_covered.extend(left.images.iter().map(|image| NotCovered {
        image: image.image.clone(),
        place: left.place.clone(),
        container: Some(image.container.clone()),
        why: "Its pods run, and making them anew was not chosen.".to_owned(),
        instead: format!("Choose it on Configure, or with `--set {KEY}={}`.", left.choose),
    }));
    draft.left_running.push(left);
}

/// What to say of a draft that changes nothing because everything it reaches runs.
pub(super) fn nothing_waits(scan: &Scan, draft: &Draft) -> String {
    let inventory = &scan.inventory;
    let waits = !inventory.pods.is_empty() || inventory.workloads.iter().any(|w| w.waiting_pods > 0);
    let now = if waits { "Nothing that waits for an image is reached" } else { "Nothing waits for an image" };
    match draft.left_running.len() {
        1 => format!("{now}; 1 workload runs with images from Docker Hub. Choose whether to change it."),
        n => format!("{now}; {n} workloads run with images from Docker Hub. Choose which of them to change."),
    }
}

/// What a change interrupts here, for the comparison of remedies.
pub(super) fn interrupts(scan: &Scan) -> String {
    let workloads = &scan.inventory.workloads;
    let of = |wanted: Effect| workloads.iter().filter(|workload| effect(workload) == wanted).count();
    let waits = match (of(Effect::Finishes), scan.inventory.pods.is_empty()) {
        (0, true) => String::new(),
        (0, false) => "Waiting pods are changed in place. ".to_owned(),
        (1, _) => "1 workload that waits gets new pods, a few at a time. ".to_owned(),
        (n, _) => format!("{n} workloads that wait get new pods, a few at a time. "),
    };
    let runs = match of(Effect::Restarts) {
        0 => "Nothing that runs is restarted.".to_owned(),
        1 => "1 workload runs and stays as it is unless you choose it.".to_owned(),
        n => format!("{n} workloads run and stay as they are unless you choose them, one by one."),
    };
    format!("{waits}{runs}")
}

fn unknown(name: &str) -> Problem {
    let shown: String = name.chars().take(120).collect();
    Problem::bad_input(
        "running_unknown",
        format!("{shown} is not among the workloads that pull from Docker Hub."),
        "Either there is no such workload, or none of its images comes from Docker Hub.",
        "Write it as KIND/NAMESPACE/NAME, for example Deployment/default/web; a plan without it lists them all.",
    )
    .at(KEY)
}
