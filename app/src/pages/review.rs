//! Review: every change as a diff with its reason, and everything that is left alone.

use std::collections::BTreeSet;

use domain::plan::{FileDiff, FoundSecret, Op, Plan, Refused, Risk, SecretEffect};
use domain::remedy::RemedyKind;
use domain::run::{JobState, Progress, Run, Step};
use leptos::prelude::*;

use super::Page;
use crate::components::{
    Column, Heading, alike, breakable, diff, first_aid, frame, left_running, live_progress, no_plan,
    not_seen, owners, problems, prose, pulls, registry, table, tag, targets,
};
use crate::view::ReviewView;
use crate::words::{self, Tone, count};

/// Up to how many links stand above the changes; more are folded away, or the first change would be far down.
const OPEN: usize = 12;

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
    let (title, lead) = match run.remedy {
        Some(RemedyKind::HubAccount) => (
            "Asking what the plan rests on.",
            "Docker Hub is asked about the account where a token was given, and the pull secrets are looked into that you allowed. Nothing is pulled, and nothing is changed.",
        ),
        _ => (
            "Asking whether the same images are elsewhere.",
            "By name and digest only: nothing is pulled, and Docker Hub counts none of it. What is not asked, or not answered, stays where it is.",
        ),
    };
    view! {
        <section>
            <h1>{title}</h1>
            <p class="lead">{lead}</p>
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
        let open = !plan.left_running.is_empty();
        return if open { "This plan changes nothing yet." } else { "Nothing has to change." }.to_owned();
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
    let changed = format!("{} {verb} in {}", values(plan), words::list(&places));
    let of_op = |op| plan.steps.iter().filter(|step| step.op == op).count() as u64;
    let also =
        [("secret", "made", of_op(Op::CreateSecret)), ("waiting pod", "replaced", of_op(Op::ReplacePod))]
            .into_iter()
            .filter(|(_, _, number)| *number > 0)
            .map(|(noun, done, number)| {
                format!("{} {} {done}", count(number, noun), if number == 1 { "is" } else { "are" })
            });
    let clauses: Vec<_> = [changed].into_iter().chain(also).collect();
    format!("{}.", clauses.join("; "))
}

fn planned(view: &ReviewView, plan: &Plan) -> AnyView {
    let lead = match (plan.change_needed, plan.edits.iter().any(|edit| edit.file.is_some())) {
        (false, _) => plan.summary.clone(),
        (true, true) => "Read them as you would a colleague's. Nothing outside of the marked values is touched, comments and blanks included.".to_owned(),
        (true, false) => "Read them as you would a colleague's. Nothing else of these objects is touched.".to_owned(),
    };
    let edit = view.base.path(Step::Configure);
    let diffs: Vec<_> =
        view.diffs.iter().enumerate().map(|(at, file)| diff(file, diff_id(at), Some(&edit))).collect();
    let index = (view.diffs.len() > 1).then(|| contents(&view.diffs));
    let take = if plan.change_needed { "Take the bundle" } else { "Take a bundle that says so" };
    let apply = view.base.path(Step::Apply);
    let onward = if plan.change_needed || plan.left_running.is_empty() {
        view! {
            <a class="button" href=apply>
                {take}
            </a>
            <a class="button quiet" href=edit.clone()>
                "Change the answers"
            </a>
        }
        .into_any()
    } else {
        view! {
            <a class="button" href=format!("{edit}#running")>
                "Choose what to change"
            </a>
            <a class="button quiet" href=apply>
                {take}
            </a>
        }
        .into_any()
    };
    view! {
        <section>
            <h1>{what_changes(plan, &view.diffs)}</h1>
            <p class="lead">{lead}</p>
            {index}
        </section>
        {first_aid(&view.base, view.urgent.as_ref(), true)}
        {(!plan.change_needed).then(|| left_running(plan, Some(&edit)))}
        {registry(plan)}
        {(!diffs.is_empty()).then(|| view! { <div class="diffs">{diffs}</div> })}
        {made(plan)}
        {pulls(plan)}
        {plan.change_needed.then(|| left_running(plan, Some(&edit)))}
        {found_secrets(&plan.found_secrets)}
        {owners(plan)}
        {risks(&plan.risks)}
        {not_covered(plan)}
        {refused(&plan.refused)}
        {unchanged(&plan.unchanged)}
        {not_seen(&plan.not_seen)}
        <div class="go">
            {onward}
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
                    <a href=format!("#{}", diff_id(at))>{breakable(&diff.name)}</a>
                </li>
            }
        })
        .collect();
    let list = view! { <ul class="jumps">{links}</ul> };
    if diffs.len() <= OPEN {
        return list.into_any();
    }
    view! {
        <details>
            <summary>{format!("All {} by name", diffs.len())}</summary>
            {list}
        </details>
    }
    .into_any()
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
    let steps: Vec<_> = alike(plan.steps.iter().filter(|step| step.op != Op::Patch))
        .into_iter()
        .map(|steps| {
            let says = steps.first().map(|step| prose(&step.says));
            view! {
                <li>
                    {targets(&steps)}
                    <p>{says}</p>
                </li>
            }
        })
        .collect();
    (!steps.is_empty()).then(|| {
        view! {
            <section>
                <h2>"Also part of the plan"</h2>
                <ul class="notes">{steps}</ul>
            </section>
        }
        .into_any()
    })
}

/// Pull secrets that are there already, each with what it does to the plan's own.
pub(crate) fn found_secrets(all: &[FoundSecret]) -> Option<AnyView> {
    if all.is_empty() {
        return None;
    }
    let items: Vec<_> = all
        .iter()
        .map(|found| {
            let state = match found.effect {
                SecretEffect::Spoils => Some(tag(Tone::Bad, "stops every pull")),
                SecretEffect::Hides => Some(tag(Tone::Bad, "hides the account")),
                SecretEffect::First => Some(tag(Tone::Warn, "tried first")),
                SecretEffect::Unknown => Some(tag(Tone::Plain, "not known")),
                SecretEffect::None => None,
            };
            let keys = (!found.keys.is_empty())
                .then(|| view! { <p class="why mono">{breakable(&words::list(&found.keys))}</p> });
            let instead = found.instead.as_deref().map(|text| view! { <p>{prose(text)}</p> });
            view! {
                <li>
                    <h3>{breakable(&format!("Secret {}", found.secret))} " " {state}</h3>
                    <p class="why">{breakable(&format!("Named by {}", words::list(&found.named_by)))}</p>
                    {keys}
                    <p>{prose(&found.says)}</p>
                    {instead}
                </li>
            }
        })
        .collect();
    Some(
        view! {
            <section>
                <h2>"Pull secrets that are there already"</h2>
                <p class="hint">
                    "Each was read once, by its name. Its keys are kept with this run, its logins were forgotten; none is edited."
                </p>
                <ul class="notes">{items}</ul>
            </section>
        }
        .into_any(),
    )
}

pub(crate) fn not_covered(plan: &Plan) -> Option<AnyView> {
    let all: Vec<_> = plan.out_of_reach().collect();
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
                        <span class="mono">{breakable(&left.image)}</span>
                        <span class="why">{breakable(&left.place)} {container}</span>
                    </td>
                    <td data-head="Why">{prose(&left.why)}</td>
                    <td data-head="Another way">{prose(&left.instead)}</td>
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
                    <h3 class="mono">{breakable(&place)}</h3>
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
    let items: Vec<_> = files.iter().map(|file| view! { <li class="mono">{breakable(file)}</li> }).collect();
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
