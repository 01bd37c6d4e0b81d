//! Looking into the pull secrets that a cluster holds already, one after another, with progress and a way to stop.
//!
//! Must not know why they are looked into, nor decide which: somebody has allowed it, and the remedy names them.

use domain::facts::Fact;
use domain::held::{Found, HeldSecret, PullSecrets, SecretName};
use domain::ports::{Cancel, Clock};
use domain::problem::Problem;
use domain::run::{Progress, Request};

use crate::reading::{Collect, Observer, Reading};

/// What the secrets hold, and what was asked for it.
#[derive(Debug)]
pub struct Looked {
    /// One entry for each name, in their order.
    pub secrets: Vec<HeldSecret>,
    /// The requests that were made, sorted.
    pub requests: Vec<Request>,
}

/// Looks into each of the secrets. Those whose turn had not come when `cancel` stopped it are kept as not asked.
///
/// # Errors
/// When the cluster gives no answer: then nothing is known, and nothing is kept.
pub async fn look(
    source: &dyn PullSecrets,
    names: &[SecretName],
    clock: &dyn Clock,
    cancel: &Cancel,
    observer: &mut dyn Observer,
) -> Result<Looked, Problem> {
    let mut reading = Reading::new(NoFacts, observer);
    let mut secrets = Vec::with_capacity(names.len());
    for (done, name) in names.iter().enumerate() {
        let found = if cancel.is_cancelled() {
            Found::NotAsked
        } else {
            reading.tell(Progress {
                phase: "looking into pull secrets".to_owned(),
                done: done as u64,
                total: Some(names.len() as u64),
                early: None,
            });
            source.look_into(name, &clock.now(), &mut reading).await?
        };
        secrets.push(HeldSecret { secret: name.clone(), found });
    }
    let (NoFacts, requests) = reading.end();
    Ok(Looked { secrets, requests })
}

/// Adds requests to those that were made before, so that the list of a run stays whole.
pub fn add_requests(all: &mut Vec<Request>, more: Vec<Request>) {
    for request in more {
        match all.iter_mut().find(|known| known.verb == request.verb && known.what == request.what) {
            Some(known) => known.count += request.count,
            None => all.push(request),
        }
    }
    all.sort();
}

/// A secret gives no facts.
struct NoFacts;

impl Collect for NoFacts {
    fn take(&mut self, _: Fact) {}

    fn early(&self) -> Option<String> {
        None
    }
}
