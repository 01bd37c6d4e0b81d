//! Copying images between registries: what there is to do, in which order, and what it costs.
//!
//! Reading order: [`Order`] (what is wanted) → [`plan`] (what that means, from headers alone) → [`Purse`] (what may be
//! spent, and when) → [`content`] (what a manifest names) → [`Whereabouts`] (each blob once) → [`signatures`] (what
//! travels along) → [`report`] (what is told).
//!
//! The order of the work is always: blobs, then the manifests that name them, then the index, then the tag, and what
//! refers to the image after it. At no moment does a target name what it does not have.
//!
//! This module must not know how a registry is asked, nor what time it is.

pub mod content;
mod order;
mod place;
pub mod plan;
mod platform;
mod purse;
pub mod report;
pub mod signatures;
mod whereabouts;

pub use content::Descriptor;
pub use order::{Order, checked, list, order};
pub use place::Repository;
pub use platform::{NoPlatform, Platform};
pub use purse::{May, Purse, Wait};
pub use whereabouts::{Errand, Whereabouts};
