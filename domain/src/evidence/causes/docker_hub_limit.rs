//! Docker Hub's limits in its own words.
//!
//! The wording changed over the years: a page's address alone, `pull rate limit` with an advice, since 2025 with
//! `unauthenticated` or the account's name. The abuse limit answered `Too Many Requests (HAP429)` in plain text,
//! which clients report as a failure to parse. Mirrors relay all of them, so the host does not matter. Only Seqera's
//! Wave uses `pull rate limit` for a limit of its own.

use super::{Cause, Certainty, Finding, Message};
use crate::evidence::{Throttle, registry::DOCKER_HUB};

const SENTENCES: [&str; 3] = [
    "you have reached your unauthenticated pull rate limit",
    "you have reached your pull rate limit",
    "pull rate limit",
];
const PAGES: [&str; 2] = ["docker.com/increase-rate-limit", "docker.com/docker-hub/download-rate-limit"];
const WAVES_OWN: &str = "exceeded pull rate limit";

pub(super) fn read(message: &Message) -> Option<Finding> {
    pull_limit(message).or_else(|| abuse_limit(message)).map(|finding| finding.at(DOCKER_HUB))
}

fn pull_limit(message: &Message) -> Option<Finding> {
    let sentence = message.first_of(&SENTENCES).filter(|_| !message.has(WAVES_OWN));
    let place = sentence.or_else(|| PAGES.iter().find_map(|page| message.find_anywhere(page)))?;
    // The account follows the sentence at once: `… limit as 'name'`.
    let account = message.words()[place.end..].trim_start().strip_prefix("as").map(str::trim_start);
    let cause = if account.is_some_and(|rest| rest.starts_with(['\'', '"', '`'])) {
        Cause::DockerHubRateLimitAuthenticated
    } else {
        Cause::DockerHubRateLimit
    };
    Some(Finding::new(cause, Certainty::Certain, place).throttled_by(Throttle::PullLimit))
}

fn abuse_limit(message: &Message) -> Option<Finding> {
    let place = message.first_of(&["too many requests (hap429)", "hap429"])?;
    Some(
        Finding::new(Cause::DockerHubRateLimit, Certainty::Certain, place).throttled_by(Throttle::AbuseLimit),
    )
}
