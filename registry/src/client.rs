//! The client: three questions, each with the answers that can come.

use std::sync::Arc;

use async_trait::async_trait;
use domain::image::{ImageReference, is_digest};
use domain::problem::Problem;
use domain::registry::{
    Answer, Credentials, Endpoint, Head, Logins, Manifest, Reason, Registry, RegistryName, Reply,
};
use reqwest::{Method, Url};

use crate::ask::{Heard, Question};
use crate::endpoints::Endpoints;
use crate::pass::Passes;
use crate::transport::{Answered, Transport};
use crate::{answers, digest, problems};

/// The manifests that are understood, as what they are: an index stays one.
const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, \
                         application/vnd.docker.distribution.manifest.list.v2+json, \
                         application/vnd.oci.image.manifest.v1+json, \
                         application/vnd.docker.distribution.manifest.v2+json";
/// Largest manifest that registries must take (distribution specification, "Pushing manifests").
const LARGEST_MANIFEST: usize = 4 * 1024 * 1024;
/// The tag of a reference with neither tag nor digest.
const LATEST: &str = "latest";

/// Asks registries. Clones share connections and tokens; each client asks as one principal only.
#[derive(Clone)]
pub struct Client {
    transport: Transport,
    endpoints: Arc<Endpoints>,
    login: Option<Arc<(RegistryName, Credentials)>>,
    passes: Arc<Passes>,
}

impl Client {
    /// A client that logs in nowhere. It trusts what the system trusts (on Linux also `SSL_CERT_FILE` and
    /// `SSL_CERT_DIR`) and goes through the proxies that the environment names.
    ///
    /// # Errors
    /// When the system's trust store cannot be read, or a proxy's variable holds no URL.
    pub fn new(endpoints: Endpoints) -> Result<Self, Problem> {
        let transport = Transport::new(&|name| std::env::var(name).ok())?;
        Ok(Self { transport, endpoints: Arc::new(endpoints), login: None, passes: Arc::default() })
    }

    /// The same client with a login at one registry. Its tokens are its own, so that a login is really tried.
    #[must_use]
    pub fn with_login(&self, registry: RegistryName, credentials: Credentials) -> Self {
        Self {
            login: Some(Arc::new((registry, credentials))),
            passes: Arc::default(),
            transport: self.transport.clone(),
            endpoints: Arc::clone(&self.endpoints),
        }
    }

    fn login(&self, registry: &RegistryName) -> Option<&Credentials> {
        let (of, credentials) = self.login.as_deref()?;
        (of == registry).then_some(credentials)
    }

    async fn ask(
        &self,
        registry: &RegistryName,
        repository: Option<&str>,
        method: Method,
        path: &str,
    ) -> Result<Heard, Problem> {
        let base = self.endpoints.of(registry).url;
        let url = |text: &str| Url::parse(text).map_err(|_| problems::no_address(registry));
        let question = Question {
            transport: &self.transport,
            passes: &self.passes,
            login: self.login(registry),
            door: (registry.clone(), repository.map(str::to_owned)),
            endpoint: url(&base)?,
            method,
            url: url(&format!("{base}/v2/{path}"))?,
            accept: if repository.is_some() { MANIFESTS } else { "application/json" },
        };
        question.ask().await
    }

    /// Sorts an answer: the response, if it is a good one, or what it is instead.
    async fn sort(&self, registry: &RegistryName, heard: Heard) -> Result<Reply<Answered>, Problem> {
        let (answer, terms, before_login) = match heard {
            Heard::Shut { refusal, terms } => return Ok(Reply { answer: Answer::Refused(refusal), terms }),
            Heard::Answer { answer, terms, before_login } => (answer, terms, before_login),
        };
        let login = self.login(registry);
        let answer = match answer.status().as_u16() {
            200 if answers::is_page(&answer) => return Err(problems::page(answer.url())),
            200 => Answer::Found(answer),
            404 => Answer::NotThere,
            403 => Answer::Refused(answers::refusal(answer, Reason::NotAllowed, login).await),
            429 => {
                let reason = Reason::TooManyRequests { before_login };
                Answer::Refused(answers::refusal(answer, reason, login).await)
            }
            _ => return Err(answers::unexpected(answer, login).await),
        };
        Ok(Reply { answer, terms })
    }

    async fn manifest_by(
        &self,
        image: &ImageReference,
        method: Method,
        reference: &str,
    ) -> Result<Reply<Answered>, Problem> {
        let registry = RegistryName::of(image);
        let path = format!("{}/manifests/{reference}", image.path());
        let heard = self.ask(&registry, Some(image.path()), method, &path).await?;
        self.sort(&registry, heard).await
    }
}

impl Logins for Client {
    fn logged_in(&self, registry: RegistryName, login: Credentials) -> Box<dyn Registry> {
        Box::new(self.with_login(registry, login))
    }
}

#[async_trait]
impl Registry for Client {
    fn endpoint(&self, registry: &RegistryName) -> Endpoint {
        self.endpoints.of(registry)
    }

    async fn greet(&self, registry: &RegistryName) -> Result<Reply<()>, Problem> {
        let heard = self.ask(registry, None, Method::GET, "").await?;
        let Reply { answer, terms } = self.sort(registry, heard).await?;
        if matches!(answer, Answer::NotThere) {
            let endpoint = self.endpoints.of(registry);
            return Err(problems::no_registry(&endpoint.url));
        }
        Ok(Reply { answer: answer.map(drop), terms })
    }

    async fn head(&self, image: &ImageReference) -> Result<Reply<Head>, Problem> {
        let reference = image.digest().or(image.tag()).unwrap_or(LATEST);
        let Reply { answer, terms } = self.manifest_by(image, Method::HEAD, reference).await?;
        if let Answer::Found(answer) = &answer {
            agree(image.digest(), stated_digest(answer).as_deref(), answer)?;
        }
        let answer = answer.map(|answer| Head {
            digest: stated_digest(&answer).or_else(|| image.digest().map(str::to_owned)),
            media_type: media_type(&answer),
            size: answer.stated_length(),
        });
        Ok(Reply { answer, terms })
    }

    async fn manifest(&self, image: &ImageReference) -> Result<Reply<Manifest>, Problem> {
        let Reply { answer, terms } = self.head(image).await?;
        let head = match answer {
            Answer::Found(head) => head,
            Answer::NotThere => return Ok(Reply { answer: Answer::NotThere, terms }),
            Answer::Refused(refusal) => return Ok(Reply { answer: Answer::Refused(refusal), terms }),
        };
        // By digest where there is one, so that a tag moved in between changes nothing.
        let reference = image.digest().or(head.digest.as_deref()).or(image.tag()).unwrap_or(LATEST);
        let Reply { answer, terms } = self.manifest_by(image, Method::GET, reference).await?;
        let answer = match answer {
            Answer::Found(answer) => {
                Answer::Found(read(answer, &[image.digest(), head.digest.as_deref()]).await?)
            }
            Answer::NotThere => Answer::NotThere,
            Answer::Refused(refusal) => Answer::Refused(refusal),
        };
        Ok(Reply { answer, terms })
    }
}

/// The manifest, if its bytes are what every digest says that is known of it.
async fn read(answer: Answered, wanted: &[Option<&str>]) -> Result<Manifest, Problem> {
    let (media_type, stated, url) = (media_type(&answer), stated_digest(&answer), answer.url().clone());
    let bytes = answer.body(LARGEST_MANIFEST).await?;
    let wrong = wanted
        .iter()
        .copied()
        .flatten()
        .chain(stated.as_deref())
        .find(|wanted| !digest::fits(&bytes, wanted));
    if let Some(wanted) = wrong {
        return Err(problems::wrong_digest(wanted, &url));
    }
    Ok(Manifest { digest: digest::sha256(&bytes), media_type, bytes })
}

/// Checks what is stated against what was asked for.
fn agree(wanted: Option<&str>, stated: Option<&str>, answer: &Answered) -> Result<(), Problem> {
    match wanted.zip(stated) {
        Some((wanted, stated)) if !digest::may_agree(wanted, stated) => {
            Err(problems::wrong_digest(wanted, answer.url()))
        }
        _ => Ok(()),
    }
}

/// `docker-content-digest`, if it is a digest; rubbish there is as good as nothing.
fn stated_digest(answer: &Answered) -> Option<String> {
    answer.text("docker-content-digest").map(str::trim).filter(|text| is_digest(text)).map(str::to_owned)
}

/// The content type without its parameters.
fn media_type(answer: &Answered) -> Option<String> {
    let text = answer.text("content-type")?.split(';').next()?.trim();
    (!text.is_empty()).then(|| text.to_ascii_lowercase())
}
