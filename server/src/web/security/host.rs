//! The name the browser asked for must be ours.
//!
//! A page of another site can make its own name resolve to 127.0.0.1 (DNS rebinding) and then is "same
//! origin" with us in every other check. The name in `Host` gives it away: the browser sends the foreign one.
//! Any port is fine, so that `ssh -L` and `kubectl port-forward` work.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header::HOST;
use http::{HeaderMap, StatusCode, Uri};

/// The names that are ours.
#[derive(Debug, Clone)]
pub struct Names(Arc<BTreeSet<String>>);

impl Names {
    /// This machine's names for itself, and those that were allowed besides.
    pub fn new(allowed: &[String]) -> Self {
        let own = ["127.0.0.1", "localhost", "[::1]"].map(str::to_owned);
        Self(Arc::new(own.into_iter().chain(allowed.iter().map(|name| name.to_ascii_lowercase())).collect()))
    }

    fn allow(&self, headers: &HeaderMap, uri: &Uri) -> bool {
        let mut hosts = headers.get_all(HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
        let Some(authority) = host.to_str().ok().and_then(Authority::parse) else { return false };
        // `GET http://name/ HTTP/1.1` names the host twice; both must be the same (RFC 9112 §3.2.2).
        let same =
            uri.authority().is_none_or(|named| Authority::parse(named.as_str()).as_ref() == Some(&authority));
        same && self.0.contains(&authority.name)
    }
}

/// `name:port` of a `Host` header, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// The name, an IPv6 address in its brackets.
    pub name: String,
    /// The port; 80 when it is not written.
    pub port: u16,
}

impl Authority {
    /// Takes `name` or `name:port` and nothing else: no user, no path, no empty or padded port.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (address, after) = rest.split_once(']')?;
                let port = if after.is_empty() { None } else { Some(after.strip_prefix(':')?) };
                if !address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':' || b == b'.') {
                    return None;
                }
                (format!("[{address}]"), port)
            }
            None => match text.split_once(':') {
                Some((name, port)) => (name.to_owned(), Some(port)),
                None => (text.to_owned(), None),
            },
        };
        let is_name = name.starts_with('[')
            || name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
        let port = match port {
            None => 80,
            Some(digits) => {
                let plain = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
                plain.then(|| digits.parse().ok()).flatten()?
            }
        };
        (is_name && !name.is_empty()).then(|| Self { name: name.to_ascii_lowercase(), port })
    }

    /// The one of a request that passed [`require`].
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        headers.get(HOST)?.to_str().ok().and_then(Self::parse)
    }
}

/// Answers 421 with nothing to whatever does not name us.
pub async fn require(State(names): State<Names>, request: Request, next: Next) -> Response {
    if names.allow(request.headers(), request.uri()) {
        next.run(request).await
    } else {
        StatusCode::MISDIRECTED_REQUEST.into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_names_in_their_plain_form_are_taken() {
        let names = Names::new(&["Wizard.example".to_owned()]);
        for (host, taken) in [
            ("127.0.0.1:8642", true),
            ("localhost", true),
            ("LOCALHOST:1", true),
            ("[::1]:8642", true),
            ("wizard.example:443", true),
            ("evil.example:8642", false),
            ("127.0.0.1.evil.example", false),
            ("localhost.:8642", false),
            ("localhost:", false),
            ("localhost:0", false),
            ("localhost:080", false),
            ("localhost:65536", false),
            ("localhost:80:80", false),
            ("user@localhost", false),
            ("localhost/", false),
            ("localhost,localhost", false),
            ("[::1", false),
            ("[::1]x", false),
            ("[fe80::1%25eth0]", false),
            ("0.0.0.0:8642", false),
            ("2130706433", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(HOST, host.parse().unwrap())]);
            assert_eq!(names.allow(&headers, &Uri::from_static("/")), taken, "{host:?}");
        }
    }

    #[test]
    fn the_host_must_stand_once_and_agree_with_the_request_line() {
        let names = Names::new(&[]);
        let mut headers = HeaderMap::new();
        assert!(!names.allow(&headers, &Uri::from_static("/")), "none");
        headers.append(HOST, "localhost".parse().unwrap());
        assert!(names.allow(&headers, &Uri::from_static("http://localhost/")));
        assert!(!names.allow(&headers, &Uri::from_static("http://evil.example/")));
        assert!(!names.allow(&headers, &Uri::from_static("http://127.0.0.1/")));
        headers.append(HOST, "localhost".parse().unwrap());
        assert!(!names.allow(&headers, &Uri::from_static("/")), "twice");
    }
}
