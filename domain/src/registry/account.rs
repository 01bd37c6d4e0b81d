//! What a login at Docker Hub turned out to be worth.

use serde::{Deserialize, Serialize};

use super::{Credentials, Quota, Standing};

/// The result of trying a login without a pull. Holds nothing of the login but its masked name, so that it can be
/// kept and shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountTest {
    /// The account's name, masked.
    pub account: String,
    /// What Docker Hub grants it.
    #[serde(flatten)]
    pub grant: Grant,
}

/// How many pulls an account has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "grant", rename_all = "snake_case")]
pub enum Grant {
    /// No limit, as for paid plans.
    Unlimited,
    /// A limit, as for personal accounts.
    Limited {
        /// Pulls in a window.
        limit: u32,
        /// Its length in seconds.
        window_seconds: u32,
    },
    /// The login was taken, and the limit not told.
    NotTold {
        /// Why, in one sentence.
        why: String,
    },
}

impl AccountTest {
    /// What an answer to a question says that was asked with a login.
    pub fn of(quota: &Quota, login: &Credentials) -> Self {
        let grant = match quota.standing {
            Standing::Unlimited => Grant::Unlimited,
            Standing::Limited(limit) | Standing::Refused { limit: Some(limit), .. } => {
                Grant::Limited { limit: limit.limit, window_seconds: limit.window_seconds }
            }
            Standing::Refused { limit: None, .. } => {
                Grant::NotTold { why: "Docker Hub refuses further requests from here for now.".to_owned() }
            }
            Standing::Unknown(unknown) => Grant::NotTold { why: unknown.sentence().to_owned() },
        };
        Self { account: login.account(), grant }
    }

    /// Whether Docker Hub itself said that there is no limit, or that there is one; `None` when it did not say.
    pub fn is_unlimited(&self) -> Option<bool> {
        match self.grant {
            Grant::Unlimited => Some(true),
            Grant::Limited { .. } => Some(false),
            Grant::NotTold { .. } => None,
        }
    }

    /// The result in one or two sentences.
    pub fn sentence(&self) -> String {
        let account = &self.account;
        match &self.grant {
            Grant::Unlimited => format!("Docker Hub took the login of {account} and states no limit for it."),
            Grant::Limited { limit, window_seconds } => format!(
                "Docker Hub took the login of {account} and grants it {limit} pulls in {} hours.",
                window_seconds / 3_600
            ),
            Grant::NotTold { why } => {
                format!("Docker Hub took the login of {account}; its limit is not known: {why}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::RateLimit;
    use crate::registry::{Endpoint, Unknown};

    #[test]
    fn a_tested_account_says_what_it_is_worth() {
        let limit = RateLimit { limit: 200, window_seconds: 21_600, remaining: Some(7) };
        let login = Credentials::new("acme-robot", "canary").unwrap();
        let refused = |limit| Standing::Refused { limit, throttle: None, retry_after_seconds: None };
        for (standing, wanted, part) in [
            (Standing::Unlimited, Some(true), "no limit"),
            (Standing::Limited(limit), Some(false), "200 pulls in 6 hours"),
            (refused(Some(limit)), Some(false), "200 pulls in 6 hours"),
            (refused(None), None, "not known"),
            (Standing::Unknown(Unknown::Mirror), None, "not known"),
        ] {
            let endpoint = Endpoint { url: String::new(), named_by_user: false };
            let quota = Quota {
                registry: Default::default(),
                endpoint,
                account: Some(login.account()),
                standing,
                counted: None,
                token_limit: None,
            };
            let test = AccountTest::of(&quota, &login);
            assert_eq!(test.is_unlimited(), wanted);
            assert!(test.sentence().contains(part), "{}", test.sentence());
            assert!(!format!("{test:?}").contains("canary") && !test.account.contains("acme-robot"));
        }
    }
}
