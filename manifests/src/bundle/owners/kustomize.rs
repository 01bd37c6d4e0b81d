//! Changes in kustomize's words: `images`, `patches`, `configurations`.

use std::collections::BTreeMap;

use domain::owners::{Change, FieldPatch, ImageEntry, ImageField};
use serde_json::{Map, Value, json};

use super::super::overlay::exactly;
use super::yaml;

/// The file that tells kustomize of image fields it does not know.
pub(in crate::bundle) const CONFIG: &str = "kustomizeconfig.yaml";

/// Entries of `images`, as kustomize and Flux have them.
pub(super) fn images(entries: &[ImageEntry]) -> Value {
    serde_json::to_value(entries).unwrap_or_default()
}

/// The same as Argo CD has them: `[OLD=]NEW[:TAG][@DIGEST]`.
pub(super) fn argo_images(entries: &[ImageEntry]) -> Value {
    let line = |entry: &ImageEntry| {
        let version = [(":", &entry.new_tag), ("@", &entry.digest)]
            .map(|(sign, part)| part.as_ref().map(|part| format!("{sign}{part}")).unwrap_or_default())
            .concat();
        match &entry.new_name {
            Some(new) => format!("{}={new}{version}", entry.name),
            None => format!("{}{version}", entry.name),
        }
    };
    entries.iter().map(line).collect()
}

/// One patch for each object. Each value is tested before it is replaced, so that nothing else is.
pub(super) fn patches(patches: &[FieldPatch]) -> Value {
    let mut objects: BTreeMap<_, Vec<Value>> = BTreeMap::new();
    for patch in patches {
        let FieldPatch { group, version, kind, namespace, name, path, from, to } = patch;
        let operations = objects.entry((group, version, kind, namespace, name)).or_default();
        operations.push(json!({"op": "test", "path": path, "value": from}));
        operations.push(json!({"op": "replace", "path": path, "value": to}));
    }
    let patch = |((group, version, kind, namespace, name), operations): (
        (&String, &String, &String, &Option<String>, &String),
        _,
    )| {
        let mut target = Map::new();
        if !group.is_empty() {
            target.insert("group".to_owned(), json!(group));
        }
        target.insert("version".to_owned(), json!(version));
        target.insert("kind".to_owned(), json!(kind));
        target.insert("name".to_owned(), exactly(name));
        if let Some(namespace) = namespace {
            target.insert("namespace".to_owned(), exactly(namespace));
        }
        json!({"target": target, "patch": yaml::write(&Value::Array(operations))})
    };
    objects.into_iter().map(patch).collect()
}

/// `images` and `patches`, as far as there are any.
pub(super) fn lists(change: &Change, entries: fn(&[ImageEntry]) -> Value) -> Map<String, Value> {
    let mut lists = Map::new();
    if !change.images.is_empty() {
        lists.insert("images".to_owned(), entries(&change.images));
    }
    if !change.patches.is_empty() {
        lists.insert("patches".to_owned(), patches(&change.patches));
    }
    lists
}

/// A `kustomization.yaml` with some keys in front.
pub(super) fn kustomization(change: &Change, front: Map<String, Value>) -> Value {
    let mut file = Map::new();
    file.insert("apiVersion".to_owned(), json!("kustomize.config.k8s.io/v1beta1"));
    file.insert("kind".to_owned(), json!("Kustomization"));
    file.extend(front);
    if !change.fields.is_empty() {
        file.insert("configurations".to_owned(), json!([CONFIG]));
    }
    file.extend(lists(change, images));
    Value::Object(file)
}

/// The file of image fields.
pub(in crate::bundle) fn config(fields: &[ImageField]) -> String {
    yaml::write(&json!({ "images": fields }))
}
