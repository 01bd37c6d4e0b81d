//! Requests that announce more than they may carry.
//!
//! A browser that is still sending when it is answered shows a broken connection instead of the answer. What is
//! too much is therefore read to its end and thrown away before the page says so.

use app::view::ProblemPage;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use futures::StreamExt as _;
use http::StatusCode;
use http::header::CONTENT_LENGTH;

use super::{answer, limits};

/// Lets through what announces at most `most` bytes, or nothing; the extractors count for themselves.
pub async fn refuse(State(most): State<usize>, request: Request, next: Next) -> Response {
    if announced(&request).is_none_or(|bytes| bytes <= most as u64) {
        return next.run(request).await;
    }
    discard(request.into_body()).await;
    page()
}

/// The page that names the limits.
pub fn page() -> Response {
    answer::problem(StatusCode::PAYLOAD_TOO_LARGE, ProblemPage::TooLarge(limits::UPLOAD))
}

fn announced(request: &Request) -> Option<u64> {
    request.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Ends with the body, with the connection, or with the time that the request has.
async fn discard(body: Body) {
    let mut parts = body.into_data_stream();
    while let Some(Ok(_)) = parts.next().await {}
}
