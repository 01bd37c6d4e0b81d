//! Bearer tokens: opaque, short-lived, and good for the repositories they were asked for.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use rand::{RngCore as _, TryRngCore as _, rngs::OsRng};

/// Seconds a token lives; Docker's `expires_in`.
pub const LIFETIME_SECONDS: i64 = 300;

/// `repository:NAME:ACTION,…`, one scope of a token request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The repository's name.
    pub repository: String,
    /// `pull`, `push`, …
    pub actions: BTreeSet<String>,
}

impl Scope {
    /// Reads every scope of a request: parameters may be repeated, and one may hold several.
    pub fn parse_all<'a>(parameters: impl IntoIterator<Item = &'a str>) -> Vec<Self> {
        parameters.into_iter().flat_map(str::split_ascii_whitespace).filter_map(Self::parse).collect()
    }

    fn parse(text: &str) -> Option<Self> {
        let (repository, actions) = text.strip_prefix("repository:")?.rsplit_once(':')?;
        Some(Self { repository: repository.into(), actions: actions.split(',').map(str::to_owned).collect() })
    }
}

/// What a token stands for.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The account, or `None` for an anonymous token.
    pub account: Option<String>,
    /// What may be done where.
    pub scopes: Vec<Scope>,
    expires: Timestamp,
}

impl Grant {
    /// Whether `action` is allowed in `repository`.
    pub fn allows(&self, repository: &str, action: &str) -> bool {
        self.scopes.iter().any(|scope| scope.repository == repository && scope.actions.contains(action))
    }
}

/// The tokens that are alive.
#[derive(Debug, Default)]
pub struct Tokens {
    grants: BTreeMap<String, Grant>,
}

impl Tokens {
    /// Makes a token and forgets those that have expired.
    pub fn issue(&mut self, account: Option<String>, scopes: Vec<Scope>, now: Timestamp) -> String {
        self.grants.retain(|_, grant| grant.expires > now);
        let mut dice = OsRng.unwrap_err();
        let token = format!("lab.{:016x}{:016x}", dice.next_u64(), dice.next_u64());
        let expires =
            now.saturating_add(SignedDuration::from_secs(LIFETIME_SECONDS)).unwrap_or(Timestamp::MAX);
        self.grants.insert(token.clone(), Grant { account, scopes, expires });
        token
    }

    /// The grant of a token that is known and still alive.
    pub fn find(&self, token: &str, now: Timestamp) -> Option<&Grant> {
        self.grants.get(token).filter(|grant| grant.expires > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_however_they_are_spelled() {
        let scopes = Scope::parse_all(["repository:a/b:pull repository:c:pull,push", "registry:catalog:*"]);
        assert_eq!(scopes.len(), 2);
        assert_eq!(scopes[0].repository, "a/b");
        assert!(scopes[1].actions.contains("push"));
    }

    #[test]
    fn a_token_dies_after_its_lifetime() {
        let mut tokens = Tokens::default();
        let born = Timestamp::UNIX_EPOCH;
        let token = tokens.issue(None, Scope::parse_all(["repository:a:pull"]), born);
        let late = Timestamp::from_second(LIFETIME_SECONDS).unwrap();
        assert!(tokens.find(&token, born).unwrap().allows("a", "pull"));
        assert!(!tokens.find(&token, born).unwrap().allows("b", "pull"));
        assert!(tokens.find(&token, late).is_none());
    }
}
