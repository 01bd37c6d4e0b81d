//! Docker Hub's `ratelimit-limit` and `ratelimit-remaining` response headers, such as `100;w=21600`.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A pull limit as the registry reports it. Read it from the answer; numbers in documents are often plans.
///
/// An answer without these headers means that no limit applies to the asker (Docker's usage documentation).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RateLimit {
    /// Pulls allowed in one window.
    pub limit: u32,
    /// Pulls left, if the registry said so.
    pub remaining: Option<u32>,
    /// Length of the window in seconds.
    pub window_seconds: u32,
}

/// A header that is not of the form `number;w=seconds`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the rate-limit header is not of the form 100;w=21600")]
pub struct RateLimitError;

impl RateLimit {
    /// The same limit with the count from a `ratelimit-remaining` header, whose window is optional here.
    ///
    /// # Errors
    /// If the header does not start with a number.
    pub fn with_remaining(self, header: &str) -> Result<Self, RateLimitError> {
        let count = header.split(';').next().unwrap_or_default();
        Ok(Self { remaining: Some(number(count)?), ..self })
    }
}

impl FromStr for RateLimit {
    type Err = RateLimitError;

    fn from_str(header: &str) -> Result<Self, Self::Err> {
        let mut fields = header.split(';');
        let limit = number(fields.next().unwrap_or_default())?;
        let window = fields
            .filter_map(|field| field.split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("w"))
            .ok_or(RateLimitError)?;
        Ok(Self { limit, remaining: None, window_seconds: number(window.1)? })
    }
}

fn number(text: &str) -> Result<u32, RateLimitError> {
    text.trim().parse().map_err(|_| RateLimitError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_whatever_their_case_and_blanks() {
        let expected = RateLimit { limit: 100, remaining: None, window_seconds: 21_600 };
        for header in ["100;w=21600", " 100 ; W = 21600 ", "100;x=1;w=21600", "100; w=21600"] {
            assert_eq!(header.parse(), Ok(expected), "{header}");
        }
    }

    #[test]
    fn the_remaining_count_may_come_with_or_without_its_window() {
        let limit: RateLimit = "200;w=21600".parse().unwrap();
        for header in ["76;w=21600", " 76 ", "76 ;W=1"] {
            assert_eq!(limit.with_remaining(header).unwrap().remaining, Some(76), "{header}");
        }
        assert_eq!(limit.with_remaining("none"), Err(RateLimitError));
    }

    #[test]
    fn anything_else_is_refused() {
        for header in
            ["", "100", "w=21600", "100;w=", "-1;w=60", "1e2;w=60", "4294967296;w=60", "100,w=21600"]
        {
            assert_eq!(header.parse::<RateLimit>(), Err(RateLimitError), "{header}");
        }
    }
}
