//! Stopped at any moment and run again, it goes on: nothing is sent twice, and the end is right.

use std::sync::atomic::{AtomicU32, Ordering};

use domain::copy::report::{Event, Stopped};
use domain::ports::Cancel;

use crate::world::{World, options, ordered};

const REPOSITORIES: [&str; 3] = ["team/a", "team/b", "team/c"];

#[tokio::test]
async fn a_run_that_was_stopped_repeats_no_finished_blob() {
    // The seeds: after how many blobs it is stopped, again and again.
    for steps in [1, 2, 3, 5, 8] {
        let Some(world) = World::new().await else { return };
        for repository in REPOSITORIES {
            world.two_platforms(repository).await;
        }
        let orders = REPOSITORIES.map(ordered);
        let mut runs = 0;
        loop {
            let (cancel, blobs) = (Cancel::default(), AtomicU32::new(0));
            let watch = |event| {
                let moved =
                    matches!(event, Event::Blob { how, .. } if how != domain::copy::report::How::Present);
                if moved && blobs.fetch_add(1, Ordering::Relaxed) + 1 == steps {
                    cancel.cancel();
                }
            };
            let report = world.copy_until(&orders, &options(), &cancel, &watch).await;
            runs += 1;
            if report.stopped.is_none() {
                assert_eq!(report.summary.failed, 0, "{report:?}");
                break;
            }
            assert_eq!(report.stopped, Some(Stopped::Cancelled));
            assert!(runs < 40, "it gets nowhere");
        }
        let sent = world.sent();
        assert_eq!(sent.len(), 2 + 3 * 4);
        assert!(sent.values().all(|times| *times == 1), "after {steps} blobs each: {sent:?}");
        assert_eq!(world.copy(&orders, &options()).await.summary.unchanged, 3);
    }
}
