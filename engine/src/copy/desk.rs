//! What all images of one run share: purses, whereabouts of blobs, counters, and whom to tell.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use domain::copy::plan::{self, Planned, State};
use domain::copy::report::{Ended, Event, Outcome, Stopped, Summary};
use domain::copy::{Order, Repository, Wait, Whereabouts};
use domain::problem::Problem;
use domain::registry::{Refusal, RegistryName};
use domain::time::Timestamp;
use tokio::sync::{Mutex as Turn, Semaphore};

use super::notes::Notes;
use super::source::Source;
use super::tally::Tally;
use super::{Options, Ports, Watch, lock};

/// Why an image does not go on.
#[derive(Debug, Clone)]
pub(super) enum Halt {
    /// It cannot be copied.
    Failed(Box<Problem>),
    /// No pulls may be spent at its source for now.
    Throttled(RegistryName, Wait),
}

impl From<Problem> for Halt {
    fn from(problem: Problem) -> Self {
        Self::Failed(Box::new(problem))
    }
}

/// A blob at a registry, where one task at a time does something about it.
type Turns = BTreeMap<(RegistryName, String), Arc<Turn<()>>>;

pub(super) struct Desk<'a> {
    pub(super) options: &'a Options,
    pub(super) ports: &'a Ports,
    watch: &'a Watch<'a>,
    pub(super) tally: Tally,
    pub(super) whereabouts: Mutex<Whereabouts>,
    pub(super) notes: Notes,
    /// For blobs that are looked for or on their way.
    pub(super) ways: Semaphore,
    sources: Mutex<BTreeMap<RegistryName, Arc<Source>>>,
    turns: Mutex<Turns>,
    /// Registries that cannot be used at all, and why: one question is enough to learn it.
    closed: Mutex<BTreeMap<RegistryName, Problem>>,
    throttled: Mutex<BTreeMap<RegistryName, Wait>>,
}

impl<'a> Desk<'a> {
    pub(super) async fn new(
        orders: &[Order],
        options: &'a Options,
        ports: &'a Ports,
        watch: &'a Watch<'a>,
    ) -> Result<Self, Problem> {
        let tally = Tally::default();
        tally.expect_images(orders.len());
        Ok(Self {
            options,
            ports,
            watch,
            tally,
            whereabouts: Mutex::new(remembered(orders, ports).await?),
            notes: Notes::default(),
            ways: Semaphore::new(options.jobs.max(1)),
            sources: Mutex::default(),
            turns: Mutex::default(),
            closed: Mutex::default(),
            throttled: Mutex::default(),
        })
    }

    pub(super) fn now(&self) -> u64 {
        self.ports.clock.now().unix()
    }

    pub(super) fn tell(&self, event: Event) {
        (self.watch)(event);
    }

    pub(super) fn tell_progress(&self) {
        self.tell(Event::Progress(self.tally.progress(Instant::now())));
    }

    /// Tells the plan before anything is spent on it.
    pub(super) fn tell_plan<'p>(&self, planned: impl Iterator<Item = &'p Planned> + Clone) {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let sources = lock(&self.sources);
        let left = sources.iter().filter_map(|(name, source)| Some((name.clone(), source.left()?))).collect();
        drop(sources);
        self.tell(Event::Planned {
            images: count(planned.clone().count()),
            unchanged: count(planned.clone().filter(|planned| planned.state == State::Unchanged).count()),
            pulls: plan::total(planned),
            left,
            reserve: self.options.reserve,
        });
    }

    pub(super) fn source(&self, registry: &RegistryName) -> Arc<Source> {
        let mut sources = lock(&self.sources);
        let source =
            sources.entry(registry.clone()).or_insert_with(|| Arc::new(Source::new(registry, self.options)));
        Arc::clone(source)
    }

    /// The right to do something about a blob at a target, when its turn comes.
    pub(super) fn turn(&self, digest: &str, at: &Repository) -> Arc<Turn<()>> {
        Arc::clone(lock(&self.turns).entry((at.registry.clone(), digest.to_owned())).or_default())
    }

    /// Why a registry cannot be used, if that is known.
    pub(super) fn open(&self, registry: &RegistryName) -> Result<(), Halt> {
        lock(&self.closed).get(registry).map_or(Ok(()), |problem| Err(problem.clone().into()))
    }

    pub(super) fn close(&self, registry: &RegistryName, problem: &Problem) {
        lock(&self.closed).insert(registry.clone(), problem.clone());
    }

    pub(super) fn refused(&self, registry: &RegistryName, refusal: &Refusal) -> Problem {
        refusal.problem(registry, &self.ports.registries.endpoint(registry), None)
    }

    pub(super) fn throttled(&self, registry: &RegistryName, wait: Wait) {
        lock(&self.throttled).insert(registry.clone(), wait);
    }

    /// The source that lets us go on last, if any does not let us go on now.
    pub(super) fn stopped(&self) -> Option<Stopped> {
        let throttled = lock(&self.throttled);
        let (registry, wait) = throttled.iter().max_by_key(|(_, wait)| wait.latest)?;
        let left = self.source(registry).left();
        let goes_on = Timestamp::from_unix(wait.latest);
        Some(Stopped::Throttled { registry: registry.clone(), left, goes_on })
    }

    pub(super) fn summary(&self, results: &[Ended]) -> Summary {
        let count = |fits: fn(&Outcome) -> bool| {
            let all = results.iter().filter(|ended| fits(&ended.outcome)).count();
            u32::try_from(all).unwrap_or(u32::MAX)
        };
        Summary {
            images: count(|_| true),
            copied: count(|outcome| matches!(outcome, Outcome::Copied { .. })),
            unchanged: count(|outcome| matches!(outcome, Outcome::Unchanged)),
            failed: count(|outcome| matches!(outcome, Outcome::Failed { .. })),
            ..self.tally.summary()
        }
    }
}

/// What the journal knows of the targets.
async fn remembered(orders: &[Order], ports: &Ports) -> Result<Whereabouts, Problem> {
    let mut whereabouts = Whereabouts::default();
    let Some(journal) = &ports.journal else { return Ok(whereabouts) };
    let mut registries: Vec<RegistryName> =
        orders.iter().map(|order| RegistryName::of(&order.target)).collect();
    registries.sort();
    registries.dedup();
    for registry in registries {
        let journal = Arc::clone(journal);
        let read = tokio::task::spawn_blocking(move || journal.blobs(&registry));
        for (digest, at) in read.await.map_err(|error| not_read(&error.to_string()))?? {
            whereabouts.remember(&digest, &at);
        }
    }
    Ok(whereabouts)
}

fn not_read(why: &str) -> Problem {
    let why = format!("The system says: {why}.");
    Problem::outside("copy_journal", "The journal could not be read.", why, "Run the same command again.")
}
