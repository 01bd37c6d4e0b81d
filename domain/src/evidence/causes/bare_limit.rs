//! Refusals of which only the status or the bare code is left: the host decides.
//!
//! A refused HEAD has no body, CRI-O and Docker print the code without a host, and people cut messages. So the
//! answering host counts first, then for whom a mirror answers, then the image's name. Without any of them nothing
//! can be said.

use std::ops::Range;

use super::{Cause, Certainty, Finding, Message};
use crate::evidence::{
    Throttle,
    names::Ground,
    registry::{self, DOCKER_HUB},
};

/// Words before the number that make it a status.
const STATUS_WORDS: [&str; 4] = ["status", "http", "response", "(code"];
/// Requests for a token, which come before the pull and are counted by login.
const TOKEN_WORDS: [&str; 4] = ["oauth token", "anonymous token", "bearer token", "failed to authorize"];
/// Docker Hub's code and text of 2020; other registries write the text in small letters.
const CODE_AND_TEXT_OF_2020: &str = "toomanyrequests: too many requests.";
const TEXT_OF_2020: &str = "Too Many Requests.";

pub(super) fn read(message: &Message) -> Option<Finding> {
    let status = status(message)?;
    let answering = message.names().answering(&status);
    let (host, certainty) = match answering {
        Some((_, host)) if registry::is_docker_hub(host) || registry::is_other_public(host) => {
            (host.as_str(), Certainty::Likely)
        }
        // A mirror or proxy: it may relay the limit of the registry it stands for, or have one of its own.
        Some((_, host)) => match message.names().registry() {
            Some((registry, _)) if registry == DOCKER_HUB => (registry, Certainty::Guess),
            _ => (host.as_str(), Certainty::Likely),
        },
        None => match message.names().registry() {
            Some((registry, Ground::Named)) => (registry, Certainty::Likely),
            Some((registry, Ground::Inferred)) => (registry, Certainty::Guess),
            None => return Some(nobody_named(message, status)),
        },
    };
    let place = match answering {
        Some((address, _)) if address.end <= status.start => address.start..status.end,
        _ => status.clone(),
    };
    if !registry::is_docker_hub(host) {
        return Some(Finding::new(Cause::OtherRegistryRateLimit, certainty, place).at(host));
    }
    let finding = if message.first_of(&TOKEN_WORDS).is_some() {
        token_refused(message, place)
    } else if is_plain_text_answer(message, &status) {
        Finding::new(Cause::DockerHubRateLimit, certainty, place).throttled_by(Throttle::AbuseLimit)
    } else {
        Finding::new(Cause::DockerHubRateLimit, certainty, place)
    };
    Some(finding.at(DOCKER_HUB))
}

/// Where the message says that there were too many requests: the phrase, its code without blanks, or the number
/// of the status where it is one.
pub(super) fn status(message: &Message) -> Option<Range<usize>> {
    message
        .first_of(&["429 too many requests", "429: too many requests", "too many requests"])
        .or_else(|| number(message.words()))
}

/// `429` standing alone, after a word that makes it a status.
fn number(words: &str) -> Option<Range<usize>> {
    let from = STATUS_WORDS.iter().filter_map(|word| words.find(word).map(|at| at + word.len())).min()?;
    let numbers = words[from..].match_indices("429").map(|(at, number)| from + at..from + at + number.len());
    numbers.into_iter().find(|range| {
        words[..range.start].ends_with([' ', '(', '=']) && !words[range.end..].starts_with(is_part_of_a_word)
    })
}

fn is_part_of_a_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/')
}

/// The token service's 429 mostly follows failed logins, but the address's limits show alike. Only requests with
/// credentials can be failed logins; containerd sends those by POST and calls the others anonymous.
fn token_refused(message: &Message, place: Range<usize>) -> Finding {
    let finding = Finding::new(Cause::Undecided, Certainty::Guess, place);
    if message.has("oauth token") { finding.throttled_by(Throttle::LoginLimit) } else { finding }
}

/// Docker Hub's abuse limit answers in plain text, so that containerd, which quotes a registry's JSON answer, ends
/// at the status of a GET by digest. A HEAD has no body in either case.
fn is_plain_text_answer(message: &Message, status: &Range<usize>) -> bool {
    let frame = message.has("failed open: unexpected status");
    let rest = message.words()[status.end..].trim_matches(|c: char| !c.is_alphanumeric());
    frame && rest.is_empty()
}

fn nobody_named(message: &Message, status: Range<usize>) -> Finding {
    match message.find(CODE_AND_TEXT_OF_2020) {
        Some(place) if message.spelled(&place).ends_with(TEXT_OF_2020) => {
            Finding::new(Cause::DockerHubRateLimit, Certainty::Guess, place).at(DOCKER_HUB)
        }
        _ => Finding::new(Cause::Undecided, Certainty::Certain, status),
    }
}
