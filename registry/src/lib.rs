//! Registries, by the distribution API: the only HTTP client to them.
//!
//! [`Client`] implements [`domain::registry::Registry`] and [`domain::ports::copying::Repositories`]. It finds out where
//! a registry is, logs in as the registry asks for, and brings back its answers as they are, refusals included: it
//! repeats nothing by itself, but for the rest of a blob that was cut off, and waits for nobody. What an answer means
//! is decided in `domain`.
//!
//! Everything that comes back is hostile until checked. A name and password go only to the registry they are for
//! and to the token service it names, over https or to the very host that was chosen. A token never follows a
//! redirect to another place. Bodies, redirects, challenges and time are bounded. A manifest is the bytes that its
//! digest is of, or an error. A blob is never whole in memory, and never whole at its target before it is proven.

mod answers;
mod ask;
mod challenge;
mod client;
mod digest;
mod endpoints;
mod layer;
mod pass;
mod problems;
mod proxy;
mod reading;
mod token;
mod transport;
mod upload;
mod writing;

pub use client::Client;
pub use endpoints::Endpoints;
