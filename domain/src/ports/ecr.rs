//! What Amazon ECR must offer, and what it needs beside it: who asks, and a secret for a cache.
//!
//! All of it is of one region. Making what is there already is no error, so that everything can be done again.

use std::time::Duration;

use async_trait::async_trait;

use crate::ecr::Registry;
use crate::problem::Problem;
use crate::registry::Credentials;

/// Who asks, by AWS's own word (`sts:GetCallerIdentity`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The account, twelve digits.
    pub account: String,
    /// The user's or the role's ARN.
    pub arn: String,
}

/// A login at registries of ECR: all that the caller may use (`ecr:GetAuthorizationToken`).
#[derive(Debug, Clone)]
pub struct EcrLogin {
    /// Name and token.
    pub credentials: Credentials,
    /// For how long it is good.
    pub good_for: Duration,
}

/// A repository as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EcrRepository {
    /// Its name within the registry.
    pub name: String,
    /// Whether a tag keeps the image it was given first.
    pub tags_are_fixed: bool,
    /// The text of its lifecycle policy, where it has one.
    pub lifecycle: Option<String>,
}

/// Whether making something was needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Making {
    /// It was made.
    Made,
    /// It was there.
    WasThere,
}

/// Registries that images are copied to.
#[async_trait]
pub trait EcrRegistries: Send + Sync {
    /// Who asks.
    async fn caller(&self) -> Result<Caller, Problem>;

    /// A login at the registries.
    async fn login(&self) -> Result<EcrLogin, Problem>;

    /// A repository; `None` where there is none of that name.
    async fn repository(&self, at: &Registry, name: &str) -> Result<Option<EcrRepository>, Problem>;

    /// Makes a repository as ECR makes them when nothing is said: tags may move, AES-256, no lifecycle policy. It gets
    /// the tag `made-by: unthrottle`.
    async fn make_repository(&self, at: &Registry, name: &str) -> Result<Making, Problem>;

    /// Removes a repository that holds nothing; false where it holds an image, or is not there.
    async fn remove_empty_repository(&self, at: &Registry, name: &str) -> Result<bool, Problem>;

    /// Whether layers may be taken over from another repository of the registry (account setting `BLOB_MOUNTING`).
    async fn mounts_blobs(&self) -> Result<bool, Problem>;

    /// Lets them be taken over. Holds for the whole account in this region.
    async fn let_blobs_be_mounted(&self) -> Result<(), Problem>;
}

/// A secret, without what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretSeen {
    /// Its ARN.
    pub arn: String,
    /// Whether it is to be deleted some day: it serves nobody until then.
    pub is_going: bool,
}

/// Pull-through caches of the caller's own registry, with what they need.
#[async_trait]
pub trait EcrCaches: Send + Sync {
    /// The host that a cache with this prefix fetches from; `None` where there is no such cache.
    async fn upstream(&self, prefix: &str) -> Result<Option<String>, Problem>;

    /// Makes a cache of Docker Hub that logs in with the account in a secret.
    async fn make_cache(&self, prefix: &str, secret_arn: &str) -> Result<Making, Problem>;

    /// Has ECR try the cache; a text says why it would not work (`ecr:ValidatePullThroughCacheRule`).
    async fn try_cache(&self, prefix: &str) -> Result<Result<(), String>, Problem>;

    /// Removes the cache's rule; what it fetched stays.
    async fn remove_cache(&self, prefix: &str) -> Result<(), Problem>;

    /// Whether there is a template for repositories below a prefix.
    async fn has_template(&self, prefix: &str) -> Result<bool, Problem>;

    /// Makes the template by which the cache's repositories are made.
    async fn make_template(&self, prefix: &str) -> Result<Making, Problem>;

    /// Removes the template; repositories that were made by it stay.
    async fn remove_template(&self, prefix: &str) -> Result<(), Problem>;

    /// A secret; `None` where there is none of that name.
    async fn secret(&self, name: &str) -> Result<Option<SecretSeen>, Problem>;

    /// Makes a secret with a Docker Hub account, in the form that caches read. One that is there keeps what it holds.
    async fn make_secret(&self, name: &str, account: &Credentials) -> Result<Making, Problem>;

    /// Keeps a secret that was to be deleted.
    async fn keep_secret(&self, name: &str) -> Result<(), Problem>;

    /// Has a secret deleted in seven days, the least that AWS allows; until then it can be kept.
    async fn remove_secret(&self, name: &str) -> Result<(), Problem>;
}
