//! The scan use case over scripted sources.

use crate::support::{Script, SetClock, cluster};
use domain::diagnosis::{SourceKind, Verdict};
use domain::facts::Fact;
use domain::ports::{Cancel, Clock as _};
use domain::problem::Problem;
use domain::run::Progress;
use engine::scan::scan;

#[tokio::test]
async fn a_scan_concludes_at_the_clocks_time_and_names_its_requests() {
    let clock = SetClock::new();
    let source = Script::Gives(vec![cluster(None), Fact::Namespace("shop".to_owned())]);
    let mut told = Vec::new();
    let mut observer = |progress: Progress| told.push(progress.phase);
    let scanned =
        scan(&source, SourceKind::Cluster, &Cancel::default(), &*clock, &mut observer).await.unwrap();
    assert_eq!(scanned.scan.diagnosis.source.collected_at, clock.now());
    assert_eq!(scanned.scan.diagnosis.counts.namespaces, 1);
    assert_eq!(scanned.requests.len(), 1);
    assert_eq!(told, ["reading pods"]);
}

#[tokio::test]
async fn a_stopped_scan_keeps_what_it_found_and_rules_nothing_out() {
    let cancel = Cancel::default();
    cancel.cancel();
    let source = Script::WaitsAfter(vec![cluster(None), Fact::Namespace("shop".to_owned())]);
    let mut observer = |_: Progress| {};
    let scanned =
        scan(&source, SourceKind::Cluster, &cancel, &*SetClock::new(), &mut observer).await.unwrap();
    assert_eq!(scanned.scan.diagnosis.counts.namespaces, 1);
    assert_ne!(scanned.scan.diagnosis.verdict, Verdict::NotAffected);
    assert!(scanned.scan.diagnosis.not_seen.iter().any(|n| n.why == "Reading was stopped before its end."));
}

#[tokio::test]
async fn a_source_that_gives_nothing_is_a_problem() {
    let problem = Problem::outside("cluster_unreachable", "a", "b", "c");
    let mut observer = |_: Progress| {};
    let source = Script::Fails(problem.clone());
    let result =
        scan(&source, SourceKind::Cluster, &Cancel::default(), &*SetClock::new(), &mut observer).await;
    assert_eq!(result.unwrap_err(), problem);
}
