//! Runs as a service: every operation of the wizard and of the command line on a stored run.
//!
//! Each operation takes the run's lease, saves what was answered, validates it and says what came of it. A
//! problem with an answer is kept with the run, at its step, so that it can be shown after a redirect or a
//! restart. Operations block while the store writes; only the long work (scan, verify) goes on in
//! [jobs](self::jobs).
//!
//! Must not know HTTP, terminals, or where facts come from.

mod answers;
mod jobs;
mod planning;
mod problems;
mod work;

use std::sync::{Arc, Mutex, PoisonError};

use domain::ports::{Clock, JournalEntry, Lease, RunStore, Sources};
use domain::problem::Problem;
use domain::registry::Logins;
use domain::run::{JobState, Run, Step};
use domain::time::Timestamp;
use tokio::sync::watch;

pub use self::answers::Material;
pub use self::jobs::JobEvent;
use self::jobs::Jobs;
pub use self::work::kind;

/// How long a lease holds without being renewed, in seconds: how long others wait for a killed process.
const LEASE_SECONDS: u64 = 30;

/// The runs of a store, and the work that goes on for them.
pub struct Runs {
    store: Arc<dyn RunStore>,
    sources: Arc<dyn Sources>,
    /// Who asks registries; nobody when they are not to be asked.
    registry: Option<Arc<dyn Logins>>,
    clock: Arc<dyn Clock>,
    /// Who we are to other processes at the same store.
    owner: String,
    jobs: Jobs,
    /// Within this process changes take turns, since all of it is one owner.
    turn: Mutex<()>,
}

/// Why an operation gave no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The answer was kept, and its problem stands in the run at the step that was answered.
    Kept(Problem),
    /// Nothing was kept.
    Lost(Problem),
}

impl Refusal {
    /// The problem, wherever it stands.
    pub fn into_problem(self) -> Problem {
        match self {
            Self::Kept(problem) | Self::Lost(problem) => problem,
        }
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Lost(problem)
    }
}

impl Runs {
    /// A service over a store. Without a `registry` none is asked, and plans say what is not proven. `owner` is a name for people that differs between processes, such as
    /// `the wizard (process 4711)`.
    pub fn new(
        store: Arc<dyn RunStore>,
        sources: Arc<dyn Sources>,
        registry: Option<Arc<dyn Logins>>,
        clock: Arc<dyn Clock>,
        owner: impl Into<String>,
    ) -> Self {
        Self {
            store,
            sources,
            registry,
            clock,
            owner: owner.into(),
            jobs: Jobs::default(),
            turn: Mutex::default(),
        }
    }

    /// A new, empty run.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub fn create(&self) -> Result<Run, Problem> {
        let run = Run::new(self.store.fresh_id()?, self.clock.now());
        self.store.save(&run)?;
        self.note(&run.id, "created", "")?;
        Ok(run)
    }

    /// A run as it is now, with the progress of its job. One that was left in the middle of a job by a
    /// process that is gone is shown as interrupted; nothing is written for that.
    ///
    /// # Errors
    /// `run_unknown`, or the store's problem.
    pub fn get(&self, id: &str) -> Result<Run, Problem> {
        let mut run = self.store.load(id)?.ok_or_else(|| problems::unknown(id))?;
        self.bring_up_to_date(&mut run)?;
        Ok(run)
    }

    /// All runs as they are now, the last changed first.
    ///
    /// # Errors
    /// The store's problem.
    pub fn list(&self) -> Result<Vec<Run>, Problem> {
        let mut runs = self.store.list()?;
        for run in &mut runs {
            self.bring_up_to_date(run)?;
        }
        Ok(runs)
    }

    /// Stops what goes on for a run and removes it with its files and its journal.
    ///
    /// # Errors
    /// `run_unknown`, `run_in_use`, or the store's problem.
    pub fn remove(&self, id: &str) -> Result<(), Problem> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.take_lease(id)?;
        self.jobs.dismiss(id);
        if self.store.remove(id)? { Ok(()) } else { Err(problems::unknown(id)) }
    }

    /// What happened to a run, in order.
    ///
    /// # Errors
    /// The store's problem.
    pub fn journal(&self, id: &str) -> Result<Vec<(u64, JournalEntry)>, Problem> {
        self.store.journal(id, 0)
    }

    /// The events of the job that goes on for a run in this process. The receiver holds the last one, so a
    /// watcher that comes later or comes back misses nothing.
    pub fn events(&self, id: &str) -> Option<watch::Receiver<JobEvent>> {
        self.jobs.of(id).map(|job| job.events)
    }

    /// Tells the job of a run to stop; what it found is kept. Nothing happens when there is none.
    pub fn cancel(&self, id: &str) {
        if let Some(job) = self.jobs.of(id) {
            job.cancel.cancel();
        }
    }

    /// Stops all jobs and waits until each has kept what it found.
    pub async fn shut_down(&self) {
        self.jobs.stop_all().await;
    }

    /// Now, by the service's clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn bring_up_to_date(&self, run: &mut Run) -> Result<(), Problem> {
        let running =
            [Step::Detect, Step::Review, Step::Verify].into_iter().find(|&step| is_running(run, step));
        let Some(step) = running else { return Ok(()) };
        if let Some(job) = self.jobs.of(&run.id) {
            *state_mut(run, step) = JobState::Running { progress: job.events.borrow().progress.clone() };
        } else if self.store.holder(&run.id, &self.clock.now())?.is_none_or(|held| held.owner == self.owner) {
            *state_mut(run, step) = JobState::Failed;
            let shown_at = if step == Step::Review { Step::Configure } else { step };
            run.problems.insert(shown_at, vec![problems::interrupted(step)]);
        }
        Ok(())
    }

    /// Changes a run: lease, edit, save. An edit's problem is kept at `step` beside whatever was edited.
    fn change<T>(
        &self,
        id: &str,
        step: Step,
        edit: impl FnOnce(&mut Run) -> Result<T, Problem>,
    ) -> Result<T, Refusal> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.take_lease(id)?;
        let changed = self.change_leased(id, step, edit);
        if self.jobs.of(id).is_none() {
            self.store.release(id, &self.owner)?;
        }
        changed
    }

    fn change_leased<T>(
        &self,
        id: &str,
        step: Step,
        edit: impl FnOnce(&mut Run) -> Result<T, Problem>,
    ) -> Result<T, Refusal> {
        let mut run = self.get(id)?;
        run.problems.remove(&step);
        let result = edit(&mut run);
        if let Err(problem) = &result {
            run.problems.insert(step, vec![problem.clone()]);
        }
        run.changed_at = self.clock.now();
        self.store.save(&run)?;
        result.map_err(Refusal::Kept)
    }

    fn take_lease(&self, id: &str) -> Result<(), Problem> {
        let now = self.clock.now();
        let wanted =
            Lease { owner: self.owner.clone(), expires_at: Timestamp::from_unix(now.unix() + LEASE_SECONDS) };
        let held = self.store.lease(id, &wanted, &now)?;
        if held.owner == self.owner { Ok(()) } else { Err(problems::in_use(id, &held)) }
    }

    fn note(&self, id: &str, what: &str, detail: impl Into<String>) -> Result<(), Problem> {
        let entry = JournalEntry { at: self.clock.now(), what: what.to_owned(), detail: detail.into() };
        self.store.append(id, &entry).map(drop)
    }
}

fn is_running(run: &Run, step: Step) -> bool {
    let state = match step {
        Step::Verify => &run.verify_state,
        Step::Review => &run.plan_state,
        _ => &run.scan_state,
    };
    matches!(state, JobState::Running { .. })
}

fn state_mut(run: &mut Run, step: Step) -> &mut JobState {
    match step {
        Step::Verify => &mut run.verify_state,
        Step::Review => &mut run.plan_state,
        _ => &mut run.scan_state,
    }
}
