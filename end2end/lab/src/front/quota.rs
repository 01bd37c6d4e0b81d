//! The rolling window: who has pulled how much of late. It must not know what a request looks like.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};

use super::rules::Allowance;

/// Whom a pull is charged to. Docker charges the account where there is one, else the address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Principal {
    /// A source address; an IPv6 address stands for its /64.
    Address(IpAddr),
    /// A user name.
    Account(String),
}

impl fmt::Display for Principal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => write!(formatter, "address:{address}"),
            Self::Account(name) => write!(formatter, "account:{name}"),
        }
    }
}

/// The pulls of everybody, by the moment they were made.
#[derive(Debug, Default)]
pub struct Quota {
    pulls: BTreeMap<Principal, VecDeque<Timestamp>>,
}

impl Quota {
    /// Pulls that are left to `who` at `now`.
    pub fn remaining(&mut self, who: &Principal, allowance: Allowance, now: Timestamp) -> u32 {
        let window = SignedDuration::from_secs(i64::from(allowance.window_seconds));
        let Some(pulls) = self.pulls.get_mut(who) else { return allowance.pulls };
        while pulls.front().is_some_and(|&pulled| now.duration_since(pulled) >= window) {
            pulls.pop_front();
        }
        allowance.pulls.saturating_sub(u32::try_from(pulls.len()).unwrap_or(u32::MAX))
    }

    /// Charges one pull to `who`; false when nothing is left, and then nothing is charged.
    pub fn spend(&mut self, who: &Principal, allowance: Allowance, now: Timestamp) -> bool {
        let left = self.remaining(who, allowance, now) > 0;
        if left {
            self.pulls.entry(who.clone()).or_default().push_back(now);
        }
        left
    }

    /// Takes the latest charge back: the storage had no such manifest.
    pub fn refund(&mut self, who: &Principal) {
        if let Some(pulls) = self.pulls.get_mut(who) {
            pulls.pop_back();
        }
    }

    /// Forgets every pull.
    pub fn clear(&mut self) {
        self.pulls.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO_IN_A_MINUTE: Allowance = Allowance { pulls: 2, window_seconds: 60 };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_pull_comes_back_when_it_leaves_the_window_not_when_the_window_began() {
        let who = Principal::Account("ann".into());
        let mut quota = Quota::default();
        assert!(quota.spend(&who, TWO_IN_A_MINUTE, at(0)));
        assert!(quota.spend(&who, TWO_IN_A_MINUTE, at(50)));
        assert!(!quota.spend(&who, TWO_IN_A_MINUTE, at(59)));
        assert_eq!(quota.remaining(&who, TWO_IN_A_MINUTE, at(60)), 1);
        assert!(quota.spend(&who, TWO_IN_A_MINUTE, at(60)));
        assert!(!quota.spend(&who, TWO_IN_A_MINUTE, at(61)));
        assert_eq!(quota.remaining(&who, TWO_IN_A_MINUTE, at(110)), 1);
    }

    #[test]
    fn principals_do_not_share_and_a_refund_is_one_pull() {
        let (ann, ben) = (Principal::Account("ann".into()), Principal::Account("ben".into()));
        let mut quota = Quota::default();
        assert!(quota.spend(&ann, TWO_IN_A_MINUTE, at(0)));
        assert!(quota.spend(&ann, TWO_IN_A_MINUTE, at(1)));
        assert_eq!(quota.remaining(&ben, TWO_IN_A_MINUTE, at(1)), 2);
        quota.refund(&ann);
        assert_eq!(quota.remaining(&ann, TWO_IN_A_MINUTE, at(1)), 1);
    }
}
