//! From given files or a dump to a plan and its bundle.
#![expect(clippy::unwrap_used, clippy::panic, reason = "functions that tests share fail as tests do")]

mod bundle;
mod cluster_wide;
mod cortex_files;
mod ecr;
mod ecr_copies;
mod hub_account;
mod hub_bundle;
mod objects;
mod owners;
mod running;
mod support;
