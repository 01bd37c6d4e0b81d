//! What a plan pulls, what it waits for in between, and what it leaves running: in lines and in words.

use domain::plan::{Batch, Plan, Step};
use domain::remedy::running::KEY;
use domain::rollout::Pulls;
use domain::shell::word;

use super::commands::{kubectl, object};
use super::readme::{Text, code, plain};

/// The lines that stand before a step: they wait for the batch before it, where the step begins another.
pub(super) fn before(plan: &Plan, step: &Step) -> Vec<String> {
    let begins = |batch: &Batch| batch.steps.first() == Some(&step.id);
    let Some(at) = plan.batches.iter().position(begins) else { return Vec::new() };
    let Some(last) = at.checked_sub(1).and_then(|at| plan.batches.get(at)) else { return Vec::new() };
    let waits = plan.steps.iter().filter(|step| last.wait_for.contains(&step.id));
    waits.map(|step| rollout_status(plan, step)).collect()
}

/// Waits until the pods of a changed workload are there and ready.
pub(super) fn rollout_status(plan: &Plan, step: &Step) -> String {
    let object = object(&step.target);
    let words = [&["rollout", "status"][..], &[&object, "--timeout=10m"]].concat();
    kubectl(plan, &step.target, &words)
}

/// Lines that say what taking back costs, on standard error, and ask nothing: scripts have to run.
pub(super) fn warning(plan: &Plan) -> Vec<String> {
    let warning = plan.pulls.as_ref().and_then(Pulls::warning);
    warning.map(|text| format!("echo {} >&2", word(&text))).into_iter().collect()
}

/// What it pulls, for the readme.
pub(super) fn cost(plan: &Plan, text: &mut Text) {
    let Some(pulls) = &plan.pulls else { return };
    text.paragraph(&plain(&pulls.sentences().join(" ")));
    if plan.batches.len() > 1 {
        text.paragraph(
            "The lines with `rollout status` wait between batches, so that not all pods pull at once. If one of them gives up, \
             look at why its pods are not ready before you go on with the lines after it.",
        );
    }
}

/// What is left running, for the readme: the reason once, then one line for each.
pub(super) fn left_running(plan: &Plan, text: &mut Text) {
    if plan.left_running.is_empty() {
        return;
    }
    text.heading(2, "Left running");
    text.paragraph(
        "The pods of these run. Changing them makes their pods anew, which nobody chose. To choose some of them, plan again \
         with the names you want out of this, besides those you chose before, or tick them on the page Configure:",
    );
    text.shell(&[format!("--set {}", word(&format!("{KEY}={}", plan.choose_running())))]);
    text.items(plan.left_running.iter().map(|left| {
        let pods = match left.pods {
            None => String::new(),
            Some(1) => ", 1 pod".to_owned(),
            Some(n) => format!(", {n} pods"),
        };
        let mut images: Vec<String> = left.images.iter().map(|image| code(&image.image)).collect();
        images.dedup();
        format!("{}{pods}: {}", code(&left.place), images.join(", "))
    }));
}
