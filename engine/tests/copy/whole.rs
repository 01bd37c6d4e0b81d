//! What is copied is whole, costs no more than it must, and is not copied twice.

use domain::copy::report::{Event, Outcome};
use domain::copy::{Order, Repository, order};
use domain::image::ImageReference;
use domain::ports::Cancel;
use domain::ports::copying::Repositories as _;
use domain::registry::Registry as _;
use engine::copy::Options;
use lab::front::Rules;
use serde_json::json;
use std::sync::Mutex;

use crate::world::{IMAGE, TARGET, World, layer, options, ordered, pulls};

const REPOSITORIES: [&str; 3] = ["team/one", "team/two", "team/three"];

async fn tag_at(world: &World, image: &str) -> Option<String> {
    let image: ImageReference = image.parse().unwrap();
    world.client().head(&image).await.unwrap().answer.found()?.digest
}

#[tokio::test]
async fn shared_blobs_are_sent_once_and_an_unchanged_run_costs_nothing() {
    let Some(world) = World::new().await else { return };
    let mut digests = Vec::new();
    for repository in REPOSITORIES {
        digests.push(world.two_platforms(repository).await);
    }
    let orders = REPOSITORIES.map(ordered);
    let report = world.copy(&orders, &options()).await;
    let summary = report.summary;
    assert_eq!((summary.images, summary.copied, summary.failed), (3, 3, 0), "{report:?}");
    // In each repository two configurations and four layers, two of which all share.
    assert_eq!((summary.target.blob_uploads, summary.target.blob_mounts), (2 + 3 * 4, 4));
    assert_eq!((summary.source.manifest_gets, summary.source.blob_gets), (9, 14));
    assert_eq!(summary.source.bytes, summary.target.bytes);
    for (repository, digest) in REPOSITORIES.iter().zip(&digests) {
        assert_eq!(tag_at(&world, &format!("{TARGET}/{repository}:1")).await.as_ref(), Some(digest));
    }
    let log = world.at_source().await;
    assert_eq!(pulls(&log), 9);
    let sent = world.sent();
    assert!(!sent.is_empty() && sent.values().all(|times| *times == 1), "{sent:?}");

    let again = world.copy(&orders, &options()).await.summary;
    assert_eq!((again.unchanged, again.copied), (3, 0));
    assert_eq!((again.source.manifest_gets, again.source.manifest_heads), (0, 3));
    assert_eq!(pulls(&world.at_source().await), 9, "nothing more was counted");
}

#[tokio::test]
async fn a_platform_comes_with_its_attestation_and_the_change_is_said() {
    let Some(world) = World::new().await else { return };
    let mut entries = Vec::new();
    for architecture in ["amd64", "arm64"] {
        let mut image = world.image("team/one", architecture, &[layer(architecture, 1_000)]).await;
        let mut about =
            world.image("team/one", "unknown", &[layer(&format!("about {architecture}"), 100)]).await;
        about["annotations"] = json!({ "vnd.docker.reference.digest": image["digest"] });
        about["platform"] = json!({ "os": "unknown", "architecture": "unknown" });
        image["platform"] = json!({ "os": "linux", "architecture": architecture });
        entries.extend([image, about]);
    }
    let whole = world.index("team/one", "1", &entries).await;
    let orders = [ordered("team/one")];
    let arm = [Order { platforms: vec!["linux/arm64".parse().unwrap()], ..ordered("team/one") }];
    let told = Mutex::new(Vec::new());
    let watch = |event| told.lock().unwrap().push(event);
    let report = world.copy_until(&arm, &options(), &Cancel::default(), &watch).await;
    let Outcome::Copied { digest, narrowed_from, .. } = &report.results[0].outcome else {
        panic!("{report:?}")
    };
    assert_eq!(narrowed_from.as_ref(), Some(&whole));
    assert_ne!(digest, &whole);
    assert_eq!(report.summary.source.manifest_gets, 3, "the index, the image and its attestation");
    let told = told.into_inner().unwrap();
    let reading = told.iter().find_map(|event| match event {
        Event::Reading { pulls, .. } => Some(pulls.clone()),
        _ => None,
    });
    assert_eq!(reading.unwrap(), ["linux/arm64", "attestation"]);

    let again = world.copy(&arm, &options()).await.summary;
    assert_eq!((again.unchanged, again.source.manifest_gets), (1, 0));
    // All platforms are something else than one.
    let all = world.copy(&orders, &options()).await.summary;
    assert_eq!(all.copied, 1);
    assert_eq!(tag_at(&world, &format!("{TARGET}/team/one:1")).await, Some(whole));

    let none = order("docker.io/team/one:1", "mine.example/other:1").unwrap();
    let none = [Order { platforms: vec!["windows/amd64".parse().unwrap()], ..none }];
    let report = world.copy(&none, &options()).await;
    let Outcome::Failed { error } = &report.results[0].outcome else { panic!("{report:?}") };
    assert_eq!(error.code, "image_platform");
}

#[tokio::test]
async fn one_image_with_two_names_is_read_once() {
    let Some(world) = World::new().await else { return };
    let digest = world.two_platforms("team/one").await;
    let name = |tag: &str| format!("{TARGET}/team/one:{tag}");
    let latest: ImageReference = name("latest").parse().unwrap();
    let orders = [Order { also: vec![latest.clone()], ..ordered("team/one") }];
    let report = world.copy(&orders, &options()).await;
    assert_eq!((report.summary.images, report.summary.copied), (1, 1), "{report:?}");
    assert_eq!(pulls(&world.at_source().await), 3, "an index and two platforms, once");
    for tag in ["1", "latest"] {
        assert_eq!(tag_at(&world, &name(tag)).await.as_ref(), Some(&digest));
    }
    assert_eq!(world.copy(&orders, &options()).await.summary.unchanged, 1);
    // One of the names is lost: it comes back.
    world.target.push_manifest("team/one", "latest", IMAGE, own_manifest(&world).await).await.unwrap();
    assert_ne!(tag_at(&world, &name("latest")).await.as_ref(), Some(&digest));
    assert_eq!(world.copy(&orders, &options()).await.summary.copied, 1);
    assert_eq!(tag_at(&world, &name("latest")).await.as_ref(), Some(&digest));

    let pinned = format!("{TARGET}/team/one@sha256:{}", "a".repeat(64)).parse().unwrap();
    let orders = [Order { also: vec![pinned], ..ordered("team/one") }];
    let report = world.copy(&orders, &options()).await;
    let Outcome::Failed { error } = &report.results[0].outcome else { panic!("{report:?}") };
    assert_eq!(error.code, "target_digest");
}

/// The manifest of one platform, as the target holds it.
async fn own_manifest(world: &World) -> Vec<u8> {
    let at = Repository { registry: TARGET.parse().unwrap(), path: "team/one".to_owned() };
    let index: ImageReference = format!("{TARGET}/team/one:1").parse().unwrap();
    let index = world.client().manifest(&index).await.unwrap().answer.found().unwrap();
    let index: serde_json::Value = serde_json::from_slice(&index.bytes).unwrap();
    let digest = index["manifests"][0]["digest"].as_str().unwrap().to_owned();
    world.client().manifest_of(&at, &digest).await.unwrap().answer.found().unwrap().bytes
}

#[tokio::test]
async fn signatures_travel_with_their_image() {
    let Some(world) = World::new().await else { return };
    let digest = world.two_platforms("team/one").await;
    let stem = digest.replace(':', "-");
    let signature = world.image("team/one", "signature", &[layer("signature", 50)]).await;
    let of = signature["digest"].as_str().unwrap().to_owned();
    let at = Repository { registry: "docker.io".parse().unwrap(), path: "team/one".to_owned() };
    let manifest = world.client().manifest_of(&at, &of).await.unwrap();
    let bytes = manifest.answer.found().unwrap().bytes;
    world.source.push_manifest("team/one", &format!("{stem}.sig"), IMAGE, bytes).await.unwrap();
    world.index("team/one", &stem, &[signature]).await;

    let report = world.copy(&[ordered("team/one")], &options()).await;
    let Outcome::Copied { referrers, left, .. } = &report.results[0].outcome else { panic!("{report:?}") };
    assert_eq!((*referrers, left.len()), (2, 0), "the signature and the list of referrers");
    assert_eq!(tag_at(&world, &format!("{TARGET}/team/one:{stem}.sig")).await, Some(of));
    assert!(tag_at(&world, &format!("{TARGET}/team/one:{stem}")).await.is_some());
}

#[tokio::test]
async fn one_image_that_fails_does_not_keep_the_others() {
    let Some(world) = World::new().await else { return };
    world.two_platforms("team/one").await;
    world.source.push_manifest("team/two", "1", IMAGE, "{}").await.unwrap_err();
    let orders = [ordered("team/missing"), ordered("team/one")];
    let report = world.copy(&orders, &options()).await;
    assert_eq!((report.summary.copied, report.summary.failed), (1, 1), "{report:?}");
    let Outcome::Failed { error } = &report.results[0].outcome else { panic!("{report:?}") };
    assert_eq!(error.kind.exit_status(), 3);
    assert_eq!(report.stopped, None);
}

#[tokio::test]
async fn a_moved_tag_is_told_and_a_pinned_target_must_fit() {
    let Some(world) = World::new().await else { return };
    let first = world.two_platforms("team/one").await;
    world.copy(&[ordered("team/one")], &options()).await;
    let image = world.image("team/one", "amd64", &[layer("new", 10)]).await;
    let second = world.index("team/one", "1", &[image]).await;
    let report = world.copy(&[ordered("team/one")], &options()).await;
    let Outcome::Copied { digest, overwritten, .. } = &report.results[0].outcome else {
        panic!("{report:?}")
    };
    assert_eq!((digest, overwritten.as_ref()), (&second, Some(&first)));

    let pinned = |digest: &str| order("docker.io/team/one:1", &format!("{TARGET}/pinned@{digest}")).unwrap();
    let report = world.copy(&[pinned(&first)], &options()).await;
    let Outcome::Failed { error } = &report.results[0].outcome else { panic!("{report:?}") };
    assert_eq!(error.code, "target_digest");
    assert_eq!(world.copy(&[pinned(&second)], &options()).await.summary.copied, 1);
}

#[tokio::test]
async fn a_dry_run_tells_the_cost_and_spends_nothing() {
    let Some(world) = World::new().await else { return };
    world.hub.set_limits(&Rules::anonymous_pulls(10)).await.unwrap();
    world.two_platforms("team/one").await;
    let told = Mutex::new(Vec::new());
    let watch = |event| told.lock().unwrap().push(event);
    let dry = Options { dry_run: true, ..options() };
    let report = world.copy_until(&[ordered("team/one")], &dry, &Cancel::default(), &watch).await;
    let Outcome::Wanted { pulls: cost, overwrites } = &report.results[0].outcome else {
        panic!("{report:?}")
    };
    assert!(cost.low <= 3 && cost.high >= 3 && overwrites.is_none(), "{cost:?}");
    let planned = told.into_inner().unwrap();
    let Some(Event::Planned { left, .. }) = planned.first() else { panic!("{planned:?}") };
    assert_eq!(left.as_slice(), [("docker.io".parse().unwrap(), 10)]);
    assert_eq!(pulls(&world.at_source().await), 0);
    assert!(world.sent().is_empty());
}
