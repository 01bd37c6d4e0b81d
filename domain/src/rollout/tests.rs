use super::*;
use crate::diagnosis::{Fold, Scan, SourceKind, StuckPod, Workload};
use crate::facts::NodeFact;
use crate::plan::{ImageMove, Op, Precondition, Step};
use crate::time::Timestamp;
use crate::workload::{ContainerImage, ContainerKind, ObjectRef, PodSpec};

fn object(kind: &str, name: &str) -> ObjectRef {
    ObjectRef {
        group: if kind == "Pod" { String::new() } else { "apps".to_owned() },
        version: "v1".to_owned(),
        kind: kind.to_owned(),
        namespace: Some("shop".to_owned()),
        name: name.to_owned(),
        uid: None,
    }
}

fn spec(images: &[&str]) -> PodSpec {
    let container = |(index, image): (usize, &&str)| ContainerImage {
        kind: ContainerKind::Main,
        name: format!("c{index}"),
        image: (*image).to_owned(),
        pull_policy: None,
        pointer: format!("/spec/template/spec/containers/{index}/image"),
        name_pointer: format!("/spec/template/spec/containers/{index}/name"),
    };
    PodSpec { containers: images.iter().enumerate().map(container).collect(), ..PodSpec::default() }
}

fn workload(kind: &str, name: &str, pods: u32, waiting: u32, images: &[&str]) -> Workload {
    Workload {
        object: object(kind, name),
        spec: spec(images),
        replicas: Some(pods),
        update_strategy: None,
        managed_by: None,
        cortex: false,
        pods: Some(pods),
        waiting_pods: waiting,
        throttled_pods: waiting,
        origin: None,
    }
}

fn scan(workloads: Vec<Workload>, nodes: usize, runtime: &str) -> Scan {
    let mut scan = Fold::new(SourceKind::Cluster).finish(Timestamp::parse("2026-11-23T06:00:00Z").unwrap());
    scan.inventory.workloads = workloads;
    scan.inventory.nodes = (0..nodes)
        .map(|number| NodeFact {
            name: format!("node-{number}"),
            container_runtime: Some(runtime.to_owned()),
            ..NodeFact::default()
        })
        .collect();
    scan
}

/// A step that moves the first container of a workload.
fn moving(workload: &Workload) -> Step {
    let first = workload.spec.containers.first().unwrap();
    Step {
        id: format!("01-{}", workload.object.name),
        op: Op::Patch,
        target: workload.object.clone(),
        precondition: Precondition::default(),
        patch: vec![],
        inverse: vec![],
        secret_ref: None,
        after: vec![],
        images: vec![ImageMove {
            container: first.name.clone(),
            kind: first.kind,
            from: first.image.clone(),
            to: format!("quay.io/x/{}", first.image),
        }],
        says: String::new(),
        made_by: vec![],
    }
}

#[test]
fn what_a_changed_template_does_to_pods() {
    use Effect::{Finishes, Nothing, Restarts};
    let of = |kind: &str, strategy: Option<&str>, replicas: Option<u32>, pods: Option<u32>, waiting: u32| {
        let known = workload(kind, "web", 0, waiting, &["nginx"]);
        effect(&Workload { replicas, pods, update_strategy: strategy.map(str::to_owned), ..known })
    };
    for (kind, strategy, replicas, pods, waiting, wanted) in [
        ("Deployment", None, Some(3), Some(3), 0, Restarts),
        ("Deployment", Some("Recreate"), Some(3), Some(3), 0, Restarts),
        ("Deployment", None, Some(3), Some(3), 1, Finishes),
        ("Deployment", None, Some(0), Some(0), 0, Nothing),
        ("Deployment", None, Some(0), Some(2), 0, Nothing),
        ("Deployment", None, Some(3), Some(0), 0, Nothing),
        ("Deployment", None, Some(3), None, 0, Restarts),
        ("StatefulSet", Some("RollingUpdate"), Some(3), Some(3), 0, Restarts),
        ("StatefulSet", Some("OnDelete"), Some(3), Some(3), 0, Nothing),
        ("StatefulSet", None, Some(3), Some(3), 1, Finishes),
        ("DaemonSet", None, Some(4), Some(4), 0, Restarts),
        ("DaemonSet", Some("OnDelete"), Some(4), Some(4), 1, Nothing),
        ("Rollout", None, Some(2), Some(2), 0, Restarts),
        ("CronJob", None, None, Some(2), 0, Nothing),
        ("ReplicaSet", None, Some(2), Some(2), 0, Nothing),
        ("ReplicationController", None, Some(2), Some(2), 1, Nothing),
        ("PodTemplate", None, None, None, 0, Nothing),
        ("Something", None, None, Some(1), 0, Restarts),
        ("Something", None, None, None, 0, Restarts),
    ] {
        let row = format!("{kind} {strategy:?} replicas {replicas:?} pods {pods:?} waiting {waiting}");
        assert_eq!(of(kind, strategy, replicas, pods, waiting), wanted, "{row}");
    }
}

#[test]
fn the_most_stuck_comes_first_and_then_the_first_by_label() {
    let stuck = |owner: &str, pod: &str, mirror: bool| StuckPod {
        object: object("Pod", pod),
        controller: None,
        owner: object(if mirror { "Node" } else { "Deployment" }, owner),
        spec: spec(&["nginx"]),
        refused: vec!["c0".to_owned()],
        mirror,
        origin: None,
    };
    let first = |pods: &[(&str, bool)]| {
        let mut scan = scan(vec![], 1, "containerd://2");
        let pods = pods.iter().enumerate();
        scan.inventory.stuck =
            pods.map(|(at, (owner, mirror))| stuck(owner, &format!("p{at}"), *mirror)).collect();
        most_urgent(&scan.inventory).map(|(object, pods)| (object.label(), pods))
    };
    let web = |pods| Some(("Deployment shop/web".to_owned(), pods));
    assert_eq!(first(&[]), None);
    assert_eq!(first(&[("api", false), ("web", false), ("web", false)]), web(2));
    assert_eq!(first(&[("web", false), ("zoo", false)]), web(1));
    assert_eq!(
        first(&[("node", true), ("node", true), ("web", false)]),
        web(1),
        "nothing can change a static pod"
    );
    assert_eq!(first(&[("node", true)]), None);
}

/// What a step that moves the first image costs: what stays, and what comes from the new place.
fn cost(pods: u32, images: &[&str], nodes: usize, runtime: &str) -> ((u32, u32), (u32, u32)) {
    let web = workload("Deployment", "web", pods, 0, images);
    let step = moving(&web);
    let scan = scan(vec![web], nodes, runtime);
    let pulls = of_plan(&plan_of(&step), &scan);
    ((pulls.docker_hub.low, pulls.docker_hub.high), (pulls.new_place.low, pulls.new_place.high))
}

fn plan_of(step: &Step) -> crate::plan::Plan {
    serde_json::from_value(serde_json::json!({
        "schema": "unthrottle.plan/v1", "digest": "", "cluster_uid": null, "context": null, "cluster_name": "c",
        "scanned_at": "2026-11-23T06:00:00Z", "remedy": "quay", "cortex_version": null, "change_needed": true,
        "summary": "", "edits": [], "refused": [], "not_covered": [], "unchanged": [], "copies": [],
        "steps": [step], "risks": [], "not_seen": []
    }))
    .unwrap()
}

#[test]
fn a_change_costs_what_its_pods_cannot_find_on_their_nodes() {
    const CONTAINERD: &str = "containerd://2.1.0";
    const CRIO: &str = "cri-o://1.33.0";
    for (pods, images, nodes, runtime, stays, new) in [
        // All that the pod pulls moves.
        (3, &["nginx:1.27"][..], 5, CONTAINERD, (0, 0), (1, 3)),
        // One stays: nodes may hold it, and no more nodes than pods have to pull it.
        (3, &["nginx:1.27", "redis:7"], 5, CONTAINERD, (0, 3), (1, 3)),
        // A node pulls once, however many pods come to it.
        (30, &["nginx:1.27", "redis:7"], 5, CONTAINERD, (0, 5), (1, 5)),
        // Nobody knows how many nodes there are.
        (30, &["nginx:1.27", "redis:7"], 0, CONTAINERD, (0, 30), (1, 30)),
        // Each start asks, by a GET that counts; containerd's HEAD does not.
        (30, &["nginx:1.27", "redis"], 5, CRIO, (30, 30), (1, 5)),
        (30, &["nginx:1.27", "redis"], 5, CONTAINERD, (0, 5), (1, 5)),
        // What is elsewhere already is no matter here.
        (3, &["nginx:1.27", "ghcr.io/a/b:1"], 5, CONTAINERD, (0, 0), (1, 3)),
    ] {
        let row = format!("{pods} pods of {images:?} on {nodes} nodes with {runtime}");
        assert_eq!(cost(pods, images, nodes, runtime), (stays, new), "{row}");
    }
}

#[test]
fn what_waits_comes_first_and_then_what_pulls_least() {
    let (calm, waits, dear, worse) = (
        workload("Deployment", "calm", 2, 0, &["nginx:1"]),
        workload("Deployment", "waits", 2, 1, &["nginx:1", "redis:7", "mysql:8"]),
        workload("Deployment", "dear", 2, 0, &["nginx:1", "redis:7"]),
        workload("Deployment", "worse", 9, 6, &["nginx:1"]),
    );
    let mut steps: Vec<Step> = [&calm, &waits, &dear, &worse].map(moving).into();
    let scan = scan(vec![calm, waits, dear, worse], 3, "containerd://2");
    steps.sort_by_key(|step| (turn(step, &scan), step.target.label()));
    let names: Vec<&str> = steps.iter().map(|step| step.target.name.as_str()).collect();
    assert_eq!(names, ["worse", "waits", "calm", "dear"]);
}

#[test]
fn no_batch_begins_with_more_pods_than_may_pull_at_once() {
    let sizes = [4, 4, 4, 25, 1, 0, 9, 2];
    let workloads: Vec<Workload> = sizes
        .iter()
        .enumerate()
        .map(|(at, pods)| workload("Deployment", &format!("w{at}"), *pods, 0, &["nginx:1"]))
        .collect();
    let steps: Vec<Step> = workloads.iter().map(moving).collect();
    let batches = batches(&steps, &[], &scan(workloads, 3, "containerd://2"));
    let pods: Vec<u32> = batches.iter().map(|batch| batch.pods).collect();
    assert_eq!(pods, [8, 4, 25, 10, 2], "a workload is never divided");
    assert!(batches.iter().all(|batch| batch.pods <= MOST_NEW_PODS || batch.steps.len() == 1));
    let inside: Vec<&String> = batches.iter().flat_map(|batch| &batch.steps).collect();
    assert_eq!(inside.len(), 7, "what starts no pod is in no batch");
    assert!(batches.iter().all(|batch| batch.wait_for == batch.steps));
}

#[test]
fn only_what_ends_by_itself_is_waited_for() {
    let waited = |kind: &str, lone: Option<&str>, left: Option<&str>| {
        let one = workload(kind, "db", 1, 1, &["nginx:1"]);
        let mut steps = vec![moving(&one)];
        let mut scan = scan(vec![one.clone()], 1, "containerd://2");
        if let Some(pod) = lone {
            let pod = workload("Pod", pod, 1, 1, &["nginx:1"]);
            steps.push(moving(&pod));
            scan.inventory.stuck = vec![StuckPod {
                object: pod.object,
                controller: None,
                owner: one.object.clone(),
                spec: pod.spec,
                refused: vec![],
                mirror: false,
                origin: None,
            }];
        }
        let left: Vec<crate::plan::NotCovered> = left
            .map(|place| crate::plan::NotCovered {
                image: "redis".to_owned(),
                place: place.to_owned(),
                container: None,
                why: String::new(),
                instead: String::new(),
            })
            .into_iter()
            .collect();
        !batches(&steps, &left, &scan).first().unwrap().wait_for.is_empty()
    };
    assert!(
        waited("Deployment", None, None)
            && waited("StatefulSet", None, None)
            && waited("DaemonSet", None, None)
    );
    assert!(!waited("Rollout", None, None), "kubectl does not know it");
    assert!(!waited("StatefulSet", Some("db-0"), None), "its stuck pod is changed later");
    assert!(!waited("Deployment", None, Some("Deployment shop/db")), "an image of it stays");
    assert!(waited("Deployment", None, Some("Deployment shop/other")));
}

#[test]
fn the_cost_is_held_against_what_is_left() {
    let pulls = |low, high, remaining| Pulls {
        docker_hub: crate::diagnosis::Range { low, high },
        account: crate::diagnosis::Range::default(),
        new_place: crate::diagnosis::Range { low: 1, high: 1 },
        taken_back: crate::diagnosis::Range { low: 0, high: 3 },
        pods: 1,
        at_a_time: MOST_NEW_PODS,
        remaining,
        spent: remaining == Some(0),
    };
    let said = |low, high, remaining| pulls(low, high, remaining).sentences().join(" ");
    assert_eq!(
        said(0, 0, Some(0)),
        "This change pulls nothing from Docker Hub that counts on the nodes' addresses. 1 pod begins to pull; 1 image \
         from the new place."
    );
    assert!(
        said(5, 9, Some(4))
            .contains("from Docker Hub, counted on the address that asks. That is more than the 4 that were left of the limit:")
    );
    assert!(said(5, 9, Some(6)).contains("may be more than the 6 that were left of the limit."));
    assert!(said(5, 9, Some(9)).contains("The 9 that were left of the limit are enough."));
    assert!(!said(5, 9, None).contains("left"));
    let back = |remaining| pulls(0, 0, remaining).warning().unwrap();
    assert!(
        back(Some(0))
            .contains("up to 3 images from Docker Hub. When the plan was made Docker Hub was refusing")
    );
    assert!(back(Some(50)).contains("50 pulls were left") && back(None).contains("not measured"));
}
