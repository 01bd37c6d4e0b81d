//! Other registries' limits in their own words, whether or not the message names the registry.
//!
//! GitHub's registry tells a rate per minute; Amazon's say `Rate exceeded` or, for anonymous bytes, `Data limit
//! exceeded`; Azure's link to their service tiers or answer with a reference; Google's name a quota metric; and web
//! servers in front of a registry send a page, which Docker Hub does not.

use super::{Cause, Certainty, Finding, Message, bare_limit, by_words};
use crate::evidence::registry;

const WORDS: [&str; 4] = [
    "toomanyrequests: rate exceeded",
    "data limit exceeded",
    "throttlingexception",
    "toomanyrequestsexception",
];
/// Google's quota errors look alike for all services; only these serve images.
const IMAGE_SERVICES: [&str; 2] = ["artifactregistry.googleapis.com", "containerregistry.googleapis.com"];

pub(super) fn read(message: &Message) -> Option<Finding> {
    by_words(message, Cause::OtherRegistryRateLimit, Certainty::Certain, &WORDS)
        .or_else(|| github(message))
        .or_else(|| google(message))
        .or_else(|| azure(message))
        .or_else(|| web_page(message))
        .or_else(|| by_words(message, Cause::OtherRegistryRateLimit, Certainty::Likely, &["rate exceeded"]))
}

/// `retry-after: 1.5ms, allowed: 44000/minute`.
fn github(message: &Message) -> Option<Finding> {
    let (start, end) = (message.find("retry-after:")?.start, message.find("/minute")?.end);
    let fits = start < end && message.has("allowed:");
    fits.then(|| Finding::new(Cause::OtherRegistryRateLimit, Certainty::Certain, start..end).at("ghcr.io"))
}

fn google(message: &Message) -> Option<Finding> {
    by_words(message, Cause::OtherRegistryRateLimit, Certainty::Certain, &["quota exceeded for quota metric"])
        .filter(|_| IMAGE_SERVICES.iter().any(|service| message.has(service)))
}

fn azure(message: &Message) -> Option<Finding> {
    let tiers = message.find_anywhere("aka.ms/acr").filter(|_| message.has("too many requests"));
    let front_door = message.find("ref a:").filter(|_| bare_limit::status(message).is_some());
    let place = tiers.or(front_door)?;
    Some(Finding::new(Cause::OtherRegistryRateLimit, Certainty::Certain, message.clause(&place)))
}

/// A refusal as HTML, unless a host of Docker's own is what answered.
fn web_page(message: &Message) -> Option<Finding> {
    message.first_of(&["<html", "<!doctype html", "<title>429", "invalid character '<'"])?;
    let status = bare_limit::status(message)?;
    let answering = message.names().answering(&status);
    if answering.is_some_and(|(_, host)| registry::is_docker_hub(host)) {
        return None;
    }
    let finding = Finding::new(Cause::OtherRegistryRateLimit, Certainty::Likely, status);
    Some(match answering {
        Some((_, host)) => finding.at(host),
        None => finding,
    })
}
