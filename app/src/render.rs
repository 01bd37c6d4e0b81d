//! From a view to the HTML of a whole page, on the server. Knows nothing of requests and responses.

use std::sync::Arc;

use hydration_context::SsrSharedContext;
use leptos::prelude::*;

/// Renders a page to complete HTML, in one go.
///
/// Pages hold no resources and never suspend (their model is fetched before), so nothing has to be streamed:
/// the status can still be chosen after rendering, and a reader without script gets the same bytes.
/// The closure runs under a reactive owner of its own, which is torn down before this returns.
pub fn render<V: IntoView>(page: impl FnOnce() -> V) -> String {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let html = owner.with(|| page().into_view().to_html());
    owner.unset_with_forced_cleanup();
    html
}
