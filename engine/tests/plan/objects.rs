//! Workloads, pods and the operator's configuration: live, dumped, and as manifests.

use std::collections::BTreeSet;

use domain::equivalents::Survey;
use domain::plan::{Edit, PatchVerb, Plan, Step};
use domain::ports::InputFile;
use domain::remedy::{FitLevel, RemedyKind, quay};
use engine::plan::make;
use serde_json::{Value, json};

use crate::support::{answers, as_live, file, plan, scan};

/// A Cortex 0.20 cluster as `kubectl get … -o json` prints it: throttled, with one pod of a batch job, a bare
/// pod whose second container runs, and workloads of others beside it.
pub fn dump() -> InputFile {
    let config = "cluster_name: cortex\nregion: us-east-1\nimage_operator: cortexlabs/operator:0.20.0\n\
                  image_downloader: cortexlabs/downloader:0.20.0\nimage_manager: me/manager:1\n";
    let items = json!([
        config_map("env-vars", &json!({"CORTEX_VERSION": "0.20.0"})),
        config_map("cluster-config", &json!({"cluster.yaml": config})),
        workload(
            "Deployment",
            "default",
            "operator",
            &[],
            &[("operator", "cortexlabs/operator:0.20.0")],
            &json!({})
        ),
        workload(
            "DaemonSet",
            "default",
            "fluentd",
            &[("copy-fluentd-config", "busybox")],
            &[("fluentd", "cortexlabs/fluentd:0.20.0")],
            &json!({}),
        ),
        workload(
            "Deployment",
            "default",
            "api-iris",
            &[("downloader", "cortexlabs/downloader:0.20.0")],
            &[
                ("api", "docker.io/cortexlabs/python-predictor-cpu:0.20.0"),
                ("request-monitor", "cortexlabs/request-monitor:0.20.0"),
            ],
            &json!({"apiName": "iris"}),
        ),
        workload("Deployment", "shop", "web", &[], &[("web", "nginx:1.27")], &json!({})),
        workload(
            "Deployment",
            "tools",
            "mirror",
            &[],
            &[("m", "cortexlabs/manager:0.20.0")],
            &json!({"app.kubernetes.io/managed-by": "Helm"}),
        ),
        pod(
            "batch-1-x",
            &json!({"apiVersion": "batch/v1", "kind": "Job", "name": "batch-1", "uid": "uid-job", "controller": true}),
            &[("downloader", "cortexlabs/downloader:0.20.0")],
            &[("api", "cortexlabs/python-predictor-cpu:0.20.0")],
            &["downloader"],
        ),
        pod(
            "bare",
            &Value::Null,
            &[],
            &[("waits", "cortexlabs/statsd:0.20.0"), ("runs", "cortexlabs/fluentd:0.20.0")],
            &["waits"],
        ),
    ]);
    file(
        "dump.json",
        serde_json::to_vec_pretty(&json!({"apiVersion": "v1", "kind": "List", "items": items})).unwrap(),
    )
}

fn config_map(name: &str, data: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": "default", "uid": format!("uid-{name}")}, "data": data})
}

fn containers(list: &[(&str, &str)]) -> Value {
    list.iter().map(|(name, image)| json!({"name": name, "image": image})).collect()
}

fn workload(
    kind: &str,
    namespace: &str,
    name: &str,
    init: &[(&str, &str)],
    main: &[(&str, &str)],
    labels: &Value,
) -> Value {
    json!({"apiVersion": "apps/v1", "kind": kind,
        "metadata": {"name": name, "namespace": namespace, "uid": format!("uid-{name}"), "labels": labels},
        "spec": {"replicas": 1, "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}},
                "spec": {"initContainers": containers(init), "containers": containers(main)}}}})
}

fn pod(name: &str, owner: &Value, init: &[(&str, &str)], main: &[(&str, &str)], waiting: &[&str]) -> Value {
    let message = "Back-off pulling image: ErrImagePull: toomanyrequests: You have reached your unauthenticated pull \
                   rate limit. https://www.docker.com/increase-rate-limit";
    let status = |list: &[(&str, &str)]| -> Value {
        list.iter()
            .map(|(container, image)| {
                let state = if waiting.contains(container) {
                    json!({"waiting": {"reason": "ImagePullBackOff", "message": message}})
                } else if init.is_empty() {
                    json!({"running": {}})
                } else {
                    json!({"waiting": {"reason": "PodInitializing"}})
                };
                json!({"name": container, "image": image, "imageID": "", "ready": false, "restartCount": 0, "state": state})
            })
            .collect()
    };
    let owners = if owner.is_null() { json!([]) } else { json!([owner]) };
    json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "namespace": "default", "uid": format!("uid-{name}"), "ownerReferences": owners},
        "spec": {"initContainers": containers(init), "containers": containers(main)},
        "status": {"phase": "Pending", "initContainerStatuses": status(init), "containerStatuses": status(main)}})
}

fn of_dump() -> Plan {
    plan(&[dump()], &answers(&[], &[])).unwrap().plan
}

fn labels(plan: &Plan) -> Vec<String> {
    plan.steps.iter().map(|step| step.target.label()).collect()
}

fn step<'a>(plan: &'a Plan, label: &str) -> &'a Step {
    plan.steps.iter().find(|step| step.target.label() == label).unwrap()
}

#[test]
fn steps_follow_the_order_in_which_cortex_reads_them() {
    let plan = of_dump();
    assert_eq!(
        labels(&plan),
        [
            "ConfigMap default/cluster-config",
            "Deployment default/operator",
            "Deployment tools/mirror",
            "DaemonSet default/fluentd",
            "Deployment default/api-iris",
            "Pod default/bare",
            "Pod default/batch-1-x",
        ]
    );
    assert_eq!(plan.steps[0].id, "01-configmap-default-cluster-config");
    assert!(plan.steps[0].after.is_empty());
    assert_eq!(plan.steps[1].after, [plan.steps[0].id.clone()]);
    for later in &plan.steps[2..] {
        assert_eq!(later.after, [plan.steps[0].id.clone(), plan.steps[1].id.clone()]);
    }
    assert_eq!(plan.cortex_version.map(|v| v.to_string()).as_deref(), Some("0.20.0"));
}

#[test]
fn a_patch_tests_what_it_replaces_and_its_inverse_restores_it() {
    let plan = of_dump();
    let objects = serde_json::from_slice::<Value>(&dump().bytes).unwrap();
    for step in &plan.steps {
        let before = objects["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|o| {
                o["kind"] == step.target.kind.as_str() && o["metadata"]["name"] == step.target.name.as_str()
            })
            .unwrap();
        let mut object = before.clone();
        run(&step.patch, &mut object);
        assert_ne!(&object, before, "{}", step.id);
        for image in &step.images {
            let name = &step.patch.iter().find(|op| op.text() == Some(&image.to)).unwrap().path;
            assert_eq!(object.pointer(name).unwrap(), image.to.as_str());
            let container = name.replace("/image", "/name");
            assert_eq!(object.pointer(&container).unwrap(), image.container.as_str());
        }
        run(&step.inverse, &mut object);
        assert_eq!(&object, before, "{}", step.id);
        assert_eq!(step.precondition.uid.as_deref(), before["metadata"]["uid"].as_str());
    }
}

/// RFC 6902, as far as plans use it.
fn run(patch: &[domain::plan::PatchOp], object: &mut Value) {
    for op in patch {
        let value = object.pointer_mut(&op.path).unwrap_or_else(|| panic!("{} is missing", op.path));
        match op.op {
            PatchVerb::Test => assert_eq!(Some(&*value), op.value.as_ref(), "{}", op.path),
            PatchVerb::Replace => *value = op.value.clone().unwrap(),
            PatchVerb::Add | PatchVerb::Remove => panic!("{} is no change of an image", op.path),
        }
    }
}

#[test]
fn the_configuration_changes_cortex_images_only() {
    let plan = of_dump();
    let config = &step(&plan, "ConfigMap default/cluster-config").patch.last().unwrap();
    assert_eq!(
        config.text().unwrap(),
        "cluster_name: cortex\nregion: us-east-1\nimage_operator: quay.io/cortexlabs/operator:0.20.0\n\
         image_downloader: quay.io/cortexlabs/downloader:0.20.0\nimage_manager: me/manager:1\n"
    );
}

#[test]
fn the_configuration_is_edited_inside_of_a_yaml_dump() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cluster-config\n  namespace: default\n  uid: u\ndata:\n  \
                cluster.yaml: |\n    cluster_name: cortex\n    image_operator: cortexlabs/operator:0.22.1  # kept\n    region: \
                us-east-1\n";
    let made = plan(&[file("map.yaml", text)], &answers(&[], &[])).unwrap();
    assert_eq!(labels(&made.plan), ["ConfigMap default/cluster-config"]);
    assert_eq!(made.plan.edits.len(), 1);
    let patched = String::from_utf8(made.patched[0].bytes.to_vec()).unwrap();
    assert_eq!(patched, text.replace("cortexlabs/operator", "quay.io/cortexlabs/operator"));
}

#[test]
fn a_pod_is_changed_only_where_nothing_runs() {
    let plan = of_dump();
    let moved =
        |label: &str| step(&plan, label).images.iter().map(|i| i.container.clone()).collect::<Vec<_>>();
    assert_eq!(moved("Pod default/bare"), ["waits"]);
    assert_eq!(moved("Pod default/batch-1-x"), ["downloader", "api"]);
}

#[test]
fn what_stays_is_named_with_another_way() {
    let plan = of_dump();
    let left: Vec<(&str, &str)> =
        plan.not_covered.iter().map(|left| (left.image.as_str(), left.place.as_str())).collect();
    assert_eq!(left, [("busybox", "DaemonSet default/fluentd"), ("nginx:1.27", "Deployment shop/web")]);
    assert!(plan.not_covered[1].instead.contains("public.ecr.aws/docker/library/nginx:1.27"));
    let risk = |part: &str| plan.risks.iter().any(|risk| risk.what.contains(part));
    assert!(risk("Pods of DaemonSet default/fluentd also pull"));
    assert!(risk("Deployment tools/mirror is written by Helm"));
    assert!(risk("Cortex writes its API Deployments again"));
    assert!(risk("Job default/batch-1 makes further pods"));
}

type Value4 = (Option<String>, Option<String>, Option<String>, String);

fn values(edits: &[Edit]) -> BTreeSet<Value4> {
    edits
        .iter()
        .map(|edit| (edit.object.clone(), edit.object_path.clone(), edit.from.clone(), edit.to.clone()))
        .collect()
}

#[test]
fn a_live_scan_and_a_dump_agree() {
    let dump = dump();
    let dumped = of_dump();
    let live =
        make(&as_live(scan(&[dump]), "prod"), RemedyKind::Quay, &answers(&[], &[]), &Survey::default(), &[])
            .unwrap();
    assert_eq!(values(&dumped.edits), values(&live.plan.edits));
    assert_eq!(labels(&dumped), labels(&live.plan));
    assert_eq!(dumped.steps, live.plan.steps);
    assert!(dumped.edits.iter().all(|edit| edit.file.as_deref() == Some("dump.json") && edit.line.is_some()));
    assert!(live.plan.edits.iter().all(|edit| edit.file.is_none() && edit.object.is_some()));
    assert_eq!(live.diffs.len(), live.plan.steps.len());
}

#[test]
fn one_workload_can_be_planned_alone() {
    let only = |names: &[&str]| plan(&[dump()], &answers(&[], names));
    let made = only(&["deployment/default/api-iris"]).unwrap();
    assert_eq!(labels(&made.plan), ["Deployment default/api-iris"]);
    assert!(made.plan.not_covered.is_empty());
    let made = only(&["Job/default/batch-1"]).unwrap();
    assert_eq!(labels(&made.plan), ["Pod default/batch-1-x"]);
    assert_eq!(only(&["Deployment/default/nothing"]).unwrap_err().code, "only_matches_nothing");
}

#[test]
fn manifests_are_edited_in_their_files() {
    let text = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\n  namespace: default\nspec:\n  selector: \
                {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n    spec:\n      containers:\n      \
                - name: c\n        image: cortexlabs/manager:0.22.1\n---\n# nothing here\n";
    let made = plan(&[file("k8s/a.yaml", text)], &answers(&[], &[])).unwrap();
    assert!(made.plan.steps.is_empty());
    let [edit] = made.plan.edits.as_slice() else { panic!("{:?}", made.plan.edits) };
    assert_eq!((edit.path.as_str(), edit.line), ("/spec/template/spec/containers/0/image", Some(13)));
    let patched = String::from_utf8(made.patched[0].bytes.to_vec()).unwrap();
    assert_eq!(patched, text.replace("cortexlabs/", "quay.io/cortexlabs/"));
}

#[test]
fn without_cortex_everything_is_named_and_nothing_changed() {
    let nginx = json!({"apiVersion": "v1", "kind": "List", "items":
        [workload("Deployment", "shop", "web", &[], &[("web", "nginx")], &json!({}))]});
    let given = [file("x.json", nginx.to_string())];
    let made = plan(&given, &answers(&[], &[])).unwrap();
    assert!(!made.plan.change_needed && made.plan.steps.is_empty() && made.patched.is_empty());
    assert_eq!(made.plan.not_covered.len(), 1);
    assert_eq!(made.plan.unchanged, ["x.json"]);
    let fit = quay::fit(&scan(&given));
    assert_eq!((fit.level, fit.headline.as_str()), (FitLevel::Partly, "Up to 1 of 1 image, no cost"));
    assert!(quay::questions(&scan(&given), &Survey::default()).is_empty());
}

#[test]
fn the_fit_counts_what_would_move() {
    let fit = quay::fit(&scan(&[dump()]));
    assert_eq!(fit.level, FitLevel::Partly);
    assert!(fit.headline.starts_with("7 to 9 of 9 images"), "{}", fit.headline);
    let questions = quay::questions(&scan(&[dump()]), &Survey::default());
    assert_eq!(questions[0].found.as_ref().map(|(version, _)| version.as_str()), Some("0.20.0"));
}

#[test]
fn a_digest_names_a_plan_by_what_it_does() {
    let (one, same) = (of_dump(), of_dump());
    assert_eq!(one, same);
    assert_eq!(one.digest, engine::plan::digest(&one).unwrap());
    assert!(one.digest.starts_with("sha256:") && one.digest.len() == 71);
    let mut other = one.clone();
    other.steps[0].says.push('!');
    assert_ne!(engine::plan::digest(&other).unwrap(), one.digest);
}
