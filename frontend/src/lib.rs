//! The wasm that starts the islands of `app`. Thin on purpose: code that lives in this `cdylib` would be kept
//! whether it is used or not.

// Linked for its islands: each is exported under the name that the server wrote into the page.
use app as _;
use wasm_bindgen::prelude::wasm_bindgen;

/// Prepares the reactive system; called once by `islands.js`, before it hydrates the islands one by one.
#[wasm_bindgen(start)]
pub fn start() {
    leptos::mount::hydrate_islands();
}
