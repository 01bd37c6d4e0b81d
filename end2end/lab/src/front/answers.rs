//! The refusals of Docker Hub, word for word as nodes have shown them, and the limit headers.
//!
//! Wording and headers: docs.docker.com "Docker Hub usage and limits" and public logs of 2025 and 2026.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::json;

use super::rules::Allowance;
use super::target::Source;

const INCREASE: &str = "https://www.docker.com/increase-rate-limit";

/// The body of a registry's error, by the distribution specification.
fn error(status: StatusCode, code: &str, message: &str) -> Response {
    let body = json!({ "errors": [{ "code": code, "message": message }] });
    (status, axum::Json(body)).into_response()
}

/// 401 with a challenge for the token service that is reached by the same host as this request.
pub fn challenge(host: &str, scope: Option<(&str, &str)>, insufficient: bool, source: Source) -> Response {
    let mut challenge = format!("Bearer realm=\"http://{host}/token\",service=\"registry.docker.io\"");
    if let Some((repository, actions)) = scope {
        challenge.push_str(&format!(",scope=\"repository:{repository}:{actions}\""));
    }
    if insufficient {
        challenge.push_str(",error=\"insufficient_scope\"");
    }
    let mut response = error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", "authentication required");
    insert(response.headers_mut(), header::WWW_AUTHENTICATE, &challenge);
    insert(response.headers_mut(), SOURCE, &source.to_string());
    response
}

/// 429 for an address whose anonymous pulls are spent.
pub fn anonymous_limit() -> Response {
    let message = format!("You have reached your unauthenticated pull rate limit. {INCREASE}");
    error(StatusCode::TOO_MANY_REQUESTS, "TOOMANYREQUESTS", &message)
}

/// 429 for an account whose pulls are spent; the text names the account and a token's id.
pub fn account_limit(account: &str) -> Response {
    let message = format!(
        "You have reached your pull rate limit as '{account}': dckr_jti_bGFiLXRva2VuLWlkLW9mLW5vYm9keQ=. \
         You may increase the limit by upgrading. {INCREASE}"
    );
    error(StatusCode::TOO_MANY_REQUESTS, "TOOMANYREQUESTS", &message)
}

/// 429 of the abuse limit, which is plain text and says no more.
pub fn abuse_limit() -> Response {
    (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "60")], "Too Many Requests").into_response()
}

/// 401 of the token service.
pub fn wrong_credentials() -> Response {
    let body = json!({ "details": "incorrect username or password" });
    (StatusCode::UNAUTHORIZED, axum::Json(body)).into_response()
}

/// 429 of the token service for an account that logged in too often.
pub fn login_limit() -> Response {
    let body = json!({ "detail": "Too many failed login attempts. Please try again later." });
    (StatusCode::TOO_MANY_REQUESTS, axum::Json(body)).into_response()
}

/// 502 when the storage behind the front does not answer.
pub fn storage_failure(why: &str) -> Response {
    (StatusCode::BAD_GATEWAY, format!("the lab's storage did not answer: {why}")).into_response()
}

const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const SOURCE: HeaderName = HeaderName::from_static("docker-ratelimit-source");

/// Adds the three headers that tell a client how much is left.
pub fn add_limit_headers(headers: &mut HeaderMap, allowance: Allowance, remaining: u32, source: &str) {
    let window = allowance.window_seconds;
    insert(headers, LIMIT, &format!("{};w={window}", allowance.pulls));
    insert(headers, REMAINING, &format!("{remaining};w={window}"));
    insert(headers, SOURCE, source);
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    // What cannot be a header's value, such as a hostile host name, is left out rather than answered.
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
