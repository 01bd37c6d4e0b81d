//! Facts in, verdict out.
//!
//! [`Fold`] takes [`crate::facts::Fact`]s one at a time and keeps only what a verdict needs;
//! [`Diagnosis`] is the verdict with the lines that prove it, in exactly the shape of INTERFACE §4, and
//! [`Inventory`] is what a plan needs later. Must not know where facts come from.
//!
//! Start reading at [`Fold`]: it gathers (`failing`, `images`, `owners`), then `conclude` weighs what was
//! gathered and `verdict` puts it into one word.

mod accounts;
mod advice;
mod conclude;
mod cortex;
mod egress;
mod failing;
mod fold;
mod images;
mod owners;
mod pods;
mod types;
mod verdict;

pub use failing::is_pull_failure;
pub use fold::Fold;
pub(crate) use fold::replaces_stuck_pods;
pub use owners::managed_by;
pub use types::*;
