//! From a page's view to an HTTP answer. The one place where handlers and Leptos meet.
//!
//! A handler fetches what the page shows, then renders it:
//!
//! ```text
//! let view = views::detect(site, run);
//! render::page(|| pages::detect(&view))
//! ```

use app::shell::{self, Page};
use axum::response::Html;

use crate::assets::ADDRESSES;

/// Renders a whole page. The closure runs at once, inside of the owner that islands need.
///
/// The status is 200 unless the handler says otherwise: `(StatusCode::NOT_FOUND, render::page(…))`.
pub fn page(page: impl FnOnce() -> Page) -> Html<String> {
    Html(app::render(|| shell::document(page(), ADDRESSES)))
}
