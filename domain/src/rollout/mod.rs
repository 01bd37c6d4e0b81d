//! What changing live objects does to their pods: which are made anew, what that pulls, and how many at a time.
//!
//! A plan that meant to cure a pull limit must not restart what runs, nor storm the limit it wants to cure.
//! Decides only; must not know how a change is written down or carried out.
//!
//! Reading order: `effect` (does this restart anything?) → `urgent` (what comes first) → `pulls` and `words` (what it
//! costs) → `batches` (how many at a time).

mod batches;
mod effect;
mod pulls;
mod urgent;
mod words;

pub use batches::{MOST_NEW_PODS, batches};
pub use effect::{Effect, effect, new_pods};
pub use pulls::{Pulls, Turn, of_plan, turn};
pub use urgent::{is_spent, most_urgent};

#[cfg(test)]
mod tests;
