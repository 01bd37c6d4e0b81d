//! Blobs and manifests from one registry to another: Debian's docker-registry, also behind the lab's Docker Hub.

use bytes::Bytes;
use domain::copy::{Descriptor, Repository};
use domain::ports::copying::{Carried, Meter, Mounted, Repositories as _};
use domain::registry::{Answer, Credentials, Manifest, Reason, Registry as _};
use lab::front::{Kind, Style};
use lab::in_process::InProcess;
use registry::{Client, Endpoints};
use serde_json::json;

use crate::docker_registry::start;

/// More than a connection takes at once.
const LENGTH: usize = 3 * 1024 * 1024 + 7;

fn bytes() -> Bytes {
    (0..LENGTH).map(|at| u8::try_from(at % 251).unwrap()).collect::<Vec<_>>().into()
}

fn repository(host: &str, path: &str) -> Repository {
    Repository { registry: host.parse().unwrap(), path: path.to_owned() }
}

fn blob(digest: &str, bytes: &Bytes) -> Descriptor {
    Descriptor { digest: digest.to_owned(), size: bytes.len() as u64 }
}

#[tokio::test]
async fn a_blob_is_carried_once_and_mounted_after_that() {
    let (Some(source), Some(target)) = (start().await, start().await) else { return };
    let bytes = bytes();
    let blob = blob(&source.push_blob("team/app", bytes.clone()).await.unwrap(), &bytes);
    let (from, one) = (repository(&source.host(), "team/app"), repository(&target.host(), "copy/one"));
    let client = Client::new(Endpoints::default()).unwrap();
    assert_eq!(client.blob(&one, &blob.digest).await.unwrap().answer, Answer::NotThere);

    let meter = Meter::default();
    let carried = client.carry(&blob, &from, &one, None, &meter).await.unwrap();
    assert!(matches!(carried, Carried::Done), "{carried:?}");
    assert_eq!(meter.counts(), (1, LENGTH as u64, LENGTH as u64));
    let size = client.blob(&one, &blob.digest).await.unwrap().answer;
    assert_eq!(size, Answer::Found(Some(LENGTH as u64)));

    let two = repository(&target.host(), "copy/two");
    let mounted = client.mount(&blob.digest, &one, &two).await.unwrap().answer.found();
    assert!(matches!(mounted, Some(Mounted::Done)), "{mounted:?}");
    assert!(client.blob(&two, &blob.digest).await.unwrap().answer.found().is_some());
}

#[tokio::test]
async fn a_mount_that_is_not_made_goes_on_as_an_upload() {
    let (Some(source), Some(target)) = (start().await, start().await) else { return };
    let bytes = Bytes::from_static(b"layer");
    let blob = blob(&source.push_blob("team/app", bytes.clone()).await.unwrap(), &bytes);
    let (from, into) = (repository(&source.host(), "team/app"), repository(&target.host(), "copy/one"));
    let client = Client::new(Endpoints::default()).unwrap();
    let elsewhere = repository(&target.host(), "copy/nothing");
    let mounted = client.mount(&blob.digest, &elsewhere, &into).await.unwrap().answer.found();
    let Some(Mounted::Upload(begun)) = mounted else { panic!("{mounted:?}") };
    let carried = client.carry(&blob, &from, &into, Some(begun), &Meter::default()).await.unwrap();
    assert!(matches!(carried, Carried::Done), "{carried:?}");
    assert!(client.blob(&into, &blob.digest).await.unwrap().answer.found().is_some());

    let nothing = Descriptor { digest: format!("sha256:{}", "0".repeat(64)), size: 5 };
    let carried = client.carry(&nothing, &from, &into, None, &Meter::default()).await.unwrap();
    assert!(matches!(carried, Carried::NotAtSource), "{carried:?}");
}

#[tokio::test]
async fn an_empty_blob_is_a_blob() {
    let (Some(source), Some(target)) = (start().await, start().await) else { return };
    let blob = blob(&source.push_blob("a", Bytes::new()).await.unwrap(), &Bytes::new());
    let (from, into) = (repository(&source.host(), "a"), repository(&target.host(), "b"));
    let client = Client::new(Endpoints::default()).unwrap();
    let carried = client.carry(&blob, &from, &into, None, &Meter::default()).await.unwrap();
    assert!(matches!(carried, Carried::Done), "{carried:?}");
}

#[tokio::test]
async fn a_manifest_is_put_and_read_back_as_its_bytes() {
    let Some(target) = start().await else { return };
    let config = Bytes::from_static(b"{}");
    let digest = target.push_blob("a/b", config.clone()).await.unwrap();
    let kind = "application/vnd.oci.image.config.v1+json";
    // Blanks and order are part of the digest.
    let text = json!({ "schemaVersion": 2, "mediaType": lab::images::MANIFEST,
        "config": { "size": config.len(), "digest": digest, "mediaType": kind }, "layers": [] });
    let bytes = serde_json::to_vec_pretty(&text).unwrap();
    let manifest = Manifest {
        digest: lab::images::digest(&bytes),
        media_type: Some(lab::images::MANIFEST.to_owned()),
        bytes,
    };
    let at = repository(&target.host(), "a/b");
    let client = Client::new(Endpoints::default()).unwrap();
    for tag in ["1", "2", "old"] {
        let put = client.put_manifest(&at, tag, &manifest).await.unwrap().answer.found().unwrap();
        assert!(!put.refers, "Debian's registry keeps no lists of referrers");
    }
    assert_eq!(client.manifest_of(&at, &manifest.digest).await.unwrap().answer.found().unwrap(), manifest);
    let head = client.head(&at.tagged("old").unwrap()).await.unwrap().answer.found().unwrap();
    assert_eq!(head.digest.as_ref(), Some(&manifest.digest));
    assert_eq!(client.tags(&at).await.unwrap().answer.found().unwrap(), ["1", "2", "old"]);
    assert_eq!(client.referrers(&at, &manifest.digest).await.unwrap().answer, Answer::NotThere);
}

#[tokio::test]
async fn tokens_are_for_reading_here_and_for_writing_there() {
    let (Some(source), Some(target)) = (start().await, start().await) else { return };
    let bytes = Bytes::from_static(b"layer");
    let blob = blob(&source.push_blob("team/app", bytes.clone()).await.unwrap(), &bytes);
    // Docker Hub gives nobody a token for a repository that has no tags.
    let config = source.push_blob("team/app", "{}").await.unwrap();
    let manifest = json!({ "schemaVersion": 2, "mediaType": lab::images::MANIFEST,
        "config": { "size": 2, "digest": config, "mediaType": "application/vnd.oci.image.config.v1+json" },
        "layers": [] });
    source.push_manifest("team/app", "1", lab::images::MANIFEST, manifest.to_string()).await.unwrap();
    let hub = InProcess::before(Style::DockerHub, source.port).await.unwrap();
    let mine = InProcess::before(Style::DockerHub, target.port).await.unwrap();
    for front in [&hub, &mine] {
        front.set_accounts(&[("ann", "right", false)]).await.unwrap();
    }
    let names = [format!("docker.io=http://{}", hub.front), format!("mine.example=http://{}", mine.front)];
    let client = Client::new(Endpoints::parse(names.iter().map(String::as_str)).unwrap()).unwrap();
    let ann = || Credentials::new("ann", "right").unwrap();
    let (from, into) = (repository("docker.io", "team/app"), repository("mine.example", "copy/one"));
    let logged_in = client.with_login("docker.io".parse().unwrap(), ann());
    let logged_in = logged_in.with_login("mine.example".parse().unwrap(), ann());
    let carried = logged_in.carry(&blob, &from, &into, None, &Meter::default()).await.unwrap();
    assert!(matches!(carried, Carried::Done), "{carried:?}");
    for (front, repository) in [(&hub, "team/app"), (&mine, "copy/one")] {
        let log = front.log().await.unwrap();
        let tokens: Vec<_> = log.iter().filter(|entry| entry.kind == Kind::Token).collect();
        assert_eq!(tokens.len(), 1, "{log:?}");
        assert_eq!((tokens[0].reference.as_str(), tokens[0].principal.as_str()), (repository, "account:ann"));
    }

    let two = Repository { path: "copy/two".to_owned(), ..into.clone() };
    let mounted = logged_in.mount(&blob.digest, &into, &two).await.unwrap().answer.found();
    assert!(mounted.is_some(), "{mounted:?}");
    let log = mine.log().await.unwrap();
    let mounting = log.iter().rfind(|entry| entry.kind == Kind::Token).unwrap();
    assert_eq!(mounting.reference, "copy/two copy/one", "the right to read there is asked for with it");

    let nobody = client.carry(&blob, &from, &into, None, &Meter::default()).await.unwrap();
    let Carried::TargetRefused(Some(refusal)) = nobody else { panic!("{nobody:?}") };
    assert_eq!(refusal.reason, Reason::NotAllowed);
}
