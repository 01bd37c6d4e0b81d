//! Containers that fail to pull, now or lately, and the lines that say why.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::{Cause, Certainty, Explanation, explain, mask};
use crate::facts::{ContainerState, EventFact, PodFact};
use crate::time::Timestamp;
use crate::workload::{ContainerImage, ContainerKind};

use super::types::{Evidence, EvidenceSource};

/// The waiting reasons that mean "no image" (INTERFACE §4; Kubernetes: `pkg/kubelet/images/types.go`).
const PULL_REASONS: [&str; 7] = [
    "ErrImagePull",
    "ImagePullBackOff",
    "ErrImageNeverPull",
    "InvalidImageName",
    "ImageInspectError",
    "RegistryUnavailable",
    "SignatureValidationFailed",
];

/// Whether a waiting reason means that the image is missing.
pub fn is_pull_failure(reason: &str) -> bool {
    PULL_REASONS.contains(&reason)
}

/// A container of a pod that waits for its image.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub(super) container: ContainerImage,
    pub(super) reason: String,
    pub(super) message: String,
}

/// The containers of a pod that wait with a pull reason. A status may stand in another list than its spec
/// suggests (sidecars among the init containers), so they are joined by name.
pub(super) fn waiting(pod: &PodFact) -> Vec<Waiting> {
    pod.statuses
        .iter()
        .filter_map(|status| match &status.state {
            ContainerState::Waiting { reason, message } if is_pull_failure(reason) => {
                let container = pod
                    .spec
                    .containers
                    .iter()
                    .find(|c| c.name == status.name && c.kind != ContainerKind::ImageVolume)?;
                Some(Waiting {
                    container: container.clone(),
                    reason: reason.clone(),
                    message: message.clone(),
                })
            }
            _ => None,
        })
        .collect()
}

/// What the events of one container say, folded.
#[derive(Debug, Clone)]
pub(super) struct PullEvents {
    pub(super) namespace: String,
    pub(super) pod: String,
    pub(super) explanation: Explanation,
    /// The latest telling message, masked.
    pub(super) text: String,
    pub(super) image: Option<String>,
    pub(super) node: Option<String>,
    pub(super) first_seen: Option<Timestamp>,
    pub(super) last_seen: Option<Timestamp>,
    pub(super) count: u32,
}

/// Failed pulls by pod and container, from events. Bare events ("Error: ErrImagePull", back-offs) carry no
/// cause and are dropped at once.
#[derive(Debug, Default)]
pub(super) struct EventLog {
    by_container: BTreeMap<(String, String), PullEvents>,
}

impl EventLog {
    /// Forgets everything, since the list is read again.
    pub(super) fn clear(&mut self) {
        self.by_container.clear();
    }

    /// Takes one event.
    pub(super) fn take(&mut self, event: &EventFact) {
        let telling = matches!(event.reason.as_str(), "Failed" | "InspectFailed" | "ErrImageNeverPull");
        if !telling || event.message.starts_with("Error: ") {
            return;
        }
        let image = quoted_image(&event.message);
        let explanation = explain(&event.message, image);
        if matches!(explanation.cause, Cause::BackoffOnly | Cause::Other) && image.is_none() {
            return;
        }
        let container = event.container.clone().unwrap_or_default();
        let entry = PullEvents {
            namespace: event.namespace.clone(),
            pod: event.pod.clone(),
            text: mask(&event.message),
            image: image.map(str::to_owned),
            node: event.node.clone(),
            first_seen: event.first_seen.clone(),
            last_seen: event.last_seen.clone(),
            count: event.count.max(1),
            explanation,
        };
        let key = (event.pod_uid.clone(), container);
        match self.by_container.get_mut(&key) {
            Some(present) => present.join(entry),
            None => {
                self.by_container.insert(key, entry);
            }
        }
    }

    /// What the events say of one waiting container.
    pub(super) fn of(&self, pod_uid: &str, container: &str) -> Option<&PullEvents> {
        self.by_container.get(&(pod_uid.to_owned(), container.to_owned()))
    }

    /// Containers that a Docker Hub limit refused and that are not among those waiting now.
    pub(super) fn past_throttles<'a>(
        &'a self,
        waiting_now: &'a BTreeSet<(String, String)>,
    ) -> impl Iterator<Item = (&'a str, &'a str, &'a PullEvents)> {
        self.by_container
            .iter()
            .filter(|(key, events)| {
                events.explanation.cause.is_docker_hub_limit() && !waiting_now.contains(*key)
            })
            .map(|((uid, container), events)| (uid.as_str(), container.as_str(), events))
    }
}

impl PullEvents {
    /// Joins two events about one container: counts add up, the later message is the one to show, and a
    /// throttle is never forgotten for a later, vaguer line.
    fn join(&mut self, other: Self) {
        let other_is_later = other.last_seen >= self.last_seen;
        let keep =
            self.explanation.cause.is_docker_hub_limit() && !other.explanation.cause.is_docker_hub_limit();
        let take =
            !self.explanation.cause.is_docker_hub_limit() && other.explanation.cause.is_docker_hub_limit();
        if take || (other_is_later && !keep) {
            self.explanation = other.explanation;
            self.text = other.text;
            self.image = other.image;
        }
        self.first_seen = match (self.first_seen.take(), other.first_seen) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.last_seen = self.last_seen.take().max(other.last_seen);
        self.count = self.count.saturating_add(other.count);
        self.node = other.node.or(self.node.take());
    }
}

/// The cause of a waiting container and the lines that prove it: the status when it tells, else the pod's
/// event. Before Kubernetes 1.32 a container in back-off has lost its cause from the status, and only the
/// event still has it.
pub(super) fn cause_of(waiting: &Waiting, events: Option<&PullEvents>) -> (Explanation, Vec<Evidence>) {
    let mut evidence = Vec::new();
    if !waiting.message.is_empty() {
        evidence.push(Evidence { source: EvidenceSource::WaitingMessage, text: mask(&waiting.message) });
    }
    if let Some(events) = events {
        evidence.push(Evidence { source: EvidenceSource::Event, text: events.text.clone() });
    }
    let said = explain(&waiting.message, Some(&waiting.container.image));
    let tells = |e: &Explanation| !matches!(e.cause, Cause::BackoffOnly | Cause::Undecided | Cause::Other);
    let explanation = match (by_reason(&waiting.reason), events.map(|e| &e.explanation)) {
        (Some(cause), _) => Explanation { cause, certainty: Certainty::Certain, ..said },
        (None, _) if tells(&said) => said,
        (None, Some(event)) if tells(event) => event.clone(),
        (None, Some(event)) if matches!(said.cause, Cause::BackoffOnly) => event.clone(),
        _ => said,
    };
    (explanation, evidence)
}

/// Reasons that are causes by themselves.
fn by_reason(reason: &str) -> Option<Cause> {
    match reason {
        "InvalidImageName" => Some(Cause::InvalidName),
        "ErrImageNeverPull" => Some(Cause::NeverPull),
        _ => None,
    }
}

/// The image that an event names: `Failed to pull image "X": …` (Kubernetes: `pkg/kubelet/images`).
fn quoted_image(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("image \"")?;
    rest.split_once('"').map(|(image, _)| image)
}
