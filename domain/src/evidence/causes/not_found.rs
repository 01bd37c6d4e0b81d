//! There is no such repository, tag or digest: the codes of the distribution specification and their texts, and how
//! containerd and Docker end.

use super::{Cause, Certainty, Finding, Message, by_words};

const WORDS: [&str; 12] = [
    "manifest unknown",
    "manifest_unknown",
    "name unknown",
    "name_unknown",
    "repository name not known to registry",
    "tag does not exist",
    "does not exist in the registry",
    "404 not found",
    "not found: manifest",
    "status code 404",
    ": not found",
    "no such image",
];

pub(super) fn read(message: &Message) -> Option<Finding> {
    by_words(message, Cause::NotFound, Certainty::Certain, &WORDS).or_else(|| plain(message))
}

fn plain(message: &Message) -> Option<Finding> {
    by_words(message, Cause::NotFound, Certainty::Likely, &["not found", "does not exist", "code = notfound"])
}
