//! Failing containers: those that Docker Hub refuses, and those that fail for another reason.

use std::collections::BTreeMap;

use domain::diagnosis::{Diagnosis, Finding, SourceKind};
use domain::evidence::Cause;
use domain::shell::word;
use domain::time::Timestamp;
use domain::workload::ContainerKind;
use leptos::prelude::*;

use crate::components::{Column, Scale, breakable, prose, span, table, tag};
use crate::words::{self, Tone, count};

/// Rows of a table that are shown at once; the rest is said in a line.
const SHOWN: usize = 60;

/// Findings of one workload, image and cause: pods of one template fail alike.
struct Alike<'a> {
    first: &'a Finding,
    pods: u64,
    times: u64,
    from: Option<u64>,
    to: Option<u64>,
}

/// What makes findings alike: namespace, workload's kind and name, container, image, list and cause.
type Likeness<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str, ContainerKind, Cause);

/// Groups findings in their order.
fn alike<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<Alike<'a>> {
    let mut places: BTreeMap<Likeness<'a>, usize> = BTreeMap::new();
    let mut groups: Vec<Alike<'a>> = Vec::new();
    for finding in findings {
        let key = (
            finding.namespace.as_str(),
            finding.workload.kind.as_str(),
            finding.workload.name.as_str(),
            finding.container.as_str(),
            finding.image.as_str(),
            finding.container_kind,
            finding.cause,
        );
        let at = *places.entry(key).or_insert_with(|| {
            groups.push(Alike { first: finding, pods: 0, times: 0, from: None, to: None });
            groups.len() - 1
        });
        if let Some(group) = groups.get_mut(at) {
            let (first, last) = (finding.first_seen.as_ref(), finding.last_seen.as_ref());
            group.pods += 1;
            group.times += u64::from(finding.count);
            group.from = group.from.into_iter().chain(first.or(last).map(Timestamp::unix)).min();
            group.to = group.to.into_iter().chain(last.or(first).map(Timestamp::unix)).max();
        }
    }
    groups
}

/// What Docker Hub refuses, or refused, with the time it went on.
pub(crate) fn refused(diagnosis: &Diagnosis) -> Option<AnyView> {
    let groups = alike(diagnosis.findings.iter().filter(|finding| finding.cause.is_docker_hub_limit()));
    if groups.is_empty() {
        return None;
    }
    let end = diagnosis.source.collected_at.unix();
    let start = groups.iter().filter_map(|group| group.from).min().unwrap_or(end);
    let scale = Scale::new(start, end);
    let rows = groups.iter().take(SHOWN).map(|group| refused_row(group, scale)).collect();
    let from = Timestamp::from_unix(start).clock().to_owned();
    let to = diagnosis.source.collected_at.clock();
    let when = if from == to { format!("at {to}") } else { format!("from {from} to {to}") };
    let now = groups.iter().any(|group| group.first.current);
    let title = if now { "What Docker Hub refuses" } else { "What Docker Hub refused" };
    Some(
        view! {
            <section>
                <h2>{title}</h2>
                {table(
                    &format!("Refused pulls by workload, {when} UTC"),
                    &[("Workload and image", Column::Text), ("State", Column::Text), ("Times", Column::Number), ("When", Column::Text)],
                    rows,
                )}
                {left_out(groups.len())}
            </section>
        }
        .into_any(),
    )
}

fn left_out(rows: usize) -> Option<AnyView> {
    let more = rows.checked_sub(SHOWN).filter(|more| *more > 0)?;
    Some(
        view! { <p class="small soft">{format!("And {more} more; ")} {prose("`unthrottle scan -o json`")} " lists them all."</p> }
            .into_any(),
    )
}

fn workload(finding: &Finding) -> String {
    format!("{} {}/{}", finding.workload.kind, finding.namespace, finding.workload.name)
}

fn refused_row(group: &Alike<'_>, scale: Scale) -> AnyView {
    let first = group.first;
    let state = if first.current {
        tag(Tone::Bad, format!("{} waiting", count(group.pods, "pod")))
    } else {
        tag(Tone::Warn, "over for now")
    };
    let limit = words::limit(first.cause, first.throttle);
    let kept = first.managed_by.as_ref().map(|owner| format!(", kept by {owner}"));
    let clock = |at: u64| Timestamp::from_unix(at).clock().to_owned();
    let when = group.from.zip(group.to).map(|(from, to)| {
        let said = if from == to { clock(to) } else { format!("{} to {}", clock(from), clock(to)) };
        view! { {span(scale, from, to)} <span class="why num">{said}</span> }
    });
    view! {
        <tr>
            <td>
                <span class="mono">{breakable(&workload(first))}</span>
                <span class="why mono">{breakable(&first.image)}</span>
                <span class="why">{format!("{} {}{}", first.container_kind.label(), first.container, kept.unwrap_or_default())}</span>
            </td>
            <td>{state} <span class="why">{limit}</span></td>
            <td class="n" data-head="Times">{(group.times > 0).then_some(group.times)}</td>
            <td class="when">{when}</td>
        </tr>
    }
    .into_any()
}

/// Look-alikes: they fail to pull as well, but no limit of Docker Hub is the cause.
pub(crate) fn failing_otherwise(diagnosis: &Diagnosis) -> Option<AnyView> {
    let groups = alike(diagnosis.findings.iter().filter(|finding| !finding.cause.is_docker_hub_limit()));
    if groups.is_empty() {
        return None;
    }
    let rows = groups.iter().take(SHOWN).map(otherwise_row).collect();
    Some(
        view! {
            <section id="otherwise">
                <h2>"Failing for another reason"</h2>
                {table(
                    "Containers that cannot pull, and it is not Docker Hub's limit",
                    &[("Workload and image", Column::Text), ("Cause", Column::Text), ("What it says", Column::Text)],
                    rows,
                )}
                {left_out(groups.len())}
            </section>
        }
        .into_any(),
    )
}

fn otherwise_row(group: &Alike<'_>) -> AnyView {
    let first = group.first;
    let line = first.evidence.first().map(|line| view! { <span class="why mono">{line.text.clone()}</span> });
    let container =
        format!("{} {}, {}", first.container_kind.label(), first.container, count(group.pods, "pod"));
    view! {
        <tr>
            <td>
                <span class="mono">{breakable(&workload(first))}</span>
                <span class="why mono">{breakable(&first.image)}</span>
                <span class="why">{container}</span>
            </td>
            <td>
                {tag(Tone::Plain, words::cause(first.cause))}
                <span class="why">{words::certainty(first.certainty)}</span>
            </td>
            <td>{words::cause_means(first.cause)} {line}</td>
        </tr>
    }
    .into_any()
}

/// The line that shows the proof where it was read. The practice cluster has no such place.
pub(crate) fn see_it(finding: &Finding, kind: SourceKind, context: Option<&str>) -> Option<String> {
    if kind == SourceKind::Demo {
        return None;
    }
    let context = context.map(|name| format!("--context {} ", word(name))).unwrap_or_default();
    let line = format!(
        "kubectl {context}--namespace {} describe pod {}",
        word(&finding.namespace),
        word(&finding.pod)
    );
    Some(line)
}
