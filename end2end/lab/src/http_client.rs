//! Plain requests to the lab's own servers on loopback: storage and admin ports.

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;

use crate::error::{LabError, Result};

/// A client that keeps its connections.
#[derive(Debug, Clone)]
pub struct HttpClient {
    inner: Client<HttpConnector, Full<Bytes>>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status, of whatever kind.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Default for HttpClient {
    fn default() -> Self {
        Self { inner: Client::builder(TokioExecutor::new()).build_http() }
    }
}

impl HttpClient {
    /// Sends one request and reads the answer, of whatever status.
    ///
    /// # Errors
    /// When there is no answer at all.
    pub async fn send(&self, method: Method, url: &str, content_type: &str, body: Bytes) -> Result<Answer> {
        let failed = |why: String| LabError::Http { url: url.into(), why };
        let request = Request::builder()
            .method(method)
            .uri(url)
            .header(http::header::CONTENT_TYPE, content_type)
            .body(Full::new(body))
            .map_err(|error| failed(error.to_string()))?;
        let answer = self.inner.request(request).await.map_err(|error| failed(error.to_string()))?;
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.map_err(|error| failed(error.to_string()))?.to_bytes();
        Ok(Answer { status: parts.status, headers: parts.headers, body })
    }

    /// Like [`send`](Self::send), and insists on success.
    ///
    /// # Errors
    /// When there is no answer, or one that is not a success.
    pub async fn succeed(
        &self,
        method: Method,
        url: &str,
        content_type: &str,
        body: Bytes,
    ) -> Result<Answer> {
        let answer = self.send(method, url, content_type, body).await?;
        if answer.status.is_success() {
            return Ok(answer);
        }
        let why = format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body));
        Err(LabError::Http { url: url.into(), why })
    }
}
