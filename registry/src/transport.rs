//! Requests and answers over HTTP, within bounds of time, size and direction.

use std::time::Duration;

use domain::problem::Problem;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, HeaderMap, HeaderValue, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Method, StatusCode, Url};

use crate::{problems, proxy};

const TO_CONNECT: Duration = Duration::from_secs(10);
/// For one request with its whole answer, however slowly it drips.
const TO_ANSWER: Duration = Duration::from_secs(30);
/// Registries hand manifests out themselves and send people on for layers, once or twice.
const MOST_REDIRECTS: usize = 5;

/// An HTTP client, shared by its clones.
#[derive(Debug, Clone)]
pub(crate) struct Transport {
    http: reqwest::Client,
}

/// One request, before it goes anywhere.
pub(crate) struct Request<'a> {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// Media types that are understood.
    pub(crate) accept: &'a str,
    pub(crate) authorization: Option<&'a HeaderValue>,
    pub(crate) redirects: Redirects,
}

/// How far redirects are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Redirects {
    /// Within scheme, host and port: what was sent there is for nobody else.
    AtHome,
    /// To wherever [`may_lead`] allows, without the authorization.
    Anywhere,
}

/// An answer whose body has not been read yet.
pub(crate) struct Answered {
    /// Whether a redirect led to another scheme, host or port.
    pub(crate) from_elsewhere: bool,
    inner: Box<reqwest::Response>,
}

impl Transport {
    /// A client that trusts what the system trusts and goes through the proxies of the environment.
    pub(crate) fn new(variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, Problem> {
        // The first call wins; a provider that is set already is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder()
            .user_agent(concat!("unthrottle/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(TO_CONNECT)
            .timeout(TO_ANSWER);
        let http = proxy::set(builder, variable)?.build().map_err(|error| problems::no_client(&error))?;
        Ok(Self { http })
    }

    /// Sends a request and follows redirects. Whatever status the last answer has, it is an answer.
    pub(crate) async fn send(&self, request: Request<'_>) -> Result<Answered, Problem> {
        let Request { method, url: start, accept, mut authorization, redirects } = request;
        let mut url = start.clone();
        for _ in 0..=MOST_REDIRECTS {
            let mut attempt = self.http.request(method.clone(), url.clone()).header(ACCEPT, accept);
            if let Some(authorization) = authorization {
                attempt = attempt.header(AUTHORIZATION, authorization);
            }
            let inner = attempt.send().await.map_err(|error| problems::no_answer(&error, &url))?;
            let Some(location) = redirect(&inner) else {
                let from_elsewhere = url.origin() != start.origin();
                return Ok(Answered { from_elsewhere, inner: Box::new(inner) });
            };
            let next = location.to_str().ok().and_then(|location| url.join(location).ok());
            let next = next.filter(|next| match redirects {
                Redirects::AtHome => next.origin() == start.origin() && is_plain(next),
                Redirects::Anywhere => may_lead(&url, next),
            });
            let next = next.ok_or_else(|| problems::redirect(&url))?;
            // Once left, a place is not trusted again: whoever stands in between could have sent us back.
            if next.origin() != start.origin() {
                authorization = None;
            }
            url = next;
        }
        Err(problems::too_many_redirects(&start, MOST_REDIRECTS))
    }
}

/// Whether `from` may send us to `to`, as a redirect or for a token: over TLS anywhere, without it only where the
/// connection had none before, and then only on the same host. So nothing that was encrypted becomes readable on
/// the way, and a stranger on http learns nothing.
pub(crate) fn may_lead(from: &Url, to: &Url) -> bool {
    let own_host = from.scheme() == "http" && to.scheme() == "http" && from.host() == to.host();
    is_plain(to) && (to.scheme() == "https" || own_host)
}

/// Whether a URL brings no name and password of its own.
fn is_plain(url: &Url) -> bool {
    url.username().is_empty() && url.password().is_none()
}

fn redirect(response: &reqwest::Response) -> Option<&HeaderValue> {
    matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308)
        .then(|| response.headers().get(LOCATION))
        .flatten()
}

impl Answered {
    pub(crate) fn status(&self) -> StatusCode {
        self.inner.status()
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        self.inner.headers()
    }

    /// Where the answer came from.
    pub(crate) fn url(&self) -> &Url {
        self.inner.url()
    }

    /// A header that is text; `Some("")` for one that is not.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.headers().get(name).map(|value| value.to_str().unwrap_or_default())
    }

    /// The length that is stated for the body.
    pub(crate) fn stated_length(&self) -> Option<u64> {
        self.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
    }

    /// The whole body, if it is of at most `most` bytes.
    pub(crate) async fn body(mut self, most: usize) -> Result<Vec<u8>, Problem> {
        let stated = self.stated_length().and_then(|length| usize::try_from(length).ok());
        let mut bytes = Vec::with_capacity(stated.unwrap_or(0).min(most));
        loop {
            let chunk = self.inner.chunk().await;
            let chunk = chunk.map_err(|error| problems::no_answer(&error, self.url()))?;
            let Some(chunk) = chunk else { return Ok(bytes) };
            if bytes.len() + chunk.len() > most {
                return Err(problems::too_large(self.url(), most));
            }
            bytes.extend_from_slice(&chunk);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_led_over_tls_or_not_off_the_host_at_all() {
        for (from, to, wanted) in [
            ("https://registry-1.docker.io", "https://auth.docker.io/token", true),
            ("http://127.0.0.1:5010", "http://127.0.0.1:5010/token", true),
            ("http://127.0.0.1:5010", "http://127.0.0.1:5011/token", true),
            ("http://127.0.0.1:5010", "https://auth.docker.io/token", true),
            ("http://127.0.0.1:5010", "http://auth.example.com/token", false),
            ("https://quay.io", "http://quay.io/token", false),
            ("https://quay.io", "http://169.254.169.254/latest", false),
            ("https://quay.io", "https://user:pass@quay.io/", false),
            ("https://quay.io", "file:///etc/passwd", false),
        ] {
            let url = |text: &str| Url::parse(text).unwrap();
            assert_eq!(may_lead(&url(from), &url(to)), wanted, "{from} to {to}");
        }
    }
}
