//! The verdict over small, hand-made clusters: one story a test, told in facts.
#![expect(clippy::unwrap_used, reason = "a test may stop where its own data is wrong")]

use std::collections::BTreeMap;

use domain::diagnosis::{Fold, Scan, SourceKind, Verdict};
use domain::evidence::Cause;
use domain::facts::{
    ContainerState, ContainerStatus, CortexConfigMap, EventFact, Fact, ListOf, NodeFact, NotSeen, PodFact,
    WorkloadFact,
};
use domain::time::Timestamp;
use domain::workload::{ContainerImage, ContainerKind, Controller, ObjectRef, PodSpec};

const REFUSED: &str = "failed to pull and unpack image \"docker.io/library/nginx:1.27\": failed to copy: \
    httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/library/nginx/manifests/\
    sha256:0000: 429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated \
    pull rate limit. https://www.docker.com/increase-rate-limit";

fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T12:00:00Z").unwrap()
}

fn object(kind: &str, name: &str) -> ObjectRef {
    let group = if matches!(kind, "Pod" | "ConfigMap") { "" } else { "apps" };
    ObjectRef {
        group: group.into(),
        version: "v1".into(),
        kind: kind.into(),
        namespace: Some("shop".into()),
        name: name.into(),
        uid: Some(format!("uid-{name}")),
    }
}

fn controller(kind: &str, name: &str) -> Controller {
    Controller {
        api_version: "apps/v1".into(),
        kind: kind.into(),
        name: name.into(),
        uid: format!("uid-{name}"),
    }
}

fn spec(image: &str) -> PodSpec {
    PodSpec {
        containers: vec![ContainerImage {
            kind: ContainerKind::Main,
            name: "main".into(),
            image: image.into(),
            pull_policy: None,
            pointer: "/spec/template/spec/containers/0/image".into(),
            name_pointer: "/spec/template/spec/containers/0/name".into(),
        }],
        ..PodSpec::default()
    }
}

fn pod(name: &str, image: &str, state: ContainerState) -> PodFact {
    PodFact {
        namespace: "shop".into(),
        name: name.into(),
        uid: format!("uid-{name}"),
        node: Some("node-1".into()),
        created_at: Timestamp::parse("2026-11-23T11:00:00Z"),
        spec: spec(image),
        statuses: vec![ContainerStatus {
            kind: ContainerKind::Main,
            name: "main".into(),
            image: image.into(),
            image_id: String::new(),
            state,
        }],
        ..PodFact::default()
    }
}

fn backing_off(message: &str) -> ContainerState {
    ContainerState::Waiting { reason: "ImagePullBackOff".into(), message: message.into() }
}

fn failed_event(pod: &str, message: &str) -> Fact {
    Fact::Event(EventFact {
        namespace: "shop".into(),
        pod: pod.into(),
        pod_uid: format!("uid-{pod}"),
        container: Some("main".into()),
        reason: "Failed".into(),
        message: message.into(),
        first_seen: Timestamp::parse("2026-11-23T11:10:00Z"),
        last_seen: Timestamp::parse("2026-11-23T11:50:00Z"),
        count: 7,
        node: Some("node-1".into()),
    })
}

fn deployment(name: &str, image: &str) -> WorkloadFact {
    WorkloadFact {
        object: object("Deployment", name),
        labels: BTreeMap::new(),
        annotations: BTreeMap::new(),
        controller: None,
        spec: spec(image),
        replicas: Some(1),
        present: None,
        update_strategy: None,
        origin: None,
    }
}

fn scan(facts: impl IntoIterator<Item = Fact>) -> Scan {
    let mut fold = Fold::new(SourceKind::Cluster);
    facts.into_iter().for_each(|fact| fold.take(fact));
    fold.finish(now())
}

#[test]
fn a_refused_pod_makes_the_cluster_affected_and_its_line_is_the_proof() {
    let mut web = pod(
        "web-1",
        "nginx:1.27",
        backing_off(&format!("Back-off pulling image \"nginx:1.27\": ErrImagePull: {REFUSED}")),
    );
    web.controller = Some(controller("ReplicaSet", "web-abc"));
    let scan = scan([
        Fact::Owner {
            uid: "uid-web-abc".into(),
            controller: Some(controller("Deployment", "web")),
            object: object("ReplicaSet", "web-abc"),
        },
        Fact::Workload(deployment("web", "nginx:1.27")),
        Fact::Pod(web),
    ]);
    let diagnosis = &scan.diagnosis;
    assert_eq!(diagnosis.verdict, Verdict::Affected);
    let finding = &diagnosis.findings[0];
    assert_eq!(finding.cause, Cause::DockerHubRateLimit);
    assert_eq!((finding.workload.kind.as_str(), finding.workload.name.as_str()), ("Deployment", "web"));
    assert!(finding.evidence[0].text.contains("unauthenticated pull rate limit"));
    assert!(!diagnosis.first_aid.is_empty());
    assert_eq!(diagnosis.counts.throttled_containers, 1);
    assert_eq!(scan.inventory.workloads[0].throttled_pods, 1);
    assert!(scan.inventory.pods.is_empty(), "the Deployment replaces its pod");
}

#[test]
fn before_1_32_the_event_still_knows_the_cause() {
    let scan = scan([
        Fact::Pod(pod("web-1", "nginx:1.27", backing_off("Back-off pulling image \"nginx:1.27\""))),
        failed_event(
            "web-1",
            &format!("Failed to pull image \"nginx:1.27\": rpc error: code = Unknown desc = {REFUSED}"),
        ),
        failed_event("web-1", "Error: ErrImagePull"),
    ]);
    assert_eq!(scan.diagnosis.verdict, Verdict::Affected);
    assert_eq!(scan.diagnosis.findings[0].count, 7, "bare events carry no cause and are not counted");
    assert_eq!(scan.inventory.pods.len(), 1, "a bare pod has to be changed itself");
}

#[test]
fn a_refusal_that_is_over_is_past() {
    let scan = scan([
        Fact::Pod(pod("web-1", "nginx:1.27", ContainerState::Running)),
        failed_event("web-1", &format!("Failed to pull image \"nginx:1.27\": {REFUSED}")),
    ]);
    assert_eq!(scan.diagnosis.verdict, Verdict::WasAffected);
    assert!(!scan.diagnosis.findings[0].current);
    assert_eq!(scan.diagnosis.counts.failing_containers, 0);
}

#[test]
fn silence_is_a_verdict_only_where_everything_was_seen() {
    let elsewhere = || Fact::Pod(pod("web-1", "ghcr.io/acme/web:1", ContainerState::Running));
    assert_eq!(scan([elsewhere()]).diagnosis.verdict, Verdict::NotAffected);
    let blind = NotSeen { what: "events".into(), why: "forbidden".into(), effect: "unknown".into() };
    assert_eq!(scan([elsewhere(), Fact::NotSeen(blind)]).diagnosis.verdict, Verdict::Unknown);
    let exposed = Fact::Pod(pod("web-1", "nginx:1.27", ContainerState::Running));
    assert_eq!(scan([exposed]).diagnosis.verdict, Verdict::AtRisk);
}

#[test]
fn another_registrys_limit_is_a_finding_but_no_throttle_of_docker_hub() {
    let message = "Back-off pulling image \"ghcr.io/acme/web:1\": ErrImagePull: failed to resolve image: unexpected \
        status from HEAD request to https://ghcr.io/v2/acme/web/manifests/1: 429 Too Many Requests";
    let scan = scan([Fact::Pod(pod("web-1", "ghcr.io/acme/web:1", backing_off(message)))]);
    assert_eq!(scan.diagnosis.verdict, Verdict::NotAffected);
    assert_eq!(scan.diagnosis.counts.failing_containers, 1);
    assert_eq!(scan.diagnosis.counts.throttled_containers, 0);
}

#[test]
fn a_list_that_begins_anew_voids_what_it_gave() {
    let stuck = || Fact::Pod(pod("web-1", "nginx:1.27", backing_off(REFUSED)));
    let scan = scan([
        Fact::ListBegins(ListOf::Pods),
        stuck(),
        Fact::ListBegins(ListOf::Pods),
        Fact::Pod(pod("web-1", "nginx:1.27", ContainerState::Running)),
        Fact::Pod(pod("web-1", "nginx:1.27", ContainerState::Running)),
    ]);
    assert_eq!(scan.diagnosis.counts.pods, 1, "a pod that comes twice counts once");
    assert!(scan.diagnosis.findings.is_empty());
}

#[test]
fn cortex_is_recognised_with_its_network() {
    let map = |name: &str, data: &[(&str, &str)], config: Option<serde_json::Value>| {
        Fact::CortexConfigMap(CortexConfigMap {
            object: object("ConfigMap", name),
            data: data.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            cluster_config: config,
            origin: None,
        })
    };
    let config =
        serde_json::json!({"cluster_name": "prod", "region": "us-east-1", "subnet_visibility": "private"});
    let node = |name: &str| {
        Fact::Node(NodeFact {
            name: name.into(),
            internal_ips: vec!["10.0.0.1".into()],
            ..NodeFact::default()
        })
    };
    let scan = scan([
        map("env-vars", &[("CORTEX_VERSION", "0.22.1")], None),
        map("cluster-config", &[], Some(config)),
        node("b"),
        node("a"),
    ]);
    let cortex = scan.diagnosis.cortex.unwrap();
    assert_eq!(cortex.version.map(|v| v.to_string()).as_deref(), Some("0.22.1"));
    assert_eq!(cortex.nat_gateway.as_deref(), Some("single"), "Cortex's default for private subnets");
    assert_eq!(scan.diagnosis.budget.egress_groups[0].nodes, ["a", "b"]);
}

#[test]
fn a_replica_set_whose_owner_was_not_seen_still_tells_its_deployment() {
    let mut web = pod("web-1", "nginx:1.27", backing_off(REFUSED));
    web.controller = Some(controller("ReplicaSet", "web-5d4f8c7b9d"));
    let scan = scan([Fact::Pod(web)]);
    let workload = &scan.diagnosis.findings[0].workload;
    assert_eq!((workload.kind.as_str(), workload.name.as_str()), ("Deployment", "web"));
    assert_eq!(scan.inventory.pods.len(), 1, "a Deployment that was not seen cannot be patched, its pod can");
}
