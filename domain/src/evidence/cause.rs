//! The vocabulary of an explanation. The serialised names are part of the outer interface.

use serde::{Deserialize, Serialize};

/// Why an image could not be pulled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Docker Hub refused for a limit of pulls or requests, and did not say that an account was counted.
    #[serde(rename = "dockerhub_rate_limit")]
    DockerHubRateLimit,
    /// Docker Hub refused because the named account's limit is used up.
    #[serde(rename = "dockerhub_rate_limit_authenticated")]
    DockerHubRateLimitAuthenticated,
    /// Another registry, a mirror or a proxy refused for a limit of its own.
    OtherRegistryRateLimit,
    /// The kubelet's own brake on pulls; no registry was asked.
    KubeletQps,
    /// Credentials are missing, wrong, expired or not allowed to pull.
    Auth,
    /// The registry does not tell whether the repository is private or missing.
    AmbiguousAuthOrNotFound,
    /// There is no such repository, tag or digest.
    NotFound,
    /// The registry could not be reached, or the connection broke.
    Network,
    /// Certificates, or HTTP spoken where HTTPS was expected.
    Tls,
    /// The image is not made for the node's operating system or processor.
    PlatformMismatch,
    /// The node's disk is full.
    Disk,
    /// What arrived is not what was promised: sizes, digests, archives.
    Corrupt,
    /// The image's name is not a valid reference.
    InvalidName,
    /// The pull policy forbids pulling and the node lacks the image.
    NeverPull,
    /// Only that the kubelet waits before it tries again; the cause is shown elsewhere, if at all.
    BackoffOnly,
    /// Something else that the text does name.
    Other,
    /// The text cannot tell.
    Undecided,
}

impl Cause {
    /// Whether Docker Hub's own limits are the cause.
    #[must_use]
    pub const fn is_docker_hub_limit(self) -> bool {
        matches!(self, Self::DockerHubRateLimit | Self::DockerHubRateLimitAuthenticated)
    }
}

/// Which of Docker Hub's limits was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Throttle {
    /// Pulls per address or account in a window of hours.
    PullLimit,
    /// Requests of any kind per address in a minute; no account or plan lifts it.
    AbuseLimit,
    /// Logins per user name; cured by right credentials and fewer logins.
    LoginLimit,
}

/// How far an explanation can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Indirect: a mirror in between, or words that mostly but not always mean this.
    Guess,
    /// The text names the registry and the refusal, but not in the words of one cause alone.
    Likely,
    /// The words are used for this cause only.
    Certain,
}
