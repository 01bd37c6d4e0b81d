//! The long operations on a run: scan and verify, as jobs.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::diagnosis::SourceKind;
use domain::facts::{Fact, NotSeen};
use domain::plan::Plan;
use domain::ports::{Cancel, Clock, FactSink, FactSource, InputFile};
use domain::problem::Problem;
use domain::run::{JobState, Progress, Run, Source, Step};
use domain::time::Timestamp;
use tokio::time::timeout;

use super::jobs::Desk;
use super::{LEASE_SECONDS, Refusal, Runs, problems};
use crate::scan::{Scanned, scan};
use crate::verify::{Verified, verify};

impl Runs {
    /// Starts reading what the run is connected to; does nothing when it is being read already.
    ///
    /// `given` is read instead of the run's own source when it is the same and more: files that were just
    /// given, of which only a part may be kept. The verdict before stays until there is a new one.
    ///
    /// # Errors
    /// `too_early`, `run_in_use`, `run_unknown`, or the store's problem.
    pub fn start_scan(self: &Arc<Self>, id: &str, given: Option<Box<dyn FactSource>>) -> Result<(), Refusal> {
        if self.goes_on(id, Step::Detect) {
            return Ok(());
        }
        let desk = self.jobs.enter(id, Step::Detect);
        let (source, files_before) = self.change(id, Step::Detect, |run| {
            let source = run.source.clone().ok_or_else(|| problems::too_early(Step::Detect))?;
            run.scan_state = JobState::Running { progress: Progress::default() };
            Ok((source, run.scan.as_ref().map(|scan| scan.inventory.files.clone()).unwrap_or_default()))
        })?;
        self.note(id, "scan_started", source.name())?;
        self.keep_lease(id);
        let (runs, id) = (Arc::clone(self), id.to_owned());
        self.jobs.start(async move {
            let scanned = runs.scan(&id, &source, given, &files_before, &desk).await;
            runs.end(&id, &desk, Step::Detect, |run| keep_scan(run, scanned, &desk.cancel));
            drop(desk);
            runs.let_go(&id);
        });
        Ok(())
    }

    /// Starts to hold the plan of the run against a cluster: `cluster`, or the one that the run read.
    ///
    /// # Errors
    /// `too_early`, `no_cluster_to_check` when the run read files and no cluster is named, `run_in_use`,
    /// `run_unknown`, or the store's problem.
    pub fn start_verify(self: &Arc<Self>, id: &str, cluster: Option<Source>) -> Result<(), Refusal> {
        if self.goes_on(id, Step::Verify) {
            return Ok(());
        }
        let desk = self.jobs.enter(id, Step::Verify);
        let (plan, source) = self.change(id, Step::Verify, |run| {
            let plan = run.plan.clone().ok_or_else(|| problems::too_early(Step::Verify))?;
            let source = match (cluster, &run.source) {
                (Some(named), _) => named,
                (None, Some(Source::Files { .. }) | None) => return Err(problems::no_cluster()),
                (None, Some(own)) => own.clone(),
            };
            run.verify_state = JobState::Running { progress: Progress::default() };
            Ok((plan, source))
        })?;
        self.note(id, "check_started", source.name())?;
        self.keep_lease(id);
        let (runs, id) = (Arc::clone(self), id.to_owned());
        self.jobs.start(async move {
            let verified = runs.verify(&plan, &source, &desk).await;
            runs.end(&id, &desk, Step::Verify, |run| keep_verification(run, verified, &desk.cancel));
            drop(desk);
            runs.let_go(&id);
        });
        Ok(())
    }

    /// Keeps a scan that was made elsewhere as a run of its own, ready to be gone on with; gives its id.
    ///
    /// # Errors
    /// The store's problem.
    pub fn adopt(&self, source: Source, files: &[InputFile], scanned: Scanned) -> Result<String, Refusal> {
        let id = self.create()?.id;
        self.connect(&id, source, files)?;
        let Ended { what, detail } =
            self.change(&id, Step::Detect, |run| keep_scan(run, Ok(scanned), &Cancel::default()))?;
        self.note(&id, what, detail)?;
        Ok(id)
    }

    async fn scan(
        &self,
        id: &str,
        source: &Source,
        given: Option<Box<dyn FactSource>>,
        files_before: &[String],
        desk: &Desk,
    ) -> Result<Scanned, Problem> {
        let opened = match given {
            Some(given) => given,
            None => {
                let files = self.store.load_files(id)?;
                let missing = missing(files_before, &files);
                Box::new(Short { source: self.sources.open(source, files).await?, missing })
            }
        };
        let mut observer = |progress| desk.report(progress);
        let clock = Of { time: self.sources.time_of(source), now: &*self.clock };
        scan(&*opened, kind(source), &desk.cancel, &clock, &mut observer).await
    }

    async fn verify(&self, plan: &Plan, source: &Source, desk: &Desk) -> Result<Verified, Problem> {
        let opened = self.sources.revisit(source).await?;
        let mut observer = |progress| desk.report(progress);
        verify(plan, &*opened, &desk.cancel, &*self.clock, &mut observer).await
    }

    fn goes_on(&self, id: &str, step: Step) -> bool {
        self.jobs.of(id).is_some_and(|job| job.events.borrow().step == step)
    }

    /// Keeps the result of a job, unless the run has got another job or source meanwhile. A problem is shown at
    /// `step`.
    pub(super) fn end(
        &self,
        id: &str,
        desk: &Desk,
        step: Step,
        keep: impl FnOnce(&mut Run) -> Result<Ended, Problem>,
    ) {
        if !desk.is_current() {
            return;
        }
        let noted = match self.change(id, step, keep) {
            Ok(Ended { what, detail }) => self.note(id, what, detail),
            Err(Refusal::Kept(problem)) => self.note(id, failed(step), problem.code),
            Err(Refusal::Lost(problem)) => Err(problem),
        };
        if let Err(problem) = noted {
            tracing::error!(run.id = id, problem.code, problem.why, "the result of a job could not be kept");
        }
    }

    /// Renews the lease of a run as long as its job goes on, so that a slow answer does not look like death.
    pub(super) fn keep_lease(self: &Arc<Self>, id: &str) {
        let Some(mut job) = self.jobs.of(id) else { return };
        let (runs, id) = (Arc::clone(self), id.to_owned());
        self.jobs.accompany(async move {
            let pause = Duration::from_secs(LEASE_SECONDS / 3);
            while timeout(pause, job.events.wait_for(|event| event.over)).await.is_err() {
                let (runs, id) = (Arc::clone(&runs), id.clone());
                let renewed = tokio::task::spawn_blocking(move || runs.take_lease(&id)).await;
                if !matches!(renewed, Ok(Ok(()))) {
                    tracing::warn!("the lease of a run could not be renewed");
                }
            }
        });
    }

    pub(super) fn let_go(&self, id: &str) {
        if self.jobs.of(id).is_none()
            && let Err(problem) = self.store.release(id, &self.owner)
        {
            tracing::warn!(run.id = id, problem.code, "the lease of a run could not be given back");
        }
    }
}

/// How a job ended well, for the journal.
pub(super) struct Ended {
    pub(super) what: &'static str,
    pub(super) detail: String,
}

fn failed(step: Step) -> &'static str {
    match step {
        Step::Verify => "check_failed",
        Step::Configure => "plan_failed",
        _ => "scan_failed",
    }
}

fn keep_scan(run: &mut Run, scanned: Result<Scanned, Problem>, cancel: &Cancel) -> Result<Ended, Problem> {
    let Scanned { scan, requests } = scanned.inspect_err(|_| run.scan_state = JobState::Failed)?;
    run.answered(Step::Connect);
    run.problems.clear();
    let verdict = word(&scan.diagnosis.verdict);
    run.scan = Some(scan);
    run.requests = requests;
    let (state, what) = ending(cancel, "scan_done", "scan_stopped");
    run.scan_state = state;
    Ok(Ended { what, detail: verdict })
}

fn keep_verification(
    run: &mut Run,
    verified: Result<Verified, Problem>,
    cancel: &Cancel,
) -> Result<Ended, Problem> {
    let Verified { verification, requests } =
        verified.inspect_err(|_| run.verify_state = JobState::Failed)?;
    let outcome = word(&verification.outcome);
    run.verification = Some(verification);
    run.check_requests = requests;
    let (state, what) = ending(cancel, "verified", "check_stopped");
    run.verify_state = state;
    Ok(Ended { what, detail: outcome })
}

/// The word that JSON has for a result.
fn word(result: &impl serde::Serialize) -> String {
    serde_json::to_value(result).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

pub(super) fn ending(cancel: &Cancel, done: &'static str, stopped: &'static str) -> (JobState, &'static str) {
    if cancel.is_cancelled() { (JobState::Cancelled, stopped) } else { (JobState::Done, done) }
}

/// The time that facts are of: their own, or else now.
struct Of<'a> {
    time: Option<Timestamp>,
    now: &'a dyn Clock,
}

impl Clock for Of<'_> {
    fn now(&self) -> Timestamp {
        self.time.clone().unwrap_or_else(|| self.now.now())
    }
}

/// The kind of a source, for the scan.
pub fn kind(source: &Source) -> SourceKind {
    match source {
        Source::Cluster { .. } => SourceKind::Cluster,
        Source::Files { .. } => SourceKind::Files,
        Source::Demo => SourceKind::Demo,
    }
}

/// Files that the verdict before rests on, and that could not be kept.
fn missing(before: &[String], kept: &[InputFile]) -> Vec<NotSeen> {
    let kept: BTreeSet<&str> = kept.iter().map(|file| file.name.as_str()).collect();
    let gone = before.iter().filter(|name| !kept.contains(name.as_str()));
    gone.map(|name| NotSeen {
        what: format!("file {name}"),
        why: "It was read when it was given and is not kept with the run: it is large, or held secrets."
            .to_owned(),
        effect: "What it said before is no longer counted. Give the files again to have it back.".to_owned(),
    })
    .collect()
}

/// A source that is known to hold less than before.
struct Short {
    source: Box<dyn FactSource>,
    missing: Vec<NotSeen>,
}

#[async_trait]
impl FactSource for Short {
    async fn read(&self, cancel: &Cancel, sink: &mut dyn FactSink) -> Result<(), Problem> {
        self.source.read(cancel, sink).await?;
        for not_seen in &self.missing {
            sink.fact(Fact::NotSeen(not_seen.clone()));
        }
        Ok(())
    }
}
