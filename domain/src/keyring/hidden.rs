//! Keys that look as if they were for an image, and are never tried.

use std::fmt;

use super::key::{FALLBACK, host_matches};
use super::lookup::falls_back;
use super::url::Address;
use super::{Entry, Place};
use crate::image::ImageReference;

/// Names of Docker Hub that people write into secrets and the kubelet does not take for `docker.io`.
const OTHER_NAMES: [&str; 6] = [
    "auth.docker.io",
    "docker.com",
    "hub.docker.com",
    "registry-1.docker.io",
    "registry.docker.io",
    "registry.hub.docker.com",
];

/// A key for the image's registry that the kubelet never tries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden {
    /// Where it stands.
    pub place: Place,
    /// Why it is not tried.
    pub why: Why,
}

/// Why a key is not tried for an image of the registry it seems to name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It is Docker Hub's last resort, and a key that matches stands before it, whether its login works or not.
    LastResort {
        /// The first key that matches.
        by: Place,
    },
    /// Its path ends in `/v1` or `/v2` without a slash, which then counts as the beginning of a repository's name.
    NoFinalSlash,
    /// `index.docker.io` with a path works for no image.
    IndexWithPath,
    /// It names Docker Hub by a name that the kubelet does not know.
    OtherName,
    /// It differs from the registry's name in letter case.
    LetterCase,
    /// It has another port than the image, or one of the two has none.
    Port,
    /// It is no address, so the kubelet leaves it out.
    NotAnAddress,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LastResort { by } => {
                return write!(f, "index.docker.io is asked only when no other key matches, and {by} does");
            }
            Self::NoFinalSlash => "without a final slash the version counts as part of a repository's name",
            Self::IndexWithPath => "index.docker.io works only without a path, or with /v1/ or /v2/",
            Self::OtherName => "the kubelet knows Docker Hub as docker.io and index.docker.io only",
            Self::LetterCase => "registry names must match in letter case",
            Self::Port => "the port must be the one in the image's name, or missing in both",
            Self::NotAnAddress => "it is not an address, so the kubelet leaves it out",
        })
    }
}

/// Why a key that is not tried for `image` is not, or `None` if it plainly is for something else: another
/// registry, or other repositories of the same. `first` is what is tried first.
pub(super) fn why(entry: &Entry, image: &ImageReference, first: Option<&Place>) -> Option<Why> {
    if entry.key.is_fallback() && falls_back(image) {
        return first.map(|by| Why::LastResort { by: by.clone() });
    }
    let registry = Address::parse(image.domain())?;
    let (own_host, own_port) = registry.host_and_port();
    let Some(key) = entry.key.address() else {
        let names_it = entry.place.key.to_ascii_lowercase().contains(own_host);
        return names_it.then_some(Why::NotAnAddress);
    };
    let (host, port) = key.host_and_port();

    let is_hub = image.domain() == "docker.io";
    let is_index = is_hub && host.eq_ignore_ascii_case(FALLBACK);
    if !is_index && !host.eq_ignore_ascii_case(own_host) {
        let lower = host.to_ascii_lowercase();
        // `*.com` matches one of them as well, but speaks of somebody else.
        let means_hub = is_hub && lower.contains("docker");
        let is_hubs = means_hub && OTHER_NAMES.iter().any(|name| host_matches(&lower, name));
        return is_hubs.then_some(Why::OtherName);
    }
    if host != own_host && host != FALLBACK {
        Some(Why::LetterCase)
    } else if port != own_port {
        Some(Why::Port)
    } else if matches!(key.path.as_str(), "/v1" | "/v2") {
        Some(Why::NoFinalSlash)
    } else {
        is_index.then_some(Why::IndexWithPath)
    }
}
