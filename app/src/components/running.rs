//! What a plan leaves running, what it pulls, and the one workload to help first.

use domain::plan::{LeftRunning, Plan};
use domain::remedy::running::KEY;
use domain::run::Step;
use domain::shell::word;
use leptos::prelude::*;

use super::{breakable, command, printed, prose};
use crate::view::{RunView, Urgent};
use crate::words::{self, count};

/// Up to how many stand open; more are folded away.
const OPEN: usize = 12;

/// Workloads that are left as they are: the reason once, the way to choose them once, then one line for each.
/// `choose` is where they are chosen; without it, as on paper, the answer is printed.
pub(crate) fn left_running(plan: &Plan, choose: Option<&str>) -> Option<AnyView> {
    let all = &plan.left_running;
    if all.is_empty() {
        return None;
    }
    let items: Vec<_> = all.iter().map(one).collect();
    let list = view! { <ul class="plain-list">{items}</ul> };
    let list = if all.len() <= OPEN {
        list.into_any()
    } else {
        view! {
            <details>
                <summary>{format!("All {} by name", all.len())}</summary>
                {list}
            </details>
        }
        .into_any()
    };
    let answer = format!("--set {}", word(&format!("{KEY}={}", plan.choose_running())));
    let way = choose.map(|path| {
        view! { <p><a href=format!("{path}#running")>"Choose which of them to change"</a></p> }
    });
    let lines = match choose {
        Some(_) => command("choose-running", "the answer that chooses them", &answer),
        None => printed("the answer that chooses them", &answer),
    };
    Some(
        view! {
            <section id="left-running">
                <h2>"Left running"</h2>
                <p>
                    {format!(
                        "The pods of {} run. Changing {} makes the pods anew, which nobody chose.",
                        count(all.len() as u64, "workload"),
                        if all.len() == 1 { "it" } else { "them" },
                    )}
                </p>
                {way}
                {list}
                <details>
                    <summary>"For the command line"</summary>
                    <p>"Cut out what you do not want, and add what was chosen before."</p>
                    {lines}
                </details>
            </section>
        }
        .into_any(),
    )
}

fn one(left: &LeftRunning) -> AnyView {
    let mut images: Vec<String> = left.images.iter().map(|image| image.image.clone()).collect();
    images.sort();
    images.dedup();
    let pods = left.pods.map(|pods| format!(", {}", count(pods, "pod")));
    view! {
        <li>
            <span class="mono">{breakable(&left.place)}</span>
            {pods}
            ": "
            <span class="mono">{breakable(&words::list(&images))}</span>
        </li>
    }
    .into_any()
}

/// What carrying the plan out pulls, and what taking it back would.
pub(crate) fn pulls(plan: &Plan) -> Option<AnyView> {
    let pulls = plan.pulls.as_ref()?;
    let back = pulls.warning().map(|warning| view! { <p>{prose(&warning)}</p> });
    Some(
        view! {
            <section>
                <h2>"What it pulls"</h2>
                <p>{prose(&pulls.sentences().join(" "))}</p>
                {back}
            </section>
        }
        .into_any(),
    )
}

/// What has to be known before a plan is taken back.
pub(crate) fn back_warning(plan: Option<&Plan>) -> Option<AnyView> {
    let warning = plan?.pulls.as_ref()?.warning()?;
    Some(view! { <p class="note">{prose(&warning)}</p> }.into_any())
}

/// While the budget is spent: the smallest fix, one press away. Inside of a form its button carries the answers that
/// are there; `alone` makes a form of its own of it, with the answers that were given.
pub(crate) fn first_aid(base: &RunView, urgent: Option<&Urgent>, alone: bool) -> Option<AnyView> {
    let urgent = urgent?;
    let button = view! {
        <button class="button quiet" name="first" value=urgent.only.clone()>
            "Plan only " {breakable(&urgent.label)}
        </button>
    };
    let action = if alone {
        let given: Vec<_> = base
            .run
            .answers
            .set
            .iter()
            .filter(|(key, _)| key.as_str() != KEY)
            .map(|(key, value)| {
                view! { <input type="hidden" name=format!("set.{key}") value=value.clone() /> }
            })
            .collect();
        view! {
            <form method="post" action=base.path(Step::Configure)>
                {given} <div class="go bare">{button}</div>
            </form>
        }
        .into_any()
    } else {
        view! { <div class="go bare">{button}</div> }.into_any()
    };
    Some(
        view! {
            <section class="aid" id="first-aid">
                <h2>"First aid, while Docker Hub refuses"</h2>
                <p>
                    {format!("{} of ", count(urgent.pods, "pod"))} <span class="mono">{breakable(&urgent.label)}</span>
                    {format!(
                        " wait{} for Docker Hub, the most of one object here. Changing it alone is the smallest fix; the rest can follow.",
                        if urgent.pods == 1 { "s" } else { "" },
                    )}
                </p>
                {action}
            </section>
        }
        .into_any(),
    )
}
