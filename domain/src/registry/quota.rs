//! The pull limit of one principal at one registry, as an answer proves it.

use serde::Serialize;

use super::{
    Answer, Counted, Credentials, Endpoint, LimitHeaders, Reason, Refusal, RegistryName, Reply, Terms,
};
use crate::diagnosis::{Budget, MeasuredFrom};
use crate::evidence::{RateLimit, Throttle};
use crate::problem::Problem;

/// The name of Docker Hub's token service, in its challenges. A mirror that answers out of its own store sends
/// nobody there.
const DOCKER_HUBS_TOKEN_SERVICE: &str = "registry.docker.io";

/// What is left, for whom, and how far that can be trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Who was asked.
    pub registry: RegistryName,
    /// Where.
    pub endpoint: Endpoint,
    /// The account that was used, masked; `None` for anonymous pulls.
    pub account: Option<String>,
    /// The result.
    pub standing: Standing,
    /// Whom the registry says it counts.
    pub counted: Option<Counted>,
    /// The limit that the access token carries: a hint, which the headers overrule.
    pub token_limit: Option<RateLimit>,
}

/// How the principal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The registry told the limit.
    Limited(RateLimit),
    /// Docker Hub itself answered without a limit: a paid account, or an address or image that is exempt (Docker's
    /// page on usage and limits).
    Unlimited,
    /// The very question was refused, so nothing can be pulled now.
    Refused {
        /// The limit, where the refusal told it; nothing is left of it.
        limit: Option<RateLimit>,
        /// Which limit of Docker Hub's it was, where that can be told.
        throttle: Option<Throttle>,
        /// Seconds to wait by the registry's word.
        retry_after_seconds: Option<u32>,
    },
    /// The answer proves nothing about the limit.
    Unknown(Unknown),
}

/// Why an answer proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// Another registry than Docker Hub, which tells no limit.
    NotTold,
    /// Something else than Docker Hub answered for it.
    Mirror,
    /// What answers for Docker Hub does not have the image that the limit is asked by.
    NoPreview,
    /// The access token carries a limit, the answer does not: something on the way takes the headers out.
    TakenOut,
    /// The headers are not of the known form.
    Unreadable,
}

impl Quota {
    /// Weighs the answer to a question that costs no pull: at Docker Hub, the headers of its preview image.
    ///
    /// That no header means no limit holds only for Docker Hub's own answer. Mirrors and proxies leave the headers
    /// out, and then nothing is known. A refusal with status 429 is an answer: nothing is left.
    ///
    /// # Errors
    /// A refusal that says nothing about the limit: a wrong or missing login, a token without the right.
    pub fn judge<T>(
        registry: RegistryName,
        endpoint: Endpoint,
        login: Option<&Credentials>,
        reply: &Reply<T>,
    ) -> Result<Self, Problem> {
        let Terms { limit, counted, token_limit, .. } = &reply.terms;
        let standing = match (&reply.answer, limit) {
            (Answer::Refused(refusal), _) => match refusal.reason {
                Reason::TooManyRequests { .. } => Standing::Refused {
                    limit: limit.told().map(|limit| RateLimit { remaining: Some(0), ..limit }),
                    throttle: throttle(&registry, &endpoint, refusal, *limit),
                    retry_after_seconds: refusal.retry_after_seconds,
                },
                // Docker Hub lets everybody see its preview image; others may hide even their greeting.
                Reason::NotAllowed if login.is_none() => Standing::Unknown(not_asked(&registry)),
                _ => return Err(refusal.problem(&registry, &endpoint, login)),
            },
            (_, LimitHeaders::Told(limit)) => Standing::Limited(*limit),
            (_, LimitHeaders::Unreadable) => Standing::Unknown(Unknown::Unreadable),
            (Answer::NotThere, LimitHeaders::Absent) => Standing::Unknown(not_asked(&registry)),
            (Answer::Found(_), LimitHeaders::Absent) => without_headers(&registry, &endpoint, &reply.terms),
        };
        Ok(Self {
            registry,
            endpoint,
            account: login.map(Credentials::account),
            standing,
            counted: counted.clone(),
            token_limit: *token_limit,
        })
    }

    /// The same as the budget of a diagnosis, measured from the machine that asked.
    #[must_use]
    pub fn budget(&self) -> Budget {
        let (limit, remaining) = match self.standing {
            Standing::Limited(limit) => (Some(limit), limit.remaining),
            Standing::Refused { limit, .. } => (limit, Some(0)),
            Standing::Unlimited | Standing::Unknown(_) => (None, None),
        };
        Budget {
            measured_from: MeasuredFrom::Here,
            limit: limit.map(|limit| limit.limit),
            remaining,
            unlimited: self.standing == Standing::Unlimited,
            window_seconds: limit.map(|limit| limit.window_seconds),
            source: self.counted.as_ref().map(|counted| counted.as_str().to_owned()),
            egress_groups: Vec::new(),
            measured_at: None,
        }
    }

    /// Why the answer proves nothing about the limit, if so.
    #[must_use]
    pub fn unknown(&self) -> Option<Unknown> {
        match self.standing {
            Standing::Unknown(unknown) => Some(unknown),
            _ => None,
        }
    }
}

/// What it means that there is nothing to ask by.
fn not_asked(registry: &RegistryName) -> Unknown {
    if registry.is_docker_hub() { Unknown::NoPreview } else { Unknown::NotTold }
}

/// Which limit a refused question met. What answers in Docker Hub's place may have a limit of its own, so there only
/// Docker's headers or words tell.
fn throttle(
    registry: &RegistryName,
    endpoint: &Endpoint,
    refusal: &Refusal,
    limit: LimitHeaders,
) -> Option<Throttle> {
    let spent = limit.told().is_some_and(|limit| limit.remaining == Some(0));
    let early = refusal.reason == Reason::TooManyRequests { before_login: true };
    match (spent && registry.is_docker_hub(), early && endpoint.named_by_user) {
        (true, _) => Some(Throttle::PullLimit),
        (false, true) => None,
        (false, false) => refusal.throttle(registry),
    }
}

/// What an answer without limit headers is worth.
fn without_headers(registry: &RegistryName, endpoint: &Endpoint, terms: &Terms) -> Standing {
    if !registry.is_docker_hub() {
        return Standing::Unknown(Unknown::NotTold);
    }
    let of_docker_hub = terms.token_service.as_deref() == Some(DOCKER_HUBS_TOKEN_SERVICE);
    if terms.from_elsewhere || (endpoint.named_by_user && !of_docker_hub) {
        Standing::Unknown(Unknown::Mirror)
    } else if endpoint.named_by_user && terms.token_limit.is_some() {
        Standing::Unknown(Unknown::TakenOut)
    } else {
        Standing::Unlimited
    }
}

impl Unknown {
    /// The reason in a sentence.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NotTold => "This registry tells no pull limit; Docker Hub alone is known to.",
            Self::Mirror => {
                "Something else than Docker Hub answered for it. A mirror's answer without a limit says nothing \
                 about Docker Hub's."
            }
            Self::NoPreview => {
                "What answers for Docker Hub does not show the image that Docker keeps for this question, as mirrors \
                 do not."
            }
            Self::TakenOut => {
                "The access token carries a limit, but the answer does not: something on the way takes the headers \
                 out."
            }
            Self::Unreadable => "The answer states a limit in a form that is not known.",
        }
    }
}

#[cfg(test)]
#[path = "quota_tests.rs"]
mod tests;
