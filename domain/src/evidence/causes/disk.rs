//! The node has no room for the image: the operating system's words (Linux, Windows, quotas).

use super::{Cause, Certainty, Finding, Message, by_words};

const WORDS: [&str; 8] = [
    "no space left on device",
    "disk quota exceeded",
    "not enough space on the disk",
    "not enough free space",
    "insufficient disk space",
    "no inodes left",
    "not enough disk space",
    "failed to garbage collect required amount of images",
];

pub(super) fn read(message: &Message) -> Option<Finding> {
    by_words(message, Cause::Disk, Certainty::Certain, &WORDS)
}
