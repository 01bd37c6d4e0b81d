//! One document, and what stands in it: what it is, and its facts.

mod body;

use domain::facts::{ClusterFact, CortexFile, Fact, Origin};
use domain::owners::ValuesFile;
use serde_json::Value;

use super::Reading;
use super::cortex::{Recognised, recognise, without_aws_keys};
use super::file::{Seen, reason};
use super::json::Place;
use super::secret::{Held, logs_in};
use super::values::chart_values;
use crate::objects::TypeMeta;
use crate::yaml::Node;

pub(super) use body::Body;

/// Where a document or an object in it stands.
#[derive(Debug, Clone)]
pub(super) struct At<'a> {
    pub(super) file: &'a str,
    pub(super) document: usize,
    /// JSON pointer within the document.
    pub(super) pointer: String,
    /// In the file.
    pub(super) place: Place,
}

impl At<'_> {
    fn below(&self, pointer: &str, place: Place) -> Self {
        Self { pointer: format!("{}{pointer}", self.pointer), place, ..self.clone() }
    }
}

/// Gives the facts of one document: an object, a list of them, a Cortex file, the answer of `kubectl version`.
pub(super) fn document(body: Body<'_>, at: &At<'_>, seen: &mut Seen, reading: &mut Reading<'_>) {
    match body.type_meta() {
        Some(kind) if kind.is_known() || kind.is_secret() || is_list(&kind) => {
            object(body, &kind, at, seen, reading);
        }
        kind => {
            seen.understood |= kind.is_some();
            if let Body::Value(Value::Array(elements), node) = body
                && elements.iter().any(|element| Body::Value(element, None).type_meta().is_some())
            {
                each(elements, node, "", None, at, seen, reading);
            } else {
                let told = other(body, at, seen, reading);
                seen.strangers += usize::from(!told && kind.is_none());
                seen.others += usize::from(kind.is_none());
            }
        }
    }
}

/// Gives the facts of one object in a list, and whether it could be told what it is. `of_list` is the kind
/// that the list says its items have.
pub(super) fn item(
    body: Body<'_>,
    of_list: Option<&TypeMeta>,
    at: &At<'_>,
    seen: &mut Seen,
    reading: &mut Reading<'_>,
) -> bool {
    let kind = of_list.cloned().or_else(|| body.type_meta());
    match &kind {
        Some(kind) => object(body, kind, at, seen, reading),
        None => {
            seen.strangers += 1;
            seen.others += 1;
        }
    }
    kind.is_some()
}

fn object(body: Body<'_>, kind: &TypeMeta, at: &At<'_>, seen: &mut Seen, reading: &mut Reading<'_>) {
    seen.understood = true;
    if is_list(kind) {
        return list(body, kind, at, seen, reading);
    }
    reading.count_object(at.file);
    if kind.is_secret() {
        if body.holds_secret_data() {
            seen.secrets.add(Held::SecretData, at.place);
        }
        return;
    }
    let origin =
        Origin { file: at.file.to_owned(), document: at.document, pointer: at.pointer.clone(), live: false };
    let facts = body.facts(kind, origin, &mut |fact| {
        if holds_aws_keys(&fact) {
            seen.secrets.add(Held::AwsKeys, at.place);
        }
        seen.relevant |= matches!(fact, Fact::Pod(_) | Fact::Workload(_) | Fact::CortexConfigMap(_));
        reading.give(fact);
    });
    if let Err(error) = facts {
        seen.refuse(at.place.of(&error), &reason(&error));
    }
}

/// `List`, `PodList`, …: also one within another, as `kubectl` makes of lists that are applied together.
fn is_list(kind: &TypeMeta) -> bool {
    kind.kind.ends_with("List")
}

fn list(body: Body<'_>, kind: &TypeMeta, at: &At<'_>, seen: &mut Seen, reading: &mut Reading<'_>) {
    let parsed;
    let (value, node) = match body {
        Body::Value(value, node) => (value, node),
        Body::Json(_) => {
            parsed = body.to_value().unwrap_or_default();
            (&parsed, None)
        }
    };
    if let Some(items) = value.get("items").and_then(Value::as_array) {
        let node = node.and_then(|node| node.child("items"));
        each(items, node, "/items", kind.of_items().as_ref(), at, seen, reading);
    }
}

fn each(
    items: &[Value],
    node: Option<&Node>,
    pointer: &str,
    of_list: Option<&TypeMeta>,
    at: &At<'_>,
    seen: &mut Seen,
    reading: &mut Reading<'_>,
) {
    for (index, value) in items.iter().enumerate() {
        let node = node.and_then(|node| node.child(&index.to_string()));
        let place = node.map_or(at.place, |node| Place::from(node.place));
        let at = at.below(&format!("{pointer}/{index}"), place);
        item(Body::Value(value, node), of_list, &at, seen, reading);
    }
}

/// Whether a ConfigMap was made without its text, since a cluster configuration in it held AWS keys.
fn holds_aws_keys(fact: &Fact) -> bool {
    matches!(fact, Fact::CortexConfigMap(map) if map.cluster_config.is_some() && map.data.is_empty())
}

/// A document that is no Kubernetes object of a known kind, and whether it could be told what it is.
fn other(body: Body<'_>, at: &At<'_>, seen: &mut Seen, reading: &mut Reading<'_>) -> bool {
    let Some(document) = body.to_value().filter(|document| !document.is_null()) else { return true };
    let recognised = recognise(at.file, &document);
    if logs_in(&document) {
        seen.secrets.add(Held::Login, at.place);
    } else if let Some(Recognised::File(kind)) = recognised {
        let (content, held_keys) = without_aws_keys(document);
        for key in held_keys {
            seen.secrets.add(Held::AwsKey(key), body.place_of(key, at.place));
        }
        seen.relevant = true;
        let file = at.file.to_owned();
        reading.give(Fact::CortexFile(CortexFile { file, document: at.document, kind, content }));
    } else if recognised == Some(Recognised::BareApi) {
        seen.refuse(at.place, "Cortex takes a list of APIs here, so each one has to start with \"- \"");
    } else if let Some(images) = chart_values(at.file, &document) {
        seen.relevant = true;
        reading.give(Fact::Values(ValuesFile { file: at.file.to_owned(), images }));
    } else if let Some(version) = server_version(&document) {
        let kubernetes_version = Some(version);
        reading.give(Fact::Cluster(ClusterFact { kubernetes_version, ..ClusterFact::default() }));
    } else {
        return false;
    }
    seen.understood = true;
    true
}

/// `gitVersion` of `/version`, or of the server's part of `kubectl version -o json`.
fn server_version(document: &Value) -> Option<String> {
    let version = match document.get("serverVersion") {
        Some(server) => server,
        None if document.get("goVersion").is_some() => document,
        None => return None,
    };
    version.get("gitVersion").and_then(Value::as_str).map(str::to_owned)
}
