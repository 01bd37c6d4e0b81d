//! A server that answers as a test wants and remembers what it was asked.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use bytes::Bytes;
use registry::{Client, Endpoints};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// One request as it came in.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub query: String,
    pub host: String,
    pub authorization: Option<String>,
    pub range: Option<String>,
    /// `None` when it broke off.
    pub body: Option<Bytes>,
}

pub struct Server {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    _serving: JoinSet<()>,
}

impl Server {
    pub async fn start(answer: impl Fn(&Seen) -> Response + Clone + Send + Sync + 'static) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let handler = move |request: Request| {
            let (answer, log) = (answer.clone(), Arc::clone(&log));
            async move {
                let (request, body) = request.into_parts();
                let header =
                    |name: &str| request.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
                let one = Seen {
                    method: request.method.to_string(),
                    path: request.uri.path().to_owned(),
                    query: request.uri.query().unwrap_or_default().to_owned(),
                    host: header("host").unwrap_or_default(),
                    authorization: header("authorization"),
                    range: header("range"),
                    body: axum::body::to_bytes(body, usize::MAX).await.ok(),
                };
                log.lock().unwrap().push(one.clone());
                answer(&one)
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, Router::new().fallback(handler)).await.unwrap() });
        Self { address, seen, _serving: serving }
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// A client that takes this server for the registry `docker.io`.
    pub fn client(&self) -> Client {
        client(self.address)
    }
}

/// A client that takes the server at an address for the registry `docker.io`.
pub fn client(address: SocketAddr) -> Client {
    let option = format!("docker.io=http://{address}");
    Client::new(Endpoints::parse([option.as_str()]).unwrap()).unwrap()
}

/// An answer from parts.
pub fn answer(status: u16, headers: &[(&str, &str)], body: impl Into<Body>) -> Response {
    let mut response = Response::builder().status(StatusCode::from_u16(status).unwrap());
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(body.into()).unwrap()
}

/// A challenge that names the token service at `realm`.
pub fn challenge(realm: &str) -> Response {
    let value = format!("Bearer realm=\"{realm}\",service=\"registry.docker.io\"");
    answer(401, &[("www-authenticate", &value)], "")
}

pub const DIGEST_OF_NOTHING: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
