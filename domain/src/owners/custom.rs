//! Where custom kinds name images: what kustomize has to be told, and what a reader of manifests looks for.
//!
//! From the schemas of the kinds' own definitions. The paths are spelt as kustomize's `configurations` spell
//! them: a slash between keys, `[]` behind a list.

use super::types::ImageField;

/// Containers of a pod spec; kustomize finds them in every kind by itself.
const POD_SPEC: [&str; 2] = ["containers[]/image", "initContainers[]/image"];

/// A group of kinds with the same places.
struct Kinds {
    group: &'static str,
    kinds: &'static [&'static str],
    /// Pod specs, or what has `containers` like one.
    pod_specs: &'static [&'static str],
    /// Fields that hold an image.
    images: &'static [&'static str],
}

const ALL: [Kinds; 12] = [
    Kinds { group: "argoproj.io", kinds: &["Rollout"], pod_specs: &["spec/template/spec"], images: &[] },
    Kinds {
        group: "serving.knative.dev",
        kinds: &["Service", "Configuration"],
        pod_specs: &["spec/template/spec"],
        images: &[],
    },
    Kinds {
        group: "serving.kserve.io",
        kinds: &["InferenceService"],
        pod_specs: &["spec/predictor", "spec/transformer", "spec/explainer"],
        images: &[
            "spec/predictor/model/image",
            "spec/predictor/sklearn/image",
            "spec/predictor/xgboost/image",
            "spec/predictor/tensorflow/image",
            "spec/predictor/pytorch/image",
            "spec/predictor/triton/image",
            "spec/predictor/onnx/image",
            "spec/predictor/pmml/image",
            "spec/predictor/lightgbm/image",
            "spec/predictor/paddle/image",
            "spec/predictor/huggingface/image",
        ],
    },
    Kinds {
        group: "serving.kserve.io",
        kinds: &["ServingRuntime", "ClusterServingRuntime"],
        pod_specs: &["spec", "spec/workerSpec"],
        images: &[],
    },
    Kinds {
        group: "serving.kserve.io",
        kinds: &["LLMInferenceService"],
        pod_specs: &[
            "spec/template",
            "spec/worker",
            "spec/prefill/template",
            "spec/prefill/worker",
            "spec/router/scheduler/template",
        ],
        images: &[],
    },
    Kinds {
        group: "ray.io",
        kinds: &["RayCluster"],
        pod_specs: &["spec/headGroupSpec/template/spec", "spec/workerGroupSpecs[]/template/spec"],
        images: &["spec/autoscalerOptions/image"],
    },
    Kinds {
        group: "ray.io",
        kinds: &["RayJob"],
        pod_specs: &[
            "spec/rayClusterSpec/headGroupSpec/template/spec",
            "spec/rayClusterSpec/workerGroupSpecs[]/template/spec",
            "spec/submitterPodTemplate/spec",
        ],
        images: &["spec/rayClusterSpec/autoscalerOptions/image"],
    },
    Kinds {
        group: "ray.io",
        kinds: &["RayService"],
        pod_specs: &[
            "spec/rayClusterConfig/headGroupSpec/template/spec",
            "spec/rayClusterConfig/workerGroupSpecs[]/template/spec",
        ],
        images: &["spec/rayClusterConfig/autoscalerOptions/image"],
    },
    Kinds {
        group: "sparkoperator.k8s.io",
        kinds: &["SparkApplication"],
        pod_specs: &["spec/driver", "spec/executor"],
        images: &[
            "spec/image",
            "spec/driver/image",
            "spec/executor/image",
            "spec/driver/sidecars[]/image",
            "spec/executor/sidecars[]/image",
        ],
    },
    Kinds {
        group: "monitoring.coreos.com",
        kinds: &["Prometheus", "PrometheusAgent", "Alertmanager", "ThanosRuler"],
        pod_specs: &["spec"],
        images: &["spec/image", "spec/thanos/image"],
    },
    Kinds {
        group: "tekton.dev",
        kinds: &["Task", "ClusterTask"],
        pod_specs: &[],
        images: &["spec/steps[]/image", "spec/sidecars[]/image", "spec/stepTemplate/image"],
    },
    Kinds {
        group: "argoproj.io",
        kinds: &["Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate"],
        pod_specs: &[],
        images: &[
            "spec/templates[]/container/image",
            "spec/templates[]/script/image",
            "spec/templates[]/containerSet/containers[]/image",
            "spec/templates[]/initContainers[]/image",
            "spec/templates[]/sidecars[]/image",
        ],
    },
];

/// Whether the places of images in a kind are known.
pub fn is_custom(group: &str, kind: &str) -> bool {
    of(group, kind).next().is_some()
}

/// Every place of an image in a custom kind; none for a kind that is not known.
pub fn image_paths(group: &str, kind: &str) -> Vec<String> {
    of(group, kind)
        .flat_map(|kinds| {
            let in_pods = kinds.pod_specs.iter();
            let in_pods = in_pods.flat_map(|spec| POD_SPEC.map(|place| format!("{spec}/{place}")));
            in_pods.chain(kinds.images.iter().map(|&path| path.to_owned()))
        })
        .collect()
}

/// Those that kustomize does not find by itself: it looks below `containers` and `initContainers` only
/// (kustomize: `api/filters/imagetag/legacy.go`).
pub fn image_fields(group: &str, kind: &str) -> Vec<ImageField> {
    let found_anyway = |path: &str| POD_SPEC.iter().any(|place| path.ends_with(&format!("/{place}")));
    image_paths(group, kind)
        .into_iter()
        .filter(|path| !found_anyway(path))
        .map(|path| ImageField { group: group.to_owned(), kind: kind.to_owned(), path })
        .collect()
}

fn of(group: &str, kind: &str) -> impl Iterator<Item = &'static Kinds> {
    let (group, kind) = (group.to_owned(), kind.to_owned());
    ALL.iter().filter(move |kinds| kinds.group == group && kinds.kinds.contains(&kind.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kustomize_is_told_only_what_it_does_not_find() {
        let fields = |group, kind| -> Vec<String> {
            image_fields(group, kind).into_iter().map(|field| field.path).collect()
        };
        assert!(fields("argoproj.io", "Rollout").is_empty());
        assert!(fields("serving.knative.dev", "Service").is_empty());
        assert_eq!(fields("monitoring.coreos.com", "Alertmanager"), ["spec/image", "spec/thanos/image"]);
        assert_eq!(fields("tekton.dev", "Task").len(), 3);
        assert!(fields("apps", "Prometheus").is_empty());
    }
}
