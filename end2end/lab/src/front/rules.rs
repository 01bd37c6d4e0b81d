//! What a front allows: limits, accounts and exemptions, as the admin port shows and changes them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// Which registry a front imitates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// Docker Hub: tokens are required and pulls are limited.
    DockerHub,
    /// A registry that lets everybody in and counts nothing.
    Plain,
}

/// How many pulls fit into a rolling window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowance {
    /// Manifest GETs that are answered within one window.
    pub pulls: u32,
    /// Length of the window in seconds; Docker Hub's is six hours.
    pub window_seconds: u32,
}

/// The limits of a front. No allowance means unlimited, and then no limit headers are sent, as Docker
/// does for paying accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// For requests without an account, per source address.
    pub anonymous: Option<Allowance>,
    /// For accounts on the free plan, each.
    pub account: Option<Allowance>,
    /// Repositories or `prefix/` groups whose pulls are free for everybody, as for sponsored open source.
    pub exempt: BTreeSet<String>,
    /// Answers every registry request with the abuse limit's bare 429.
    pub abuse: bool,
    /// Accounts that are locked out after too many logins.
    pub login_locked: BTreeSet<String>,
}

/// Six hours, the window of Docker Hub's pull limit, in seconds.
const SIX_HOURS: u32 = 21_600;

impl Default for Rules {
    /// Docker's published limits for personal use: 100 pulls per address, 200 per account, in six hours.
    fn default() -> Self {
        Self {
            anonymous: Some(Allowance { pulls: 100, window_seconds: SIX_HOURS }),
            account: Some(Allowance { pulls: 200, window_seconds: SIX_HOURS }),
            exempt: BTreeSet::new(),
            abuse: false,
            login_locked: BTreeSet::new(),
        }
    }
}

impl Rules {
    /// Docker Hub's window with `pulls` for anonymous addresses, and the usual limit for accounts.
    #[must_use]
    pub fn anonymous_pulls(pulls: u32) -> Self {
        Self { anonymous: Some(Allowance { pulls, window_seconds: SIX_HOURS }), ..Self::default() }
    }

    /// Whether pulls of this repository are free for everybody.
    #[must_use]
    pub fn is_exempt(&self, repository: &str) -> bool {
        self.exempt
            .iter()
            .any(|entry| repository == entry || (entry.ends_with('/') && repository.starts_with(entry)))
    }
}

/// One account that can log in at the token service.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Compared with what basic authentication brings; never shown again.
    #[serde(skip_serializing)]
    pub password: String,
    /// Paid accounts pull without limit and see no limit headers.
    #[serde(default)]
    pub paid: bool,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Account").field("paid", &self.paid).finish_non_exhaustive()
    }
}

/// The accounts by user name.
pub type Accounts = BTreeMap<String, Account>;
