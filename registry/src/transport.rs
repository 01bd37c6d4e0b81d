//! Requests and answers over HTTP, within bounds of time, size and direction.

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use domain::problem::Problem;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, RANGE,
};
use reqwest::redirect::Policy;
use reqwest::{Method, RequestBuilder, StatusCode, Url};
use tokio::time::timeout;

use crate::endpoints::{self, is_this_machine};
use crate::upload::OCTETS;
use crate::{problems, proxy};

const TO_CONNECT: Duration = Duration::from_secs(10);
/// For one request with its whole answer, however slowly it drips.
const TO_ANSWER: Duration = Duration::from_secs(30);
/// For the next bytes of a layer: whoever sends nothing for so long has gone.
const TO_GO_ON: Duration = Duration::from_secs(30);
/// For a layer as a whole, which may be of many gigabytes. Its going on is watched instead.
const FOR_A_LAYER: Duration = Duration::from_secs(24 * 3_600);
/// Registries hand manifests out themselves and send people on for layers, once or twice.
const MOST_REDIRECTS: usize = 5;

/// An HTTP client, shared by its clones.
#[derive(Debug, Clone)]
pub(crate) struct Transport {
    http: reqwest::Client,
}

/// What is asked for, without who asks.
#[derive(Debug)]
pub(crate) struct What {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// Media types that are understood.
    pub(crate) accept: &'static str,
    /// A media type, and something small to send.
    pub(crate) body: Option<(String, Bytes)>,
    /// For a layer, which takes as long as it takes: where to begin in it.
    pub(crate) layer_from: Option<u64>,
}

impl What {
    pub(crate) fn new(method: Method, url: Url, accept: &'static str) -> Self {
        Self { method, url, accept, body: None, layer_from: None }
    }

    pub(crate) fn only_reads(&self) -> bool {
        matches!(self.method, Method::GET | Method::HEAD)
    }
}

/// One request, before it goes anywhere.
pub(crate) struct Request<'a> {
    pub(crate) what: &'a What,
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
        let Request { what, mut authorization, redirects } = request;
        let start = &what.url;
        let mut url = start.clone();
        for _ in 0..=MOST_REDIRECTS {
            let mut attempt = self.prepare(what, &url);
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
        Err(problems::too_many_redirects(start, MOST_REDIRECTS))
    }

    fn prepare(&self, what: &What, url: &Url) -> RequestBuilder {
        let mut request = self.http.request(what.method.clone(), url.clone()).header(ACCEPT, what.accept);
        if let Some((media_type, bytes)) = &what.body {
            request = request.header(CONTENT_TYPE, media_type).body(bytes.clone());
        }
        match what.layer_from {
            None => request,
            Some(0) => request.timeout(FOR_A_LAYER),
            Some(from) => request.timeout(FOR_A_LAYER).header(RANGE, format!("bytes={from}-")),
        }
    }

    /// Sends a layer of a known length, as it comes in. It cannot be sent twice, so no redirect is followed.
    pub(crate) async fn send_layer(
        &self,
        url: &Url,
        authorization: Option<&HeaderValue>,
        length: u64,
        layer: reqwest::Body,
    ) -> Result<Answered, Problem> {
        let mut request = self.http.put(url.clone()).timeout(FOR_A_LAYER);
        request = request.header(CONTENT_TYPE, OCTETS).header(CONTENT_LENGTH, length);
        if let Some(authorization) = authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let inner = request.body(layer).send().await.map_err(|error| problems::no_answer(&error, url))?;
        Ok(Answered { from_elsewhere: false, inner: Box::new(inner) })
    }
}

/// Whether `from` may send us to `to`, as a redirect or for a token: over TLS anywhere, without it only where the
/// connection had none before, and then only on the same host. So nothing that was encrypted becomes readable on
/// the way, and a stranger on http learns nothing. Nobody but this machine leads to this machine, or to the
/// addresses that clouds keep for a machine's own secrets.
pub(crate) fn may_lead(from: &Url, to: &Url) -> bool {
    let own_host = from.scheme() == "http" && to.scheme() == "http" && from.host() == to.host();
    let inward = is_this_machine(to) || is_link_local(to);
    is_plain(to) && (to.scheme() == "https" || own_host) && (!inward || is_this_machine(from))
}

/// Addresses that mean something else on each machine (RFC 3927, RFC 4291 §2.5.6).
fn is_link_local(url: &Url) -> bool {
    match endpoints::address(url) {
        Some(IpAddr::V4(address)) => address.is_link_local(),
        Some(IpAddr::V6(address)) => address.is_unicast_link_local(),
        None => false,
    }
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

    /// The next bytes of a layer; `None` at its end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, Problem> {
        match timeout(TO_GO_ON, self.inner.chunk()).await {
            Ok(Ok(chunk)) => Ok(chunk),
            Ok(Err(error)) => Err(problems::no_answer(&error, self.url())),
            Err(_) => Err(problems::stalled(self.url())),
        }
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
            ("https://quay.io", "https://127.0.0.1/", false),
            ("https://quay.io", "https://localhost:6443/", false),
            ("https://quay.io", "https://[::1]/", false),
            ("https://quay.io", "https://169.254.169.254/latest", false),
            ("https://quay.io", "https://[fe80::1]/", false),
            ("https://quay.io", "https://[::ffff:169.254.169.254]/", false),
            ("https://quay.io", "https://10.0.0.7/", true),
        ] {
            let url = |text: &str| Url::parse(text).unwrap();
            assert_eq!(may_lead(&url(from), &url(to)), wanted, "{from} to {to}");
        }
    }
}
