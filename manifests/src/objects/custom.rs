//! Custom kinds whose places of images are known: in given manifests they are workloads like any other.
//!
//! In a cluster and in dumps of one they are left alone: what their operators make of them is seen there, and
//! changing both would be one change too many.

use domain::facts::{Fact, Origin, WorkloadFact};
use domain::owners::image_paths;
use domain::workload::{ContainerImage, ContainerKind, PodSpec};
use serde::Deserialize;
use serde_json::Value;

use super::TypeMeta;
use super::lenient::or_default;
use super::metadata::Metadata;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Custom {
    #[serde(deserialize_with = "or_default")]
    metadata: Metadata,
    spec: Value,
}

impl Custom {
    /// The object as a workload, when it was written by somebody and names an image.
    pub(super) fn fact(mut self, kind: &TypeMeta, origin: Option<Origin>) -> Option<Fact> {
        let origin = self.metadata.origin(origin).filter(|origin| !origin.live)?;
        let object = self.metadata.object(kind);
        let whole = serde_json::json!({ "spec": self.spec });
        let mut containers = Vec::new();
        for path in image_paths(&kind.group, &kind.kind) {
            let keys: Vec<&str> = path.split('/').collect();
            walk(&whole, &keys, "", &object.name, &mut containers);
        }
        if containers.is_empty() {
            return None;
        }
        Some(Fact::Workload(WorkloadFact {
            object,
            controller: None,
            labels: std::mem::take(&mut self.metadata.labels.0),
            annotations: std::mem::take(&mut self.metadata.annotations.0),
            spec: PodSpec { containers, ..PodSpec::default() },
            replicas: None,
            present: None,
            update_strategy: None,
            origin: Some(origin),
        }))
    }
}

/// Follows a path to every image it leads to. A place that has no name of its own goes by the object's.
fn walk(value: &Value, keys: &[&str], pointer: &str, object: &str, found: &mut Vec<ContainerImage>) {
    let Some((key, rest)) = keys.split_first() else { return };
    let (name, of_list) = key.strip_suffix("[]").map_or((*key, false), |name| (name, true));
    let Some(next) = value.get(name) else { return };
    let at = format!("{pointer}/{name}");
    match next {
        Value::Array(items) if of_list => {
            for (index, item) in items.iter().enumerate() {
                walk(item, rest, &format!("{at}/{index}"), object, found);
            }
        }
        Value::String(image) if rest.is_empty() && !image.is_empty() => {
            let own =
                value.get("name").and_then(Value::as_str).filter(|_| pointer.ends_with(char::is_numeric));
            found.push(ContainerImage {
                kind: if pointer.contains("/initContainers/") {
                    ContainerKind::Init
                } else {
                    ContainerKind::Main
                },
                name: own.unwrap_or(object).to_owned(),
                image: image.clone(),
                pull_policy: None,
                name_pointer: own.map_or_else(|| "/metadata/name".to_owned(), |_| format!("{pointer}/name")),
                pointer: at,
            });
        }
        next if !of_list => walk(next, rest, &at, object, found),
        _ => {}
    }
}
