//! What registries are asked, what they answer, and what an answer is worth.
//!
//! Reading order: [`RegistryName`] (who is asked) → [`Registry`] (the port: what can be asked) → [`Reply`]
//! (what came back, refusals included) → [`Quota`] (what it says about the pull limit).
//!
//! This module must not know HTTP beyond the values of a few headers, nor how a login is carried out.

mod account;
mod credentials;
mod mistakes;
mod name;
mod port;
mod probe;
mod quota;
mod refusal;
mod reply;
mod terms;

pub use account::{AccountTest, Grant};
pub use credentials::Credentials;
pub use name::RegistryName;
pub use port::{Endpoint, Logins, Registry};
pub use quota::{Quota, Standing, Unknown};
pub use refusal::{Reason, Refusal};
pub use reply::{Answer, Head, Manifest, Reply};
pub use terms::{Counted, LimitHeaders, Terms};
