//! The node has no room for the image: the operating system's words (Linux, Windows, quotas).

use super::{Cause, Certainty, Finding, Message, by_words};

const WORDS: [&str; 6] = [
    "no space left on device",
    "disk quota exceeded",
    "not enough space on the disk",
    "not enough free space",
    "insufficient disk space",
    "no inodes left",
];

pub(super) fn read(message: &Message) -> Option<Finding> {
    by_words(message, Cause::Disk, Certainty::Certain, &WORDS)
}
