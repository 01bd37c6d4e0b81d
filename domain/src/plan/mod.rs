//! What to change, exactly: one immutable, typed value that apply, verify, rollback, copy and the pages read.
//!
//! Prose and shell commands are rendered from steps, never stored instead of them. Must not know how a step
//! is carried out.

mod diff;
mod place;
mod types;

pub use diff::{DiffLine, FileDiff, Hunk, LineKind};
pub use types::*;
