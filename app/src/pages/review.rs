//! Review: every change as a diff with its reason, and everything that is left alone.

use std::collections::BTreeSet;

use domain::plan::{FileDiff, Op, Plan, Refused, Risk};
use domain::remedy::RemedyKind;
use domain::run::{JobState, Progress, Run, Step};
use leptos::prelude::*;

use super::Page;
use crate::components::{
    Column, Heading, diff, frame, live_progress, no_plan, not_seen, problems, prose, registry, table,
};
use crate::view::ReviewView;
use crate::words::{self, count};

/// No form: the way on is a link, the way back as well.
pub fn review(view: &ReviewView) -> Page {
    let found = view.base.problems(Step::Review);
    let plan = view.base.run.plan.as_ref();
    let state = plan.map(|plan| if plan.change_needed { values(plan) } else { "no change".to_owned() });
    let heading = Heading { step: Step::Review, state, failed: !found.is_empty() };
    let content = match (&view.base.run.plan_state, plan) {
        (JobState::Running { progress }, _) => asking(&view.base.run, progress),
        (_, Some(plan)) => planned(view, plan),
        (_, None) => no_plan(&view.base),
    };
    let main = view! {
        {problems(found)}
        {content}
    };
    frame(&view.base, &heading, main.into_any())
}

/// Registries are asked before there is a plan.
fn asking(run: &Run, progress: &Progress) -> AnyView {
    view! {
        <section>
            <h1>"Asking whether the same images are elsewhere."</h1>
            <p class="lead">
                "By name and digest only: nothing is pulled, and Docker Hub counts none of it. What is not asked, or not answered, stays where it is."
            </p>
            {live_progress(run, Step::Review, progress)}
        </section>
    }
    .into_any()
}

/// "15 values".
fn values(plan: &Plan) -> String {
    count(plan.edits.len() as u64, "value")
}

/// "15 values change in 2 files and 5 live objects."
pub(crate) fn what_changes(plan: &Plan, diffs: &[FileDiff]) -> String {
    if !plan.change_needed {
        return "Nothing has to change.".to_owned();
    }
    if plan.edits.is_empty() {
        return plan.summary.clone();
    }
    let files: BTreeSet<_> = plan.edits.iter().filter_map(|edit| edit.file.as_deref()).collect();
    let live = diffs.iter().filter(|diff| diff.live).count();
    let mut places = Vec::new();
    if !files.is_empty() {
        places.push(count(files.len() as u64, "file"));
    }
    if live > 0 {
        places.push(count(live as u64, "live object"));
    }
    let verb = if plan.edits.len() == 1 { "changes" } else { "change" };
    format!("{} {verb} in {}.", values(plan), words::list(&places))
}

fn planned(view: &ReviewView, plan: &Plan) -> AnyView {
    let lead = if plan.change_needed {
        "Read them as you would a colleague's. Nothing outside of the marked values is touched, comments and blanks included."
            .to_owned()
    } else {
        plan.summary.clone()
    };
    let edit = view.base.path(Step::Configure);
    let diffs: Vec<_> =
        view.diffs.iter().enumerate().map(|(at, file)| diff(file, diff_id(at), Some(&edit))).collect();
    let index = (view.diffs.len() > 1).then(|| contents(&view.diffs));
    let on = if plan.change_needed { "Take the bundle" } else { "Take a bundle that says so" };
    view! {
        <section>
            <h1>{what_changes(plan, &view.diffs)}</h1>
            <p class="lead">{lead}</p>
            {index}
        </section>
        {registry(plan)}
        {(!diffs.is_empty()).then(|| view! { <div class="diffs">{diffs}</div> })}
        {made(plan)}
        {risks(&plan.risks)}
        {not_covered(plan)}
        {refused(&plan.refused)}
        {unchanged(&plan.unchanged)}
        {not_seen(&plan.not_seen)}
        <div class="go">
            <a class="button" href=view.base.path(Step::Apply)>
                {on}
            </a>
            <a class="button quiet" href=edit>
                "Change the answers"
            </a>
        </div>
    }
    .into_any()
}

/// Where links to a diff go.
fn diff_id(at: usize) -> String {
    format!("diff-{at}")
}

/// Links to the diffs, where there are several.
fn contents(diffs: &[FileDiff]) -> AnyView {
    let links: Vec<_> = diffs
        .iter()
        .enumerate()
        .map(|(at, diff)| {
            view! {
                <li>
                    <a href=format!("#{}", diff_id(at))>{diff.name.clone()}</a>
                </li>
            }
        })
        .collect();
    view! { <ul class="jumps">{links}</ul> }.into_any()
}

pub(crate) fn risks(risks: &[Risk]) -> Option<AnyView> {
    if risks.is_empty() {
        return None;
    }
    let items: Vec<_> = risks
        .iter()
        .map(|risk| {
            view! {
                <li>
                    <h3>{prose(&risk.what)}</h3>
                    <p>{prose(&risk.why)}</p>
                </li>
            }
        })
        .collect();
    Some(
        view! {
            <section>
                <h2>"What to know before"</h2>
                <ul class="notes">{items}</ul>
            </section>
        }
        .into_any(),
    )
}

/// What no diff shows: secrets that are made from what a person types, and pods that are made anew.
fn made(plan: &Plan) -> Option<AnyView> {
    let steps: Vec<_> = plan
        .steps
        .iter()
        .filter(|step| step.op != Op::Patch)
        .map(|step| {
            view! {
                <li>
                    <h3 class="mono">{step.target.label()}</h3>
                    <p>{prose(&step.says)}</p>
                </li>
            }
        })
        .collect();
    (!steps.is_empty()).then(|| {
        view! {
            <section>
                <h2>"Made, and made anew"</h2>
                <ul class="notes">{steps}</ul>
            </section>
        }
        .into_any()
    })
}

pub(crate) fn not_covered(plan: &Plan) -> Option<AnyView> {
    let all = &plan.not_covered;
    if all.is_empty() {
        return None;
    }
    let by_account = plan.remedy == RemedyKind::HubAccount;
    let heading = if by_account { "What the account does not reach" } else { "What stays on Docker Hub" };
    let rows = all
        .iter()
        .map(|left| {
            let container = left.container.as_ref().map(|name| format!(", {name}"));
            view! {
                <tr>
                    <td>
                        <span class="mono">{left.image.clone()}</span>
                        <span class="why">{left.place.clone()} {container}</span>
                    </td>
                    <td>{prose(&left.why)}</td>
                    <td>{prose(&left.instead)}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    Some(
        view! {
            <section>
                <h2>{heading}</h2>
                {table(
                    "Images that this remedy does not reach, each with another way",
                    &[("Image and where", Column::Text), ("Why", Column::Text), ("Another way", Column::Text)],
                    rows,
                )}
            </section>
        }
        .into_any(),
    )
}

pub(crate) fn refused(all: &[Refused]) -> Option<AnyView> {
    if all.is_empty() {
        return None;
    }
    let items: Vec<_> = all
        .iter()
        .map(|left| {
            let place = if left.place.is_empty() { left.file.clone() } else { left.place.clone() };
            view! {
                <li>
                    <h3 class="mono">{place}</h3>
                    <p>{prose(&left.why)}</p>
                </li>
            }
        })
        .collect();
    Some(
        view! {
            <section>
                <h2>"Left alone, because the edit would not be certain"</h2>
                <ul class="notes">{items}</ul>
            </section>
        }
        .into_any(),
    )
}

fn unchanged(files: &[String]) -> Option<AnyView> {
    if files.is_empty() {
        return None;
    }
    let items: Vec<_> = files.iter().map(|file| view! { <li class="mono">{file.clone()}</li> }).collect();
    Some(
        view! {
            <details>
                <summary>{format!("{} unchanged", count(files.len() as u64, "file"))}</summary>
                <ul class="plain-list">{items}</ul>
            </details>
        }
        .into_any(),
    )
}
