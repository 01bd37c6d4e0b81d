//! The client: whom it asks, as whom, and how an answer is sorted. The questions are in `reading` and `writing`.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::problem::Problem;
use domain::registry::{Answer, Credentials, Logins, Reason, Registry, RegistryName, Reply};
use reqwest::{Method, Url};

use crate::ask::{Heard, Question};
use crate::endpoints::Endpoints;
use crate::pass::{Door, Passes, Right};
use crate::transport::{Answered, Transport, What};
use crate::{answers, problems};

/// Asks registries. Clones share connections and tokens; each client asks a registry as one principal only.
#[derive(Clone)]
pub struct Client {
    pub(crate) transport: Transport,
    pub(crate) endpoints: Arc<Endpoints>,
    logins: Arc<BTreeMap<RegistryName, Credentials>>,
    pub(crate) passes: Arc<Passes>,
}

impl Client {
    /// A client that logs in nowhere. It trusts what the system trusts (on Linux also `SSL_CERT_FILE` and
    /// `SSL_CERT_DIR`) and goes through the proxies that the environment names.
    ///
    /// # Errors
    /// When the system's trust store cannot be read, or a proxy's variable holds no URL.
    pub fn new(endpoints: Endpoints) -> Result<Self, Problem> {
        let transport = Transport::new(&|name| std::env::var(name).ok())?;
        Ok(Self { transport, endpoints: Arc::new(endpoints), logins: Arc::default(), passes: Arc::default() })
    }

    /// The same client with a login at one registry more. Its tokens are its own, so that a login is really tried.
    #[must_use]
    pub fn with_login(&self, registry: RegistryName, credentials: Credentials) -> Self {
        let mut logins = (*self.logins).clone();
        logins.insert(registry, credentials);
        Self {
            logins: Arc::new(logins),
            passes: Arc::default(),
            transport: self.transport.clone(),
            endpoints: Arc::clone(&self.endpoints),
        }
    }

    /// Whether it has a login at a registry.
    #[must_use]
    pub fn has_login(&self, registry: &RegistryName) -> bool {
        self.logins.contains_key(registry)
    }

    pub(crate) fn login(&self, registry: &RegistryName) -> Option<&Credentials> {
        self.logins.get(registry)
    }

    /// A question to a registry; `path` comes after `/v2/`.
    pub(crate) fn what(
        &self,
        registry: &RegistryName,
        method: Method,
        path: &str,
        accept: &'static str,
    ) -> Result<What, Problem> {
        let base = self.endpoints.of(registry).url;
        let url = Url::parse(&format!("{base}/v2/{path}")).map_err(|_| problems::no_address(registry))?;
        Ok(What::new(method, url, accept))
    }

    /// Where a registry is contacted.
    pub(crate) fn home(&self, registry: &RegistryName) -> Result<Url, Problem> {
        Url::parse(&self.endpoints.of(registry).url).map_err(|_| problems::no_address(registry))
    }

    pub(crate) async fn ask(
        &self,
        registry: &RegistryName,
        right: Right,
        what: &What,
    ) -> Result<Heard, Problem> {
        let question = Question {
            transport: &self.transport,
            passes: &self.passes,
            login: self.login(registry),
            door: Door { registry: registry.clone(), right },
            endpoint: self.home(registry)?,
            what,
        };
        question.ask().await
    }

    /// Sorts an answer: the response, if its status is among the `good` ones, or what it is instead.
    pub(crate) async fn sort(
        &self,
        registry: &RegistryName,
        heard: Heard,
        good: &[u16],
    ) -> Result<Reply<Answered>, Problem> {
        let (answer, terms, before_login) = match heard {
            Heard::Shut { refusal, terms } => return Ok(Reply { answer: Answer::Refused(refusal), terms }),
            Heard::Answer { answer, terms, before_login } => (answer, terms, before_login),
        };
        let answer = self.sorted(registry, answer, before_login, good).await?;
        Ok(Reply { answer, terms })
    }

    /// The same for an answer whose way in is known.
    pub(crate) async fn sorted(
        &self,
        registry: &RegistryName,
        answer: Answered,
        before_login: bool,
        good: &[u16],
    ) -> Result<Answer<Answered>, Problem> {
        let login = self.login(registry);
        Ok(match answer.status().as_u16() {
            status if good.contains(&status) => {
                if answers::is_page(&answer) {
                    return Err(problems::page(answer.url()));
                }
                Answer::Found(answer)
            }
            404 => Answer::NotThere,
            401 | 403 => Answer::Refused(answers::refusal(answer, Reason::NotAllowed, login).await),
            429 => {
                let reason = Reason::TooManyRequests { before_login };
                Answer::Refused(answers::refusal(answer, reason, login).await)
            }
            _ => return Err(answers::unexpected(answer, login).await),
        })
    }
}

impl Logins for Client {
    fn logged_in(&self, registry: RegistryName, login: Credentials) -> Box<dyn Registry> {
        Box::new(self.with_login(registry, login))
    }
}
