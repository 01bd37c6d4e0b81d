//! Verify: facts held against a plan. Refuses to look at another cluster than the plan's.

use domain::facts::{Fact, NotSeen};
use domain::plan::Plan;
use domain::ports::{Cancel, Clock, FactSource};
use domain::problem::Problem;
use domain::run::Request;
use domain::verification::{Check, Outcome, Verification};

use crate::reading::{Collect, Observer, Reading};
use crate::scan::not_read;

/// What a check found, and what it asked for it.
#[derive(Debug)]
pub struct Verified {
    /// The result.
    pub verification: Verification,
    /// The requests that were made, sorted by verb and resource.
    pub requests: Vec<Request>,
}

/// Reads a source once and holds it against `plan`.
///
/// A cluster is known by the UID of its namespace `kube-system`. A source that does not tell it (files, or a
/// cluster that hides it) is looked at all the same, with that named as not seen.
///
/// # Errors
/// `other_cluster` when the source is another cluster than the plan's; else the source's own problem.
pub async fn verify(
    plan: &Plan,
    source: &dyn FactSource,
    cancel: &Cancel,
    clock: &dyn Clock,
    observer: &mut dyn Observer,
) -> Result<Verified, Problem> {
    // A switch of our own: reading is stopped by the caller, or because it is the wrong cluster.
    let stop = cancel.clone();
    let watched = Watched { check: Check::new(plan), plan, seen: Identity::Unknown, stop };
    let mut reading = Reading::new(watched, observer);
    let read = source.read(cancel, &mut reading).await;
    let (Watched { check, seen, .. }, requests) = reading.end();
    if let Identity::Other { name } = seen {
        return Err(other_cluster(plan, &name));
    }
    read?;
    let mut verification = check.finish(clock.now());
    if cancel.is_cancelled() {
        verification.not_seen.push(not_read());
        verification.outcome = Outcome::Unknown;
    }
    if let (Identity::Unknown, Some(_)) = (seen, &plan.cluster_uid) {
        verification.not_seen.push(identity_not_seen());
    }
    Ok(Verified { verification, requests })
}

/// What is known of the identity of the cluster that is read.
enum Identity {
    Unknown,
    Same,
    Other { name: String },
}

struct Watched<'a> {
    check: Check,
    plan: &'a Plan,
    seen: Identity,
    stop: Cancel,
}

impl Collect for Watched<'_> {
    fn take(&mut self, fact: Fact) {
        if let Fact::Cluster(cluster) = &fact
            && let (Some(seen), Some(wanted)) = (&cluster.uid, &self.plan.cluster_uid)
        {
            if seen == wanted {
                self.seen = Identity::Same;
            } else {
                self.seen = Identity::Other { name: cluster.name.clone() };
                self.stop.cancel();
            }
        }
        self.check.take(fact);
    }

    fn early(&self) -> Option<String> {
        None
    }
}

fn other_cluster(plan: &Plan, name: &str) -> Problem {
    Problem::bad_input(
        "other_cluster",
        "The plan was made for another cluster.",
        format!(
            "It is for {}; {name} has another identity (the UID of namespace kube-system).",
            plan.cluster_name
        ),
        "Name the plan's cluster with --context, or make a plan for this one.",
    )
    .at(name)
}

fn identity_not_seen() -> NotSeen {
    NotSeen {
        what: "the identity of the cluster (namespace kube-system)".to_owned(),
        why: "It could not be read; it takes get on namespaces.".to_owned(),
        effect: "Whether this is the cluster that the plan was made for is not known.".to_owned(),
    }
}
