//! Words of other programs that sound like a registry's limit, and successes.
//!
//! Kubernetes clients brake themselves (client-go), source hosts limit their API, and the success event names an
//! image that may be called anything.

use super::{Cause, Certainty, Finding, Message, by_words};

const WORDS: [&str; 7] = [
    "client rate limiter",
    "client-side throttling",
    "throttling request took",
    "api rate limit exceeded",
    "successfully pulled image",
    "already present on machine",
    "secondary rate limit",
];

pub(super) fn read(message: &Message) -> Option<Finding> {
    by_words(message, Cause::Other, Certainty::Certain, &WORDS)
}
