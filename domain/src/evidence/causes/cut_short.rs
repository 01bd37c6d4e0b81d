//! Messages cut before they come to the cause, as Amazon ECS does after some 255 characters.
//!
//! containerd puts the address before the status, so a cut in the address hides the status.

use super::{Cause, Certainty, Finding, Message};

const BEFORE_STATUS: [&str; 2] = ["unexpected status code http", "unexpected status from"];

pub(super) fn read(message: &Message) -> Option<Finding> {
    let promise = BEFORE_STATUS.iter().find_map(|words| message.find_anywhere(words))?;
    let rest = &message.words()[promise.end..];
    let names_a_status = rest.split(|c: char| !c.is_ascii_digit()).any(|number| number.len() == 3);
    (!names_a_status)
        .then(|| Finding::new(Cause::Undecided, Certainty::Certain, promise.start..message.text().len()))
}
