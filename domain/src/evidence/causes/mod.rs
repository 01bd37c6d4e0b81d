//! One cause per file: the words that tell it, why they do, and whose words they are.
//!
//! The order matters, because messages nest: a failed login ends in a status, a mirror's answer stands beside the
//! registry's, and every frame may say `not found` at its end.
//!
//! 1. Words of other programs that sound like limits but are none, and the kubelet's own brake.
//! 2. Limits in a registry's or a proxy's own words, then limits of which only the status is left.
//! 3. What the kubelet or the node decides without a registry: names, policy, disk.
//! 4. What happens on the way: certificates, connections, broken content.
//! 5. What the registry answers: credentials, the answer that may be either, missing images.
//! 6. What is left: messages cut before the cause, bare back-offs, everything else.

mod ambiguous;
mod auth;
mod backoff_only;
mod bare_limit;
mod corrupt;
mod cut_short;
mod disk;
mod docker_hub_limit;
mod elsewhere;
mod invalid_name;
mod kubelet_qps;
mod network;
mod never_pull;
mod not_found;
mod other_registry_limit;
mod platform_mismatch;
mod proxy_limit;
mod refused_otherwise;
mod tls;

use std::ops::Range;

use super::{Cause, Certainty, Throttle, message::Message};

/// What a rule read, and where.
pub(super) struct Finding {
    pub(super) cause: Cause,
    pub(super) throttle: Option<Throttle>,
    /// The registry, if the rule knows it better than the names in the message do.
    pub(super) registry: Option<String>,
    pub(super) certainty: Certainty,
    /// The telling part of the cleaned text.
    pub(super) place: Option<Range<usize>>,
}

impl Finding {
    fn new(cause: Cause, certainty: Certainty, place: Range<usize>) -> Self {
        Self { cause, throttle: None, registry: None, certainty, place: Some(place) }
    }

    fn throttled_by(self, throttle: Throttle) -> Self {
        Self { throttle: Some(throttle), ..self }
    }

    fn at(self, registry: &str) -> Self {
        Self { registry: Some(registry.to_owned()), ..self }
    }
}

type Rule = fn(&Message) -> Option<Finding>;

const ORDER: [Rule; 24] = [
    elsewhere::read,
    kubelet_qps::read,
    auth::locked_out,
    docker_hub_limit::read,
    proxy_limit::read,
    other_registry_limit::read,
    bare_limit::read,
    never_pull::read,
    invalid_name::read,
    disk::read,
    platform_mismatch::read,
    refused_otherwise::read,
    corrupt::contradicted,
    tls::read,
    network::read,
    corrupt::ended_early,
    auth::refused_credentials,
    ambiguous::read,
    auth::refused,
    not_found::read,
    auth::denied,
    cut_short::read,
    network::took_too_long,
    backoff_only::read,
];

/// The first rule's finding. A message that no rule knows says something else, an empty one nothing.
pub(super) fn find(message: &Message) -> Finding {
    ORDER.iter().find_map(|rule| rule(message)).unwrap_or_else(|| {
        let empty = message.text().trim().is_empty();
        Finding {
            cause: if empty { Cause::Undecided } else { Cause::Other },
            throttle: None,
            registry: None,
            certainty: Certainty::Guess,
            place: (!empty).then(|| 0..message.text().len()),
        }
    })
}

/// A finding at the clause around the first of the phrases that the message has.
fn by_words(message: &Message, cause: Cause, certainty: Certainty, phrases: &[&str]) -> Option<Finding> {
    message.first_of(phrases).map(|place| Finding::new(cause, certainty, message.clause(&place)))
}
