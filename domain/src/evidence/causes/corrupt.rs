//! What arrived is not what was promised.
//!
//! Runtimes compare sizes and digests, and unpack archives. A stream that just ended early may as well be the
//! network's fault; it is taken for broken content only if nothing else is said of the connection.

use super::{Cause, Certainty, Finding, Message, by_words};

const CONTRADICTIONS: [&str; 21] = [
    "failed size validation",
    "unexpected commit digest",
    "unexpected commit size",
    "filesystem layer verification failed",
    "does not match digest",
    "digest mismatch",
    "digest did not match",
    "checksum mismatch",
    "invalid checksum",
    "invalid tar header",
    "invalid header: gzip",
    "gzip: invalid",
    "wrong diff id",
    "layers from manifest don't match image configuration",
    "failed to get reader from content store",
    "mismatched rootfs and manifest layers",
    "digest verification failed",
    "does not match expected digest",
    "did not match expected digest",
    "flate: corrupt input",
    "failed to resolve rootfs",
];
const EARLY_END: [&str; 2] = ["unexpected eof", "short read"];

pub(super) fn contradicted(message: &Message) -> Option<Finding> {
    by_words(message, Cause::Corrupt, Certainty::Certain, &CONTRADICTIONS)
}

pub(super) fn ended_early(message: &Message) -> Option<Finding> {
    by_words(message, Cause::Corrupt, Certainty::Guess, &EARLY_END)
}
