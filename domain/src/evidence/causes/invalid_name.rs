//! The image's name does not fit the grammar, so nothing was asked.
//!
//! Words of the kubelet (`InspectFailed`, `InvalidImageName`), and of the reference library that runtimes share.

use super::{Cause, Certainty, Finding, Message, by_words};

const WORDS: [&str; 9] = [
    "invalid reference format",
    "invalid repository name",
    "couldn't parse image",
    "failed to apply default image tag",
    "invalidimagename",
    "invalid image name",
    "must be lowercase",
    "cannot specify 64-byte hexadecimal strings",
    "failed to parse image",
];

pub(super) fn read(message: &Message) -> Option<Finding> {
    by_words(message, Cause::InvalidName, Certainty::Certain, &WORDS)
}
