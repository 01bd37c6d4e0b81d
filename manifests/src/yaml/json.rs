//! A document as JSON, the way Kubernetes tools read it: aliases expanded, merge keys applied.

use super::error::{Place, RefusalKind, Refused, shown};
use super::schema::Kind;
use super::tree::{Content, Document, Entry, Mapping, Node};
use super::{MAX_ALIASED_NODES, MAX_DEPTH};
use serde_json::{Map, Number, Value};
use std::collections::BTreeMap;

impl Document {
    /// The document as JSON by the YAML 1.2 core schema.
    ///
    /// Keys become their text. Merge keys (`<<`) are applied, as sigs.k8s.io/yaml does. Unknown tags are
    /// ignored. Numbers that JSON lacks (infinities, not-a-number) stay text.
    ///
    /// # Errors
    /// Duplicate keys, keys that are no scalars, template text that reads as a mapping, and aliases that
    /// expand too far or into themselves are refused with their place.
    pub fn to_json(&self) -> Result<Value, Refused> {
        check_keys(&self.root)?;
        let mut expansion = Expansion { anchors: anchors(&self.root), spent: 0 };
        expansion.value(&self.root, 0, false)
    }
}

/// Every anchored node of a document by its identity.
pub(super) fn anchors(root: &Node) -> BTreeMap<usize, &Node> {
    let mut anchors = BTreeMap::new();
    root.walk(&mut |node| {
        if let Some(id) = node.anchor {
            anchors.insert(id, node);
        }
    });
    anchors
}

/// Refuses keys that stand twice and keys that are no scalars.
pub(super) fn check_keys(root: &Node) -> Result<(), Refused> {
    let mut first_refusal = None;
    root.walk(&mut |node| {
        if first_refusal.is_none()
            && let Content::Mapping(mapping) = &node.content
        {
            first_refusal = keys_refusal(node, mapping);
        }
    });
    first_refusal.map_or(Ok(()), Err)
}

fn keys_refusal(node: &Node, mapping: &Mapping) -> Option<Refused> {
    let mut seen: BTreeMap<&str, Place> = BTreeMap::new();
    mapping.entries.iter().find_map(|Entry { key, .. }| {
        let Some(text) = key.text() else {
            return Some(if node.is_template() {
                template(node.place)
            } else {
                Refused::new(
                    RefusalKind::ComplexKey,
                    key.place,
                    "this key is not plain text, so nothing can address it",
                )
            });
        };
        let earlier = seen.insert(text, key.place)?;
        let (name, first, second) = (shown(text), earlier.line, key.place.line);
        let why = format!("key {name} stands twice in this mapping (line {first} and line {second})");
        Some(Refused::new(RefusalKind::DuplicateKey, key.place, why))
    })
}

/// The refusal of `{{ x }}` where a value should be.
pub(super) fn template(place: Place) -> Refused {
    let why = "this looks like a Helm template, not a value; render it first and edit the result or the chart's values";
    Refused::new(RefusalKind::Template, place, why)
}

/// The mappings that merge keys of `mapping` name, strongest first; what is not a mapping is left out.
pub(super) fn merged<'a>(mapping: &'a Mapping, anchors: &BTreeMap<usize, &'a Node>) -> Vec<&'a Node> {
    let resolve = |node: &'a Node| match node.content {
        Content::Alias(id) => anchors.get(&id).copied(),
        _ => Some(node),
    };
    let sources = mapping.entry("<<").and_then(|entry| resolve(&entry.value));
    let sources: Vec<&Node> = match sources.map(|source| (source, &source.content)) {
        Some((_, Content::Sequence(list))) => list.items.iter().filter_map(resolve).collect(),
        Some((source, _)) => vec![source],
        None => Vec::new(),
    };
    sources.into_iter().filter(|source| matches!(source.content, Content::Mapping(_))).collect()
}

struct Expansion<'a> {
    anchors: BTreeMap<usize, &'a Node>,
    spent: usize,
}

impl<'a> Expansion<'a> {
    /// `copied` is set below an alias, where every node costs budget, and long text more of it.
    fn value(&mut self, node: &'a Node, depth: usize, copied: bool) -> Result<Value, Refused> {
        if copied {
            self.spent += 1 + node.text().map_or(0, str::len) / 64;
        }
        if self.spent > MAX_ALIASED_NODES || depth > MAX_DEPTH {
            let why = format!("aliases expand to more than {MAX_ALIASED_NODES} values, or into themselves");
            return Err(Refused::new(RefusalKind::AliasBudget, node.place, why));
        }
        match &node.content {
            Content::Scalar(scalar) => Ok(scalar_value(&scalar.text, node.kind())),
            Content::Alias(id) => match self.anchors.get(id).copied() {
                Some(target) => self.value(target, depth + 1, true),
                None => Ok(Value::Null),
            },
            Content::Sequence(list) => {
                list.items.iter().map(|item| self.value(item, depth + 1, copied)).collect()
            }
            Content::Mapping(mapping) => self.object(mapping, depth, copied).map(Value::Object),
        }
    }

    fn object(
        &mut self,
        mapping: &'a Mapping,
        depth: usize,
        copied: bool,
    ) -> Result<Map<String, Value>, Refused> {
        let mut object = Map::new();
        let sources = merged(mapping, &self.anchors);
        for Entry { key, value } in &mapping.entries {
            if let Some(text) = key.text()
                && (text != "<<" || sources.is_empty())
            {
                object.insert(text.to_owned(), self.value(value, depth + 1, copied)?);
            }
        }
        for source in sources {
            if let Value::Object(more) = self.value(source, depth + 1, true)? {
                for (key, value) in more {
                    object.entry(key).or_insert(value);
                }
            }
        }
        Ok(object)
    }
}

fn scalar_value(text: &str, kind: Option<Kind>) -> Value {
    let as_text = || Value::String(text.to_owned());
    match kind {
        Some(Kind::Null) => Value::Null,
        Some(Kind::Bool) => Value::Bool(text.eq_ignore_ascii_case("true")),
        Some(Kind::Int) => integer(text).map_or_else(as_text, Value::Number),
        Some(Kind::Float) => text.parse().ok().and_then(Number::from_f64).map_or_else(as_text, Value::Number),
        _ => as_text(),
    }
}

fn integer(text: &str) -> Option<Number> {
    let radix = |digits, radix| u64::from_str_radix(digits, radix).ok().map(Number::from);
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    let whole =
        unsigned.parse::<u64>().map(Number::from).or_else(|_| unsigned.parse::<i64>().map(Number::from));
    whole.ok().or_else(|| unsigned.parse().ok().and_then(Number::from_f64))
}
