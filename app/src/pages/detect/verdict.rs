//! The verdict: one sentence, then what it rests on, in numbers.

use std::collections::BTreeSet;

use domain::diagnosis::{Diagnosis, Finding, Verdict};
use leptos::prelude::*;

use crate::components::in_a_word;
use crate::words::{self, count};

/// How many anonymous pulls Docker Hub gives to one address in six hours (Docker's page on usage and limits).
pub(super) const ANONYMOUS_LIMIT: u32 = 100;

/// A sentence in pieces; those with true carry the weight.
type Prose = Vec<(bool, String)>;

/// The block that heads the page, the report as well.
pub(crate) fn verdict(diagnosis: &Diagnosis) -> AnyView {
    let tone = words::verdict_tone(diagnosis.verdict);
    let prose: Vec<_> = rests_on(diagnosis)
        .into_iter()
        .map(|(strong, text)| if strong { view! { <b>{text}</b> }.into_any() } else { text.into_any() })
        .collect();
    view! {
        <section class=format!("verdict {}", tone.class())>
            {in_a_word(tone, words::verdict(diagnosis.verdict))}
            <h1>{words::verdict_sentence(diagnosis)}</h1>
            <p>{prose}</p>
        </section>
    }
    .into_any()
}

fn strong(text: String) -> (bool, String) {
    (true, text)
}

fn plain(text: impl Into<String>) -> (bool, String) {
    (false, text.into())
}

fn rests_on(diagnosis: &Diagnosis) -> Prose {
    let mut prose = match diagnosis.verdict {
        Verdict::Affected => affected(diagnosis),
        Verdict::WasAffected => was_affected(diagnosis),
        Verdict::AtRisk => at_risk(diagnosis),
        Verdict::NotAffected => not_affected(diagnosis),
        Verdict::Unknown => vec![plain(
            "What could not be seen decides the answer. It is listed below, with the rule that would let it be seen.",
        )],
    };
    let otherwise =
        diagnosis.findings.iter().filter(|finding| !finding.cause.is_docker_hub_limit()).count() as u64;
    let said = match otherwise {
        0 => return prose,
        1 => " One other container fails for a reason that is not Docker Hub's limit.".to_owned(),
        many => format!(" {many} other containers fail for reasons that are not Docker Hub's limit."),
    };
    prose.push(plain(said));
    prose
}

fn limited(diagnosis: &Diagnosis) -> impl Iterator<Item = &Finding> {
    diagnosis.findings.iter().filter(|finding| finding.cause.is_docker_hub_limit())
}

/// Distinct workloads among findings.
fn workloads<'a>(findings: impl Iterator<Item = &'a Finding>) -> u64 {
    findings.map(|finding| (&finding.namespace, &finding.workload)).collect::<BTreeSet<_>>().len() as u64
}

fn affected(diagnosis: &Diagnosis) -> Prose {
    let waiting = diagnosis.counts.throttled_containers;
    let current = || limited(diagnosis).filter(|finding| finding.current);
    let limits: BTreeSet<_> =
        current().map(|finding| words::limit(finding.cause, finding.throttle)).collect();
    let limits: Vec<String> = limits.into_iter().map(str::to_owned).collect();
    let verb = if waiting == 1 { "is" } else { "are" };
    let mut prose = vec![
        strong(format!("{} in {}", count(waiting, "container"), count(workloads(current()), "workload"))),
        plain(format!(" {verb} waiting, refused by Docker Hub's {}.", words::list(&limits))),
    ];
    prose.extend(shared_address(diagnosis));
    prose
}

/// The most crowded address, when nodes share one.
fn shared_address(diagnosis: &Diagnosis) -> Prose {
    let crowded = diagnosis.budget.egress_groups.iter().max_by_key(|group| group.nodes.len());
    let all = diagnosis.counts.nodes;
    match crowded.map(|group| group.nodes.len()) {
        Some(nodes) if nodes > 1 => {
            let whose = if nodes as u64 == u64::from(all) {
                format!("All {nodes} nodes share one address")
            } else {
                format!("{nodes} of {all} nodes share one address")
            };
            vec![plain(" "), strong(whose), plain(", so they share one budget.")]
        }
        _ => Vec::new(),
    }
}

fn was_affected(diagnosis: &Diagnosis) -> Prose {
    let last = limited(diagnosis).filter_map(|finding| finding.last_seen.as_ref()).max();
    let when = last.map(|at| format!(", the last at {} UTC", at.clock())).unwrap_or_default();
    let containers = limited(diagnosis).count() as u64;
    vec![
        strong(format!(
            "{} in {}",
            count(containers, "container"),
            count(workloads(limited(diagnosis)), "workload")
        )),
        plain(format!(
            " met the limit{when}. Nothing waits for it now; the images are still pulled from Docker Hub, so it can come back."
        )),
    ]
}

fn at_risk(diagnosis: &Diagnosis) -> Prose {
    let images = diagnosis.counts.docker_hub_images;
    let (low, high) = diagnosis.exposure.iter().fold((0_u32, 0_u32), |(low, high), exposed| {
        (low.saturating_add(exposed.pulls_per_6h.low), high.saturating_add(exposed.pulls_per_6h.high))
    });
    let verb = if images == 1 { "comes" } else { "come" };
    let mut prose = vec![
        strong(count(images, "image")),
        plain(format!(" {verb} from Docker Hub, and nothing was refused that could be seen.")),
    ];
    if high > 0 {
        let pulls =
            if low == high { format!("about {high} pulls") } else { format!("{low} to {high} pulls") };
        prose.extend([
            plain(" Together they need an estimated "),
            strong(format!("{pulls} in six hours")),
            plain(format!("; without an account Docker Hub gives {ANONYMOUS_LIMIT} to an address.")),
        ]);
    }
    prose.extend(shared_address(diagnosis));
    prose
}

fn not_affected(diagnosis: &Diagnosis) -> Prose {
    match diagnosis.counts.docker_hub_images {
        0 => vec![
            plain("None of its images comes from Docker Hub: "),
            strong(format!(
                "{} in {}",
                count(diagnosis.counts.containers, "container"),
                count(diagnosis.counts.pods, "pod")
            )),
            plain(" were looked at."),
        ],
        images => vec![
            strong(count(images, "image")),
            plain(" of Docker Hub are in use, and none of them is counted."),
        ],
    }
}
