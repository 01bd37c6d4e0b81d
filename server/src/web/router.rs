//! Every route and every layer, on one screen.

use std::any::Any;

use app::view::ProblemPage;
use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use http::{Request, StatusCode};
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;
use tracing::Span;

use super::limits::{FORM_BYTES, REQUEST_TIME, UPLOAD_BYTES, UPLOAD_TIME};
use super::security::host::{self, Names};
use super::security::session::{self, Session};
use super::security::{csrf, headers};
use super::{Site, answer, downloads, events, forms, pages, too_large, upload};
use crate::assets;

/// The wizard for requests that name one of `names`.
pub fn router(site: Site, session: Session, names: Names) -> Router {
    let uploads = Router::new()
        .route("/runs/{id}/connect/files", post(upload::files))
        .layer(DefaultBodyLimit::max(UPLOAD_BYTES))
        .layer(from_fn_with_state(UPLOAD_BYTES, too_large::refuse))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, UPLOAD_TIME));
    let wizard = Router::new()
        .route("/", get(pages::start))
        .route("/runs", post(forms::create))
        .route("/runs/{id}", get(pages::resume))
        .route("/runs/{id}/{step}", get(pages::step).post(forms::step))
        .route("/runs/{id}/scan", post(forms::scan))
        .route("/runs/{id}/cancel", post(forms::cancel))
        .route("/runs/{id}/remove", post(forms::remove))
        .route("/runs/{id}/bundle.zip", get(downloads::zip))
        .route("/runs/{id}/bundle.tar.gz", get(downloads::tar_gz))
        .route("/runs/{id}/report.html", get(downloads::report))
        .route("/runs/{id}/events", get(events::get))
        .layer(DefaultBodyLimit::max(FORM_BYTES))
        .layer(from_fn_with_state(FORM_BYTES, too_large::refuse))
        // Bounds the time until an answer begins, not how long events flow.
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, REQUEST_TIME));
    let behind_session = wizard
        .merge(uploads)
        .fallback(|| async { answer::not_found() })
        .with_state(site)
        .layer(from_fn_with_state(session.clone(), session::require));
    let open = Router::new()
        .route("/healthz", get(|| async {}))
        .route("/start", get(session::start))
        .route("/assets/{name}", get(assets::get))
        .with_state(session);
    // The last layer is the outermost: read from below.
    open.merge(behind_session)
        .layer(csrf::layer())
        .layer(CatchPanicLayer::custom(panicked))
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(from_fn(headers::add))
        .layer(from_fn_with_state(names, host::require))
}

/// Method and path: query strings hold tokens, bodies hold anything.
fn span(request: &Request<Body>) -> Span {
    tracing::info_span!("request", method = %request.method(), path = request.uri().path())
}

#[expect(clippy::needless_pass_by_value, reason = "the layer hands the panic over")]
/// Our mistake: a page with a number that stands in the log as well.
fn panicked(panic: Box<dyn Any + Send>) -> Response {
    // Without randomness the log still has the line, only under a name that others share.
    let incident = format!("{:08x}", OsRng.try_next_u32().unwrap_or_default());
    let said = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    tracing::error!(incident, said, "a request fell over");
    answer::problem(StatusCode::INTERNAL_SERVER_ERROR, ProblemPage::Internal { incident })
}
