//! The verify use case over scripted sources.

use domain::plan::Plan;
use domain::ports::Cancel;
use domain::problem::Problem;
use domain::run::Progress;
use domain::verification::Outcome;
use engine::verify::{Verified, verify};

use crate::support::{Script, SetClock, cluster};

fn plan_of(uid: Option<&str>) -> Plan {
    let plan = serde_json::json!({
        "schema": "unthrottle.plan/v1", "digest": "sha256:00", "cluster_uid": uid, "context": null,
        "cluster_name": "prod-us", "scanned_at": "2026-11-23T06:00:00Z", "remedy": "quay",
        "cortex_version": null, "change_needed": false, "summary": "", "edits": [], "refused": [],
        "not_covered": [], "unchanged": [], "copies": [], "steps": [], "risks": [], "not_seen": []
    });
    serde_json::from_value(plan).unwrap()
}

async fn check(plan: Option<&str>, source: Script, cancel: &Cancel) -> Result<Verified, Problem> {
    let mut observer = |_: Progress| {};
    verify(&plan_of(plan), &source, cancel, &*SetClock::new(), &mut observer).await
}

#[tokio::test]
async fn another_cluster_than_the_plans_is_refused_before_it_is_read_through() {
    let source = Script::WaitsAfter(vec![cluster(Some("uid-eu"))]);
    let problem = check(Some("uid-us"), source, &Cancel::default()).await.unwrap_err();
    assert_eq!(problem.code, "other_cluster");
    assert!(problem.why.contains("prod-us") && problem.why.contains("prod-eu"), "{}", problem.why);
}

#[tokio::test]
async fn the_plans_own_cluster_is_read() {
    let source = Script::Gives(vec![cluster(Some("uid-us"))]);
    let verified = check(Some("uid-us"), source, &Cancel::default()).await.unwrap();
    assert_eq!(verified.requests.len(), 1);
    assert!(!verified.verification.not_seen.iter().any(|n| n.what.contains("identity")));
}

#[tokio::test]
async fn a_cluster_that_does_not_tell_who_it_is_is_read_with_a_word_about_it() {
    let source = Script::Gives(vec![cluster(None)]);
    let verified = check(Some("uid-us"), source, &Cancel::default()).await.unwrap();
    assert!(verified.verification.not_seen.iter().any(|n| n.what.contains("identity")));
}

#[tokio::test]
async fn a_stopped_check_proves_nothing() {
    let cancel = Cancel::default();
    cancel.cancel();
    let verified = check(None, Script::WaitsAfter(Vec::new()), &cancel).await.unwrap();
    assert_eq!(verified.verification.outcome, Outcome::Unknown);
}
