//! Everything a front remembers, and the decision on a request. It must not know how requests travel.

use jiff::Timestamp;

use super::log::{Entry, Kind};
use super::quota::{Principal, Quota};
use super::rules::{Accounts, Allowance, Rules, Style};
use super::target::{Source, Target};
use super::tokens::Tokens;

/// Rules, accounts, spent pulls, live tokens and the log of one registry.
#[derive(Debug)]
pub struct Book {
    pub style: Style,
    pub rules: Rules,
    pub accounts: Accounts,
    pub quota: Quota,
    pub tokens: Tokens,
    pub log: Vec<Entry>,
}

/// A request that may go on to the storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// Whom it is charged to.
    pub principal: Principal,
    /// The limit that applies, if any.
    pub allowance: Option<Allowance>,
    /// Whether one pull has been charged for it.
    pub counted: bool,
}

/// Why a request may not go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No token, or one that is not alive.
    NoToken,
    /// A token that was not given for this repository.
    WrongScope,
    /// The pulls of this principal are spent.
    PullLimit(Principal, Allowance),
    /// Too many requests of any kind.
    AbuseLimit,
}

impl Book {
    /// Decides on a request and charges the pull if it is one: a manifest's GET is, its HEAD is not.
    pub fn admit(
        &mut self,
        target: &Target,
        method: &http::Method,
        token: Option<&str>,
        source: Source,
        now: Timestamp,
    ) -> Result<Admission, Refusal> {
        let anonymous = Principal::Address(source.0);
        if self.style == Style::Plain {
            return Ok(Admission { principal: anonymous, allowance: None, counted: false });
        }
        if self.rules.abuse {
            return Err(Refusal::AbuseLimit);
        }
        let grant = token.and_then(|token| self.tokens.find(token, now)).ok_or(Refusal::NoToken)?;
        if target.kind != Kind::Base && !grant.allows(&target.repository, action(method)) {
            return Err(Refusal::WrongScope);
        }
        let account = grant.account.clone();
        let allowance = self.allowance(account.as_deref(), target);
        let principal = account.map_or(anonymous, Principal::Account);
        let is_pull = target.kind == Kind::Manifest && method == http::Method::GET;
        let counted = match allowance {
            Some(allowance) if is_pull => {
                if !self.quota.spend(&principal, allowance, now) {
                    return Err(Refusal::PullLimit(principal, allowance));
                }
                true
            }
            _ => false,
        };
        Ok(Admission { principal, allowance, counted })
    }

    /// The limit for this account, or for an address, in this repository.
    fn allowance(&self, account: Option<&str>, target: &Target) -> Option<Allowance> {
        if target.kind != Kind::Manifest || self.rules.is_exempt(&target.repository) {
            return None;
        }
        match account {
            None => self.rules.anonymous,
            Some(name) if self.accounts.get(name).is_some_and(|account| account.paid) => None,
            Some(_) => self.rules.account,
        }
    }

    /// Whom a request with this token is charged to, for the log.
    pub fn principal(&self, token: Option<&str>, source: Source, now: Timestamp) -> Principal {
        token
            .and_then(|token| self.tokens.find(token, now)?.account.clone())
            .map_or(Principal::Address(source.0), Principal::Account)
    }

    /// Forgets pulls, tokens and the log; rules and accounts stay.
    pub fn reset(&mut self) {
        self.quota.clear();
        self.tokens = Tokens::default();
        self.log.clear();
    }
}

/// The action of a scope that a method needs.
pub fn action(method: &http::Method) -> &'static str {
    if matches!(*method, http::Method::GET | http::Method::HEAD) { "pull" } else { "push" }
}
