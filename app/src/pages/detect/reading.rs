//! Detect before there is a verdict: not begun, reading, stopped, failed. And what was asked while reading.

use domain::run::{JobState, Progress, Request, Run, Source, Step};
use leptos::prelude::*;

use super::scan;
use crate::components::{Column, live_progress, table};
use crate::view::DetectView;
use crate::words::count;

/// A scan goes on.
pub(super) fn reading(run: &Run, progress: &Progress) -> AnyView {
    let name = run.source.as_ref().map_or("the cluster", Source::name);
    view! {
        <section>
            <h1>{format!("Reading {name}.")}</h1>
            <p class="lead">"Pods, events, nodes and workloads, by list requests only. The cheap questions come first, so bad news comes early."</p>
            {live_progress(run, Step::Detect, progress)}
        </section>
    }
    .into_any()
}

/// There is nothing to show yet; the page says why and what to do.
pub(super) fn not_read(view: &DetectView, state: &JobState) -> AnyView {
    let (title, lead, button) = match (state, &view.base.run.source) {
        (_, None) => {
            ("There is nothing to read yet.", "Connect says which cluster or files shall be read.", None)
        }
        (JobState::Cancelled, _) => (
            "The scan was stopped.",
            "It ended before anything was found. It can be started again.",
            Some("Scan again"),
        ),
        (JobState::Failed, _) => (
            "Nothing could be read.",
            "What stands above says why, and what to do about it.",
            Some("Try again"),
        ),
        _ => ("Ready to read.", "It only reads, and can be stopped at any time.", Some("Scan")),
    };
    let connect =
        if button.is_some() { ("button quiet", "Connect to something else") } else { ("button", "Connect") };
    view! {
        <section>
            <h1>{title}</h1>
            <p class="lead">{lead}</p>
        </section>
        <div class="go">
            {button.map(|label| scan(&view.base.run, label, "button"))}
            <a class=connect.0 href=view.base.path(Step::Connect)>
                {connect.1}
            </a>
        </div>
    }
    .into_any()
}

/// What was read, folded away until somebody asks.
pub(super) fn requests(all: &[Request]) -> Option<AnyView> {
    let made: u32 = all.iter().map(|request| request.count).sum();
    let table = request_table(all)?;
    Some(
        view! {
            <details>
                <summary>{format!("What was read: {}", count(made, "request"))}</summary>
                {table}
            </details>
        }
        .into_any(),
    )
}

/// Every kind of request that was made, for those who have to answer for it.
pub(crate) fn request_table(all: &[Request]) -> Option<AnyView> {
    if all.is_empty() {
        return None;
    }
    let rows = all
        .iter()
        .map(|request| {
            view! {
                <tr>
                    <td class="mono">{format!("{} {}", request.verb, request.what)}</td>
                    <td class="n" data-head="Times">{request.count}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    Some(table(
        "Every request that was made to the cluster",
        &[("Verb and resource", Column::Text), ("Times", Column::Number)],
        rows,
    ))
}
