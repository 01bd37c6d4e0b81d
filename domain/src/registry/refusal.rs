//! Why a registry will not say, and what to do about it.

use super::{Credentials, Endpoint, RegistryName, mistakes};
use crate::evidence::{Throttle, explain};
use crate::problem::Problem;

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why, as far as status and place tell.
    pub reason: Reason,
    /// The registry's own words, masked and shortened. A HEAD brings none.
    pub said: Option<String>,
    /// Seconds to wait by the registry's word (`Retry-After`), where it gave a number that can be one.
    pub retry_after_seconds: Option<u32>,
}

/// The kinds of refusal. Being limited is told apart from being unknown, because only one of them goes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Too many pulls or requests (status 429). `before_login` means that no token had been asked for yet: the
    /// registry cannot have weighed an account's pulls then, it refuses the address.
    TooManyRequests {
        /// Whether it came before any login, be it an anonymous one.
        before_login: bool,
    },
    /// Too many logins: the token service answered 429.
    LoginLimit,
    /// The login is not accepted.
    LoginRefused,
    /// There was no login, and the registry wants one.
    LoginNeeded,
    /// This principal may not see the repository, or there is none: registries do not tell which.
    NotAllowed,
}

impl Refusal {
    /// Which of Docker Hub's limits was met. `None` where the answer cannot tell, and for other registries.
    #[must_use]
    pub fn throttle(&self, registry: &RegistryName) -> Option<Throttle> {
        if !registry.is_docker_hub() {
            return None;
        }
        match self.reason {
            Reason::LoginLimit => Some(Throttle::LoginLimit),
            // Docker counts pulls by token, so whoever is refused without one is refused as an address.
            Reason::TooManyRequests { before_login: true } => Some(Throttle::AbuseLimit),
            Reason::TooManyRequests { before_login: false } => {
                let said = self.said.as_deref()?;
                explain(&format!("429 Too Many Requests: {said}"), Some("docker.io/some/image")).throttle
            }
            Reason::LoginRefused | Reason::LoginNeeded | Reason::NotAllowed => None,
        }
    }

    /// The refusal as a problem for people. `login` is what was used, if anything.
    #[must_use]
    pub fn problem(
        &self,
        registry: &RegistryName,
        endpoint: &Endpoint,
        login: Option<&Credentials>,
    ) -> Problem {
        let name = registry.for_people();
        let problem = match self.reason {
            Reason::TooManyRequests { .. } => Problem::outside(
                "registry_limit",
                format!("{name} refuses further requests for now."),
                self.quoting("It answered that there were too many (status 429)."),
                self.wait("Wait, and run the same command again."),
            ),
            Reason::LoginLimit => Problem::outside(
                "registry_login_limit",
                format!("{name} accepts no more logins for now."),
                self.quoting("There were too many logins with this name (status 429). At Docker Hub the lock lasts about ten minutes."),
                self.wait("Wait, and check that nothing else keeps logging in with an old password."),
            ),
            Reason::LoginRefused => {
                let (why, next) = mistakes::of_a_login(registry, login);
                Problem::outside("registry_login", format!("{name} did not accept the login."), self.quoting(why), next)
            }
            Reason::LoginNeeded => Problem::outside(
                "registry_login_needed",
                format!("{name} answers only to a login."),
                self.quoting("It gives nothing to those who do not log in."),
                "Give --username with --password-stdin or --password-file.",
            ),
            Reason::NotAllowed => {
                let (why, next) = mistakes::of_a_right(registry, login);
                Problem::outside("registry_not_allowed", format!("{name} refuses access."), self.quoting(why), next)
            }
        };
        problem.at(&endpoint.url)
    }

    fn quoting(&self, why: &str) -> String {
        match &self.said {
            Some(said) => format!("{why} It said: {said}"),
            None => why.to_owned(),
        }
    }

    fn wait(&self, otherwise: &str) -> String {
        match self.retry_after_seconds {
            Some(seconds) => format!("It asks to wait {seconds} seconds. {otherwise}"),
            None => otherwise.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(reason: Reason, said: Option<&str>) -> Refusal {
        Refusal { reason, said: said.map(str::to_owned), retry_after_seconds: None }
    }

    #[test]
    fn which_limit_it_was_is_told_by_the_words_or_by_when_it_came() {
        let late = Reason::TooManyRequests { before_login: false };
        let early = Reason::TooManyRequests { before_login: true };
        let hub = RegistryName::default();
        for (reason, said, wanted) in [
            (late, Some("You have reached your unauthenticated pull rate limit."), Some(Throttle::PullLimit)),
            (late, None, None),
            (early, None, Some(Throttle::AbuseLimit)),
            (Reason::LoginLimit, None, Some(Throttle::LoginLimit)),
            (Reason::NotAllowed, None, None),
        ] {
            assert_eq!(refusal(reason, said).throttle(&hub), wanted, "{reason:?} {said:?}");
        }
        assert_eq!(refusal(early, None).throttle(&"quay.io".parse().unwrap()), None);
    }

    #[test]
    fn every_refusal_is_a_problem_of_status_3_with_a_place() {
        let endpoint = Endpoint { url: "https://registry-1.docker.io".to_owned(), named_by_user: false };
        for reason in [
            Reason::TooManyRequests { before_login: false },
            Reason::LoginLimit,
            Reason::LoginRefused,
            Reason::LoginNeeded,
            Reason::NotAllowed,
        ] {
            let refusal = Refusal { retry_after_seconds: Some(60), ..refusal(reason, Some("no")) };
            let problem = refusal.problem(&RegistryName::default(), &endpoint, None);
            assert_eq!(problem.kind.exit_status(), 3);
            assert_eq!(problem.place, endpoint.url);
            assert!(problem.why.ends_with("It said: no"), "{}", problem.why);
        }
    }
}
