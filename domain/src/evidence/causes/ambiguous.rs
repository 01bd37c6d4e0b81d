//! The answer that registries give for private and for missing repositories alike, so as not to reveal which.
//!
//! Docker Hub's token service grants no scope, Docker turns it into `pull access denied`, and Google's registry says
//! in so many words that the image may not exist.

use super::{Cause, Certainty, Finding, Message, by_words};

const WORDS: [&str; 7] = [
    "pull access denied",
    "repository does not exist or may require",
    "insufficient_scope",
    "requested access to the resource is denied",
    "or it may not exist",
    "may not exist or may require",
    "does not exist or no pull access",
];

pub(super) fn read(message: &Message) -> Option<Finding> {
    by_words(message, Cause::AmbiguousAuthOrNotFound, Certainty::Certain, &WORDS)
}
