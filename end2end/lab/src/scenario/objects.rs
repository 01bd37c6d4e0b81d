//! Building blocks of Kubernetes objects, so that a scenario reads as a list of what is in the cluster.

use serde_json::{Map, Value, json};

/// A namespace.
#[must_use]
pub fn namespace(name: &str) -> Value {
    json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } })
}

/// A service account.
#[must_use]
pub fn service_account(namespace: &str, name: &str) -> Value {
    json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "namespace": namespace, "name": name } })
}

/// A ConfigMap.
#[must_use]
pub fn config_map(name: &str, data: &[(&str, &str)]) -> Value {
    let data: Map<String, Value> = data.iter().map(|(key, value)| ((*key).into(), json!(value))).collect();
    json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "namespace": "default", "name": name },
        "data": data })
}

/// A container that is pulled anew at every start, as nearly all of Cortex are.
#[must_use]
pub fn always(name: &str, image: &str) -> Value {
    json!({ "name": name, "image": image, "imagePullPolicy": "Always" })
}

/// A container that does what `script` says.
#[must_use]
pub fn scripted(name: &str, image: &str, script: &str) -> Value {
    let mut container = always(name, image);
    container["command"] = json!(["/bin/sh", "-c", script]);
    container
}

/// A pod's specification.
#[must_use]
pub fn pod_spec(service_account: &str, init: &[Value], containers: &[Value]) -> Value {
    let mut spec = json!({ "serviceAccountName": service_account, "containers": containers,
        "terminationGracePeriodSeconds": 2 });
    if !init.is_empty() {
        spec["initContainers"] = json!(init);
    }
    spec
}

/// A Deployment or DaemonSet whose pods carry `labels`.
#[must_use]
pub fn workload(kind: &str, namespace: &str, name: &str, labels: &Value, spec: &Value) -> Value {
    json!({
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": { "namespace": namespace, "name": name, "labels": labels },
        "spec": {
            "selector": { "matchLabels": labels },
            "template": { "metadata": { "labels": labels }, "spec": spec },
        },
    })
}

/// The images that these objects' pods use.
pub fn images(objects: &[Value]) -> impl Iterator<Item = &str> {
    objects.iter().flat_map(|object| {
        let template = &object["spec"]["template"]["spec"];
        ["initContainers", "containers"]
            .into_iter()
            .filter_map(|list| template[list].as_array())
            .flatten()
            .filter_map(|container| container["image"].as_str())
    })
}
