//! Cortex files, told by what they hold, and by their name where that alone could be anybody's.

mod words;

use domain::cortex::key_range;
use domain::facts::CortexFileKind;
use serde_json::{Map, Value};

use words::{API_KEYS, AWS_KEYS, KINDS, OWN_SETTINGS, SECTIONS, SETTINGS};

/// What a document turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recognised {
    /// A file Cortex reads.
    File(CortexFileKind),
    /// One API without the list around it, as Cortex's README once showed it. Cortex refuses it: "cortex YAML
    /// configuration files must contain a list of maps" (`pkg/types/spec/validations.go`).
    BareApi,
}

/// Tells whether a document of the file `name` is one of Cortex's.
///
/// Cortex refuses keys it does not know, so a short file is told by its name and by holding nothing else;
/// where a key is foreign, Cortex's own ones have to speak for the file. Objects of Kubernetes and eksctl
/// (`apiVersion` and `kind`) never are Cortex's, nor are the files of another product of the name that keeps
/// OpenAPI documents. An empty file says nothing, whatever it is called.
pub fn recognise(name: &str, document: &Value) -> Option<Recognised> {
    match document {
        Value::Array(apis) => is_api_list(name, apis).then_some(Recognised::File(CortexFileKind::ApiSpecs)),
        Value::Object(map) if map.contains_key("apiVersion") || map.contains_key("openapi") => None,
        Value::Object(map) if map.contains_key("name") && is_api(map) => Some(Recognised::BareApi),
        Value::Object(map) => {
            is_cluster_config(name, map).then_some(Recognised::File(CortexFileKind::ClusterConfig))
        }
        _ => None,
    }
}

fn is_cluster_config(name: &str, map: &Map<String, Value>) -> bool {
    let is_own = |key: &str| OWN_SETTINGS.contains(&key) || key_range(key).is_some();
    let is_known = |key: &str| SETTINGS.contains(&key) || is_own(key) || key.starts_with("image_");
    let own = map.keys().filter(|key| is_own(key)).count();
    let named = is_called(name, "cluster");
    let has = |key: &str| map.contains_key(key);
    if has("kind") || map.is_empty() {
        false
    } else if map.keys().all(|key| is_known(key)) {
        let sizes_a_cluster = has("instance_type") || has("node_groups");
        named || own >= 1 || has("cluster_name") && map.len() >= 2 || sizes_a_cluster && map.len() >= 3
    } else {
        own >= 2 || own >= 1 && named
    }
}

fn is_api_list(name: &str, apis: &[Value]) -> bool {
    let Some(apis) = apis.iter().map(Value::as_object).collect::<Option<Vec<_>>>() else { return false };
    if apis.is_empty() || !apis.iter().all(|api| api.get("name").is_some_and(Value::is_string)) {
        return false;
    }
    let nothing_foreign = apis.iter().all(|api| api.keys().all(|key| API_KEYS.contains(&key.as_str())));
    let says_more = |api: &&Map<String, Value>| api.len() > 1 && (is_api(api) || !api.contains_key("kind"));
    apis.iter().any(|api| is_api(api))
        || nothing_foreign && (is_called(name, "cortex") || apis.iter().all(says_more))
}

/// Whether a map names one of Cortex's kinds or has a place for images. Before 0.36 an API cannot be without
/// its `predictor` or `handler`, so even an empty one tells it.
fn is_api(map: &Map<String, Value>) -> bool {
    let kind = map.get("kind").and_then(Value::as_str);
    let empty = |key: &str| map.get(key).is_some_and(Value::is_null);
    SECTIONS.iter().any(|key| map.get(*key).is_some_and(Value::is_object))
        || empty("predictor")
        || empty("handler")
        || kind.is_some_and(|kind| KINDS.contains(&kind))
}

/// Whether a file has the name that users of Cortex give to one of its files.
pub(super) fn is_named_like_one(name: &str) -> bool {
    is_called(name, "cluster") || is_called(name, "cortex")
}

/// Whether a file is called `stem.yaml`, or that with more behind it, as in `cortex_gpu.yaml`.
fn is_called(name: &str, stem: &str) -> bool {
    let base = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    let bare = [".yaml", ".yml", ".json"].iter().find_map(|ending| base.strip_suffix(ending));
    bare.and_then(|bare| bare.strip_prefix(stem))
        .is_some_and(|more| !more.starts_with(|next: char| next.is_alphabetic()))
}

/// The configuration without AWS credentials, and the keys that held one. The keys go with the values.
pub fn without_aws_keys(mut config: Value) -> (Value, Vec<&'static str>) {
    let mut held = Vec::new();
    if let Value::Object(map) = &mut config {
        for key in AWS_KEYS {
            let value = map.shift_remove(key).unwrap_or_default();
            if !value.is_null() && value != "" {
                held.push(key);
            }
        }
    }
    (config, held)
}

#[cfg(test)]
mod tests;
