//! The words and the decisions of Unthrottle.
//!
//! What a pull failure means, what a cluster looked like, whether Docker Hub throttles it, what would cure
//! it and how to take the cure back: all of that is decided here, as plain values in and plain values out.
//!
//! This crate does no I/O, has no clock and no async runtime, and builds for the browser. It must not know
//! of Kubernetes clients, HTTP, YAML bytes or AWS; those live in the adapters and arrive here as [`facts`].
//!
//! Reading order: [`facts`] (what was seen) → [`diagnosis`] (what it means) → [`remedy`] and [`plan`] (what
//! to change) → [`rollout`] (what that does to pods) → [`verification`] (whether it worked) → [`run`] (one pass through all of it).

pub mod cluster_wide;
pub mod copy;
pub mod cortex;
pub mod diagnosis;
pub mod ecr;
pub mod equivalents;
pub mod evidence;
pub mod external_secrets;
pub mod facts;
pub mod held;
pub mod image;
pub mod keyring;
pub mod owners;
pub mod plan;
pub mod ports;
pub mod problem;
pub mod registry;
pub mod remedy;
pub mod rollout;
pub mod run;
pub mod shell;
pub mod time;
pub mod verification;
pub mod workload;
