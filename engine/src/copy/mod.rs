//! Copying images between registries, sparing the source's pull limit.
//!
//! Each image goes through the same states: *looked at* (headers of source and target, which cost nothing) → *unchanged*,
//! or *read* (its manifests, which cost pulls) → *moved* (blobs, then manifests, then what refers to it) → *tagged* →
//! *read back*. The tag comes last, since it is what the next run looks at: until then nothing counts as done. What is
//! done is read from the target each time, so a run that was killed goes on with the same command; the journal only
//! remembers where blobs are, to have them mounted.
//!
//! What may be spent and when is decided in [`domain::copy`]; what is asked and in which order is here.

mod blobs;
mod desk;
mod image;
mod notes;
mod referrers;
mod retry;
mod source;
mod survey;
mod tally;
mod target;
mod tree;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::copy::Order;
use domain::copy::plan::{Planned, State};
use domain::copy::report::{Ended, Event, Outcome, Report, Stopped};
use domain::ports::copying::{CopyJournal, Repositories};
use domain::ports::{Cancel, Clock};
use domain::problem::Problem;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;

use desk::{Desk, Halt};

/// How often it is looked whether to stop, and told how far it is.
const TICK: Duration = Duration::from_millis(200);

/// What copying stands on.
#[derive(Clone)]
pub struct Ports {
    /// Sources and targets, each with its login.
    pub registries: Arc<dyn Repositories>,
    /// What is remembered of blobs; without it nothing is mounted that an earlier run has sent.
    pub journal: Option<Arc<dyn CopyJournal>>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
}

/// How to copy.
#[derive(Clone, Debug)]
pub struct Options {
    /// Blobs that are moved at once, and images.
    pub jobs: usize,
    /// Pulls that are never spent.
    pub reserve: u32,
    /// Whether to wait for pulls to come back, instead of ending.
    pub wait: bool,
    /// Whether to tell only what would be done.
    pub dry_run: bool,
}

/// Is told what happens, from several tasks.
pub type Watch<'a> = dyn Fn(Event) + Send + Sync + 'a;

/// Copies. One image that fails does not keep the others from being copied.
///
/// # Errors
/// Only when nothing could be begun: the journal cannot be read. All else is in the report.
pub async fn copy(
    orders: &[Order],
    options: &Options,
    ports: &Ports,
    cancel: &Cancel,
    watch: &Watch<'_>,
) -> Result<Report, Problem> {
    let desk = Desk::new(orders, options, ports, watch).await?;
    let ends: Mutex<Vec<Option<Outcome>>> = Mutex::new(vec![None; orders.len()]);
    let work = async {
        let cancelled = tokio::select! {
            biased;
            () = watched(&desk, cancel) => true,
            () = all(&desk, orders, &ends) => false,
        };
        desk.notes.end();
        cancelled
    };
    let (cancelled, ()) = tokio::join!(work, desk.notes.keep(ports.journal.as_ref()));
    let ends = lock(&ends).drain(..).collect::<Vec<_>>();
    let results: Vec<Ended> = orders
        .iter()
        .zip(ends)
        .map(|(order, end)| ended(order, end.unwrap_or(Outcome::NotStarted)))
        .collect();
    let stopped = if cancelled { Some(Stopped::Cancelled) } else { desk.stopped() };
    Ok(Report { summary: desk.summary(&results), results, stopped })
}

/// Ends when somebody asks for it; tells until then how far it is.
async fn watched(desk: &Desk<'_>, cancel: &Cancel) {
    while !cancel.is_cancelled() {
        tokio::time::sleep(TICK).await;
        desk.tell_progress();
    }
}

async fn all(desk: &Desk<'_>, orders: &[Order], ends: &Mutex<Vec<Option<Outcome>>>) {
    let looked = survey::look(desk, orders).await;
    desk.tell_plan(looked.iter().filter_map(|looked| looked.as_ref().ok()));
    let work = orders.iter().zip(looked).zip(0..);
    let work =
        work.map(|((order, looked), at)| Box::pin(to_its_end(desk, order, looked, at, ends)) as Work<'_, ()>);
    side_by_side(desk.options.jobs, work.collect()).await;
}

async fn to_its_end(
    desk: &Desk<'_>,
    order: &Order,
    looked: Result<Planned, Halt>,
    at: usize,
    ends: &Mutex<Vec<Option<Outcome>>>,
) {
    let Some(outcome) = one(desk, looked).await else { return };
    desk.tell(Event::Ended(ended(order, outcome.clone())));
    desk.tally.image_ended();
    if let Some(end) = lock(ends).get_mut(at) {
        *end = Some(outcome);
    }
}

/// One image; `None` when it has to wait for pulls to come back.
async fn one(desk: &Desk<'_>, looked: Result<Planned, Halt>) -> Option<Outcome> {
    let done = match looked {
        Err(halt) => Err(halt),
        Ok(Planned { state: State::Unchanged, .. }) => Ok(Outcome::Unchanged),
        Ok(Planned { state: State::Wanted { pulls, overwrites, .. }, .. }) if desk.options.dry_run => {
            Ok(Outcome::Wanted { pulls, overwrites })
        }
        Ok(planned) => image::copy(desk, &planned).await,
    };
    match done {
        Ok(outcome) => Some(outcome),
        Err(Halt::Failed(error)) => Some(Outcome::Failed { error: *error }),
        Err(Halt::Throttled(registry, wait)) => {
            desk.throttled(&registry, wait);
            None
        }
    }
}

fn ended(order: &Order, outcome: Outcome) -> Ended {
    let also = order.also.iter().map(ToString::to_string).collect();
    Ended { source: order.source.to_string(), target: order.target.to_string(), also, outcome }
}

/// A piece of work beside others.
type Work<'f, T> = Pin<Box<dyn Future<Output = T> + Send + 'f>>;

/// Does pieces of work, so many at a time; what they give comes in their order.
async fn side_by_side<T>(most: usize, work: Vec<Work<'_, T>>) -> Vec<T> {
    let sure = work.into_iter().map(|work| Box::pin(async move { Ok(work.await) }) as Work<'_, _>);
    until_failed::<T, Infallible>(most, sure.collect()).await.unwrap_or_default()
}

/// The same for work that can fail: the first failure ends it.
async fn until_failed<T, E>(most: usize, work: Vec<Work<'_, Result<T, E>>>) -> Result<Vec<T>, E> {
    let mut waiting = work.into_iter().enumerate().map(|(at, work)| numbered(at, work));
    let mut running: FuturesUnordered<_> = waiting.by_ref().take(most.max(1)).collect();
    let mut done = BTreeMap::new();
    while let Some((at, given)) = running.next().await {
        done.insert(at, given?);
        running.extend(waiting.next());
    }
    Ok(done.into_values().collect())
}

async fn numbered<T>(at: usize, work: Work<'_, T>) -> (usize, T) {
    (at, work.await)
}

/// What is locked here is whole between two statements, so a panic elsewhere leaves it whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
