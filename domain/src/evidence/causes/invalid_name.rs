//! The image's name does not fit the grammar, so nothing was asked.
//!
//! Words of the kubelet (`InspectFailed`, `InvalidImageName`), and of the reference library that runtimes share.

use super::{Cause, Certainty, Finding, Message, by_words};

const WORDS: [&str; 15] = [
    "invalid reference format",
    "invalid repository name",
    "couldn't parse image",
    "failed to apply default image tag",
    "invalidimagename",
    "invalid image name",
    "must be lowercase",
    "cannot specify 64-byte hexadecimal strings",
    "failed to parse image",
    "is not a valid repository/tag",
    "invalid namespace name",
    "repository name must be canonical",
    "repository name must have at least one component",
    "failed to parse reference",
    "could not parse reference",
];

pub(super) fn read(message: &Message) -> Option<Finding> {
    by_words(message, Cause::InvalidName, Certainty::Certain, &WORDS)
}
