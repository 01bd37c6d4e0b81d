//! `scan`: collects, diagnoses, prints the verdict (INTERFACE §4).
//!
//! The scan is kept as a run, so that the wizard can go on with it; `--no-store` keeps nothing.

use std::path::Path;

use clap::{Args, ValueEnum};
use domain::diagnosis::{Diagnosis, Finding, Scan as Scanned, Verdict};
use domain::ports::{Cancel, Clock as _, InputFile};
use domain::problem::{Problem, ProblemKind};
use domain::registry::RegistryName;
use domain::run::{Progress, Source};
use engine::runs::kind;
use engine::scan;
use registry::Client;

use super::output::{Output, Tone, section, visible};
use super::progress::{Line, until_stopped};
use super::registries::RegistryArgs;
use super::source::{Opened, SourceArgs};
use super::{Global, Status, quota};
use crate::wiring::{self, SystemClock};

/// Finds out whether Docker Hub throttles a cluster, and proves it
#[derive(Debug, Args)]
pub(super) struct Scan {
    #[command(flatten)]
    source: SourceArgs,
    /// Also ask Docker Hub for the pull limit of this machine's address, which spends no pull
    #[arg(long, conflicts_with = "demo")]
    probe_registry: bool,
    #[command(flatten)]
    registries: RegistryArgs,
    /// End with status 1 at this verdict or a stronger one; unknown may be given besides
    #[arg(long, value_enum, value_name = "VERDICT", value_delimiter = ',')]
    fail_on: Vec<FailOn>,
    /// Keep nothing: the wizard will not know of this scan
    #[arg(long)]
    no_store: bool,
}

/// The verdicts that can be failed on, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum FailOn {
    Affected,
    WasAffected,
    AtRisk,
    Unknown,
}

/// What a reading gave, ready to be printed, stored and planned from.
pub(super) struct Reading {
    pub(super) source: Source,
    pub(super) files: Vec<InputFile>,
    pub(super) scanned: scan::Scanned,
    pub(super) stopped: bool,
}

impl Scan {
    pub(super) async fn run(&self, global: &Global, output: &Output) -> Result<Status, Problem> {
        let registry = self.probe_registry.then(|| self.registries.client()).transpose()?;
        let mut reading = read(self.source.open().await?, output).await?;
        if let Some(registry) = registry.filter(|_| !reading.stopped) {
            probe(&registry, &mut reading, output).await;
        }
        let scan = reading.scanned.scan.clone();
        let stopped = reading.stopped;
        let kept = if self.no_store { None } else { keep(reading, global.data_dir.as_deref(), output) };
        if output.is_json() {
            output.json(&scan.diagnosis)?;
        } else {
            output.text(&text(&scan, output))?;
        }
        if let Some(id) = kept.filter(|_| !output.is_json()) {
            output.note(&format!("Kept as run {id}; go on in the browser with: unthrottle"));
        }
        Ok(match (stopped, self.fails(scan.diagnosis.verdict)) {
            (true, _) => Status::Stopped,
            (false, true) => Status::Found,
            (false, false) => Status::Done,
        })
    }

    fn fails(&self, verdict: Verdict) -> bool {
        self.fail_on.iter().any(|threshold| match threshold {
            FailOn::Affected => verdict == Verdict::Affected,
            FailOn::WasAffected => verdict <= Verdict::WasAffected,
            FailOn::AtRisk => verdict <= Verdict::AtRisk,
            FailOn::Unknown => verdict == Verdict::Unknown,
        })
    }
}

/// Reads what was opened, with progress on stderr and Ctrl-C to stop.
pub(super) async fn read(opened: Opened, output: &Output) -> Result<Reading, Problem> {
    let Opened { source, reader, files, clock } = opened;
    let cancel = Cancel::default();
    let mut line = Line::new(output);
    let mut observer = |progress| line.show(&progress);
    let reading_kind = kind(&source);
    let work = scan::scan(&*reader, reading_kind, &cancel, &clock, &mut observer);
    let stopped_twice = || stopped("Reading was stopped.", "Ctrl-C was pressed twice.");
    let scanned = until_stopped(work, &cancel).await.ok_or_else(stopped_twice)??;
    drop(line);
    Ok(Reading { source, files, scanned, stopped: cancel.is_cancelled() })
}

/// Asks Docker Hub for the pull limit, with Ctrl-C to stop. That it does not tell is told in the scan.
async fn probe(registry: &Client, reading: &mut Reading, output: &Output) {
    let mut line = Line::new(output);
    line.show(&Progress { phase: "Asking Docker Hub".to_owned(), ..Progress::default() });
    let docker_hub = RegistryName::default();
    let asked = tokio::select! {
        asked = engine::quota::ask(registry, &docker_hub, None) => asked,
        _ = tokio::signal::ctrl_c() => {
            reading.stopped = true;
            Err(stopped("Docker Hub was not asked.", "Ctrl-C was pressed before it answered."))
        }
    };
    reading.scanned.scan.diagnosis.probed(asked, SystemClock.now());
}

/// Keeps a reading as a run. That nothing could be kept does not make the verdict less true: it is a warning.
fn keep(reading: Reading, data_dir: Option<&Path>, output: &Output) -> Option<String> {
    let kept = wiring::data_dir(data_dir)
        .and_then(|folder| wiring::runs(&folder, None, "the command line"))
        .and_then(|runs| {
            let Reading { source, files, scanned, .. } = reading;
            runs.adopt(source, &files, scanned).map_err(engine::runs::Refusal::into_problem)
        });
    kept.inspect_err(|problem| output.warning(problem)).ok()
}

fn stopped(what: &str, why: &str) -> Problem {
    Problem {
        kind: ProblemKind::Interrupted,
        ..Problem::outside("stopped", what, why, "Run the same command again.")
    }
}

/// The verdict for people: sentence, proof, short tables.
fn text(scan: &Scanned, output: &Output) -> String {
    let diagnosis = &scan.diagnosis;
    let mut text = format!("{}\n", headline(diagnosis, output));
    if let Some(finding) = diagnosis.findings.iter().find(|finding| finding.cause.is_docker_hub_limit()) {
        text.push_str("\nProof\n");
        text.push_str(&proof(finding));
    }
    section(&mut text, "Do now", diagnosis.first_aid.iter().map(|advice| vec![advice.clone()]));
    section(
        &mut text,
        "Failing containers",
        diagnosis.findings.iter().filter(|f| f.current).map(finding_row),
    );
    let exposure = diagnosis.exposure.iter().map(|exposed| {
        let (low, high) = (exposed.pulls_per_6h.low, exposed.pulls_per_6h.high);
        let range = if low == high { high.to_string() } else { format!("{low}–{high}") };
        vec![exposed.image.clone(), format!("{range} pulls/6 h"), first_of(&exposed.workloads)]
    });
    section(&mut text, "Images on Docker Hub", exposure);
    section(&mut text, "Pull limit", quota::measured(&diagnosis.budget).map(|line| vec![line]));
    let not_seen =
        diagnosis.not_seen.iter().map(|not_seen| vec![format!("{}: {}", not_seen.what, not_seen.why)]);
    section(&mut text, "Not seen", not_seen);
    text
}

fn headline(diagnosis: &Diagnosis, output: &Output) -> String {
    let counts = &diagnosis.counts;
    let (tone, sentence) = match diagnosis.verdict {
        Verdict::Affected => (
            Tone::Bad,
            format!(
                "Affected: Docker Hub refuses pulls of {} now.",
                plural(counts.throttled_containers, "container")
            ),
        ),
        Verdict::WasAffected => {
            (Tone::Warning, "Was affected: Docker Hub refused pulls here, and does not now.".to_owned())
        }
        Verdict::AtRisk => (
            Tone::Warning,
            format!(
                "At risk: {} come from Docker Hub without protection.",
                plural(counts.docker_hub_images, "image")
            ),
        ),
        Verdict::NotAffected => {
            (Tone::Good, "Not affected: nothing here depends on Docker Hub's limits.".to_owned())
        }
        Verdict::Unknown => (Tone::Warning, "Unknown: too little could be seen to tell.".to_owned()),
    };
    let source = &diagnosis.source;
    let version =
        source.kubernetes_version.as_ref().map(|version| format!(", {version}")).unwrap_or_default();
    let read = format!(
        "{}{version}: {}, {} on {}, read {}.",
        source.name,
        plural(counts.pods, "pod"),
        plural(counts.containers, "container"),
        plural(counts.nodes, "node"),
        source.collected_at
    );
    format!("{}\n{}", output.toned(tone, &sentence), visible(&read))
}

fn proof(finding: &Finding) -> String {
    let place = format!(
        "  {} {}/{}, container {}, image {}\n",
        finding.workload.kind, finding.namespace, finding.workload.name, finding.container, finding.image
    );
    let lines = finding.evidence.iter().map(|evidence| format!("  > {}\n", evidence.text.replace('\n', " ")));
    visible(&std::iter::once(place).chain(lines).collect::<String>())
}

fn finding_row(finding: &Finding) -> Vec<String> {
    let cause = serde_json::to_value(finding.cause).ok();
    let cause = cause.as_ref().and_then(|cause| cause.as_str()).unwrap_or_default().replace('_', " ");
    vec![
        format!("{}/{}", finding.namespace, finding.pod),
        finding.container.clone(),
        finding.image.clone(),
        cause,
    ]
}

fn first_of(workloads: &[String]) -> String {
    match workloads {
        [] => String::new(),
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}

fn plural(count: u32, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_take_the_stronger_verdicts_along() {
        use Verdict::{Affected, AtRisk, NotAffected, Unknown, WasAffected};
        let source = SourceArgs::default();
        let all = [Affected, WasAffected, AtRisk, NotAffected, Unknown];
        for (fail_on, failing) in [
            (vec![], vec![]),
            (vec![FailOn::Affected], vec![Affected]),
            (vec![FailOn::WasAffected], vec![Affected, WasAffected]),
            (vec![FailOn::AtRisk], vec![Affected, WasAffected, AtRisk]),
            (vec![FailOn::Unknown], vec![Unknown]),
            (vec![FailOn::Affected, FailOn::Unknown], vec![Affected, Unknown]),
        ] {
            let scan = Scan {
                source: source.clone(),
                probe_registry: false,
                registries: RegistryArgs::default(),
                fail_on,
                no_store: true,
            };
            let failed: Vec<_> = all.into_iter().filter(|verdict| scan.fails(*verdict)).collect();
            assert_eq!(failed, failing, "{:?}", scan.fail_on);
        }
    }
}
