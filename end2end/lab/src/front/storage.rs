//! The way to the docker-registry that holds the content.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, Method, Request, StatusCode, Uri, header};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;

use super::log::Kind;
use super::target::Target;

/// Every manifest type. Without them docker-registry takes an index for a missing manifest.
const MANIFEST_TYPES: &str = "application/vnd.oci.image.index.v1+json, \
     application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, \
     application/vnd.docker.distribution.manifest.v2+json, */*";

/// A docker-registry on a loopback port.
#[derive(Debug, Clone)]
pub struct Storage {
    port: u16,
    client: Client<HttpConnector, Body>,
}

impl Storage {
    /// The storage that listens on `port`.
    pub fn new(port: u16) -> Self {
        Self { port, client: Client::builder(TokioExecutor::new()).build_http() }
    }

    /// Hands a request over and brings the answer back, headers and all.
    pub async fn forward(&self, target: &Target, mut request: Request<Body>) -> Result<Response, String> {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let uri: Uri = format!("http://127.0.0.1:{}{path}", self.port).parse().map_err(text)?;
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        headers.remove(header::HOST);
        headers.remove(header::AUTHORIZATION);
        if target.kind == Kind::Manifest && accepts_anything(headers.get(header::ACCEPT)) {
            headers.insert(header::ACCEPT, HeaderValue::from_static(MANIFEST_TYPES));
        }
        let answer = self.client.request(request).await.map_err(text)?;
        Ok(answer.map(Body::new))
    }

    /// Whether a repository holds anything. Docker gives no token for one that does not exist.
    pub async fn has(&self, repository: &str) -> bool {
        let uri = format!("http://127.0.0.1:{}/v2/{repository}/tags/list", self.port);
        let Ok(request) = Request::builder().method(Method::GET).uri(uri).body(Body::empty()) else {
            return false;
        };
        self.client.request(request).await.is_ok_and(|answer| answer.status() == StatusCode::OK)
    }
}

fn accepts_anything(accept: Option<&HeaderValue>) -> bool {
    accept.is_none_or(|accept| accept.as_bytes() == b"*/*")
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
