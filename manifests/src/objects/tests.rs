use domain::facts::{ContainerState, EventFact, NodeFact, PodFact, WorkloadFact};
use domain::workload::ContainerKind::{Ephemeral, ImageVolume, Init, Main, Sidecar};
use serde_json::{Value, json};

use super::*;

fn facts(value: &Value) -> Vec<Fact> {
    let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let mut facts = Vec::new();
    facts_of(&TypeMeta::new(&text("apiVersion"), &text("kind")), value, None, &mut |fact| facts.push(fact))
        .unwrap();
    facts
}

fn pod(value: &Value) -> PodFact {
    match facts(value).remove(0) {
        Fact::Pod(pod) => pod,
        other => panic!("{other:?}"),
    }
}

fn workload(value: &Value) -> WorkloadFact {
    match facts(value).pop() {
        Some(Fact::Workload(workload)) => workload,
        other => panic!("{other:?}"),
    }
}

fn event(value: &Value) -> EventFact {
    match facts(value).remove(0) {
        Fact::Event(event) => event,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_place_of_an_image_has_its_pointer() {
    let pod = pod(&json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "p", "namespace": "shop", "uid": "u1", "labels": {"apiName": "iris", "version": 2}},
        "spec": {
            "serviceAccountName": "runner", "nodeName": "n1",
            "imagePullSecrets": [{"name": "hub"}, {}],
            "initContainers": [
                {"name": "copy", "image": "busybox"},
                {"name": "proxy", "image": "envoy:1", "restartPolicy": "Always", "imagePullPolicy": "Always"}
            ],
            "containers": [{"name": "no-image-yet"}, {"name": "api", "image": "nginx:1.27"}],
            "ephemeralContainers": [{"name": "debug", "image": "alpine"}],
            "volumes": [{"name": "tmp", "emptyDir": {}}, {"name": "model", "image": {"reference": "models/a:1"}}]
        }
    }));
    let places: Vec<_> =
        pod.spec.containers.iter().map(|c| (c.kind, c.image.as_str(), c.pointer.as_str())).collect();
    assert_eq!(
        places,
        [
            (Init, "busybox", "/spec/initContainers/0/image"),
            (Sidecar, "envoy:1", "/spec/initContainers/1/image"),
            (Main, "nginx:1.27", "/spec/containers/1/image"),
            (Ephemeral, "alpine", "/spec/ephemeralContainers/0/image"),
            (ImageVolume, "models/a:1", "/spec/volumes/1/image/reference"),
        ]
    );
    assert_eq!(pod.spec.containers[4].name_pointer, "/spec/volumes/1/name");
    assert_eq!(pod.spec.containers[1].pull_policy.as_deref(), Some("Always"));
    assert_eq!(pod.spec.service_account.as_deref(), Some("runner"));
    assert_eq!(pod.spec.image_pull_secrets, ["hub"]);
    assert_eq!(pod.labels["version"], "2");
    assert!(!pod.mirror && !pod.terminating);
}

#[test]
fn states_stand_beside_the_list_they_came_from() {
    let pod = pod(&json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "p", "deletionTimestamp": "2026-11-23T06:00:00Z", "annotations": {"kubernetes.io/config.mirror": "h"}},
        "spec": null,
        "status": {
            "phase": "Running",
            "initContainerStatuses": [{"name": "copy", "image": "busybox", "imageID": "", "state": {"terminated": {"exitCode": 0}}}],
            "containerStatuses": [
                {"name": "a", "state": {"waiting": {"reason": "ImagePullBackOff", "message": null}}},
                {"name": "b", "imageID": "docker.io/x@sha256:1", "state": {"running": {"startedAt": "2026-11-23T06:00:00Z"}}},
                {"name": "c", "state": null}
            ]
        }
    }));
    let states: Vec<_> = pod.statuses.into_iter().map(|status| (status.kind, status.state)).collect();
    let waiting = ContainerState::Waiting { reason: "ImagePullBackOff".to_owned(), message: String::new() };
    assert_eq!(
        states,
        [
            (Init, ContainerState::Terminated { exit_code: 0 }),
            (Main, waiting),
            (Main, ContainerState::Running),
            (Main, ContainerState::Unknown)
        ]
    );
    assert_eq!(pod.namespace, "default");
    assert!(pod.mirror && pod.terminating);
}

#[test]
fn templates_stand_where_their_kind_puts_them() {
    let spec = json!({"containers": [{"name": "c", "image": "redis"}]});
    let template = json!({"spec": spec});
    let nested = json!({"spec": {"template": template}});
    for (api_version, kind, body, pointer) in [
        ("apps/v1", "Deployment", json!({"template": template}), "/spec/template/spec/containers/0/image"),
        ("apps/v1", "StatefulSet", json!({"template": template}), "/spec/template/spec/containers/0/image"),
        (
            "extensions/v1beta1",
            "DaemonSet",
            json!({"template": template}),
            "/spec/template/spec/containers/0/image",
        ),
        (
            "v1",
            "ReplicationController",
            json!({"template": template}),
            "/spec/template/spec/containers/0/image",
        ),
        ("apps/v1", "ReplicaSet", json!({"template": template}), "/spec/template/spec/containers/0/image"),
        ("batch/v1", "Job", json!({"template": template}), "/spec/template/spec/containers/0/image"),
        (
            "argoproj.io/v1alpha1",
            "Rollout",
            json!({"template": template, "strategy": {"canary": {}}}),
            "/spec/template/spec/containers/0/image",
        ),
        (
            "batch/v1beta1",
            "CronJob",
            json!({"jobTemplate": nested}),
            "/spec/jobTemplate/spec/template/spec/containers/0/image",
        ),
    ] {
        let object =
            json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "w"}, "spec": body});
        let workload = workload(&object);
        assert_eq!(workload.spec.containers[0].pointer, pointer, "{kind}");
        assert_eq!(object.pointer(pointer), Some(&json!("redis")), "{kind}");
        assert_eq!(workload.object.api_version(), api_version);
    }
    let template =
        json!({"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "w"}, "template": template});
    assert_eq!(workload(&template).spec.containers[0].pointer, "/template/spec/containers/0/image");
}

#[test]
fn what_others_control_is_a_link_and_its_owner_is_named() {
    let owner = json!([
        {"apiVersion": "v1", "kind": "Other", "name": "x", "uid": "u0"},
        {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": "u1", "controller": true}
    ]);
    let metadata = json!({"name": "web-5d", "namespace": "shop", "uid": "u2", "ownerReferences": owner});
    let only_metadata = json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": metadata});
    let facts = facts(&only_metadata);
    let [Fact::Owner { uid, controller: Some(controller), object }] = facts.as_slice() else {
        panic!("{facts:?}")
    };
    assert_eq!(
        (uid.as_str(), controller.name.as_str(), object.label().as_str()),
        ("u2", "web", "ReplicaSet shop/web-5d")
    );
}

#[test]
fn only_annotations_that_name_an_owner_are_kept() {
    let workload = workload(&json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "w", "uid": "u", "annotations": {
            "meta.helm.sh/release-name": "shop", "kubectl.kubernetes.io/last-applied-configuration": "{long}",
            "kapp.k14s.io/original": "{long}", "argocd.argoproj.io/tracking-id": "a:apps/Deployment:b/w"
        }},
        "spec": {"replicas": 3, "strategy": {"type": "Recreate"}, "template": {"spec": {}}}
    }));
    let keys: Vec<_> = workload.annotations.keys().map(String::as_str).collect();
    assert_eq!(keys, ["argocd.argoproj.io/tracking-id", "meta.helm.sh/release-name"]);
    assert_eq!((workload.replicas, workload.update_strategy.as_deref()), (Some(3), Some("Recreate")));
}

#[test]
fn both_shapes_of_an_event_say_the_same() {
    let core = event(&json!({
        "apiVersion": "v1", "kind": "Event", "metadata": {"name": "e", "namespace": "shop"},
        "involvedObject": {"kind": "Pod", "namespace": "shop", "name": "p", "uid": "u", "fieldPath": "spec.initContainers{copy}"},
        "reason": "Failed", "message": "toomanyrequests", "count": 7, "source": {"component": "kubelet", "host": "n1"},
        "firstTimestamp": "2026-11-23T06:00:00Z", "lastTimestamp": "2026-11-23T06:05:00Z", "eventTime": null
    }));
    let new = event(&json!({
        "apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": {"name": "e", "namespace": "shop"},
        "regarding": {"kind": "Pod", "namespace": "shop", "name": "p", "uid": "u", "fieldPath": "spec.initContainers{copy}"},
        "reason": "Failed", "note": "toomanyrequests", "deprecatedCount": 7, "deprecatedSource": {"host": "n1"},
        "deprecatedFirstTimestamp": "2026-11-23T06:00:00Z", "deprecatedLastTimestamp": "2026-11-23T06:05:00Z"
    }));
    assert_eq!(core, new);
    assert_eq!((core.container.as_deref(), core.count, core.node.as_deref()), (Some("copy"), 7, Some("n1")));
    assert_eq!(core.last_seen.unwrap().as_str(), "2026-11-23T06:05:00Z");

    let series = event(&json!({
        "apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": {},
        "regarding": {"kind": "Pod", "fieldPath": "spec"}, "eventTime": "2026-11-23T06:00:00.123456Z",
        "series": {"count": 4, "lastObservedTime": "2026-11-23T06:09:00.000001Z"}
    }));
    assert_eq!((series.count, series.container), (4, None));
    assert_eq!(series.first_seen.unwrap().as_str(), "2026-11-23T06:00:00Z");
    assert_eq!(series.last_seen.unwrap().as_str(), "2026-11-23T06:09:00Z");

    let node =
        json!({"apiVersion": "v1", "kind": "Event", "metadata": {}, "involvedObject": {"kind": "Node"}});
    assert_eq!(facts(&node), []);
}

#[test]
fn a_node_tells_its_addresses_and_group() {
    let facts = facts(&json!({
        "apiVersion": "v1", "kind": "Node",
        "metadata": {"name": "n1", "labels": {"failure-domain.beta.kubernetes.io/zone": "us-east-1a", "alpha.eksctl.io/nodegroup-name": "ng", "beta.kubernetes.io/arch": "arm64"}},
        "spec": {"providerID": "aws:///us-east-1a/i-1"},
        "status": {
            "addresses": [{"type": "InternalIP", "address": "10.0.0.1"}, {"type": "ExternalIP", "address": "198.51.100.7"}],
            "nodeInfo": {"containerRuntimeVersion": "docker://19.3.6", "kubeletVersion": "v1.17.12",
                "operatingSystem": "linux", "architecture": ""}
        }
    }));
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        facts,
        [Fact::Node(NodeFact {
            name: "n1".to_owned(),
            external_ips: vec!["198.51.100.7".to_owned()],
            internal_ips: vec!["10.0.0.1".to_owned()],
            container_runtime: text("docker://19.3.6"),
            kubelet_version: text("v1.17.12"),
            operating_system: text("linux"),
            architecture: text("arm64"),
            zone: text("us-east-1a"),
            group: text("ng"),
            provider_id: text("aws:///us-east-1a/i-1"),
        })]
    );
}

#[test]
fn of_config_maps_only_those_of_cortex_are_read() {
    let map = |name: &str, data: Value| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "default"}, "data": data});
    let env = facts(&map(
        "env-vars",
        json!({"CORTEX_VERSION": "0.22.1", "CORTEX_TELEMETRY_SENTRY_DSN": "https://x"}),
    ));
    let [Fact::CortexConfigMap(env)] = env.as_slice() else { panic!("{env:?}") };
    assert_eq!(env.data.keys().collect::<Vec<_>>(), ["CORTEX_VERSION"]);

    let text = "cluster_name: cortex\nimage_operator: cortexlabs/operator:0.22.1\n";
    let config = facts(&map("cluster-config", json!({"cluster.yaml": text, "more": "x"})));
    let [Fact::CortexConfigMap(config)] = config.as_slice() else { panic!("{config:?}") };
    assert_eq!(config.data["cluster.yaml"], text);
    assert_eq!(config.cluster_config.as_ref().unwrap()["cluster_name"], "cortex");

    let with_keys = facts(&map(
        "cluster-config",
        json!({"cluster.yaml": "cluster_name: c\naws_secret_access_key: CANARY\n"}),
    ));
    assert!(!format!("{with_keys:?}").contains("CANARY"));
    assert_eq!(facts(&map("env-vars", json!({"LOG_LEVEL": "debug"}))), []);
    assert_eq!(facts(&map("kubeconfig", json!({"cluster.yaml": "a: b"}))), []);
}

#[test]
fn a_page_gives_its_items_and_where_the_next_one_starts() {
    let bytes = br#"{"kind":"NamespaceList","apiVersion":"v1","metadata":{"resourceVersion":"7","continue":"abc","remainingItemCount":3},
        "items":[{"metadata":{"name":"kube-system","uid":"u-1"}},{"metadata":{"name":"shop"}}]}"#;
    let mut facts = Vec::new();
    let meta = page(&TypeMeta::new("v1", "Namespace"), bytes, &mut |fact| facts.push(fact)).unwrap();
    assert_eq!((meta.next.as_deref(), meta.remaining_item_count, meta.items), (Some("abc"), Some(3), 2));
    assert!(matches!(&facts[0], Fact::Cluster(cluster) if cluster.uid.as_deref() == Some("u-1")));
    assert_eq!(facts[1..], [Fact::Namespace("kube-system".to_owned()), Fact::Namespace("shop".to_owned())]);

    let empty = br#"{"metadata":{"continue":""},"items":null}"#;
    let meta = page(&TypeMeta::new("v1", "Pod"), empty, &mut |_| panic!("no items")).unwrap();
    assert_eq!((meta.next, meta.items), (None, 0));
    for wrong in [&b"<html>login</html>"[..], br#"{"kind":"Status"}"#, br#"{"items":[{"metadata":"#] {
        assert!(page(&TypeMeta::new("v1", "Pod"), wrong, &mut |_| ()).is_err());
    }
}
