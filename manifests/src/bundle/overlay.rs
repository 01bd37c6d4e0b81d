//! A kustomize overlay over given manifests, for people who would rather not touch the files themselves.

use std::collections::{BTreeMap, BTreeSet};

use domain::diagnosis::{Scan, Workload};
use domain::owners::{ImageField, image_fields, image_name as name};
use domain::plan::{Edit, Plan};
use domain::ports::InputFile;
use domain::workload::ContainerKind;
use serde_json::{Value, json};

use super::file;
use super::owners::{CONFIG, config};
use crate::archive::BundleFile;

/// Where it stands in the bundle.
pub(super) const FOLDER: &str = "kubernetes/overlay";

/// The overlay with the manifests it is made of, as they were given; nothing when no manifest was.
///
/// Kustomize reads no file outside of its folder, so the manifests stand beside it.
pub(super) fn files(plan: &Plan, scan: &Scan, originals: &[InputFile]) -> Vec<BundleFile> {
    let authored: Vec<(&Edit, &Workload)> = plan
        .edits
        .iter()
        .filter_map(|edit| {
            let label = edit.object.as_deref().filter(|_| edit.file.is_some())?;
            let workload = scan.inventory.workloads.iter().find(|w| w.object.label() == label)?;
            workload.origin.as_ref().is_some_and(|origin| !origin.live).then_some((edit, workload))
        })
        .collect();
    let names: BTreeSet<&str> = authored.iter().filter_map(|(edit, _)| edit.file.as_deref()).collect();
    let manifests: Vec<&InputFile> =
        originals.iter().filter(|file| names.contains(file.name.as_str())).collect();
    if manifests.is_empty() {
        return Vec::new();
    }
    let resources: Vec<String> =
        manifests.iter().map(|manifest| format!("manifests/{}", manifest.name)).collect();
    let (images, patches) = changes(plan, &authored);
    let mut kustomization = json!({
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": resources,
    });
    let fields = fields(&authored);
    if !fields.is_empty() {
        kustomization["configurations"] = json!([CONFIG]);
    }
    for (key, entries) in [("images", images), ("patches", patches)] {
        if !entries.is_empty() {
            kustomization[key] = Value::Array(entries);
        }
    }
    // JSON is YAML, and this way no text from a manifest can be read as anything but text.
    let text = format!("{kustomization:#}\n");
    let mut files = vec![file(format!("{FOLDER}/kustomization.yaml"), text.into_bytes())];
    if !fields.is_empty() {
        files.push(file(format!("{FOLDER}/{CONFIG}"), config(&fields).into_bytes()));
    }
    files.extend(manifests.iter().map(|m| file(format!("{FOLDER}/manifests/{}", m.name), m.bytes.to_vec())));
    files
}

/// Image fields of custom kinds that kustomize does not find by itself.
fn fields(authored: &[(&Edit, &Workload)]) -> Vec<ImageField> {
    let kinds: BTreeSet<(&str, &str)> = authored
        .iter()
        .map(|(_, workload)| (workload.object.group.as_str(), workload.object.kind.as_str()))
        .collect();
    kinds.into_iter().flat_map(|(group, kind)| image_fields(group, kind)).collect()
}

/// An entry for each image name that moves everywhere it is written; patches for the rest.
fn changes(plan: &Plan, authored: &[(&Edit, &Workload)]) -> (Vec<Value>, Vec<Value>) {
    let stays: BTreeSet<String> = plan.not_covered.iter().filter_map(|left| name(&left.image)).collect();
    let mut images: BTreeMap<String, String> = BTreeMap::new();
    let mut patches: BTreeMap<String, (&Workload, Vec<Value>)> = BTreeMap::new();
    for (edit, workload) in authored {
        let (Some(from), Some(path)) = (&edit.from, &edit.object_path) else { continue };
        let container = workload.spec.containers.iter().find(|container| container.pointer == *path);
        let in_list = container
            .is_some_and(|c| !matches!(c.kind, ContainerKind::ImageVolume | ContainerKind::Ephemeral));
        match (name(from).filter(|name| in_list && !stays.contains(name)), name(&edit.to)) {
            (Some(old), Some(new)) => {
                images.insert(old, new);
            }
            _ => {
                let operations =
                    &mut patches.entry(workload.object.label()).or_insert((workload, Vec::new())).1;
                operations.push(json!({"op": "test", "path": path, "value": from}));
                operations.push(json!({"op": "replace", "path": path, "value": edit.to}));
            }
        }
    }
    let images = images.into_iter().map(|(old, new)| json!({"name": old, "newName": new})).collect();
    let patches = patches
        .into_values()
        .map(|(workload, operations)| {
            let object = &workload.object;
            let mut target =
                json!({"group": object.group, "version": object.version, "kind": object.kind, "name": exactly(&object.name)});
            if let Some(namespace) = &object.namespace {
                target["namespace"] = exactly(namespace);
            }
            json!({"target": target, "patch": Value::Array(operations).to_string()})
        })
        .collect();
    (images, patches)
}

/// A name as the anchored regular expression that kustomize takes it for.
pub(super) fn exactly(name: &str) -> Value {
    let escaped: String = name
        .chars()
        .flat_map(|c| (!c.is_ascii_alphanumeric() && c != '-').then_some('\\').into_iter().chain([c]))
        .collect();
    Value::String(escaped)
}
