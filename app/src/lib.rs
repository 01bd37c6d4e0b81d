//! What people see: the frame of every page, the pages, and the few islands that move.
//!
//! A page is a function from a model to markup. It is rendered whole, on the server, by [`render`]; it fetches
//! nothing, waits for nothing and works without script. Where something moves (a copy button, progress), the
//! page places an [island](islands), and only that is compiled to wasm.
//!
//! This crate must not know HTTP, Kubernetes, AWS, files or the clock: models come from the domain.

#[cfg(feature = "ssr")]
mod components;
pub mod islands;
#[cfg(feature = "ssr")]
pub mod pages;
pub mod progress;
#[cfg(feature = "ssr")]
mod render;
#[cfg(feature = "ssr")]
pub mod report;
pub mod shell;
#[cfg(feature = "ssr")]
pub mod view;
#[cfg(feature = "ssr")]
pub mod words;

#[cfg(feature = "ssr")]
pub use render::render;
