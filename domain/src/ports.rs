//! What the outside must offer, as small traits.
//!
//! Adapters implement them, use cases call them; neither knows the other.

pub mod copying;
pub mod ecr;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;

use crate::facts::Fact;
use crate::held::PullSecrets;
use crate::problem::Problem;
use crate::run::{Progress, Run, Source};
use crate::time::Timestamp;

/// Tells a long piece of work to stop. Cheap to clone; all clones are one switch.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asks for the stop.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the stop was asked for.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Takes what a source reads.
pub trait FactSink: Send {
    /// One fact.
    fn fact(&mut self, fact: Fact);
    /// How far the reading is.
    fn progress(&mut self, progress: Progress);
    /// One request was made: verb and resource in the API's words.
    fn request(&mut self, verb: &str, what: &str);
}

/// Something facts can be read from: a live cluster, files, or the practice cluster.
#[async_trait]
pub trait FactSource: Send + Sync {
    /// Reads everything once and hands it over fact by fact. What may not be read becomes
    /// [`Fact::NotSeen`]; only a source that gives nothing at all is an error. Stops between two requests
    /// when `cancel` says so and then returns `Ok`.
    async fn read(&self, cancel: &Cancel, sink: &mut dyn FactSink) -> Result<(), Problem>;
}

/// Opens what a run reads.
#[async_trait]
pub trait Sources: Send + Sync {
    /// The source a run names; `files` are the ones the run was given. Contacts nothing yet where that can
    /// be avoided: reading starts with [`FactSource::read`].
    async fn open(&self, source: &Source, files: Vec<InputFile>) -> Result<Box<dyn FactSource>, Problem>;

    /// The same cluster again, after a plan was carried out. The practice cluster shows its recorded end
    /// then; every other source is what it is.
    async fn revisit(&self, source: &Source) -> Result<Box<dyn FactSource>, Problem> {
        self.open(source, Vec::new()).await
    }

    /// Opens the pull secrets of a live cluster, for somebody who has allowed that they are looked into. `None` for
    /// what has none to look into.
    async fn pull_secrets(&self, _source: &Source) -> Result<Option<Box<dyn PullSecrets>>, Problem> {
        Ok(None)
    }

    /// The time that a source's facts are of, where that is not now: a recording has its own.
    fn time_of(&self, _source: &Source) -> Option<Timestamp> {
        None
    }
}

/// Tells the time of day.
pub trait Clock: Send + Sync {
    /// Now, in whole seconds.
    fn now(&self) -> Timestamp;
}

/// A file that was given, as bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputFile {
    /// Name relative to the given folder or archive, with `/`.
    pub name: String,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
}

/// Keeps runs. Synchronous: callers in async code move it to a blocking thread.
pub trait RunStore: Send + Sync {
    /// An unguessable, URL-safe name for a new run.
    fn fresh_id(&self) -> Result<String, Problem>;
    /// Keeps a run, new or changed.
    fn save(&self, run: &Run) -> Result<(), Problem>;
    /// One run; `None` when there is none of that id.
    fn load(&self, id: &str) -> Result<Option<Run>, Problem>;
    /// All runs, the last changed first.
    fn list(&self) -> Result<Vec<Run>, Problem>;
    /// Removes a run with its files and journal; false when there was none.
    fn remove(&self, id: &str) -> Result<bool, Problem>;
    /// Keeps the given files of a run, replacing earlier ones.
    fn save_files(&self, id: &str, files: &[InputFile]) -> Result<(), Problem>;
    /// The given files of a run, sorted by name.
    fn load_files(&self, id: &str) -> Result<Vec<InputFile>, Problem>;
    /// Appends to the journal of a run; gives the entry's number, from 1.
    fn append(&self, id: &str, entry: &JournalEntry) -> Result<u64, Problem>;
    /// Journal entries after a number, in order.
    fn journal(&self, id: &str, after: u64) -> Result<Vec<(u64, JournalEntry)>, Problem>;
    /// Takes or renews the right to change a run; gives the lease that holds afterwards, which is another
    /// owner's when theirs has not expired at `now`.
    fn lease(&self, id: &str, wanted: &Lease, now: &Timestamp) -> Result<Lease, Problem>;
    /// The lease on a run that has not expired at `now`.
    fn holder(&self, id: &str, now: &Timestamp) -> Result<Option<Lease>, Problem>;
    /// Gives the right back; nothing happens when it is another owner's.
    fn release(&self, id: &str, owner: &str) -> Result<(), Problem>;
}

/// The right to change a run for a while: the wizard and the command line share the store, one of them
/// changes a run at a time. It ends by itself, so that a killed process blocks nobody for long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Who: a name for people that differs between processes, such as `the wizard (process 4711)`.
    pub owner: String,
    /// Until when, unless renewed.
    pub expires_at: Timestamp,
}

/// One line of a run's journal: what happened, when.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct JournalEntry {
    /// When.
    pub at: Timestamp,
    /// What, as a stable word: `scan_started`, `scan_done`, `plan_made`, `bundle_taken`, `verified`, ….
    pub what: String,
    /// More, for people.
    pub detail: String,
}
