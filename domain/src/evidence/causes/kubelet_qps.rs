//! The kubelet's own limit of pulls a second.
//!
//! `registryPullQPS` and `registryBurst` of the kubelet's configuration (Kubernetes, `pkg/kubelet/images`). No
//! registry was asked, and the next attempt mostly succeeds; people often take it for the registry's limit.

use super::{Cause, Certainty, Finding, Message, by_words};

pub(super) fn read(message: &Message) -> Option<Finding> {
    by_words(message, Cause::KubeletQps, Certainty::Certain, &["pull qps exceeded"])
}
