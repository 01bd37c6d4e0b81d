//! The long pieces of work that go on now: one set that supervises them all, each with a switch to stop it
//! and its last progress.
//!
//! A job is a blocking thread that drives one future: sources of files block, sources of clusters do not,
//! and neither has to know. No job outlives the set.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::ports::Cancel;
use domain::run::{Progress, Step};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

/// What a watcher of a job is told: always the whole state, so that nothing is lost by missing an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobEvent {
    /// Grows with every event of this process; fit for the id of a server-sent event.
    pub number: u64,
    /// The step whose page shows the job.
    pub step: Step,
    /// How far it is.
    pub progress: Progress,
    /// True in the last event: the result, or the problem, is in the run.
    pub over: bool,
}

/// One job, as everybody but the job itself sees it.
#[derive(Clone)]
pub(super) struct Job {
    pub(super) cancel: Cancel,
    pub(super) events: watch::Receiver<JobEvent>,
    /// Tells this job from a later one of the same run.
    serial: u64,
}

/// The jobs of this process: at most one for each run. Clones are one set.
#[derive(Clone, Default)]
pub(super) struct Jobs {
    tracker: TaskTracker,
    by_run: Arc<Mutex<BTreeMap<String, Job>>>,
    numbers: Arc<AtomicU64>,
}

/// The job's own side: reports, and leaves the set when it is dropped, however the job ends.
pub(super) struct Desk {
    jobs: Jobs,
    run: String,
    serial: u64,
    events: watch::Sender<JobEvent>,
    pub(super) cancel: Cancel,
}

impl Jobs {
    /// Enters a job for a run. An earlier one of the same run is told to stop; its result counts no more.
    pub(super) fn enter(&self, run: &str, step: Step) -> Desk {
        let serial = self.next_number();
        let first = JobEvent { number: serial, step, progress: Progress::default(), over: false };
        let (events, receiver) = watch::channel(first);
        let cancel = Cancel::default();
        let job = Job { cancel: cancel.clone(), events: receiver, serial };
        if let Some(earlier) = self.lock().insert(run.to_owned(), job) {
            earlier.cancel.cancel();
        }
        Desk { jobs: self.clone(), run: run.to_owned(), serial, events, cancel }
    }

    /// Starts the work of an entered job on a thread that may block. Must be called inside of the runtime.
    pub(super) fn start(&self, work: impl Future<Output = ()> + Send + 'static) {
        let runtime = Handle::current();
        self.tracker.spawn_blocking(move || runtime.block_on(work));
    }

    /// Starts a small companion of a job, in the same set.
    pub(super) fn accompany(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.tracker.spawn(work);
    }

    /// The job of a run.
    pub(super) fn of(&self, run: &str) -> Option<Job> {
        self.lock().get(run).cloned()
    }

    /// Stops the job of a run, if there is one; its result counts no more.
    pub(super) fn dismiss(&self, run: &str) {
        if let Some(job) = self.lock().remove(run) {
            job.cancel.cancel();
        }
    }

    /// Tells every job to stop and waits until all have ended.
    pub(super) async fn stop_all(&self) {
        for job in self.lock().values() {
            job.cancel.cancel();
        }
        self.tracker.close();
        self.tracker.wait().await;
    }

    fn next_number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Job>> {
        // The map only changes by single calls, so a panic elsewhere leaves it whole.
        self.by_run.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desk {
    /// Tells the watchers how far the job is.
    pub(super) fn report(&self, progress: Progress) {
        let number = self.jobs.next_number();
        self.events.send_modify(|event| *event = JobEvent { number, progress, ..event.clone() });
    }

    /// Whether this still is the job of its run, so that its result counts.
    pub(super) fn is_current(&self) -> bool {
        self.jobs.lock().get(&self.run).is_some_and(|job| job.serial == self.serial)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        {
            let mut by_run = self.jobs.lock();
            if by_run.get(&self.run).is_some_and(|job| job.serial == self.serial) {
                by_run.remove(&self.run);
            }
        }
        let number = self.jobs.next_number();
        self.events.send_modify(|event| *event = JobEvent { number, over: true, ..event.clone() });
    }
}
