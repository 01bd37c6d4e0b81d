//! What the headers of an answer say about the asker's pull limit.

use std::net::IpAddr;

use crate::evidence::{RateLimit, mask_name};

/// Everything about the limit that came with an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// `ratelimit-limit` and `ratelimit-remaining`.
    pub limit: LimitHeaders,
    /// `docker-ratelimit-source`.
    pub counted: Option<Counted>,
    /// The limit that the access token carries (`access[].parameters.pull_limit`). A hint only: the headers decide.
    pub token_limit: Option<RateLimit>,
    /// The token service that the registry sent us to, by the name in its challenge.
    pub token_service: Option<String>,
    /// Whether a redirect led away, so that somebody else than the registry answered.
    pub from_elsewhere: bool,
}

/// The limit as the headers tell it. No header and one that cannot be read are different things: only the first
/// can mean that there is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LimitHeaders {
    /// No such header.
    #[default]
    Absent,
    /// A header that is not of the known form.
    Unreadable,
    /// The limit, with what is left where that was told too.
    Told(RateLimit),
}

impl LimitHeaders {
    /// Reads the two headers; `Some("")` stands for one whose bytes are no text.
    #[must_use]
    pub fn read(limit: Option<&str>, remaining: Option<&str>) -> Self {
        let Some(limit) = limit else {
            return if remaining.is_some() { Self::Unreadable } else { Self::Absent };
        };
        let read = limit.parse::<RateLimit>().and_then(|limit| match remaining {
            Some(remaining) => limit.with_remaining(remaining),
            None => Ok(limit),
        });
        read.map_or(Self::Unreadable, Self::Told)
    }

    /// The limit, where one was told.
    #[must_use]
    pub fn told(self) -> Option<RateLimit> {
        match self {
            Self::Told(limit) => Some(limit),
            Self::Absent | Self::Unreadable => None,
        }
    }
}

/// Whom the registry counts: for anonymous pulls an address, or the base of an IPv6 /64; otherwise an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counted {
    /// An address.
    Address(String),
    /// An account, masked.
    Account(String),
}

impl Counted {
    /// Reads `docker-ratelimit-source`. What is no address is taken for an account and masked.
    #[must_use]
    pub fn read(header: &str) -> Option<Self> {
        let text = header.trim();
        match text.parse::<IpAddr>() {
            Ok(address) => Some(Self::Address(address.to_string())),
            Err(_) if text.is_empty() => None,
            Err(_) => Some(Self::Account(mask_name(text))),
        }
    }

    /// The address, or the masked account.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Address(text) | Self::Account(text) => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_header_is_not_the_same_as_a_header_that_cannot_be_read() {
        let limit = |remaining| RateLimit { limit: 100, remaining, window_seconds: 21_600 };
        for (headers, wanted) in [
            ((None, None), LimitHeaders::Absent),
            ((Some("100;w=21600"), Some("76;w=21600")), LimitHeaders::Told(limit(Some(76)))),
            ((Some("100;w=21600"), None), LimitHeaders::Told(limit(None))),
            ((Some("lots"), Some("76")), LimitHeaders::Unreadable),
            ((Some("100;w=21600"), Some("few")), LimitHeaders::Unreadable),
            ((Some(""), None), LimitHeaders::Unreadable),
            ((None, Some("76")), LimitHeaders::Unreadable),
        ] {
            assert_eq!(LimitHeaders::read(headers.0, headers.1), wanted, "{headers:?}");
        }
    }

    #[test]
    fn addresses_are_shown_and_accounts_are_masked() {
        let read = |header| Counted::read(header);
        assert_eq!(read("192.0.2.1"), Some(Counted::Address("192.0.2.1".to_owned())));
        assert_eq!(read(" 2001:41d0:801:2000:: "), Some(Counted::Address("2001:41d0:801:2000::".to_owned())));
        assert_eq!(read("free-user"), Some(Counted::Account("f•••••".to_owned())));
        assert_eq!(read(" "), None);
    }
}
