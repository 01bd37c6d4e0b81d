//! A registry's front: what stands between a node and the stored images.
//!
//! As Docker Hub it hands out tokens, counts manifest GETs per address and per account, and refuses with
//! Docker's own words; as any other registry it only keeps a log of requests. Behind it is Debian's
//! docker-registry, which knows nothing of limits. It must not know of Kubernetes, nodes or scenarios.

mod admin;
mod answers;
mod book;
mod log;
mod quota;
mod registry;
mod rules;
mod serve;
mod storage;
mod target;
#[cfg(test)]
mod tests;
mod token_service;
mod tokens;

pub use log::{Entry, Kind};
pub use rules::{Account, Accounts, Allowance, Rules, Style};
pub use serve::{Clock, Front, FrontConfig, serve};
