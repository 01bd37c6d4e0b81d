//! The parts of a page that move. Each renders on the server as something useful without script, and is
//! taken over in the browser.
//!
//! Keep them few and small: every one is wasm that a person waits for. Properties are short strings and
//! numbers, because they travel in an attribute. What must be the same on both sides (time, random ids,
//! window size) never shows in the first render.

mod browser;
mod copy_button;
mod live_progress;

pub use copy_button::CopyButton;
pub use live_progress::LiveProgress;
