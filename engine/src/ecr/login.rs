//! Registries with logins that end: those of ECR live for twelve hours, and copying may take longer.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::copy::{Descriptor, Repository};
use domain::image::ImageReference;
use domain::ports::copying::{Carried, Meter, Mounted, Put, Repositories, Upload};
use domain::ports::ecr::EcrRegistries;
use domain::problem::Problem;
use domain::registry::{Credentials, Endpoint, Head, Manifest, Registry, RegistryName, Reply};
use tokio::sync::Mutex;
use tokio::time::Instant;

/// A login is renewed so long before its end: one layer may take that long.
const AHEAD: Duration = Duration::from_secs(30 * 60);

/// Makes registries of logins.
type Making = dyn Fn(Vec<(RegistryName, Credentials)>) -> Arc<dyn Repositories> + Send + Sync;

/// Registries that are logged in to ECR, again whenever a login nears its end. What has begun is ended with the login it
/// began with.
pub struct Renewed {
    sources: Vec<(RegistryName, Arc<dyn EcrRegistries>)>,
    make: Box<Making>,
    plain: Arc<dyn Repositories>,
    current: Mutex<Option<(Arc<dyn Repositories>, Instant)>>,
}

impl Renewed {
    /// Registries that `make` gives for the logins that `sources` give, each for one registry.
    pub fn new(
        sources: Vec<(RegistryName, Arc<dyn EcrRegistries>)>,
        make: impl Fn(Vec<(RegistryName, Credentials)>) -> Arc<dyn Repositories> + Send + Sync + 'static,
    ) -> Self {
        let plain = make(Vec::new());
        Self { sources, make: Box::new(make), plain, current: Mutex::default() }
    }

    /// The registries with logins that are still good for a while. Asks for logins where they are not.
    ///
    /// # Errors
    /// When AWS gives none.
    pub async fn now(&self) -> Result<Arc<dyn Repositories>, Problem> {
        let mut current = self.current.lock().await;
        if let Some((registries, until)) = current.as_ref()
            && Instant::now() < *until
        {
            return Ok(Arc::clone(registries));
        }
        let mut logins = Vec::new();
        let mut good_for = Duration::MAX;
        for (name, ecr) in &self.sources {
            let login = ecr.login().await?;
            good_for = good_for.min(login.good_for);
            logins.push((name.clone(), login.credentials));
        }
        // Of a short login half is used at least, or each question would ask for a new one.
        let usable = good_for.saturating_sub(AHEAD).max(good_for / 2).min(Duration::from_secs(24 * 3_600));
        let registries = (self.make)(logins);
        *current = Some((Arc::clone(&registries), Instant::now() + usable));
        Ok(registries)
    }
}

#[async_trait]
impl Registry for Renewed {
    fn endpoint(&self, registry: &RegistryName) -> Endpoint {
        self.plain.endpoint(registry)
    }

    async fn greet(&self, registry: &RegistryName) -> Result<Reply<()>, Problem> {
        self.now().await?.greet(registry).await
    }

    async fn head(&self, image: &ImageReference) -> Result<Reply<Head>, Problem> {
        self.now().await?.head(image).await
    }

    async fn manifest(&self, image: &ImageReference) -> Result<Reply<Manifest>, Problem> {
        self.now().await?.manifest(image).await
    }
}

#[async_trait]
impl Repositories for Renewed {
    async fn manifest_of(&self, at: &Repository, digest: &str) -> Result<Reply<Manifest>, Problem> {
        self.now().await?.manifest_of(at, digest).await
    }

    async fn tags(&self, at: &Repository) -> Result<Reply<Vec<String>>, Problem> {
        self.now().await?.tags(at).await
    }

    async fn referrers(&self, at: &Repository, digest: &str) -> Result<Reply<Manifest>, Problem> {
        self.now().await?.referrers(at, digest).await
    }

    async fn blob(&self, at: &Repository, digest: &str) -> Result<Reply<Option<u64>>, Problem> {
        self.now().await?.blob(at, digest).await
    }

    async fn mount(
        &self,
        digest: &str,
        from: &Repository,
        into: &Repository,
    ) -> Result<Reply<Mounted>, Problem> {
        self.now().await?.mount(digest, from, into).await
    }

    async fn carry(
        &self,
        blob: &Descriptor,
        from: &Repository,
        into: &Repository,
        begun: Option<Upload>,
        meter: &Meter,
    ) -> Result<Carried, Problem> {
        self.now().await?.carry(blob, from, into, begun, meter).await
    }

    async fn put_manifest(
        &self,
        at: &Repository,
        reference: &str,
        manifest: &Manifest,
    ) -> Result<Reply<Put>, Problem> {
        self.now().await?.put_manifest(at, reference, manifest).await
    }
}
