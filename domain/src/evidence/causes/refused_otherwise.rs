//! Refusals that sound like credentials, limits, connections or broken content but are none of them: signature
//! policies, storage quotas of a registry, ambiguous short names, a container runtime that is down.

use super::{Cause, Certainty, Finding, Message, by_words};

const WORDS: [&str; 10] = [
    "signaturevalidationfailed",
    "source image rejected",
    "signature was required",
    "unrecognized signature format",
    "error reading signatures",
    "signature verification failed",
    "quota has been exceeded on namespace",
    "short-name resolution enforced",
    "dial unix",
    "cannot connect to the docker daemon",
];

pub(super) fn read(message: &Message) -> Option<Finding> {
    by_words(message, Cause::Other, Certainty::Certain, &WORDS)
}
