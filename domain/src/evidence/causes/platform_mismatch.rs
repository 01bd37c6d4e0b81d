//! The image has no variant for the node.
//!
//! Words of containerd, Docker and containers/image, in this order. They end in `not found` with containerd, which
//! must not be taken for a missing image.

use super::{Cause, Certainty, Finding, Message, by_words};

const WORDS: [&str; 14] = [
    "no match for platform",
    "no matching manifest for",
    "descriptor matching platform",
    "no image found in manifest list for",
    "no image found in image index for",
    "cannot be used on this platform",
    "does not match the specified platform",
    "does not match the detected host platform",
    "not supported on this platform",
    "based image is incompatible with",
    "no child with platform",
    "failed to get image diffids: manifest",
    "exec format error",
    "but its platform",
];

pub(super) fn read(message: &Message) -> Option<Finding> {
    by_words(message, Cause::PlatformMismatch, Certainty::Certain, &WORDS)
}
