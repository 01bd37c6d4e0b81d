//! The seven steps, each with its state in words.

use domain::run::{Run, Source, Step, StepState};
use leptos::prelude::*;

use crate::words;

/// Done and open steps are links; later ones are not.
pub(crate) fn rail(run: &Run, here: Step) -> AnyView {
    let mut next_is_told = false;
    let items: Vec<_> = Step::ALL
        .into_iter()
        .map(|step| {
            let state = run.step_state(step);
            let is_next = step > here && state == StepState::Open && !next_is_told;
            next_is_told |= is_next;
            item(run, step, state, step == here, is_next)
        })
        .collect();
    view! {
        <nav class="rail" aria-label="Steps">
            <ol>{items}</ol>
        </nav>
    }
    .into_any()
}

fn item(run: &Run, step: Step, state: StepState, here: bool, next: bool) -> AnyView {
    let said = match (here, state) {
        (true, _) => "You are here".to_owned(),
        (_, StepState::Done) => done_with(run, step),
        (_, StepState::Open) if next => "Next".to_owned(),
        (_, StepState::Open) => "Open".to_owned(),
        (_, StepState::Later) => "Later".to_owned(),
    };
    let name = view! { <span class="rail-name">{words::step(step)}</span> };
    let is_link = !here && state != StepState::Later;
    let name = if is_link {
        view! { <a href=format!("/runs/{}/{}", run.id, step.word())>{name}</a> }.into_any()
    } else {
        name.into_any()
    };
    let class = match state {
        StepState::Done => "done",
        StepState::Open => "open",
        StepState::Later => "later",
    };
    view! {
        <li class=class aria-current=here.then_some("step")>
            {name}
            <span class="rail-state">{said}</span>
        </li>
    }
    .into_any()
}

/// "Done", with what was answered where that is a word or two.
fn done_with(run: &Run, step: Step) -> String {
    let answer = match step {
        Step::Connect => run.source.as_ref().map(|source| match source {
            Source::Cluster { .. } => "read only",
            Source::Files { .. } => "files",
            Source::Demo => "practice",
        }),
        Step::Detect => run.scan.as_ref().map(|scan| words::verdict(scan.diagnosis.verdict)),
        Step::Remedy => run.remedy.map(words::remedy_short),
        Step::Verify => run.verification.as_ref().map(|checked| words::outcome(checked.outcome)),
        Step::Configure | Step::Review | Step::Apply => None,
    };
    answer.map_or_else(|| "Done".to_owned(), |answer| format!("Done · {answer}"))
}
