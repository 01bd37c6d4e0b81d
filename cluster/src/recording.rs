//! Recorded answers of a real API server, and a client that answers from them.
//!
//! A recording holds exactly the reader's requests. A request that is not in it is answered 404, as a server
//! would for what it does not know.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::{Read as _, Write as _};
use std::sync::Arc;

use bytes::Bytes;
use domain::problem::Problem;
use domain::time::Timestamp;
use flate2::Compression;
use flate2::GzBuilder;
use flate2::read::GzDecoder;
use http::header::CONTENT_TYPE;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use kube::client::Body;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A recording, as its file holds it (gzipped JSON).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Recording {
    /// Always `unthrottle.recording/v1`.
    schema: String,
    /// When it was made.
    pub(crate) recorded_at: Timestamp,
    /// Answers by request: method, path with query, and the body where there is one.
    pub(crate) answers: BTreeMap<String, Answer>,
}

/// One answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

const SCHEMA: &str = "unthrottle.recording/v1";

impl Recording {
    pub(crate) fn new(recorded_at: Timestamp, answers: BTreeMap<String, Answer>) -> Self {
        Self { schema: SCHEMA.to_owned(), recorded_at, answers }
    }

    /// Unpacks a recording.
    pub(crate) fn from_gz(bytes: &[u8]) -> Result<Self, Problem> {
        let mut json = Vec::new();
        let unpacked = GzDecoder::new(bytes).read_to_end(&mut json);
        let parsed = unpacked
            .map_err(|error| damaged(&error))
            .and_then(|_| serde_json::from_slice::<Self>(&json).map_err(|error| damaged(&error)))?;
        if parsed.schema == SCHEMA { Ok(parsed) } else { Err(damaged(&"it is of another version")) }
    }

    /// Packs the recording; the same answers give the same bytes.
    pub(crate) fn to_gz(&self) -> Result<Vec<u8>, Problem> {
        let json = serde_json::to_vec(self).map_err(|error| damaged(&error))?;
        let mut gz = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
        gz.write_all(&json).and_then(|()| gz.finish()).map_err(|error| damaged(&error))
    }

    /// A client that is answered from the recording and contacts nobody.
    pub(crate) fn client(self) -> kube::Client {
        let answers = Arc::new(self.answers);
        let service = tower::service_fn(move |request: Request<Body>| {
            let answers = Arc::clone(&answers);
            async move {
                let (key, _) = key(request).await;
                Ok::<_, Infallible>(match answers.get(&key) {
                    Some(answer) => json_response(answer.status, &answer.body),
                    None => json_response(404, &serde_json::json!({"kind": "Status", "code": 404})),
                })
            }
        });
        kube::Client::new(service, "default")
    }
}

/// What a request is filed under, and the request again. Bodies are those of access reviews, all short.
pub(crate) async fn key(request: Request<Body>) -> (String, Request<Body>) {
    let (parts, body) = request.into_parts();
    // A body that is in memory cannot fail to be read.
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let text = String::from_utf8_lossy(&body);
    let key = format!("{} {path} {text}", parts.method).trim_end().to_owned();
    (key, Request::from_parts(parts, Body::from(body.to_vec())))
}

/// A response with a JSON body, or with the plain text that a string stands for.
pub(crate) fn json_response(status: u16, body: &Value) -> Response<Full<Bytes>> {
    let text = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    response
}

fn damaged(error: &dyn std::fmt::Display) -> Problem {
    let why = format!("A recording could not be read or written: {error}.");
    let next = "Install the program again; the recordings are part of it.";
    Problem::bad_input("recording_damaged", "The practice cluster is not available.", why, next)
}
