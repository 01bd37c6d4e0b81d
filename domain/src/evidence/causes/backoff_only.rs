//! The kubelet waits before it tries again, and this message does not say why.
//!
//! Back-off events are bare in every version of Kubernetes, waiting messages up to 1.31; later ones go on with the
//! cause after `ErrImagePull:`, and then some other rule or none applies. `kubectl logs` says no more either.

use super::{Cause, Certainty, Finding, Message};

const BACKOFF: [&str; 5] = [
    "back-off pulling image",
    "back-off pulling artifact",
    "imagepullbackoff",
    "errimagepull",
    "trying and failing to pull image",
];

pub(super) fn read(message: &Message) -> Option<Finding> {
    let place = message.first_of(&BACKOFF)?;
    let goes_on = message
        .find("errimagepull:")
        .is_some_and(|cause| message.words()[cause.end..].chars().any(char::is_alphanumeric));
    (!goes_on).then(|| Finding::new(Cause::BackoffOnly, Certainty::Certain, message.clause(&place)))
}
