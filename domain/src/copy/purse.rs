//! How many pulls may still be spent at a source, and when to wait. Times are seconds since 1970, handed in.
//!
//! Docker Hub counts in a window that rolls: a pull comes back when it is older than the window. Its headers say how
//! many are left, not when they come back (Docker's page on usage and limits); that is worked out here.

use std::collections::VecDeque;

use crate::registry::{LimitHeaders, Refusal, Terms};

/// Seconds to stay away from a registry that refuses without saying for how long, and tells no window.
const SHORT_WAIT: u64 = 60;
/// How often a pause looks whether pulls have come back, at most and at least.
const LOOKS: u64 = 72;
const LONGEST_LOOK: u64 = 300;

/// What is left at one source for this principal.
#[derive(Debug, Default)]
pub struct Purse {
    /// Pulls that are not for us.
    reserve: u32,
    left: Option<u32>,
    window: Option<u64>,
    refused_until: Option<u64>,
    /// When we pulled, the earliest first.
    pulled: VecDeque<u64>,
}

/// Whether to ask now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum May {
    /// Now.
    Now,
    /// Not now.
    Later(Wait),
}

/// How long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// When it is worth looking again, at no cost.
    pub look: u64,
    /// When at least one pull has come back, by what is known.
    pub latest: u64,
}

impl Purse {
    /// A purse from which `reserve` pulls are never taken.
    #[must_use]
    pub fn new(reserve: u32) -> Self {
        Self { reserve, ..Self::default() }
    }

    /// Whether a limit was told, so that every pull counts.
    #[must_use]
    pub fn is_limited(&self) -> bool {
        self.left.is_some()
    }

    /// Pulls that are left, those kept in reserve included.
    #[must_use]
    pub fn left(&self) -> Option<u32> {
        self.left
    }

    /// Whether a request may be made that counts nothing.
    #[must_use]
    pub fn may_ask(&self, now: u64) -> May {
        match self.refused_until {
            Some(until) if until > now => May::Later(Wait { look: until, latest: until }),
            _ => May::Now,
        }
    }

    /// Whether so many pulls may be made now without touching the reserve. Nobody is refused who was not told a limit.
    #[must_use]
    pub fn may_pull(&self, pulls: u32, now: u64) -> May {
        let enough = pulls == 0 || self.left.is_none_or(|left| left >= pulls.saturating_add(self.reserve));
        match self.may_ask(now) {
            May::Now if enough => May::Now,
            May::Now => May::Later(self.wait(now)),
            later => later,
        }
    }

    /// A pull is about to be made.
    pub fn pull(&mut self, now: u64) {
        self.left = self.left.map(|left| left.saturating_sub(1));
        self.pulled.push_back(now);
    }

    /// An answer told the limit. One pull is made at a time, so the last word is the truth.
    pub fn told(&mut self, terms: &Terms) {
        if let LimitHeaders::Told(limit) = terms.limit {
            self.window = Some(u64::from(limit.window_seconds));
            self.left = limit.remaining.or(self.left);
        }
    }

    /// A request was refused for being one too many.
    pub fn refused(&mut self, refusal: &Refusal, now: u64) {
        self.left = self.left.map(|_| 0);
        let wait = match (refusal.retry_after_seconds, self.window) {
            (Some(seconds), _) => u64::from(seconds),
            (None, Some(_)) => self.wait(now).look - now,
            (None, None) => SHORT_WAIT,
        };
        self.refused_until = Some(now + wait.max(1));
    }

    /// With a window: our own earliest pull comes back first, or somebody else's at the latest when the window has
    /// passed.
    fn wait(&self, now: u64) -> Wait {
        let Some(window) = self.window else {
            return Wait { look: now + SHORT_WAIT, latest: now + SHORT_WAIT };
        };
        let own = self.pulled.iter().map(|pulled| pulled + window).find(|back| *back > now);
        let latest = own.unwrap_or(now + window);
        let look = now + (window / LOOKS).clamp(1, LONGEST_LOOK);
        Wait { look: look.min(latest), latest }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::RateLimit;
    use crate::registry::Reason;

    const WINDOW: u32 = 21_600;

    fn told(remaining: u32) -> Terms {
        let limit = RateLimit { limit: 100, remaining: Some(remaining), window_seconds: WINDOW };
        Terms { limit: LimitHeaders::Told(limit), ..Terms::default() }
    }

    fn refusal(retry_after_seconds: Option<u32>) -> Refusal {
        let reason = Reason::TooManyRequests { before_login: false };
        Refusal { reason, said: None, retry_after_seconds }
    }

    #[test]
    fn nobody_is_held_back_who_was_told_no_limit() {
        let purse = Purse::new(5);
        assert_eq!(purse.may_pull(1_000, 0), May::Now);
        assert!(!purse.is_limited());
    }

    #[test]
    fn the_reserve_is_never_touched() {
        let mut purse = Purse::new(5);
        purse.told(&told(7));
        for (pulls, may) in [(0, true), (1, true), (2, true), (3, false), (u32::MAX, false)] {
            assert_eq!(purse.may_pull(pulls, 0) == May::Now, may, "{pulls}");
        }
        purse.pull(0);
        purse.pull(0);
        assert_eq!((purse.left(), purse.may_pull(1, 0) == May::Now), (Some(5), false));
    }

    #[test]
    fn a_pause_ends_when_our_first_pull_comes_back_and_looks_before_that() {
        let mut purse = Purse::new(0);
        purse.told(&told(1));
        purse.pull(1_000);
        let wait = |now| match purse.may_pull(1, now) {
            May::Later(wait) => (wait.look, wait.latest),
            May::Now => panic!(),
        };
        assert_eq!(wait(1_010), (1_310, 22_600));
        assert_eq!(wait(22_500), (22_600, 22_600));
        // It should have come back, and has not: somebody else pulls too.
        assert_eq!(wait(22_600), (22_900, 44_200));
    }

    #[test]
    fn a_refusal_is_not_asked_for_twice() {
        let mut purse = Purse::new(0);
        purse.refused(&refusal(Some(30)), 100);
        assert_eq!(purse.may_ask(129), May::Later(Wait { look: 130, latest: 130 }));
        assert_eq!(purse.may_pull(1, 129), May::Later(Wait { look: 130, latest: 130 }));
        assert_eq!(purse.may_ask(130), May::Now);

        let mut silent = Purse::new(0);
        silent.refused(&refusal(None), 100);
        assert_eq!(silent.may_ask(159), May::Later(Wait { look: 160, latest: 160 }));

        let mut hub = Purse::new(0);
        hub.told(&told(3));
        hub.refused(&refusal(None), 100);
        assert_eq!(hub.may_ask(399), May::Later(Wait { look: 400, latest: 400 }));
        assert!(matches!(hub.may_pull(1, 400), May::Later(_)), "nothing is left until a header says so");
        hub.told(&told(3));
        assert_eq!(hub.may_pull(1, 400), May::Now);
    }
}
