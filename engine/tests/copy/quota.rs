//! Copying under a pull limit: nothing is spent that is not there, and nothing is asked twice to learn it.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use domain::copy::report::{Event, Outcome, Stopped};
use domain::ports::Cancel;
use engine::copy::Options;
use lab::front::{Allowance, Kind, Rules};

use crate::world::{World, options, ordered, pulls, refusals};

fn limit(pulls: u32, window_seconds: u32) -> Rules {
    Rules { anonymous: Some(Allowance { pulls, window_seconds }), ..Rules::default() }
}

const REPOSITORIES: [&str; 4] = ["team/a", "team/b", "team/c", "team/d"];

async fn filled() -> Option<World> {
    let world = World::new().await?;
    for repository in REPOSITORIES {
        world.two_platforms(repository).await;
    }
    Some(world)
}

#[tokio::test]
async fn a_spent_limit_is_seen_in_a_header_and_not_run_into() {
    let Some(world) = filled().await else { return };
    world.hub.set_limits(&limit(0, 21_600)).await.unwrap();
    let begun = Instant::now();
    let report = world.copy(&REPOSITORIES.map(ordered), &options()).await;
    let Some(Stopped::Throttled { left, goes_on, .. }) = &report.stopped else { panic!("{report:?}") };
    assert_eq!(*left, Some(0));
    let log = world.at_source().await;
    let now = domain::time::Timestamp::parse(&log[0].time).unwrap().unix();
    assert!(goes_on.unix() >= now + 21_600 && goes_on.unix() <= now + 21_700, "{goes_on}");
    assert_eq!((pulls(&log), refusals(&log)), (0, 0));
    assert!(log.iter().all(|entry| entry.kind == Kind::Token || entry.method == "HEAD"), "{log:?}");
    assert!(begun.elapsed() < Duration::from_secs(3));
    assert!(report.results.iter().all(|ended| ended.outcome == Outcome::NotStarted));
}

#[tokio::test]
async fn a_source_that_refuses_everything_is_asked_once() {
    let Some(world) = filled().await else { return };
    world.hub.set_limits(&Rules { abuse: true, ..Rules::default() }).await.unwrap();
    let begun = Instant::now();
    let report = world.copy(&REPOSITORIES.map(ordered), &options()).await;
    assert!(begun.elapsed() < Duration::from_millis(200), "{:?}", begun.elapsed());
    let log = world.at_source().await;
    assert_eq!((log.len(), log[0].method.as_str()), (1, "HEAD"), "{log:?}");
    assert!(matches!(report.stopped, Some(Stopped::Throttled { .. })), "{report:?}");
}

#[tokio::test]
async fn what_fits_is_copied_and_the_rest_is_not_begun() {
    let Some(world) = filled().await else { return };
    world.hub.set_limits(&limit(9, 21_600)).await.unwrap();
    let frugal = Options { reserve: 2, ..options() };
    let report = world.copy(&REPOSITORIES.map(ordered), &frugal).await;
    assert_eq!((report.summary.copied, report.summary.failed), (2, 0), "{report:?}");
    assert!(matches!(&report.stopped, Some(Stopped::Throttled { left: Some(left), .. }) if *left >= 2));
    let log = world.at_source().await;
    assert!(pulls(&log) <= 7, "the reserve is left alone: {}", pulls(&log));
    assert_eq!(refusals(&log), 0);

    // The same command goes on when there are pulls again.
    world.hub.set_limits(&Rules::default()).await.unwrap();
    let report = world.copy(&REPOSITORIES.map(ordered), &frugal).await;
    assert_eq!((report.summary.copied, report.summary.unchanged, report.stopped), (2, 2, None));
    let sent = world.sent();
    assert!(!sent.is_empty() && sent.values().all(|times| *times == 1), "{sent:?}");
}

#[tokio::test]
async fn with_patience_it_goes_across_windows_and_is_never_refused() {
    let Some(world) = filled().await else { return };
    world.hub.set_limits(&limit(5, 3)).await.unwrap();
    let patient = Options { wait: true, reserve: 1, ..options() };
    let told = Mutex::new(Vec::new());
    let watch = |event| told.lock().unwrap().push(event);
    let report = world.copy_until(&REPOSITORIES.map(ordered), &patient, &Cancel::default(), &watch).await;
    assert_eq!((report.summary.copied, report.stopped), (4, None));
    assert!(report.summary.paused_seconds >= 3, "{:?}", report.summary);
    let log = world.at_source().await;
    assert_eq!((pulls(&log), refusals(&log)), (12, 0));
    let told = told.into_inner().unwrap();
    assert!(told.iter().any(|event| matches!(event, Event::Paused { .. })));
}

#[tokio::test]
async fn a_pause_ends_at_once_when_it_is_cancelled() {
    let Some(world) = filled().await else { return };
    world.hub.set_limits(&limit(0, 21_600)).await.unwrap();
    let patient = Options { wait: true, ..options() };
    let (cancel, begun) = (Cancel::default(), Mutex::new(None));
    let watch = |event| {
        if matches!(event, Event::Paused { .. }) {
            cancel.cancel();
            *begun.lock().unwrap() = Some(Instant::now());
        }
    };
    let report = world.copy_until(&REPOSITORIES.map(ordered), &patient, &cancel, &watch).await;
    assert_eq!(report.stopped, Some(Stopped::Cancelled));
    assert!(begun.into_inner().unwrap().unwrap().elapsed() < Duration::from_secs(1));
}
