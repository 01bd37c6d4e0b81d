//! Proxies that replace the upstream registry's refusal by words of their own.
//!
//! Harbor says the same of Docker Hub's limit, of any other upstream's, and of its own limit of connections; Azure's
//! cache rules do not name the upstream either. Harbor's words cannot be decided from the text. The others mean
//! that some registry other than a plain Docker Hub has refused.

use super::{Cause, Certainty, Finding, Message, by_words};

const HARBOR: [&str; 1] = ["too many requests to upstream registry"];
const OTHERS: [&str; 2] = ["too many requests to source registry", "exceeded pull rate limit"];

pub(super) fn read(message: &Message) -> Option<Finding> {
    by_words(message, Cause::Undecided, Certainty::Certain, &HARBOR)
        .or_else(|| by_words(message, Cause::OtherRegistryRateLimit, Certainty::Likely, &OTHERS))
}
