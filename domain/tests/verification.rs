//! Did it work? A plan of one Deployment, held against clusters in different states.
#![expect(clippy::unwrap_used, reason = "a test may stop where its own data is wrong")]

use domain::facts::{ContainerState, ContainerStatus, EventFact, Fact, PodFact, WorkloadFact};
use domain::plan::{ImageMove, ImageProof, Op, Plan, Precondition, ProofState, Step};
use domain::remedy::RemedyKind;
use domain::time::Timestamp;
use domain::verification::{Check, CheckState, Outcome, Verification};
use domain::workload::{ContainerImage, ContainerKind, Controller, ObjectRef, PodSpec};

const OLD: &str = "cortexlabs/operator:0.22.1";
const NEW: &str = "quay.io/cortexlabs/operator:0.22.1";

fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T12:00:00Z").unwrap()
}

fn target() -> ObjectRef {
    ObjectRef {
        group: "apps".into(),
        version: "v1".into(),
        kind: "Deployment".into(),
        namespace: Some("default".into()),
        name: "operator".into(),
        uid: Some("uid-operator".into()),
    }
}

fn plan() -> Plan {
    Plan {
        schema: "unthrottle.plan/v1".into(),
        digest: "sha256:0".into(),
        cluster_uid: None,
        context: None,
        cluster_name: "lab".into(),
        scanned_at: now(),
        remedy: RemedyKind::Quay,
        cortex_version: None,
        change_needed: true,
        summary: String::new(),
        pull_secret: None,
        found_secrets: Vec::new(),
        edits: vec![],
        refused: vec![],
        not_covered: vec![],
        left_running: vec![],
        unchanged: vec![],
        copies: vec![],
        proofs: Vec::new(),
        ecr: None,
        steps: vec![Step {
            id: "01".into(),
            op: Op::Patch,
            target: target(),
            precondition: Precondition::default(),
            patch: vec![],
            inverse: vec![],
            secret_ref: None,
            after: vec![],
            images: vec![ImageMove {
                container: "operator".into(),
                kind: ContainerKind::Main,
                from: OLD.into(),
                to: NEW.into(),
            }],
            says: String::new(),
            made_by: vec![],
        }],
        batches: vec![],
        pulls: None,
        owners: vec![],
        risks: vec![],
        not_seen: vec![],
    }
}

fn spec(image: &str) -> PodSpec {
    PodSpec {
        containers: vec![ContainerImage {
            kind: ContainerKind::Main,
            name: "operator".into(),
            image: image.into(),
            pull_policy: None,
            pointer: String::new(),
            name_pointer: String::new(),
        }],
        ..PodSpec::default()
    }
}

fn template(image: &str) -> Fact {
    Fact::Workload(WorkloadFact {
        object: target(),
        labels: Default::default(),
        annotations: Default::default(),
        controller: None,
        spec: spec(image),
        replicas: Some(1),
        present: None,
        update_strategy: None,
        origin: None,
    })
}

fn pod(name: &str, image: &str, image_id: &str, state: ContainerState) -> Fact {
    Fact::Pod(PodFact {
        namespace: "default".into(),
        name: name.into(),
        uid: format!("uid-{name}"),
        controller: Some(Controller {
            api_version: "apps/v1".into(),
            kind: "ReplicaSet".into(),
            name: "operator-1".into(),
            uid: "uid-rs".into(),
        }),
        spec: spec(image),
        statuses: vec![ContainerStatus {
            kind: ContainerKind::Main,
            name: "operator".into(),
            image: image.into(),
            image_id: image_id.into(),
            state,
        }],
        ..PodFact::default()
    })
}

fn replica_set() -> Fact {
    Fact::Owner {
        uid: "uid-rs".into(),
        controller: Some(Controller {
            api_version: "apps/v1".into(),
            kind: "Deployment".into(),
            name: "operator".into(),
            uid: "uid-operator".into(),
        }),
        object: ObjectRef { kind: "ReplicaSet".into(), name: "operator-1".into(), ..target() },
    }
}

fn check(facts: impl IntoIterator<Item = Fact>) -> Verification {
    check_of(&plan(), facts)
}

fn check_of(plan: &Plan, facts: impl IntoIterator<Item = Fact>) -> Verification {
    let mut check = Check::new(plan);
    facts.into_iter().for_each(|fact| check.take(fact));
    check.finish(now())
}

const NEW_ID: &str =
    "quay.io/cortexlabs/operator@sha256:1111111111111111111111111111111111111111111111111111111111111111";
const DIGEST: &str = "sha256:2222222222222222222222222222222222222222222222222222222222222222";
const OLD_ID: &str =
    "docker.io/cortexlabs/operator@sha256:2222222222222222222222222222222222222222222222222222222222222222";

#[test]
fn running_with_the_new_repository_in_its_image_id_is_done() {
    let result = check([replica_set(), template(NEW), pod("a", NEW, NEW_ID, ContainerState::Running)]);
    assert_eq!(result.outcome, Outcome::Done);
    assert_eq!(result.containers[0].proof.as_deref(), Some(NEW_ID));
}

#[test]
fn the_old_name_of_proven_bytes_is_in_place_and_of_others_is_not() {
    let proof = |digest: Option<&str>| ImageProof {
        image: format!("docker.io/{OLD}"),
        target: NEW.into(),
        state: if digest.is_some() { ProofState::Same } else { ProofState::OtherBuild },
        digest: digest.map(str::to_owned),
        says: String::new(),
    };
    let of_another = ImageProof { target: "quay.io/cortexlabs/manager:0.22.1".into(), ..proof(Some(DIGEST)) };
    let pinned = format!("{NEW}@{DIGEST}");
    let docker_hub = format!("docker.io/cortexlabs/operator@{DIGEST}");
    let other = docker_hub.replace('2', "3");
    for (to, proofs, image_id, wanted) in [
        (NEW, vec![proof(Some(DIGEST))], docker_hub.as_str(), CheckState::FromNewPlace),
        (
            NEW,
            vec![proof(Some(DIGEST))],
            &format!("docker-pullable://{docker_hub}"),
            CheckState::FromNewPlace,
        ),
        (NEW, vec![proof(Some(DIGEST))], &other, CheckState::OnItsWay),
        (NEW, vec![proof(Some(DIGEST))], DIGEST, CheckState::OnItsWay),
        (NEW, vec![proof(Some(DIGEST))], "", CheckState::OnItsWay),
        (NEW, vec![proof(None)], &docker_hub, CheckState::OnItsWay),
        (NEW, vec![of_another], &docker_hub, CheckState::OnItsWay),
        (NEW, vec![], &docker_hub, CheckState::OnItsWay),
        (&pinned, vec![], &docker_hub, CheckState::FromNewPlace),
        (&pinned, vec![], &other, CheckState::OnItsWay),
    ] {
        let case = format!("{to} {proofs:?} {image_id}");
        let mut plan = Plan { proofs, ..plan() };
        plan.steps[0].images[0].to = to.into();
        let facts = [replica_set(), template(to), pod("a", to, image_id, ContainerState::Running)];
        let found = check_of(&plan, facts).containers.remove(0);
        assert_eq!(found.state, wanted, "{case}");
        let told = found.proof.unwrap_or_default();
        assert_eq!(told.contains("the very bytes"), wanted == CheckState::FromNewPlace, "{case}: {told}");
    }
    // Before it runs it is on its way, whatever its bytes are.
    let plan = Plan { proofs: vec![proof(Some(DIGEST))], ..plan() };
    let creating = ContainerState::Waiting { reason: "ContainerCreating".into(), message: String::new() };
    let found = check_of(&plan, [replica_set(), template(NEW), pod("a", NEW, &docker_hub, creating)]);
    assert_eq!(found.outcome, Outcome::InProgress);
}

#[test]
fn the_image_field_alone_proves_nothing() {
    // Nothing is proven of the new name, and the runtime tells another.
    let result = check([replica_set(), template(NEW), pod("a", NEW, OLD_ID, ContainerState::Running)]);
    assert_eq!(result.containers[0].state, CheckState::OnItsWay);
    let pulled = Fact::Event(EventFact {
        pod_uid: "uid-a".into(),
        reason: "Pulled".into(),
        message: format!("Successfully pulled image \"{NEW}\" in 1.2s"),
        ..EventFact::default()
    });
    let result =
        check([replica_set(), template(NEW), pod("a", NEW, OLD_ID, ContainerState::Running), pulled]);
    assert_eq!(result.containers[0].state, CheckState::FromNewPlace, "the kubelet's word does");
}

#[test]
fn an_unpatched_workload_is_told_from_one_that_rolls() {
    let untouched = check([replica_set(), template(OLD), pod("a", OLD, OLD_ID, ContainerState::Running)]);
    assert_eq!(untouched.outcome, Outcome::NotApplied);
    let rolling = check([replica_set(), template(NEW), pod("a", OLD, OLD_ID, ContainerState::Running)]);
    assert_eq!(rolling.outcome, Outcome::InProgress);
}

#[test]
fn a_pull_that_fails_at_the_new_place_is_told_with_its_message() {
    let waiting = ContainerState::Waiting {
        reason: "ImagePullBackOff".into(),
        message: "Back-off pulling image \"quay.io/cortexlabs/operator:0.22.1\": ErrImagePull: not found"
            .into(),
    };
    let result = check([replica_set(), template(NEW), pod("a", NEW, "", waiting)]);
    assert_eq!(result.outcome, Outcome::Failed);
    assert!(result.containers[0].proof.as_deref().unwrap_or_default().contains("not found"));
}

#[test]
fn a_planned_object_that_is_gone_is_named() {
    let result = check([]);
    assert_eq!(result.containers[0].state, CheckState::Gone);
    assert_eq!(result.outcome, Outcome::Failed);
}

#[test]
fn a_plan_of_files_alone_cannot_be_checked_in_a_cluster() {
    let mut files_only = plan();
    files_only.steps.clear();
    let verdict = |plan: &Plan| Check::new(plan).finish(now()).outcome;
    assert_eq!(verdict(&files_only), Outcome::Unknown);
    files_only.change_needed = false;
    assert_eq!(verdict(&files_only), Outcome::Done, "nothing had to change");
}
