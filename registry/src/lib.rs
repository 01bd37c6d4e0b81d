//! Registries, by the distribution API: the only HTTP client to them.
//!
//! [`Client`] implements [`domain::registry::Registry`]. It finds out where a registry is, logs in as the registry
//! asks for, and brings back its answers as they are, refusals included: it repeats nothing by itself and waits
//! for nobody. What an answer means is decided in `domain`.
//!
//! Everything that comes back is hostile until checked. A name and password go only to the registry they are for
//! and to the token service it names, over https or to the very host that was chosen. A token never follows a
//! redirect to another place. Bodies, redirects, challenges and time are bounded. A manifest is the bytes that its
//! digest is of, or an error.

mod answers;
mod ask;
mod challenge;
mod client;
mod digest;
mod endpoints;
mod pass;
mod problems;
mod proxy;
mod token;
mod transport;

pub use client::Client;
pub use endpoints::Endpoints;
