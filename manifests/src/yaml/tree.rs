//! A YAML stream as a tree that remembers where in the file each node was written.
//!
//! Aliases stay aliases here: expanding them is the business of [`Document::to_json`].

use super::error::Place;
use super::pointer::Pointer;
use super::schema::{self, Kind};
use std::collections::BTreeMap;
use std::ops::Range;

/// One document of a stream. Empty documents (`---` alone) count and have an empty scalar as root.
#[derive(Debug, Clone)]
pub struct Document {
    /// The document's only top-level node.
    pub root: Node,
}

/// A value, a list, a mapping or a reference to one, with its position in the file.
#[derive(Debug, Clone)]
pub struct Node {
    /// What the node is.
    pub content: Content,
    /// The resolved tag, such as `tag:yaml.org,2002:str`, if one is written.
    pub tag: Option<String>,
    /// Identity of the anchor written on this node; [`Content::Alias`] refers to it.
    pub anchor: Option<usize>,
    /// Bytes of the node itself, without anchor and tag. A block scalar's header is not part of it; a
    /// value that is not written at all has an empty span.
    pub span: Range<usize>,
    /// Where the node starts.
    pub place: Place,
    /// The end of what introduces the node (`:`, `-`, anchor, tag); `None` where nothing does.
    pub(super) lead: Option<usize>,
}

/// The four kinds of node.
#[derive(Debug, Clone)]
pub enum Content {
    /// Text, with all escapes resolved.
    Scalar(Scalar),
    /// A list.
    Sequence(Sequence),
    /// Key and value pairs in the order they are written; duplicates are kept.
    Mapping(Mapping),
    /// `*name`: the node whose [`Node::anchor`] is this number.
    Alias(usize),
}

/// A scalar's text and how it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// The text; empty for a value that is not written.
    pub text: String,
    /// How it is written.
    pub style: Style,
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes. Only plain scalars can be anything but strings.
    Plain,
    /// `'…'`
    Single,
    /// `"…"`
    Double,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// A list.
#[derive(Debug, Clone)]
pub struct Sequence {
    /// Written with brackets instead of dashes.
    pub flow: bool,
    /// The items.
    pub items: Vec<Node>,
    /// Byte offset of the last dash.
    pub(super) dash: Option<usize>,
}

/// A mapping.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// Written with braces instead of lines.
    pub flow: bool,
    /// The pairs.
    pub entries: Vec<Entry>,
}

/// One pair of a mapping.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key; a scalar in everything Kubernetes reads.
    pub key: Node,
    /// The value.
    pub value: Node,
}

impl Document {
    /// The node at `path`, without following aliases or merge keys.
    pub fn at(&self, path: &Pointer) -> Option<&Node> {
        path.tokens().iter().try_fold(&self.root, |node, token| node.child(token))
    }
}

impl Node {
    /// The child a pointer token leads to: a mapping's value by key text (the first of duplicates), or a
    /// list's item by index. Aliases have no children.
    pub fn child(&self, token: &str) -> Option<&Self> {
        match &self.content {
            Content::Mapping(mapping) => mapping.entry(token).map(|entry| &entry.value),
            Content::Sequence(sequence) => sequence.items.get(index(token)?),
            Content::Scalar(_) | Content::Alias(_) => None,
        }
    }

    pub(super) fn child_mut(&mut self, token: &str) -> Option<&mut Self> {
        match &mut self.content {
            Content::Mapping(mapping) => mapping
                .entries
                .iter_mut()
                .find(|entry| entry.key.text() == Some(token))
                .map(|entry| &mut entry.value),
            Content::Sequence(sequence) => sequence.items.get_mut(index(token)?),
            Content::Scalar(_) | Content::Alias(_) => None,
        }
    }

    /// The text of a scalar, whatever its type.
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    /// The type of a scalar by the YAML 1.2 core schema (YAML 1.2.2, 10.3); `None` for other nodes.
    pub fn kind(&self) -> Option<Kind> {
        match &self.content {
            Content::Scalar(scalar) => Some(schema::kind(&scalar.text, scalar.style, self.tag.as_deref())),
            _ => None,
        }
    }

    /// A template action that happens to be YAML: `{{ x }}` reads as a mapping with a mapping for a key.
    pub fn is_template(&self) -> bool {
        match &self.content {
            Content::Mapping(mapping) if mapping.flow => mapping.entries.first().is_some_and(|first| {
                matches!(&first.key.content, Content::Mapping(inner) if inner.flow)
                    && first.key.span.start == self.span.start + 1
            }),
            _ => false,
        }
    }

    /// Whether the node is a collection written with brackets or braces.
    pub(super) fn is_flow(&self) -> bool {
        match &self.content {
            Content::Sequence(sequence) => sequence.flow,
            Content::Mapping(mapping) => mapping.flow,
            Content::Scalar(_) | Content::Alias(_) => false,
        }
    }

    /// A mapping's keys.
    pub(super) fn keys(&self) -> impl Iterator<Item = &Self> {
        let entries = match &self.content {
            Content::Mapping(mapping) => mapping.entries.as_slice(),
            _ => &[],
        };
        entries.iter().map(|entry| &entry.key)
    }

    /// A list's items or a mapping's values.
    pub fn values(&self) -> Box<dyn Iterator<Item = &Self> + '_> {
        match &self.content {
            Content::Mapping(mapping) => Box::new(mapping.entries.iter().map(|entry| &entry.value)),
            Content::Sequence(sequence) => Box::new(sequence.items.iter()),
            Content::Scalar(_) | Content::Alias(_) => Box::new(std::iter::empty()),
        }
    }

    /// Every child in the order written, keys included.
    pub(super) fn children(&self) -> Box<dyn Iterator<Item = &Self> + '_> {
        match &self.content {
            Content::Mapping(mapping) => {
                Box::new(mapping.entries.iter().flat_map(|entry| [&entry.key, &entry.value]))
            }
            Content::Sequence(sequence) => Box::new(sequence.items.iter()),
            Content::Scalar(_) | Content::Alias(_) => Box::new(std::iter::empty()),
        }
    }

    /// Calls `visit` on this node and all below it, in the order written.
    pub(super) fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Self)) {
        visit(self);
        for child in self.children() {
            child.walk(visit);
        }
    }

    /// Whether both trees mean the same: layout, comments, quotes and the order of keys aside.
    pub(super) fn means_the_same(&self, other: &Self) -> bool {
        self.tag == other.tag
            && self.anchor == other.anchor
            && match (&self.content, &other.content) {
                (Content::Scalar(a), Content::Scalar(b)) => {
                    let kind = self.kind();
                    kind == other.kind() && (kind == Some(Kind::Null) || a.text == b.text)
                }
                (Content::Sequence(a), Content::Sequence(b)) => {
                    a.items.len() == b.items.len()
                        && a.items.iter().zip(&b.items).all(|(a, b)| a.means_the_same(b))
                }
                (Content::Mapping(a), Content::Mapping(b)) => a.means_the_same(b),
                (Content::Alias(a), Content::Alias(b)) => a == b,
                _ => false,
            }
    }
}

impl Mapping {
    /// The first pair whose key is a scalar of this text.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key.text() == Some(key))
    }

    fn means_the_same(&self, other: &Self) -> bool {
        let same = |a: &Entry, b: &Entry| a.key.means_the_same(&b.key) && a.value.means_the_same(&b.value);
        if self.entries.len() != other.entries.len() {
            return false;
        }
        let (mut strays, mut counterparts) = (Vec::new(), BTreeMap::new());
        for (a, b) in self.entries.iter().zip(&other.entries) {
            if !a.key.means_the_same(&b.key) {
                strays.push(a);
                counterparts.insert(b.key.text(), b);
            } else if !a.value.means_the_same(&b.value) {
                return false;
            }
        }
        strays.len() == counterparts.len()
            && strays.iter().all(|a| counterparts.get(&a.key.text()).is_some_and(|b| same(a, b)))
    }
}

/// A list index in RFC 6901 form: decimal, without leading zeros.
pub(super) fn index(token: &str) -> Option<usize> {
    let canonical = token == "0" || !token.starts_with(['0', '+']);
    canonical.then(|| token.parse().ok()).flatten()
}
