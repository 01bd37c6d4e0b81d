//! The pieces of an owner's change, as files.

use std::collections::BTreeMap;

use domain::owners::{Change, Key, Owner, Place, Target, ValueChange, set_path};
use serde_json::{Map, Value, json};

use super::{helm, kustomize, yaml};

/// A file in an owner's folder.
pub(super) struct Piece {
    pub(super) name: &'static str,
    pub(super) text: String,
    pub(super) executable: bool,
}

/// The files, sorted by name.
pub(super) fn pieces(owner: &Owner) -> Vec<Piece> {
    let mut yamls: BTreeMap<&'static str, (String, Map<String, Value>)> = BTreeMap::new();
    let mut scripts = Vec::new();
    let mut fields = Vec::new();
    for change in &owner.changes {
        fields.extend(change.fields.iter().cloned());
        if change.into == Target::HelmPostRenderer {
            scripts.extend(helm::scripts(owner));
        }
        if let Some((name, Value::Object(content))) = name_of(change.into).zip(content(owner, change)) {
            let file = yamls.entry(name).or_insert_with(|| (head(owner, change), Map::new()));
            file.1.extend(content);
        }
    }
    let yaml = |(name, (head, content)): (&'static str, (String, Map<String, Value>))| Piece {
        name,
        text: format!("{head}{}", yaml::write(&Value::Object(content))),
        executable: false,
    };
    let mut pieces: Vec<Piece> =
        yamls.into_iter().filter(|(_, (_, content))| !content.is_empty()).map(yaml).collect();
    if !fields.is_empty() {
        fields.sort();
        fields.dedup();
        pieces.push(Piece { name: kustomize::CONFIG, text: kustomize::config(&fields), executable: false });
    }
    pieces.extend(scripts);
    pieces.sort_by_key(|piece| piece.name);
    pieces
}

/// The file that a change is written to; none where it is told in words alone.
pub(super) fn name_of(into: Target) -> Option<&'static str> {
    Some(match into {
        Target::Kustomization
        | Target::ChartKustomization
        | Target::HelmPostRenderer
        | Target::CustomResource => "kustomization.yaml",
        Target::ApplicationKustomize | Target::ApplicationParameters => "application.yaml",
        Target::FluxKustomization => "flux-kustomization.yaml",
        Target::FluxValues | Target::FluxPostRenderer => "helm-release.yaml",
        Target::HelmValues => "values.yaml",
        Target::Manifests => return None,
    })
}

/// A comment that says where the piece goes; whole files have none.
fn head(owner: &Owner, change: &Change) -> String {
    // `spec.source.kustomize` holds its last key in the piece.
    let below = match change.into {
        Target::FluxKustomization => change.below.as_str(),
        Target::ApplicationParameters => change.below.trim_end_matches(".helm.parameters"),
        _ => change.below.rsplit_once('.').map_or("", |(below, _)| below),
    };
    if below.is_empty() {
        return String::new();
    }
    let object = owner.place.object.as_deref().unwrap_or(&owner.who);
    // Only what cannot end the comment.
    let object: String =
        object.chars().map(|c| if c == ' ' || c.is_ascii_graphic() { c } else { '?' }).collect();
    format!("# {object}, below {below}:\n")
}

fn content(owner: &Owner, change: &Change) -> Option<Value> {
    Some(match change.into {
        Target::Manifests => return None,
        Target::Kustomization | Target::CustomResource => kustomize::kustomization(change, Map::new()),
        Target::HelmPostRenderer => {
            let front = Map::from_iter([("resources".to_owned(), json!([helm::RENDERED]))]);
            kustomize::kustomization(change, front)
        }
        Target::ChartKustomization => kustomize::kustomization(change, chart(&owner.place)),
        Target::ApplicationKustomize => {
            json!({"kustomize": kustomize::lists(change, kustomize::argo_images)})
        }
        Target::ApplicationParameters => {
            let parameter = |value: &ValueChange| json!({"name": set_path(&value.keys), "value": value.to, "forceString": true});
            json!({"helm": {"parameters": change.values.iter().map(parameter).collect::<Vec<_>>()}})
        }
        Target::FluxKustomization => Value::Object(kustomize::lists(change, kustomize::images)),
        Target::FluxPostRenderer => {
            json!({"postRenderers": [{"kustomize": kustomize::lists(change, kustomize::images)}]})
        }
        Target::FluxValues => json!({"values": nested(&change.values)}),
        Target::HelmValues => nested(&change.values),
    })
}

/// The chart of an Argo CD Application as kustomize renders it.
fn chart(place: &Place) -> Map<String, Value> {
    let mut chart = Map::new();
    let mut front = Map::new();
    let mut add = |key: &str, value: Option<&str>| {
        if let Some(value) = value {
            chart.insert(key.to_owned(), json!(value));
        }
    };
    match (&place.chart, &place.path) {
        (None, Some(path)) => {
            let (home, name) = path.trim_end_matches('/').rsplit_once('/').unwrap_or((".", path));
            front.insert("helmGlobals".to_owned(), json!({ "chartHome": home }));
            add("name", Some(name));
        }
        (name, _) => {
            // Argo CD writes repositories of OCI charts without a scheme.
            let address = place.repository.as_deref().unwrap_or_default();
            let address =
                if address.contains("://") { address.to_owned() } else { format!("oci://{address}") };
            add("name", name.as_deref());
            add("repo", Some(&address));
            add("version", place.revision.as_deref());
        }
    }
    if let Some(release) = &place.release {
        add("releaseName", Some(&release.name));
        add("namespace", release.namespace.as_deref());
    }
    front.insert("helmCharts".to_owned(), json!([chart]));
    front
}

/// Whether a list stands in the way: a file of values replaces lists as a whole.
pub(super) fn is_in_list(value: &ValueChange) -> bool {
    value.keys.iter().any(|key| matches!(key, Key::Index(_)))
}

/// Values as the tree they make; those in lists are left to other ways.
fn nested(values: &[ValueChange]) -> Value {
    let mut root = Map::new();
    for value in values.iter().filter(|value| !is_in_list(value)) {
        set(&mut root, &value.keys, &value.to);
    }
    Value::Object(root)
}

fn set(map: &mut Map<String, Value>, keys: &[Key], to: &str) {
    let Some((Key::Name(name), below)) = keys.split_first() else { return };
    if below.is_empty() {
        map.insert(name.clone(), json!(to));
    } else if let Value::Object(next) = map.entry(name.clone()).or_insert_with(|| json!({})) {
        set(next, below, to);
    }
}
