//! The port: what can be asked of a registry.

use async_trait::async_trait;

use super::{Credentials, Head, Manifest, RegistryName, Reply};
use crate::image::ImageReference;
use crate::problem::Problem;

/// Where a registry is contacted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The URL before `/v2/`.
    pub url: String,
    /// Whether the user named it in place of the registry's own. What answers there may be a mirror.
    pub named_by_user: bool,
}

/// Asks registries, as one and the same principal: nobody in particular, or the account it was made with.
///
/// An answer that is not the wished one is still an answer ([`Reply`]); an error means that there was none, or
/// none that can be trusted. Nothing is asked twice on its own account: who was refused decides what to do.
#[async_trait]
pub trait Registry: Send + Sync {
    /// Where the registry is contacted; asks nothing.
    fn endpoint(&self, registry: &RegistryName) -> Endpoint;

    /// Asks whether the registry is there and takes the login, naming no repository.
    async fn greet(&self, registry: &RegistryName) -> Result<Reply<()>, Problem>;

    /// Asks for the manifest's headers alone. At Docker Hub this counts no pull.
    async fn head(&self, image: &ImageReference) -> Result<Reply<Head>, Problem>;

    /// Fetches the manifest, or the index, and checks it against its digest. The headers are asked first, so a
    /// missing image costs nothing; at Docker Hub a manifest that is there **counts as a pull**.
    async fn manifest(&self, image: &ImageReference) -> Result<Reply<Manifest>, Problem>;
}

/// Registries asked as nobody in particular, which can be asked as somebody too.
pub trait Logins: Registry {
    /// The same registries with a login at one of them. Whoever asks with it has really logged in: nothing is
    /// taken over from earlier answers.
    fn logged_in(&self, registry: RegistryName, login: Credentials) -> Box<dyn Registry>;
}
