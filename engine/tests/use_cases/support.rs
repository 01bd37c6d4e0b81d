//! What the use cases stand on in these tests: a store in memory, a clock that is set, sources with a script.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use domain::facts::{ClusterFact, Fact};
use domain::ports::{Cancel, Clock, FactSink, FactSource, InputFile, JournalEntry, Lease, RunStore, Sources};
use domain::problem::Problem;
use domain::run::{Progress, Run, Source};
use domain::time::Timestamp;

/// A clock that stands still until it is set.
pub struct SetClock(AtomicU64);

impl SetClock {
    pub fn new() -> Arc<Self> {
        Arc::new(Self(AtomicU64::new(1_795_413_600)))
    }

    pub fn advance(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.0.load(Ordering::Relaxed))
    }
}

#[derive(Default)]
struct Rows {
    runs: BTreeMap<String, Run>,
    files: BTreeMap<String, Vec<InputFile>>,
    journal: BTreeMap<String, Vec<JournalEntry>>,
    leases: BTreeMap<String, Lease>,
}

/// A store that keeps what it is given, for as long as the test lasts.
#[derive(Default)]
pub struct MemoryStore(Mutex<Rows>);

impl RunStore for MemoryStore {
    fn fresh_id(&self) -> Result<String, Problem> {
        Ok(format!("run{}", self.0.lock().unwrap().runs.len()))
    }
    fn save(&self, run: &Run) -> Result<(), Problem> {
        self.0.lock().unwrap().runs.insert(run.id.clone(), run.clone());
        Ok(())
    }
    fn load(&self, id: &str) -> Result<Option<Run>, Problem> {
        Ok(self.0.lock().unwrap().runs.get(id).cloned())
    }
    fn list(&self) -> Result<Vec<Run>, Problem> {
        Ok(self.0.lock().unwrap().runs.values().cloned().collect())
    }
    fn remove(&self, id: &str) -> Result<bool, Problem> {
        Ok(self.0.lock().unwrap().runs.remove(id).is_some())
    }
    fn save_files(&self, id: &str, files: &[InputFile]) -> Result<(), Problem> {
        self.0.lock().unwrap().files.insert(id.to_owned(), files.to_vec());
        Ok(())
    }
    fn load_files(&self, id: &str) -> Result<Vec<InputFile>, Problem> {
        Ok(self.0.lock().unwrap().files.get(id).cloned().unwrap_or_default())
    }
    fn append(&self, id: &str, entry: &JournalEntry) -> Result<u64, Problem> {
        let mut rows = self.0.lock().unwrap();
        let journal = rows.journal.entry(id.to_owned()).or_default();
        journal.push(entry.clone());
        Ok(journal.len() as u64)
    }
    fn journal(&self, id: &str, _: u64) -> Result<Vec<(u64, JournalEntry)>, Problem> {
        let rows = self.0.lock().unwrap();
        let entries = rows.journal.get(id).cloned().unwrap_or_default();
        Ok((1..).zip(entries).collect())
    }
    fn lease(&self, id: &str, wanted: &Lease, now: &Timestamp) -> Result<Lease, Problem> {
        let held = self.holder(id, now)?;
        match held.filter(|held| held.owner != wanted.owner) {
            Some(held) => Ok(held),
            None => {
                self.0.lock().unwrap().leases.insert(id.to_owned(), wanted.clone());
                Ok(wanted.clone())
            }
        }
    }
    fn holder(&self, id: &str, now: &Timestamp) -> Result<Option<Lease>, Problem> {
        let rows = self.0.lock().unwrap();
        Ok(rows.leases.get(id).filter(|lease| lease.expires_at > *now).cloned())
    }
    fn release(&self, id: &str, owner: &str) -> Result<(), Problem> {
        self.0.lock().unwrap().leases.retain(|run, lease| run != id || lease.owner != owner);
        Ok(())
    }
}

/// What a source does when it is read.
#[derive(Clone)]
pub enum Script {
    /// Gives these facts, with one request before.
    Gives(Vec<Fact>),
    /// Gives nothing but a problem.
    Fails(Problem),
    /// Gives these facts, then waits until it is told to stop.
    WaitsAfter(Vec<Fact>),
    /// Falls over.
    Panics,
}

#[async_trait]
impl FactSource for Script {
    async fn read(&self, cancel: &Cancel, sink: &mut dyn FactSink) -> Result<(), Problem> {
        sink.request("list", "pods");
        let phase = "reading pods".to_owned();
        sink.progress(Progress { phase, done: 1, total: None, early: None });
        match self {
            Self::Gives(facts) | Self::WaitsAfter(facts) => {
                facts.iter().for_each(|fact| sink.fact(fact.clone()));
            }
            Self::Fails(problem) => return Err(problem.clone()),
            Self::Panics => panic!("as the script says"),
        }
        while matches!(self, Self::WaitsAfter(_)) && !cancel.is_cancelled() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }
}

#[async_trait]
impl Sources for Script {
    async fn open(&self, _: &Source, _: Vec<InputFile>) -> Result<Box<dyn FactSource>, Problem> {
        Ok(Box::new(self.clone()))
    }
}

/// The fact that names a cluster.
pub fn cluster(uid: Option<&str>) -> Fact {
    let uid = uid.map(str::to_owned);
    Fact::Cluster(ClusterFact { name: "prod-eu".to_owned(), uid, ..ClusterFact::default() })
}
