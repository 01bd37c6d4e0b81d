//! What a Cortex cluster holds, in the shapes that each release gives it.
//!
//! From `manager/manifests` and `pkg/operator` of the release tags of github.com/cortexlabs/cortex.

use serde_json::{Value, json};

use super::cluster_config::cluster_yaml;
use super::objects::{always, config_map, namespace, pod_spec, scripted, service_account, workload};
use super::version::Version;

/// Everything that `cortex cluster up` leaves behind before the first node pulls its log shipper, and one
/// API. Its images are the pulls that spend the limit.
#[must_use]
pub fn cluster_with_one_api(version: Version) -> Vec<Value> {
    let mut objects = settings(version);
    objects.extend(system(version));
    objects.extend(istio(version));
    objects
}

fn settings(version: Version) -> Vec<Value> {
    vec![
        config_map(
            "env-vars",
            &[
                ("CORTEX_VERSION", version.full),
                ("CORTEX_REGION", "us-east-1"),
                ("CORTEX_BUCKET", "cortex-4c9a1f0e2d"),
            ],
        ),
        config_map("cluster-config", &[("cluster.yaml", &cluster_yaml(version))]),
    ]
}

fn system(version: Version) -> Vec<Value> {
    let mut operator = always("operator", &version.image("operator"));
    operator["envFrom"] = json!([{ "configMapRef": { "name": "env-vars" } }]);
    let app = |name: &str| json!({ "app": name });
    let kube_system = |name: &str, label: &Value| {
        let spec = pod_spec(name, &[], &[always(name, &version.image(name))]);
        workload("Deployment", "kube-system", name, label, &spec)
    };
    vec![
        service_account("default", "operator"),
        service_account("kube-system", "metrics-server"),
        service_account("kube-system", "cluster-autoscaler"),
        workload(
            "Deployment",
            "default",
            "operator",
            &json!({ "workloadID": "operator" }),
            &pod_spec("operator", &[], &[operator]),
        ),
        kube_system("metrics-server", &json!({ "k8s-app": "metrics-server" })),
        kube_system("cluster-autoscaler", &app("cluster-autoscaler")),
        workload(
            "DaemonSet",
            "default",
            "cloudwatch-agent-statsd",
            &json!({ "name": "cloudwatch-agent-statsd" }),
            &pod_spec("default", &[], &[always("cloudwatch-agent-statsd", &version.image("statsd"))]),
        ),
    ]
}

fn istio(version: Version) -> Vec<Value> {
    let place = "istio-system";
    let mut objects = vec![namespace(place)];
    let mut deploy = |name: &str, account: &str, container: &str, image: &str| {
        let spec = pod_spec(account, &[], &[always(container, &version.image(image))]);
        objects.push(service_account(place, account));
        objects.push(workload("Deployment", place, name, &json!({ "app": name }), &spec));
    };
    for gateway in ["ingressgateway-operator", "ingressgateway-apis"] {
        deploy(gateway, &format!("{gateway}-service-account"), "istio-proxy", "istio-proxy");
    }
    if !version.old_istio {
        deploy("istiod", "istiod-service-account", "discovery", "istio-pilot");
        return objects;
    }
    for part in ["pilot", "galley", "citadel"] {
        let name = format!("istio-{part}");
        deploy(&name, &format!("{name}-service-account"), part, &name);
    }
    // The charts' own image, which no key of Cortex reaches.
    let install = always("install-cni", "docker.io/istio/install-cni:1.4.2");
    objects.push(service_account("kube-system", "istio-cni"));
    objects.push(workload(
        "DaemonSet",
        "kube-system",
        "istio-cni-node",
        &json!({ "k8s-app": "istio-cni-node" }),
        &pod_spec("istio-cni", &[], &[install]),
    ));
    objects
}

/// The log shipper. Its init container's image is Docker Hub's busybox, which no key of Cortex reaches.
#[must_use]
pub fn fluentd(version: Version) -> Vec<Value> {
    let mut init = json!({ "name": "copy-fluentd-config", "image": "busybox",
        "command": ["cp", "/fluentd/config/fluent.conf", "/fluentd/etc/"] });
    init["volumeMounts"] = json!([
        { "name": "config", "mountPath": "/fluentd/config" },
        { "name": "etc", "mountPath": "/fluentd/etc" },
    ]);
    let mut main = always("fluentd", &version.image("fluentd"));
    main["volumeMounts"] = json!([{ "name": "etc", "mountPath": "/fluentd/etc" }]);
    let mut spec = pod_spec("fluentd", &[init], &[main]);
    spec["volumes"] = json!([
        { "name": "config", "configMap": { "name": "fluentd" } },
        { "name": "etc", "emptyDir": {} },
    ]);
    vec![
        service_account("default", "fluentd"),
        config_map("fluentd", &[("fluent.conf", "<source>\n  @type tail\n</source>\n")]),
        workload("DaemonSet", "default", "fluentd", &json!({ "app": "fluentd" }), &spec),
    ]
}

/// A realtime API with a Python predictor.
#[must_use]
pub fn python_api(version: Version) -> Value {
    api(version, "text-generator", &[always("api", &version.image("python-predictor-cpu"))])
}

/// A realtime API with a TensorFlow predictor and its serving container.
#[must_use]
pub fn tensorflow_api(version: Version) -> Value {
    let containers = [
        always("api", &version.image("tensorflow-predictor")),
        always("serve", &version.image("tensorflow-serving-cpu")),
    ];
    api(version, "iris-classifier", &containers)
}

fn api(version: Version, name: &str, containers: &[Value]) -> Value {
    let mut containers = containers.to_vec();
    containers.push(always("request-monitor", &version.image("request-monitor")));
    let labels = api_labels(version, name, "RealtimeAPI");
    let spec = worker_spec(version, &containers);
    let selector = json!({ "apiName": name });
    let mut deployment = workload("Deployment", "default", &format!("api-{name}"), &labels, &spec);
    deployment["spec"]["selector"] = json!({ "matchLabels": selector });
    deployment["spec"]["strategy"] =
        json!({ "rollingUpdate": { "maxSurge": "25%", "maxUnavailable": "25%" } });
    deployment["metadata"]["annotations"] = json!({ "networking.cortex.dev/endpoint": format!("/{name}") });
    deployment["spec"]["template"]["metadata"]["annotations"] =
        json!({ "traffic.sidecar.istio.io/excludeOutboundIPRanges": "0.0.0.0/0" });
    deployment
}

/// An API's pods run on workers under the account `default`, behind an init container that fetches the
/// project.
fn worker_spec(version: Version, containers: &[Value]) -> Value {
    let mut spec = pod_spec("default", &[always("downloader", &version.image("downloader"))], containers);
    spec["nodeSelector"] = json!({ "workload": "true" });
    spec["tolerations"] = json!([{ "key": "workload", "operator": "Equal", "value": "true",
        "effect": "NoSchedule" }]);
    spec
}

fn api_labels(version: Version, name: &str, kind: &str) -> Value {
    if version.batch {
        json!({ "apiName": name, "apiKind": kind, "apiID": "5f3c0d6b1a2e", "specID": "91b2c7d44e0f",
            "predictorID": "c0ffee12ab34" })
    } else {
        json!({ "apiName": name, "apiID": "5f3c0d6b1a2e", "deploymentID": "91b2c7d44e0f" })
    }
}

/// The name of the Job in every release.
pub const JOB: &str = "image-scorer-69b9f2cb21c59200";

/// A job that nobody may retry: a batch API's where the release has them, somebody's own before.
#[must_use]
pub fn job(version: Version) -> Value {
    let image = version.image("onnx-predictor-cpu");
    let work = scripted("api", &image, "echo scored; sleep 1");
    let (labels, mut spec) = if version.batch {
        let mut labels = api_labels(version, "image-scorer", "BatchAPI");
        labels["jobID"] = json!("69b9f2cb21c59200");
        (labels, worker_spec(version, &[work]))
    } else {
        (json!({ "app": "image-scorer" }), pod_spec("default", &[], &[work]))
    };
    spec["restartPolicy"] = json!("Never");
    json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": { "namespace": "default", "name": JOB, "labels": labels },
        "spec": { "backoffLimit": 0, "template": { "metadata": { "labels": labels }, "spec": spec } },
    })
}

/// The name of the pod that nothing would replace.
pub const BARE_POD: &str = "gpu-check";

/// A pod that somebody made by hand; nothing replaces it when it is deleted.
#[must_use]
pub fn bare_pod(version: Version) -> Value {
    let init = scripted("warm-up", &version.image("onnx-predictor-gpu"), "echo warm");
    let main = always("check", &version.image("python-predictor-gpu"));
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": { "namespace": "default", "name": BARE_POD },
        "spec": pod_spec("default", &[init], &[main]),
    })
}

/// A web server of somebody else's, with an image of Docker's own library.
#[must_use]
pub fn web() -> Vec<Value> {
    let container = json!({ "name": "nginx", "image": "nginx:1.27" });
    let labels = json!({ "app": "nginx" });
    let spec = pod_spec("default", &[], &[container]);
    vec![namespace("web"), workload("Deployment", "web", "nginx", &labels, &spec)]
}
