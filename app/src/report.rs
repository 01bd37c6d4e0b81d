//! A run on one page, to print or to keep: opens without network and without the program.
//!
//! The same run gives the same bytes. Must not know where it is written.

use domain::facts::NotSeen;
use domain::plan::Plan;
use domain::verification::Verification;
use leptos::prelude::*;

use crate::components::{
    day_and_clock, diff, left_running, not_seen, planned_steps, printed, pulls, registry, six_lines,
};
use crate::pages::{detect, review, verify};
use crate::view::ReportView;
use crate::words;

/// Where a report takes its look from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Styles<'a> {
    /// Served: the address of the style sheet, under the page's content security policy.
    Linked(&'a str),
    /// In a file of its own: the style sheet itself.
    Inline(&'a str),
}

/// The whole document.
pub fn html(view: &ReportView, styles: Styles<'_>) -> String {
    crate::render(|| document(view, styles))
}

fn document(view: &ReportView, styles: Styles<'_>) -> AnyView {
    let source = &view.diagnosis.source;
    let title = format!("Report: {} – {} – Unthrottle", words::verdict(view.diagnosis.verdict), source.name);
    let styles = match styles {
        Styles::Linked(address) => view! { <link rel="icon" href=crate::shell::ICON /> <link rel="stylesheet" href=address.to_owned() /> }.into_any(),
        Styles::Inline(css) => view! { <style>{css.to_owned()}</style> }.into_any(),
    };
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <title>{title}</title>
                {styles}
            </head>
            <body class="report">
                <main id="main">{content(view)}</main>
            </body>
        </html>
    }
    .into_any()
}

fn content(view: &ReportView) -> AnyView {
    let diagnosis = &view.diagnosis;
    let context = view.plan.as_ref().and_then(|plan| plan.context.as_deref());
    let unseen: Vec<NotSeen> = view.not_seen().into_iter().cloned().collect();
    view! {
        {about(view)}
        {detect::verdict(diagnosis)}
        {detect::evidence(diagnosis, context, |line| printed("the line that shows it", line))}
        {detect::refused(diagnosis)}
        {detect::exposure(diagnosis, false)}
        {detect::failing_otherwise(diagnosis)}
        {diagnosis.cortex.as_ref().map(detect::cortex)}
        {not_seen(&unseen)}
        {decision(view)}
        {view.plan.as_ref().map(|plan| planned(view, plan))}
        {view.verification.as_ref().map(verified)}
        {detect::request_table(&view.requests).map(|table| view! { <section><h2>"What was read"</h2>{table}</section> })}
    }
    .into_any()
}

/// Whose report this is: cluster, versions, time.
fn about(view: &ReportView) -> AnyView {
    let source = &view.diagnosis.source;
    let version = source.kubernetes_version.as_ref().map(|version| format!(" · Kubernetes {version}"));
    let digest = view.plan.as_ref().map(|plan| format!(" · plan {}", plan.digest));
    view! {
        <header class="report-head small soft">
            <p>"Report by Unthrottle " {view.version.clone()}</p>
            <p class="wrap">{source.name.clone()} {version} " · read " {day_and_clock(&source.collected_at)} {digest}</p>
        </header>
    }
    .into_any()
}

fn decision(view: &ReportView) -> Option<AnyView> {
    let fit = view.fit.as_ref()?;
    Some(
        view! {
            <section>
                <h2>{format!("The decision: {}", words::remedy(fit.remedy))}</h2>
                <p>{format!("{}: {}.", words::fit(fit.level), fit.headline)}</p>
                {six_lines(fit)}
            </section>
        }
        .into_any(),
    )
}

fn planned(view: &ReportView, plan: &Plan) -> AnyView {
    let diffs: Vec<_> =
        view.diffs.iter().enumerate().map(|(at, file)| diff(file, format!("diff-{at}"), None)).collect();
    let summary = (!plan.change_needed).then(|| view! { <p>{plan.summary.clone()}</p> });
    let steps = plan.change_needed.then(|| planned_steps(plan));
    let commands = (!view.commands.is_empty()).then(|| printed("the commands", &view.commands));
    let rollback =
        (!view.rollback.is_empty()).then(|| printed("the lines that take it back", &view.rollback));
    view! {
        <section>
            <h2>{review::what_changes(plan, &view.diffs)}</h2>
            {summary} {steps}
        </section>
        {registry(plan)}
        {(!diffs.is_empty()).then(|| view! { <div class="diffs">{diffs}</div> })}
        {pulls(plan)}
        {left_running(plan, None)}
        {review::risks(&plan.risks)}
        {review::found_secrets(&plan.found_secrets)}
        {review::not_covered(plan)}
        {review::refused(&plan.refused)}
        {commands}
        {rollback}
    }
    .into_any()
}

fn verified(checked: &Verification) -> AnyView {
    view! {
        <section>
            <h2>{verify::outcome_sentence(checked.outcome)}</h2>
            <p>{verify::outcome_counts(checked)} " Checked " {day_and_clock(&checked.checked_at)} "."</p>
        </section>
        {verify::containers(&checked.containers)}
        {verify::pull_secrets(&checked.pull_secrets)}
        {verify::still_throttled(&checked.still_throttled)}
    }
    .into_any()
}
