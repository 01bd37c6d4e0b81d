//! The pull budget: what is left of it, and from where that was measured.

use domain::diagnosis::{Budget, MeasuredFrom};
use domain::time::Timestamp;
use leptos::prelude::*;

use super::moment;

/// A full bar is a spent budget. Without a measurement it says how to make one.
pub(crate) fn meter(budget: &Budget, now: &Timestamp) -> AnyView {
    match (budget.measured_from, budget.unlimited, budget.limit, budget.remaining) {
        (MeasuredFrom::NotMeasured, ..) => not_measured(),
        (_, true, ..) => view! {
            <p class="big">"Nothing is counted"</p>
            <p class="small soft">"Docker Hub itself answered without a limit. " {measured_where(budget, now)}</p>
        }
        .into_any(),
        (_, _, Some(limit), Some(left)) => spent(budget, limit, left, now),
        (_, _, Some(limit), None) => view! {
            <p class="big">{format!("{limit} pulls")} " " <span class="soft">"in all"</span></p>
            <p class="small soft">"How many are left was not told. " {measured_where(budget, now)}</p>
        }
        .into_any(),
        (_, _, None, _) => view! {
            <p class="big">"Not told"</p>
            <p class="small soft">
                "The answer named no limit, and was not surely Docker Hub's own. " {measured_where(budget, now)}
            </p>
        }
        .into_any(),
    }
}

fn spent(budget: &Budget, limit: u32, left: u32, now: &Timestamp) -> AnyView {
    let left = left.min(limit);
    let tone = if left == 0 { "extent bad" } else { "extent warn" };
    let used = u64::from(limit - left) * 400 / u64::from(limit.max(1));
    view! {
        <p class="big">{left} " " <span class="soft">{format!("of {limit} pulls left")}</span></p>
        <svg class="meter" viewBox="0 0 400 14" preserveAspectRatio="none" aria-hidden="true">
            <rect class="track" width="400" height="14" />
            <rect class=tone width=used height="14" />
        </svg>
        <p class="small soft">{measured_where(budget, now)}</p>
    }
    .into_any()
}

fn measured_where(budget: &Budget, now: &Timestamp) -> AnyView {
    let from = match budget.measured_from {
        MeasuredFrom::Here => "Measured from the machine that runs Unthrottle",
        MeasuredFrom::Nodes => "Measured from nodes",
        MeasuredFrom::NotMeasured => "Not measured",
    };
    let window = budget.window_seconds.map(|seconds| format!(", {} hours rolling", seconds / 3_600));
    let when = budget.measured_at.as_ref().map(|at| view! { ", " {moment(at, now)} });
    let counted = budget.source.as_ref().map(|source| format!(". Docker Hub counts {source}"));
    let whose =
        (budget.measured_from == MeasuredFrom::Here).then_some(" Nodes may leave by another address.");
    view! { {from} {when} {window} {counted} "." {whose} }.into_any()
}

/// Docker Hub tells the limit to whoever asks for the headers of one image, and counts no pull for it (Docker's page on
/// usage and limits).
fn not_measured() -> AnyView {
    view! {
        <p class="big">"Not measured"</p>
        <p>
            "How many pulls are left is known to Docker Hub alone, for each address. This line asks it without "
            "spending a pull; run it on a node, because another machine may have another address."
        </p>
        {super::command("ask-docker-hub", "the line that asks Docker Hub", "unthrottle quota")}
    }
    .into_any()
}
