//! One question to the API server: the only place where requests leave, are told, timed and repeated.

use std::time::Duration;

use bytes::Bytes;
use domain::evidence::mask;
use domain::ports::FactSink;
use domain::problem::Problem;
use domain::run::Progress;
use http::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use kube::client::Body;
use serde::Deserialize;

use crate::problems;

/// How long to wait for what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// How often the same question is asked of a server that says it is busy.
    pub(crate) tries: u32,
    /// The first wait where the server names none; doubled each time.
    pub(crate) first_wait: Duration,
    /// The longest wait a server may ask for.
    pub(crate) longest_wait: Duration,
    /// Silence before and within an answer.
    pub(crate) silence: Duration,
}

impl Patience {
    pub(crate) const USUAL: Self = Self {
        tries: 4,
        first_wait: Duration::from_secs(1),
        longest_wait: Duration::from_secs(30),
        silence: Duration::from_secs(60),
    };
}

/// Largest answer taken, in bytes: 500 objects of the largest size the server stores would be more, but no
/// real page is.
const LARGEST: usize = 256 * 1024 * 1024;

/// Asks one API server.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) client: kube::Client,
    pub(crate) host: String,
    pub(crate) patience: Patience,
}

/// One question.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    /// Path and query.
    pub(crate) path: String,
    /// What is asked for, in words: `pods (all namespaces)`.
    pub(crate) what: String,
    /// `get` or `list`; `create` for access reviews.
    pub(crate) verb: &'static str,
    /// Accepted forms of the answer.
    pub(crate) accept: &'static str,
    /// Body of an access review.
    pub(crate) body: Option<String>,
}

/// Answers other than the one wanted that a reader has to know apart.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// 403.
    Forbidden,
    /// 404: there is no such object, or no such resource on this server.
    NotFound,
    /// 410: the server forgot the place in a list.
    Gone,
    /// Anything that ends the reading.
    Problem(Problem),
}

impl Api {
    /// Asks, tells `sink`, and asks again when the server is busy: after 429, 503 and 504, for as long as its
    /// Retry-After says.
    pub(crate) async fn ask(&self, question: &Question, sink: &mut dyn FactSink) -> Result<Bytes, Refusal> {
        let mut wait = self.patience.first_wait;
        for attempt in 1.. {
            sink.request(question.verb, &question.what);
            let busy = match self.once(question).await? {
                Answer::Bytes(bytes) => return Ok(bytes),
                Answer::Busy(busy) => busy,
            };
            if attempt >= self.patience.tries {
                return Err(Refusal::Problem(problems::busy(busy.status, attempt, &self.host)));
            }
            let pause = busy.retry_after.unwrap_or(wait).min(self.patience.longest_wait);
            let seconds = pause.as_secs_f32().ceil();
            let tries = self.patience.tries;
            let phase =
                format!("the cluster is busy and asks to wait {seconds} s (try {attempt} of {tries})");
            sink.progress(Progress { phase, ..Progress::default() });
            tokio::time::sleep(pause).await;
            wait *= 2;
        }
        Err(Refusal::NotFound)
    }

    /// One attempt.
    pub(crate) async fn once(&self, question: &Question) -> Result<Answer, Refusal> {
        let silence = self.patience.silence;
        let late = |_| Refusal::Problem(problems::too_slow(silence.as_secs(), &self.host));
        let failed = |error: &(dyn std::error::Error + 'static)| {
            Refusal::Problem(problems::no_answer(error, &self.host))
        };

        let response = tokio::time::timeout(silence, self.client.send(request(question, &self.host)?))
            .await
            .map_err(late)?
            .map_err(|error| failed(&error))?;
        let (parts, mut body) = response.into_parts();
        let mut bytes = Vec::new();
        while let Some(frame) = tokio::time::timeout(silence, body.frame()).await.map_err(late)? {
            if let Ok(data) = frame.map_err(|error| failed(&error))?.into_data() {
                bytes.extend_from_slice(&data);
            }
            if bytes.len() > LARGEST {
                let message = "the answer is too large to be true";
                return Err(Refusal::Problem(problems::refused(200, message, &question.path, &self.host)));
            }
        }
        match parts.status {
            status if status.is_success() => Ok(Answer::Bytes(bytes.into())),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
                let seconds =
                    parts.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
                let retry_after = seconds.map(Duration::from_secs);
                Ok(Answer::Busy(Busy { status: parts.status.as_u16(), retry_after }))
            }
            StatusCode::FORBIDDEN => Err(Refusal::Forbidden),
            StatusCode::NOT_FOUND => Err(Refusal::NotFound),
            StatusCode::GONE => Err(Refusal::Gone),
            StatusCode::UNAUTHORIZED => {
                Err(Refusal::Problem(problems::expired(&message(&bytes), &self.host)))
            }
            status => Err(Refusal::Problem(problems::refused(
                status.as_u16(),
                &message(&bytes),
                &question.path,
                &self.host,
            ))),
        }
    }
}

/// What one attempt gave.
pub(crate) enum Answer {
    Bytes(Bytes),
    Busy(Busy),
}

/// The server asked to come back later.
pub(crate) struct Busy {
    status: u16,
    retry_after: Option<Duration>,
}

fn request(question: &Question, host: &str) -> Result<Request<Body>, Refusal> {
    let (method, body) = match &question.body {
        Some(body) => (Method::POST, body.clone().into_bytes()),
        None => (Method::GET, Vec::new()),
    };
    Request::builder()
        .method(method)
        .uri(&question.path)
        .header(ACCEPT, question.accept)
        .header(CONTENT_TYPE, "application/json")
        .body(Body::from(body))
        .map_err(|error| Refusal::Problem(problems::not_configured(&error, host)))
}

/// The message of a Status object, or the start of whatever came instead.
fn message(bytes: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Status {
        message: String,
    }
    let text = match serde_json::from_slice::<Status>(bytes) {
        Ok(Status { message }) => message,
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    };
    let text = problems::shortened(&mask(&text));
    if text.is_empty() { "no reason given".to_owned() } else { text.trim_end_matches('.').to_owned() }
}
