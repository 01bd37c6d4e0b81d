//! Detect: the verdict as a sentence, what proves it, who spends the budget, and what could not be seen.

mod cortex;
mod exposure;
mod failing;
mod reading;
mod verdict;

use domain::diagnosis::{Diagnosis, Scan, SourceKind, Verdict};
use domain::run::{JobState, Run, Source, Step};
use leptos::prelude::*;

pub(crate) use cortex::cortex;
pub(crate) use exposure::exposure;
pub(crate) use failing::{failing_otherwise, refused};
pub(crate) use reading::request_table;
pub(crate) use verdict::verdict;

use failing::see_it;
use reading::requests;

use super::Page;
use crate::components::{
    Heading, command, egress, frame, is_stale, meter, moment, not_seen, problems, proof, prose,
};
use crate::view::DetectView;
use crate::words;

/// Forms: scan, again or stop; the pull limit (see the table in [`super`]).
pub fn detect(view: &DetectView) -> Page {
    let run = &view.base.run;
    let found = view.base.problems(Step::Detect);
    let state = match (&run.scan_state, &run.scan) {
        (JobState::Running { .. }, _) => Some("reading".to_owned()),
        (_, Some(scan)) => Some(words::verdict(scan.diagnosis.verdict).to_owned()),
        _ => None,
    };
    let heading = Heading { step: Step::Detect, state, failed: !found.is_empty() };
    let content = match (&run.scan_state, &run.scan) {
        (JobState::Running { progress }, _) => reading::reading(run, progress),
        (state, Some(scan)) => diagnosed(view, state, scan),
        (state, None) => reading::not_read(view, state),
    };
    let main = view! {
        {problems(found)}
        {content}
    };
    frame(&view.base, &heading, main.into_any())
}

fn diagnosed(view: &DetectView, state: &JobState, scan: &Scan) -> AnyView {
    let diagnosis = &scan.diagnosis;
    let context = scan.inventory.cluster.context.as_deref();
    view! {
        {verdict(diagnosis)}
        {how_current(view, state, diagnosis)}
        {evidence(diagnosis, context, |line| command("see-it", "the line that shows it", line))}
        {first_aid(diagnosis)}
        {refused(diagnosis)}
        {budget(view, diagnosis)}
        {exposure(diagnosis, true)}
        {failing_otherwise(diagnosis)}
        {diagnosis.cortex.as_ref().map(cortex)}
        {not_seen(&diagnosis.not_seen)}
        {requests(&view.base.run.requests)}
        {onward(view, diagnosis)}
    }
    .into_any()
}

/// What the reader has to know before believing the verdict: it is partial, old, or not of this scan.
fn how_current(view: &DetectView, state: &JobState, diagnosis: &Diagnosis) -> Option<AnyView> {
    let stale = diagnosis.source.kind == SourceKind::Cluster
        && is_stale(&diagnosis.source.collected_at, &view.base.now);
    let said = match state {
        JobState::Cancelled => "The scan was stopped. This is what had been found, and there may be more.",
        JobState::Failed => "The last scan failed. This is the one before.",
        _ if stale => "This is how it was more than five minutes ago. Scan again to see how it is now.",
        _ => return None,
    };
    Some(
        view! {
            <div class="note with-button">
                <p>{said} " Read " {moment(&diagnosis.source.collected_at, &view.base.now)} "."</p>
                {scan(&view.base.run, "Scan again", "button quiet")}
            </div>
        }
        .into_any(),
    )
}

fn scan(run: &Run, label: &'static str, class: &'static str) -> AnyView {
    view! {
        <form method="post" action=format!("/runs/{}/detect", run.id)>
            <button class=class name="action" value="scan">
                {label}
            </button>
        </form>
    }
    .into_any()
}

/// The strongest finding with its lines; the others are in the table of what is refused. `typed` shows the
/// line for a shell.
pub(crate) fn evidence(
    diagnosis: &Diagnosis,
    context: Option<&str>,
    typed: impl FnOnce(&str) -> AnyView,
) -> Option<AnyView> {
    let first = diagnosis.findings.iter().find(|finding| finding.cause.is_docker_hub_limit())?;
    Some(
        view! {
            <section>
                <h2>"Proof"</h2>
                {proof(first)}
                {see_it(first, diagnosis.source.kind, context).map(|line| typed(&line))}
            </section>
        }
        .into_any(),
    )
}

fn first_aid(diagnosis: &Diagnosis) -> Option<AnyView> {
    if diagnosis.first_aid.is_empty() {
        return None;
    }
    let items: Vec<_> = diagnosis.first_aid.iter().map(|advice| view! { <li>{prose(advice)}</li> }).collect();
    Some(
        view! {
            <section class="aid">
                <h2>"First aid, while Docker Hub refuses"</h2>
                <ul>{items}</ul>
            </section>
        }
        .into_any(),
    )
}

/// Nothing of Docker Hub, nothing to spend.
fn budget(view: &DetectView, diagnosis: &Diagnosis) -> Option<AnyView> {
    if diagnosis.exposure.is_empty() && diagnosis.verdict == Verdict::NotAffected {
        return None;
    }
    let ways = egress(&diagnosis.budget.egress_groups).map(|ways| {
        view! {
            <section>
                <h2>"Who leaves by which address"</h2>
                {ways}
            </section>
        }
    });
    Some(
        view! {
            <div class="two">
                <section>
                    <h2>"The budget"</h2>
                    {meter(&diagnosis.budget, &view.base.now)}
                    {ask_from_here(&view.base.run)}
                </section>
                {ways}
            </div>
        }
        .into_any(),
    )
}

/// The practice cluster touches no network.
fn ask_from_here(run: &Run) -> Option<AnyView> {
    if run.source == Some(Source::Demo) {
        return None;
    }
    Some(
        view! {
            <form method="post" action=format!("/runs/{}/detect", run.id)>
                <button class="button quiet" name="action" value="measure">
                    "Ask from this machine"
                </button>
            </form>
        }
        .into_any(),
    )
}

fn onward(view: &DetectView, diagnosis: &Diagnosis) -> AnyView {
    let source = &diagnosis.source;
    let (remedy, again) = match diagnosis.verdict {
        Verdict::NotAffected => (None, "Scan again"),
        Verdict::Unknown => (Some("button quiet"), "Scan again"),
        _ => (Some("button"), "Scan again"),
    };
    let remedy = remedy.map(|class| {
        view! {
            <a class=class href=view.base.path(Step::Remedy)>
                "Choose a remedy"
            </a>
        }
    });
    view! {
        <div class="go">
            {remedy} {scan(&view.base.run, again, "button quiet")}
            <p class="small soft">
                "Read " {moment(&source.collected_at, &view.base.now)} ". "
                <a href=format!("/runs/{}/report.html", view.base.run.id)>"Report to print or keep"</a>
            </p>
        </div>
    }
    .into_any()
}
