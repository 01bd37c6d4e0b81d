//! The token service: who asks, and for which repositories.
//!
//! Two ways in, as at Docker: GET with basic authentication, and the POST of OAuth 2 that newer clients
//! try first. (Distribution project, "Token authentication specification" and "OAuth 2".)

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Form, Query, State};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use http::{HeaderMap, Method, header};
use serde_json::json;

use super::answers;
use super::log::{Entry, Kind};
use super::serve::Front;
use super::target::Source;
use super::tokens::{LIFETIME_SECONDS, Scope};

type Parameters = Vec<(String, String)>;

/// GET `/token?service=…&scope=…`, anonymous or with basic authentication.
pub async fn get_token(
    State(front): State<Arc<Front>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
) -> Response {
    answer(&front, peer, Method::GET, basic_credentials(&headers), &parameters).await
}

/// POST `/token` with `grant_type=password` and the same fields in a form.
pub async fn post_token(
    State(front): State<Arc<Front>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Form(parameters): Form<Parameters>,
) -> Response {
    let field = |name: &str| parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let credentials = field("username").zip(field("password"));
    answer(&front, peer, Method::POST, credentials, &parameters).await
}

async fn answer(
    front: &Front,
    peer: SocketAddr,
    method: Method,
    credentials: Option<(String, String)>,
    parameters: &Parameters,
) -> Response {
    let source = Source::of(peer.ip());
    let account = credentials.as_ref().map(|(name, _)| name.clone());
    let asked = parameters.iter().filter(|(key, _)| key == "scope").map(|(_, value)| value.as_str());
    let scopes = Scope::parse_all(asked);
    let reference = scopes.iter().map(|scope| scope.repository.clone()).collect::<Vec<_>>().join(" ");
    let principal = account.as_ref().map_or(format!("address:{source}"), |name| format!("account:{name}"));

    let response = match refusal(front, credentials.as_ref()) {
        Some(refusal) => refusal,
        None => grant(front, account, scopes).await,
    };
    front.book().log.push(Entry {
        time: front.now().to_string(),
        source: source.to_string(),
        principal,
        method: method.to_string(),
        repository: String::new(),
        reference,
        kind: Kind::Token,
        status: response.status().as_u16(),
        counted: false,
    });
    response
}

/// Why these credentials get no token; `None` when they do.
fn refusal(front: &Front, credentials: Option<&(String, String)>) -> Option<Response> {
    let (name, password) = credentials?;
    let book = front.book();
    if book.rules.login_locked.contains(name) {
        return Some(answers::login_limit());
    }
    let right = book.accounts.get(name).is_some_and(|account| account.password == *password);
    (!right).then(answers::wrong_credentials)
}

/// A token for those of the scopes that may be had: pulling needs a repository that exists, pushing an
/// account.
async fn grant(front: &Front, account: Option<String>, scopes: Vec<Scope>) -> Response {
    let mut granted = Vec::new();
    for mut scope in scopes {
        if account.is_none() {
            scope.actions.retain(|action| action == "pull");
        }
        if scope.actions.contains("push") || front.storage.has(&scope.repository).await {
            granted.push(scope);
        }
    }
    let now = front.now();
    let token = front.book().tokens.issue(account, granted, now);
    let body = json!({
        "token": token,
        "access_token": token,
        "expires_in": LIFETIME_SECONDS,
        "issued_at": now.to_string(),
    });
    axum::Json(body).into_response()
}

fn basic_credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let decoded = base64::engine::general_purpose::STANDARD.decode(value.strip_prefix("Basic ")?).ok()?;
    let (name, password) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}
