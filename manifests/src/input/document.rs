//! One document or item: what it is, and its facts.

use std::borrow::Cow;
use std::fmt;

use domain::facts::{ClusterFact, CortexFile, Fact, Origin};
use serde::Deserialize as _;
use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::Reading;
use super::cortex::{Recognised, recognise, without_aws_keys};
use super::file::Seen;
use super::json::Place;
use super::secret::{Held, Secret, logs_in};
use crate::objects::{TypeMeta, facts_of};
use crate::yaml::{self, Content, Node};

/// A document in the form in which it was read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Body<'a> {
    Json(&'a [u8]),
    /// With the node it was read from, which knows its places.
    Yaml(&'a Value, &'a Node),
}

impl Body<'_> {
    /// The kind the object names itself; `None` where it names none.
    pub(super) fn type_meta(self) -> Option<TypeMeta> {
        let mut names = Names::default();
        match self {
            Body::Json(bytes) => {
                // The peek ends before the object does, which counts as an error there; the parsing that
                // follows tells of real ones.
                let _ = serde_json::Deserializer::from_slice(bytes).deserialize_map(Peek(&mut names));
            }
            Body::Yaml(value, _) => {
                let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
                names = Names { api_version: text("apiVersion"), kind: text("kind") };
            }
        }
        Some(TypeMeta::new(&names.api_version?, &names.kind?))
    }

    fn facts(self, kind: &TypeMeta, origin: Origin, give: &mut dyn FnMut(Fact)) -> serde_json::Result<()> {
        match self {
            Body::Json(bytes) => {
                let mut deserializer = serde_json::Deserializer::from_slice(bytes);
                facts_of(kind, &mut deserializer, Some(origin), give)?;
                deserializer.end()
            }
            Body::Yaml(value, _) => facts_of(kind, value, Some(origin), give),
        }
    }

    fn holds_secret_data(self) -> bool {
        let secret = match self {
            Body::Json(bytes) => serde_json::from_slice::<Secret>(bytes),
            Body::Yaml(value, _) => Secret::deserialize(value),
        };
        // One of an unknown shape had better not be kept either.
        secret.map_or(true, |secret| secret.holds_data())
    }

    fn to_value(self) -> Option<Value> {
        match self {
            Body::Json(bytes) => serde_json::from_slice(bytes).ok(),
            Body::Yaml(value, _) => Some(value.clone()),
        }
    }

    /// Where a key at the top stands, in a document that starts at `start`; that start if it cannot be told.
    fn place_of(self, key: &str, start: Place) -> Place {
        let place = |node: &Node| match &node.content {
            Content::Mapping(mapping) => mapping.entry(key).map(|entry| Place::from(entry.key.place)),
            _ => None,
        };
        match self {
            Body::Yaml(_, node) => place(node).unwrap_or(start),
            Body::Json(bytes) => {
                let documents = yaml::parse(bytes).unwrap_or_default();
                let found = documents.first().and_then(|document| place(&document.root));
                found.map_or(start, |found| found.after(start))
            }
        }
    }
}

#[derive(Debug, Default)]
struct Names {
    api_version: Option<String>,
    kind: Option<String>,
}

/// Looks for `apiVersion` and `kind` and stops as soon as both were found: kubectl prints them first, and a
/// pod is 20 kB long.
struct Peek<'a>(&'a mut Names);

impl<'de> Visitor<'de> for Peek<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let names = self.0;
        while names.api_version.is_none() || names.kind.is_none() {
            let Some(key) = map.next_key::<Cow<'_, str>>()? else { break };
            match key.as_ref() {
                "apiVersion" => names.api_version = map.next_value()?,
                "kind" => names.kind = map.next_value()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// Where a document stands.
#[derive(Debug, Clone)]
pub(super) struct At<'a> {
    pub(super) file: &'a str,
    pub(super) document: usize,
    /// JSON pointer within the document.
    pub(super) pointer: String,
    /// In the file.
    pub(super) place: Place,
}

/// Gives the facts of one object, and whether it could be told what it is. `of_list` is the kind that a list
/// says its items have.
///
/// # Errors
/// When a field that matters is not what the Kubernetes API says.
pub(super) fn object(
    body: Body<'_>,
    of_list: Option<&TypeMeta>,
    at: At<'_>,
    seen: &mut Seen,
    reading: &mut Reading<'_>,
) -> serde_json::Result<bool> {
    reading.count_object(at.file);
    let Some(kind) = of_list.cloned().or_else(|| body.type_meta()) else { return Ok(false) };
    if kind.is_secret() {
        if body.holds_secret_data() {
            seen.secrets.add(Held::SecretData, at.place);
        }
        return Ok(true);
    }
    let origin = Origin { file: at.file.to_owned(), document: at.document, pointer: at.pointer, live: false };
    body.facts(&kind, origin, &mut |fact| {
        if holds_aws_keys(&fact) {
            seen.secrets.add(Held::AwsKeys, at.place);
        }
        seen.relevant |= matches!(fact, Fact::Pod(_) | Fact::Workload(_) | Fact::CortexConfigMap(_));
        reading.give(fact);
    })?;
    Ok(true)
}

/// Whether a ConfigMap was made without its text, since a cluster configuration in it held AWS keys.
fn holds_aws_keys(fact: &Fact) -> bool {
    matches!(fact, Fact::CortexConfigMap(map) if map.cluster_config.is_some() && map.data.is_empty())
}

/// Gives what a document says that is no Kubernetes object of a known kind: a Cortex file, the answer of
/// `kubectl version`. Gives back a reason when it is one that Cortex refuses.
pub(super) fn other(
    body: Body<'_>,
    at: &At<'_>,
    seen: &mut Seen,
    reading: &mut Reading<'_>,
) -> Option<&'static str> {
    let document = body.to_value()?;
    if logs_in(&document) {
        seen.secrets.add(Held::Login, at.place);
        return None;
    }
    match recognise(at.file, &document) {
        Some(Recognised::File(kind)) => {
            let (content, held_keys) = without_aws_keys(document);
            for key in held_keys {
                seen.secrets.add(Held::AwsKey(key), body.place_of(key, at.place));
            }
            seen.relevant = true;
            let file = at.file.to_owned();
            reading.give(Fact::CortexFile(CortexFile { file, document: at.document, kind, content }));
        }
        Some(Recognised::BareApi) => {
            return Some("Cortex takes a list of APIs here, so each one has to start with \"- \"");
        }
        None => {
            let kubernetes_version = server_version(&document);
            if kubernetes_version.is_some() {
                reading.give(Fact::Cluster(ClusterFact { kubernetes_version, ..ClusterFact::default() }));
            }
        }
    }
    None
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
