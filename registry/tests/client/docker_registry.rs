//! Debian's docker-registry, the distribution project's own.

use domain::image::ImageReference;
use domain::registry::{Answer, Registry as _, RegistryName};
use lab::docker_registry::DockerRegistry;
use lab::http_client::HttpClient;
use lab::images::{self, Behaviour};
use lab::push::Store;
use registry::{Client, Endpoints};

/// A registry on a port of its own; `None` where the package is not installed.
pub async fn start() -> Option<DockerRegistry> {
    let started = DockerRegistry::start().await.unwrap();
    assert!(
        started.is_some() || std::env::var("CI").as_deref() != Ok("true"),
        "docker-registry is not installed"
    );
    started
}

#[tokio::test]
async fn what_was_pushed_is_found_with_its_digest() {
    let Some(running) = start().await else { return };
    let http = HttpClient::default();
    let host = running.host();
    let image = images::build("team/app:1.0", Behaviour::Finish).unwrap();
    Store::new(&http, running.port).publish("team/app", "1.0", &image).await.unwrap();

    // No endpoint is named: a registry on this machine is spoken to without TLS.
    let client = Client::new(Endpoints::default()).unwrap();
    let name: RegistryName = host.parse().unwrap();
    assert!(client.greet(&name).await.unwrap().answer.found().is_some());

    let image: ImageReference = format!("{host}/team/app:1.0").parse().unwrap();
    let head = client.head(&image).await.unwrap().answer.found().unwrap();
    let manifest = client.manifest(&image).await.unwrap().answer.found().unwrap();
    assert_eq!(head.digest.as_deref(), Some(manifest.digest.as_str()));
    assert_eq!(head.size, Some(manifest.bytes.len() as u64));
    assert_eq!(manifest.media_type.as_deref(), Some(images::MANIFEST));
    assert_eq!(manifest.digest, images::digest(&manifest.bytes));

    let pinned: ImageReference = format!("{host}/team/app@{}", manifest.digest).parse().unwrap();
    assert_eq!(client.manifest(&pinned).await.unwrap().answer.found().unwrap(), manifest);

    let missing: ImageReference = format!("{host}/team/app:2.0").parse().unwrap();
    assert_eq!(client.head(&missing).await.unwrap().answer, Answer::NotThere);
}
