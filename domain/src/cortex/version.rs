//! Cortex versions.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A full Cortex version such as `0.18.1`: `consts.CortexVersion`, the tag of every image of that release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version {
    /// Major; always 0 so far.
    pub major: u16,
    /// Minor: key sets and defaults are equal within one.
    pub minor: u16,
    /// Patch.
    pub patch: u16,
}

/// A text that is not a Cortex version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a Cortex version such as 0.22.1")]
pub struct NotAVersion(String);

impl FromStr for Version {
    type Err = NotAVersion;

    /// Takes `0.18.1` and `v0.18.1`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || NotAVersion(text.chars().take(40).collect());
        let mut numbers = text.strip_prefix('v').unwrap_or(text).split('.').map(str::parse::<u16>);
        let mut next = || numbers.next().and_then(Result::ok).ok_or_else(wrong);
        let version = Self { major: next()?, minor: next()?, patch: next()? };
        if numbers.next().is_some() { Err(wrong()) } else { Ok(version) }
    }
}

impl TryFrom<String> for Version {
    type Error = NotAVersion;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.to_string()
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_three_numbers() {
        for (text, wanted) in [
            ("0.18.1", Some((0, 18, 1))),
            ("v0.22.1", Some((0, 22, 1))),
            ("0.22", None),
            ("0.22.1.1", None),
            ("master", None),
            ("0.22.1-rc1", None),
            ("", None),
        ] {
            let parsed = text.parse::<Version>().ok().map(|v| (v.major, v.minor, v.patch));
            assert_eq!(parsed, wanted, "{text}");
        }
    }
}
