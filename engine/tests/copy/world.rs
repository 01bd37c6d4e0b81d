//! Two registries with images in the first, and the use case between them.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use domain::copy::report::{Event, Report};
use domain::copy::{Order, Repository, order};
use domain::ports::copying::CopyJournal;
use domain::ports::{Cancel, Clock};
use domain::problem::Problem;
use domain::registry::RegistryName;
use domain::time::Timestamp;
use engine::copy::{Options, Ports, copy};
use lab::docker_registry::DockerRegistry;
use lab::front::{Entry, Style};
use lab::images::digest;
use lab::in_process::InProcess;
use registry::{Client, Endpoints};
use serde_json::{Value, json};

pub const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
pub const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
pub const TARGET: &str = "mine.example";

pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs())
    }
}

/// A journal that lives as long as a test.
#[derive(Default)]
pub struct Memory(Mutex<BTreeSet<(String, Repository)>>);

impl CopyJournal for Memory {
    fn blobs(&self, registry: &RegistryName) -> Result<Vec<(String, Repository)>, Problem> {
        let all = self.0.lock().unwrap();
        Ok(all.iter().filter(|(_, at)| at.registry == *registry).cloned().collect())
    }

    fn sending(&self, blobs: &[(String, Repository)]) -> Result<(), Problem> {
        self.0.lock().unwrap().extend(blobs.iter().cloned());
        Ok(())
    }
}

pub struct World {
    pub hub: InProcess,
    pub mine: InProcess,
    pub source: DockerRegistry,
    pub target: DockerRegistry,
    pub journal: Arc<Memory>,
}

pub fn options() -> Options {
    Options { jobs: 4, reserve: 0, wait: false, dry_run: false }
}

/// Bytes that differ by their name; more than one piece of a transfer.
pub fn layer(name: &str, length: usize) -> Vec<u8> {
    name.bytes().cycle().take(length).collect()
}

impl World {
    /// `None` where docker-registry is not installed.
    pub async fn new() -> Option<Self> {
        let (source, target) =
            (DockerRegistry::start().await.unwrap(), DockerRegistry::start().await.unwrap());
        let (Some(source), Some(target)) = (source, target) else {
            assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "docker-registry is not installed");
            return None;
        };
        let hub = InProcess::before(Style::DockerHub, source.port).await.unwrap();
        let mine = InProcess::before(Style::Plain, target.port).await.unwrap();
        Some(Self { hub, mine, source, target, journal: Arc::default() })
    }

    /// An image of one platform with these layers, under its digest; the descriptor of it.
    pub async fn image(&self, repository: &str, name: &str, layers: &[Vec<u8>]) -> Value {
        let mut named = Vec::new();
        for layer in layers {
            let digest = self.source.push_blob(repository, layer.clone()).await.unwrap();
            named.push(json!({ "mediaType": LAYER, "digest": digest, "size": layer.len() }));
        }
        let config = json!({ "architecture": name, "os": "linux", "of": repository }).to_string();
        let config_digest = self.source.push_blob(repository, config.clone()).await.unwrap();
        let manifest = json!({
            "schemaVersion": 2, "mediaType": IMAGE,
            "config": { "mediaType": CONFIG, "digest": config_digest, "size": config.len() }, "layers": named,
        })
        .to_string();
        let by = digest(manifest.as_bytes());
        self.source.push_manifest(repository, &by, IMAGE, manifest.clone()).await.unwrap();
        json!({ "mediaType": IMAGE, "digest": by, "size": manifest.len() })
    }

    /// An image for two platforms: a layer of each that all repositories share, and one of its own. Gives the digest.
    pub async fn two_platforms(&self, repository: &str) -> String {
        let mut entries = Vec::new();
        for architecture in ["amd64", "arm64"] {
            let shared = layer(&format!("shared {architecture}"), 600_000);
            let own = layer(&format!("{repository} {architecture}"), 70_000);
            let mut entry = self.image(repository, architecture, &[shared, own]).await;
            entry["platform"] = json!({ "os": "linux", "architecture": architecture });
            entries.push(entry);
        }
        self.index(repository, "1", &entries).await
    }

    pub async fn index(&self, repository: &str, tag: &str, entries: &[Value]) -> String {
        let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": entries }).to_string();
        self.source.push_manifest(repository, tag, INDEX, index).await.unwrap()
    }

    pub fn client(&self) -> Client {
        let names =
            [format!("docker.io=http://{}", self.hub.front), format!("{TARGET}=http://{}", self.mine.front)];
        Client::new(Endpoints::parse(names.iter().map(String::as_str)).unwrap()).unwrap()
    }

    pub async fn copy(&self, orders: &[Order], options: &Options) -> Report {
        self.copy_until(orders, options, &Cancel::default(), &|_| {}).await
    }

    pub async fn copy_until(
        &self,
        orders: &[Order],
        options: &Options,
        cancel: &Cancel,
        watch: &(dyn Fn(Event) + Send + Sync),
    ) -> Report {
        self.run(self.client(), orders, options, cancel, watch).await
    }

    pub async fn copy_by(&self, client: Client, orders: &[Order], options: &Options) -> Report {
        self.run(client, orders, options, &Cancel::default(), &|_| {}).await
    }

    async fn run(
        &self,
        client: Client,
        orders: &[Order],
        options: &Options,
        cancel: &Cancel,
        watch: &(dyn Fn(Event) + Send + Sync),
    ) -> Report {
        let ports = Ports {
            registries: Arc::new(client),
            journal: Some(Arc::<Memory>::clone(&self.journal)),
            clock: Arc::new(SystemClock),
        };
        // It can be moved to another thread, as the wizard needs it.
        let work: Pin<Box<dyn Future<Output = _> + Send + '_>> =
            Box::pin(copy(orders, options, &ports, cancel, watch));
        work.await.unwrap()
    }

    /// What the source was really asked.
    pub async fn at_source(&self) -> Vec<Entry> {
        self.hub.log().await.unwrap()
    }

    /// Blobs that the target really took in, by digest: how often each was sent.
    pub fn sent(&self) -> BTreeMap<String, u32> {
        let mut sent = BTreeMap::new();
        for line in self.target.access_log().unwrap().lines() {
            let put = line.contains("\"PUT ") && line.contains("/blobs/uploads/") && line.contains("\" 201 ");
            if let Some((_, digest)) = line.split_once("digest=").filter(|_| put) {
                let digest = digest.split([' ', '&']).next().unwrap();
                *sent.entry(digest.to_owned()).or_default() += 1;
            }
        }
        sent
    }
}

/// The order for a repository of the source: the same path at the target.
pub fn ordered(repository: &str) -> Order {
    order(&format!("docker.io/{repository}:1"), &format!("{TARGET}/{repository}:1")).unwrap()
}

pub fn pulls(log: &[Entry]) -> usize {
    log.iter().filter(|entry| entry.counted).count()
}

pub fn refusals(log: &[Entry]) -> usize {
    log.iter().filter(|entry| entry.status == 429).count()
}
