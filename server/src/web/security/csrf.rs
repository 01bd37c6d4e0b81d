//! Forms of other sites are refused.
//!
//! The check is tower-http's: on unsafe methods `Sec-Fetch-Site` must be `same-origin` or `none`, or, without
//! it, `Origin` must be the `Host`. It trusts `Host`, and therefore stands inside of [`super::host`].

use app::view::ProblemPage;
use axum::body::Body;
use http::{Response, StatusCode};
use tower_http::csrf::{CsrfLayer, ProtectionError};

use crate::web::answer;

/// Answers a foreign form.
type Refuse = fn(ProtectionError) -> Response<Body>;

/// The layer, with our page as its answer.
pub fn layer() -> CsrfLayer<Refuse> {
    CsrfLayer::new().with_rejection_response(refuse as Refuse)
}

fn refuse(_: ProtectionError) -> Response<Body> {
    answer::problem(StatusCode::FORBIDDEN, ProblemPage::ForeignForm)
}
