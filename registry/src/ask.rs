//! One question to a registry, with the login it asks for on the way.

use domain::problem::Problem;
use domain::registry::{Credentials, Reason, Refusal, Terms};
use reqwest::{StatusCode, Url};

use crate::challenge::{self, Challenge};
use crate::pass::{Door, Kind, Pass, Passes};
use crate::transport::{Answered, Redirects, Request, Transport, What};
use crate::{answers, token};

/// What is asked, of whom and by whom.
pub(crate) struct Question<'a> {
    pub(crate) transport: &'a Transport,
    pub(crate) passes: &'a Passes,
    /// For this registry only.
    pub(crate) login: Option<&'a Credentials>,
    pub(crate) door: Door,
    pub(crate) endpoint: Url,
    pub(crate) what: &'a What,
}

/// How it went.
pub(crate) enum Heard {
    /// The registry answered, with any status but 401.
    Answer {
        answer: Answered,
        terms: Terms,
        /// Whether the registry had asked for no login.
        before_login: bool,
    },
    /// The login did not lead to an answer.
    Shut { refusal: Refusal, terms: Terms },
}

impl Question<'_> {
    /// Asks. A challenge is answered once: a registry that asks for a login again has refused the first one. So one
    /// question makes three requests at most, redirects apart.
    pub(crate) async fn ask(&self) -> Result<Heard, Problem> {
        let known = self.passes.get(&self.door);
        let first = self.send(known.as_ref()).await?;
        if first.status() != StatusCode::UNAUTHORIZED {
            let terms = answers::terms(&first, known.as_ref());
            return Ok(Heard::Answer { answer: first, terms, before_login: known.is_none() });
        }
        let terms = answers::terms(&first, None);
        let pass = match self.pass(&first).await? {
            Ok(pass) => pass,
            Err(refusal) => {
                let refusal = match refusal {
                    Shut::Service(refusal) => refusal,
                    Shut::Registry(reason) => answers::refusal(first, reason, self.login).await,
                };
                return Ok(Heard::Shut { refusal, terms });
            }
        };
        let second = self.send(Some(&pass)).await?;
        let terms = answers::terms(&second, Some(&pass));
        if second.status() != StatusCode::UNAUTHORIZED {
            self.passes.keep(self.door.clone(), pass);
            return Ok(Heard::Answer { answer: second, terms, before_login: false });
        }
        self.passes.forget(&self.door);
        let reason = match pass.kind {
            Kind::Token => Reason::NotAllowed,
            Kind::Basic => Reason::LoginRefused,
        };
        let refusal = answers::refusal(second, reason, self.login).await;
        Ok(Heard::Shut { refusal, terms })
    }

    async fn send(&self, pass: Option<&Pass>) -> Result<Answered, Problem> {
        // What is written is for the registry alone.
        let redirects = if self.what.only_reads() { Redirects::Anywhere } else { Redirects::AtHome };
        let authorization = pass.map(|pass| &pass.header);
        self.transport.send(Request { what: self.what, authorization, redirects }).await
    }

    /// What the challenge asks for. A challenge from elsewhere is nobody's business to answer.
    async fn pass(&self, answer: &Answered) -> Result<Result<Pass, Shut>, Problem> {
        let offer = if answer.from_elsewhere { None } else { challenge::read(answer.headers()) };
        match (offer, self.login) {
            (Some(Challenge::Bearer { realm, service, scope }), login) => {
                let wanted = token::Wanted {
                    endpoint: &self.endpoint,
                    realm: &realm,
                    service: service.as_deref(),
                    right: &self.door.right,
                    scope: scope.as_deref(),
                    login,
                };
                Ok(token::ask(self.transport, &wanted).await?.map_err(Shut::Service))
            }
            (Some(Challenge::Basic), Some(login)) => {
                Ok(Pass::basic(login).ok_or(Shut::Registry(Reason::LoginRefused)))
            }
            (Some(Challenge::Basic), None) => Ok(Err(Shut::Registry(Reason::LoginNeeded))),
            (None, _) => Ok(Err(Shut::Registry(Reason::NotAllowed))),
        }
    }
}

/// Who gave no pass: the token service, in its own words, or the registry, by the way in that it offers.
enum Shut {
    Service(Refusal),
    Registry(Reason),
}
