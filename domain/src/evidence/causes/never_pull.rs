//! Pulling is forbidden by the pod's own policy, and the node lacks the image (Kubernetes, `pkg/kubelet/images`).

use super::{Cause, Certainty, Finding, Message, by_words};

pub(super) fn read(message: &Message) -> Option<Finding> {
    by_words(message, Cause::NeverPull, Certainty::Certain, &["pull policy of never", "errimageneverpull"])
}
