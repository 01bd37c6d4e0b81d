//! Did the pull secret arrive? A plan of one service account and one stuck pod, held against later states.
#![expect(clippy::unwrap_used, reason = "a test may stop where its own data is wrong")]

use domain::diagnosis::{Fold, SourceKind, Verdict};
use domain::facts::{
    ContainerState, ContainerStatus, Fact, NotSeen, PodFact, ServiceAccountFact, WorkloadFact,
};
use domain::plan::Plan;
use domain::time::Timestamp;
use domain::verification::{Check, Outcome, SecretState, Verification};
use domain::workload::{ContainerImage, ContainerKind, Controller, ObjectRef, PodSpec};
use serde_json::json;

const OURS: &str = "unthrottle-docker-hub";

fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T12:00:00Z").unwrap()
}

fn plan() -> Plan {
    let target = |kind: &str, name: &str, uid: &str| json!({"group": "", "version": "v1", "kind": kind, "namespace": "shop", "name": name, "uid": uid});
    let step = |id: &str, op: &str, target: serde_json::Value, made_by: &[&str]| {
        json!({"id": id, "op": op, "target": target, "precondition": {"uid": null}, "patch": [], "inverse": [],
            "secret_ref": null, "after": [], "made_by": made_by})
    };
    serde_json::from_value(json!({
        "schema": "unthrottle.plan/v1", "digest": "sha256:0", "cluster_uid": null, "context": null,
        "cluster_name": "lab", "scanned_at": "2026-11-23T06:00:00Z", "remedy": "hub-account",
        "cortex_version": null, "change_needed": true, "summary": "",
        "pull_secret": {"name": OURS, "key": "https://index.docker.io/v1/", "username": null},
        "edits": [], "refused": [], "not_covered": [], "unchanged": [], "copies": [],
        "steps": [
            step("01", "create_secret", target("Secret", OURS, ""), &[]),
            step("02", "patch", target("ServiceAccount", "default", "uid-sa"), &[]),
            step("03", "replace_pod", target("Pod", "web-old", "uid-old"), &["uid-rs", "uid-web"]),
        ],
        "risks": [], "not_seen": [],
    }))
    .unwrap()
}

fn account(secrets: &[&str]) -> Fact {
    Fact::ServiceAccount(ServiceAccountFact {
        object: ObjectRef {
            group: String::new(),
            version: "v1".into(),
            kind: "ServiceAccount".into(),
            namespace: Some("shop".into()),
            name: "default".into(),
            uid: Some("uid-sa".into()),
        },
        labels: Default::default(),
        annotations: Default::default(),
        image_pull_secrets: secrets.iter().map(|name| (*name).to_owned()).collect(),
        origin: None,
    })
}

fn spec(secrets: &[&str]) -> PodSpec {
    PodSpec {
        service_account: None,
        image_pull_secrets: secrets.iter().map(|name| (*name).to_owned()).collect(),
        containers: vec![ContainerImage {
            kind: ContainerKind::Main,
            name: "web".into(),
            image: "nginx".into(),
            pull_policy: None,
            pointer: "/spec/containers/0/image".into(),
            name_pointer: "/spec/containers/0/name".into(),
        }],
    }
}

fn pod(name: &str, set: &str, secrets: &[&str], state: ContainerState) -> Fact {
    Fact::Pod(PodFact {
        namespace: "shop".into(),
        name: format!("web-{name}"),
        uid: format!("uid-{name}"),
        controller: Some(Controller {
            api_version: "apps/v1".into(),
            kind: "ReplicaSet".into(),
            name: "web".into(),
            uid: set.into(),
        }),
        spec: spec(secrets),
        statuses: vec![ContainerStatus {
            kind: ContainerKind::Main,
            name: "web".into(),
            image: "nginx".into(),
            image_id: String::new(),
            state,
        }],
        ..PodFact::default()
    })
}

fn waits() -> ContainerState {
    ContainerState::Waiting {
        reason: "ImagePullBackOff".into(),
        message: "toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit"
            .into(),
    }
}

fn check(facts: Vec<Fact>) -> Verification {
    let mut check = Check::new(&plan());
    facts.into_iter().for_each(|fact| check.take(fact));
    check.finish(now())
}

#[test]
fn every_state_after_a_plan_is_told_apart() {
    use SecretState::{Failing, Lacking, Named, NotSeen, OnItsWay, Runs, RunsWithout};
    let creating = ContainerState::Waiting { reason: "ContainerCreating".into(), message: String::new() };
    let cases: Vec<(&str, Vec<Fact>, Outcome, Vec<SecretState>)> = vec![
        (
            "nothing was done",
            vec![account(&[]), pod("old", "uid-rs", &[], waits())],
            Outcome::NotApplied,
            vec![Lacking, Lacking],
        ),
        (
            "the pod was left",
            vec![account(&["a", OURS]), pod("old", "uid-rs", &[], waits())],
            Outcome::Failed,
            vec![Named, Lacking],
        ),
        (
            "it recovered",
            vec![account(&[OURS]), pod("old", "uid-rs", &[], ContainerState::Running)],
            Outcome::Done,
            vec![Named, RunsWithout],
        ),
        (
            "made anew",
            vec![account(&[OURS]), pod("new", "uid-rs", &[OURS], ContainerState::Running)],
            Outcome::Done,
            vec![Named, Runs],
        ),
        (
            "on its way",
            vec![account(&[OURS]), pod("new", "uid-rs", &[OURS], creating)],
            Outcome::InProgress,
            vec![Named, OnItsWay],
        ),
        (
            "a wrong login",
            vec![account(&[OURS]), pod("new", "uid-rs", &[OURS], waits())],
            Outcome::Failed,
            vec![Named, Failing],
        ),
        (
            "made too early",
            vec![account(&[OURS]), pod("new", "uid-rs", &[], waits())],
            Outcome::Failed,
            vec![Named, Lacking],
        ),
        (
            "no right to look",
            vec![pod("new", "uid-rs", &[OURS], ContainerState::Running)],
            Outcome::Unknown,
            vec![NotSeen, Runs],
        ),
        (
            "a healthy sibling",
            vec![account(&[OURS]), pod("other", "uid-rs", &[], ContainerState::Running)],
            Outcome::Done,
            vec![Named],
        ),
        (
            "somebody else's pod",
            vec![account(&[OURS]), pod("x", "uid-other", &[], waits())],
            Outcome::Done,
            vec![Named],
        ),
    ];
    for (name, facts, outcome, states) in cases {
        let verification = check(facts);
        let seen: Vec<SecretState> = verification.pull_secrets.iter().map(|one| one.state).collect();
        assert_eq!((verification.outcome, seen), (outcome, states), "{name}");
    }
}

#[test]
fn a_new_replica_set_is_found_through_its_deployment() {
    let link = Fact::Owner {
        uid: "uid-rs2".into(),
        controller: Some(Controller {
            api_version: "apps/v1".into(),
            kind: "Deployment".into(),
            name: "web".into(),
            uid: "uid-web".into(),
        }),
        object: ObjectRef {
            group: "apps".into(),
            version: "v1".into(),
            kind: "ReplicaSet".into(),
            namespace: Some("shop".into()),
            name: "web-2".into(),
            uid: Some("uid-rs2".into()),
        },
    };
    let facts = vec![account(&[OURS]), link, pod("new", "uid-rs2", &[OURS], ContainerState::Running)];
    let states: Vec<SecretState> = check(facts).pull_secrets.iter().map(|one| one.state).collect();
    assert_eq!(states, [SecretState::Named, SecretState::Runs]);
}

#[test]
fn accounts_that_may_not_be_listed_leave_the_verdict_alone() {
    let workload = |image: &str| {
        let mut spec = spec(&[]);
        spec.containers.iter_mut().for_each(|container| container.image = image.to_owned());
        Fact::Workload(WorkloadFact {
            object: ObjectRef {
                group: "apps".into(),
                version: "v1".into(),
                kind: "Deployment".into(),
                namespace: Some("shop".into()),
                name: "web".into(),
                uid: Some("uid-web".into()),
            },
            labels: Default::default(),
            annotations: Default::default(),
            controller: None,
            spec,
            replicas: None,
            present: None,
            update_strategy: None,
            origin: None,
        })
    };
    let gap = || {
        Fact::NotSeenForPlans(NotSeen {
            what: "serviceaccounts (all namespaces)".into(),
            why: "403".into(),
            effect: String::new(),
        })
    };
    let scanned = |facts: Vec<Fact>| {
        let mut fold = Fold::new(SourceKind::Cluster);
        facts.into_iter().for_each(|fact| fold.take(fact));
        fold.finish(now())
    };
    let scan = scanned(vec![workload("quay.io/acme/web:1"), gap()]);
    assert_eq!(scan.diagnosis.verdict, Verdict::NotAffected);
    assert_eq!(scan.diagnosis.not_seen.len(), 1);
    let scan = scanned(vec![workload("nginx"), gap()]);
    let account = scan.inventory.service_accounts.first().unwrap();
    assert_eq!((account.object.name.as_str(), &account.image_pull_secrets), ("default", &None));
    assert_eq!(account.users, ["Deployment shop/web"]);
}
