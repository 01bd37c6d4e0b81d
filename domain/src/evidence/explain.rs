//! From a message to an explanation.

use serde::{Deserialize, Serialize};

use super::{
    Cause, Certainty, Throttle,
    causes::{self, Finding},
    mask::find_account,
    message::Message,
    registry::DOCKER_HUB,
};

/// What a message says. Serialised, it is the outer interface's answer of `explain`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// Why the pull failed.
    pub cause: Cause,
    /// Which limit of Docker Hub's was met. With [`Cause::Undecided`] it is the likeliest one.
    pub throttle: Option<Throttle>,
    /// The registry whose image was to be pulled, Docker Hub always as `docker.io`.
    pub registry: Option<String>,
    /// The account that Docker Hub named: its first character and dots.
    pub account: Option<String>,
    /// How far to trust the cause.
    pub certainty: Certainty,
    /// The telling part: a substring of [`mask`](super::mask) of the message, empty if nothing in it tells.
    pub evidence: String,
}

/// Explains one message, which may have several lines. `image` is the image the message is about where the finder
/// knows it; it serves only if the text names no registry.
///
/// ```
/// use domain::evidence::{Cause, explain};
///
/// let explanation = explain("toomanyrequests: You have reached your unauthenticated pull rate limit.", None);
/// assert_eq!(explanation.cause, Cause::DockerHubRateLimit);
/// assert_eq!(explanation.evidence, "You have reached your unauthenticated pull rate limit");
/// ```
#[must_use]
pub fn explain(message: &str, image: Option<&str>) -> Explanation {
    let read = Message::new(message, image);
    let Finding { cause, throttle, registry, certainty, place } = causes::find(&read);
    // Another registry's limit behind a Docker Hub name comes from a mirror or proxy that is not named.
    let fits = |host: &&str| cause != Cause::OtherRegistryRateLimit || *host != DOCKER_HUB;
    let named = || read.names().registry().map(|(host, _)| host).filter(fits).map(str::to_owned);
    Explanation {
        cause,
        throttle,
        registry: registry.or_else(named),
        account: find_account(message),
        certainty,
        evidence: place.map(|place| read.excerpt(&place).to_owned()).unwrap_or_default(),
    }
}
