//! A document in the form in which it was read.

use std::borrow::Cow;
use std::fmt;

use domain::facts::{Fact, Origin};
use serde::Deserialize as _;
use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use crate::input::json::Place;
use crate::input::secret::Secret;
use crate::objects::{TypeMeta, facts_of};
use crate::yaml::{self, Content, Node};

/// A document in the form in which it was read.
#[derive(Debug, Clone, Copy)]
pub(in crate::input) enum Body<'a> {
    Json(&'a [u8]),
    /// With the node it was read from where there is one: it knows its places.
    Value(&'a Value, Option<&'a Node>),
}

impl Body<'_> {
    /// The kind the object names itself; `None` where it names none.
    pub(in crate::input) fn type_meta(self) -> Option<TypeMeta> {
        let mut names = Names::default();
        match self {
            Body::Json(bytes) => {
                // The peek ends before the object does, which counts as an error there; the parsing that
                // follows tells of real ones.
                let _ = serde_json::Deserializer::from_slice(bytes).deserialize_map(Peek(&mut names));
            }
            Body::Value(value, _) => {
                let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
                names = Names { api_version: text("apiVersion"), kind: text("kind") };
            }
        }
        Some(TypeMeta::new(&names.api_version?, &names.kind?))
    }

    pub(super) fn facts(
        self,
        kind: &TypeMeta,
        origin: Origin,
        give: &mut dyn FnMut(Fact),
    ) -> serde_json::Result<()> {
        match self {
            Body::Json(bytes) => {
                let mut deserializer = serde_json::Deserializer::from_slice(bytes);
                facts_of(kind, &mut deserializer, Some(origin), give)?;
                deserializer.end()
            }
            Body::Value(value, _) => facts_of(kind, value, Some(origin), give),
        }
    }

    pub(super) fn holds_secret_data(self) -> bool {
        let secret = match self {
            Body::Json(bytes) => serde_json::from_slice::<Secret>(bytes),
            Body::Value(value, _) => Secret::deserialize(value),
        };
        // One of an unknown shape had better not be kept either.
        secret.map_or(true, |secret| secret.holds_data())
    }

    pub(super) fn to_value(self) -> Option<Value> {
        match self {
            Body::Json(bytes) => serde_json::from_slice(bytes).ok(),
            Body::Value(value, _) => Some(value.clone()),
        }
    }

    /// Where a key at the top stands, in a document that starts at `start`; that start if it cannot be told.
    pub(super) fn place_of(self, key: &str, start: Place) -> Place {
        let place = |node: &Node| match &node.content {
            Content::Mapping(mapping) => mapping.entry(key).map(|entry| Place::from(entry.key.place)),
            _ => None,
        };
        match self {
            Body::Value(_, node) => node.and_then(place).unwrap_or(start),
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
