//! From a page's view to an HTTP answer. The one place where handlers and Leptos meet.
//!
//! A handler fetches what the page shows, then renders it:
//!
//! ```ignore
//! async fn detect(State(site): State<Site>, Path(run): Path<RunId>) -> Result<Html<String>, Refusal> {
//!     let model = site.diagnosis(&run).await?;
//!     Ok(render::page(model.title(), || app::pages::detect(model)))
//! }
//! ```

use app::shell;
use axum::response::Html;
use leptos::prelude::*;

use crate::assets::ADDRESSES;

/// Renders a whole page. `body` holds the visible page with its `<main id="main">`; the closure runs at once.
///
/// The status is 200 unless the handler says otherwise: `(StatusCode::NOT_FOUND, render::page(…))`.
pub fn page<V: IntoView + 'static>(title: impl Into<String>, body: impl FnOnce() -> V) -> Html<String> {
    let title = title.into();
    Html(app::render(|| shell::document(title, ADDRESSES, body().into_any())))
}
