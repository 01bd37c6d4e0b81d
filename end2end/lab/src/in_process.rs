//! A front inside of a test's own process, with a few manifests in memory behind it: all of Docker Hub's
//! behaviour towards a client, without a cluster, files or other programs.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::{Method, StatusCode, header};
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::error::{LabError, Result, json};
use crate::front::{Entry, Front, Rules, Style};
use crate::http_client::HttpClient;
use crate::images;

/// Manifests by repository and by tag or digest.
type Shelf = BTreeMap<(String, String), Bytes>;

/// A front that serves until this is dropped.
#[derive(Debug)]
pub struct InProcess {
    /// Where clients ask.
    pub front: SocketAddr,
    admin: SocketAddr,
    client: HttpClient,
    _serving: JoinSet<std::io::Result<()>>,
}

impl InProcess {
    /// Starts a front before these manifests, each a repository, a tag and the bytes.
    ///
    /// # Errors
    /// When no port of the loopback can be listened on.
    pub async fn start(style: Style, manifests: &[(&str, &str, &str)]) -> Result<Self> {
        let mut shelf = Shelf::new();
        for (repository, tag, manifest) in manifests {
            let bytes = Bytes::copy_from_slice(manifest.as_bytes());
            shelf.insert(((*repository).to_owned(), images::digest(&bytes)), bytes.clone());
            shelf.insert(((*repository).to_owned(), (*tag).to_owned()), bytes);
        }
        let mut serving = JoinSet::new();
        let storage =
            listen(&mut serving, Router::new().fallback(answer).with_state(Arc::new(shelf))).await?;
        Self::serve(style, storage.port(), serving).await
    }

    /// Starts a front before the storage that listens on a port of the loopback.
    ///
    /// # Errors
    /// When no port of the loopback can be listened on.
    pub async fn before(style: Style, storage_port: u16) -> Result<Self> {
        Self::serve(style, storage_port, JoinSet::new()).await
    }

    async fn serve(
        style: Style,
        storage_port: u16,
        mut serving: JoinSet<std::io::Result<()>>,
    ) -> Result<Self> {
        let front = Front::new(style, storage_port, Arc::new(Timestamp::now));
        Ok(Self {
            front: listen(&mut serving, front.public_routes()).await?,
            admin: listen(&mut serving, front.admin_routes()).await?,
            client: HttpClient::default(),
            _serving: serving,
        })
    }

    /// Changes the limits.
    ///
    /// # Errors
    /// When the admin port refuses.
    pub async fn set_limits(&self, rules: &Rules) -> Result<()> {
        self.put("limits", serde_json::to_vec(rules).map_err(json("the limits"))?).await
    }

    /// Changes the accounts, given as names, passwords and whether they pay.
    ///
    /// # Errors
    /// When the admin port refuses.
    pub async fn set_accounts(&self, accounts: &[(&str, &str, bool)]) -> Result<()> {
        let accounts: BTreeMap<_, _> = accounts
            .iter()
            .map(|(name, password, paid)| (*name, serde_json::json!({ "password": password, "paid": paid })))
            .collect();
        self.put("accounts", serde_json::to_vec(&accounts).map_err(json("the accounts"))?).await
    }

    /// Every request until now.
    ///
    /// # Errors
    /// When the admin port's answer is none.
    pub async fn log(&self) -> Result<Vec<Entry>> {
        let answer = self.client.succeed(Method::GET, &self.url("log"), "text/plain", Bytes::new()).await?;
        let lines = answer.body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| serde_json::from_slice(line).map_err(json("the log"))).collect()
    }

    async fn put(&self, what: &str, body: Vec<u8>) -> Result<()> {
        let body = Bytes::from(body);
        self.client.succeed(Method::PUT, &self.url(what), "application/json", body).await.map(drop)
    }

    fn url(&self, what: &str) -> String {
        format!("http://{}/{what}", self.admin)
    }
}

async fn listen(serving: &mut JoinSet<std::io::Result<()>>, routes: Router) -> Result<SocketAddr> {
    let failed = |error: std::io::Error| LabError::Http { url: "127.0.0.1:0".into(), why: error.to_string() };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    serving.spawn(async move { axum::serve(listener, service).await });
    Ok(address)
}

/// What docker-registry answers to reading: the base, tags of a repository that is there, manifests.
async fn answer(State(shelf): State<Arc<Shelf>>, request: Request) -> Response {
    let path = request.uri().path();
    if path == "/v2/" {
        return StatusCode::OK.into_response();
    }
    let Some(rest) = path.strip_prefix("/v2/") else { return StatusCode::NOT_FOUND.into_response() };
    if let Some(repository) = rest.strip_suffix("/tags/list") {
        let there = shelf.keys().any(|(name, _)| name == repository);
        return if there { "{}".into_response() } else { StatusCode::NOT_FOUND.into_response() };
    }
    let found = rest
        .rsplit_once("/manifests/")
        .and_then(|(repository, reference)| shelf.get(&(repository.to_owned(), reference.to_owned())));
    match found {
        Some(manifest) => {
            let headers = [
                (header::CONTENT_TYPE.as_str(), images::MANIFEST.to_owned()),
                ("docker-content-digest", images::digest(manifest)),
            ];
            (headers, manifest.clone()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
