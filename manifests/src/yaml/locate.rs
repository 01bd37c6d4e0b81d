//! Finding the node an edit addresses, and refusing places that are not its own.

use super::error::{Place, RefusalKind, Refused, shown};
use super::json::{anchors, check_keys, merged, template};
use super::tree::{Content, Document, Mapping, Node};
use std::collections::{BTreeMap, BTreeSet};

/// A document with what edits need to know about it as a whole.
pub(super) struct View<'a> {
    pub root: &'a Node,
    anchors: BTreeMap<usize, &'a Node>,
    /// The first alias of each anchor that has one.
    aliases: BTreeMap<usize, Place>,
}

impl<'a> View<'a> {
    /// Refuses documents in which a key stands twice: no edit of them is unambiguous.
    pub fn new(document: &'a Document) -> Result<Self, Refused> {
        let root = &document.root;
        check_keys(root)?;
        let mut aliases = BTreeMap::new();
        root.walk(&mut |node| {
            if let Content::Alias(id) = node.content {
                aliases.entry(id).or_insert(node.place);
            }
        });
        Ok(Self { root, anchors: anchors(root), aliases })
    }

    /// The nodes from the root to the one `tokens` lead to, all of them this place's own.
    pub fn locate(&self, tokens: &[String]) -> Result<Vec<&'a Node>, Refused> {
        let mut chain = vec![self.root];
        let mut node = self.root;
        self.check_own(node)?;
        for token in tokens {
            node = node.child(token).ok_or_else(|| self.missing(node, token))?;
            self.check_own(node)?;
            chain.push(node);
        }
        Ok(chain)
    }

    fn check_own(&self, node: &Node) -> Result<(), Refused> {
        let shared = |why| Err(Refused::new(RefusalKind::Shared, node.place, why));
        if let Content::Alias(id) = node.content {
            let anchor = self.anchors.get(&id).map_or(node.place.line, |anchor| anchor.place.line);
            return shared(format!(
                "this is an alias of the value on line {anchor}; edit it there or write it out here"
            ));
        }
        if let Some(alias) = node.anchor.and_then(|id| self.aliases.get(&id)) {
            let line = alias.line;
            return shared(format!(
                "an alias on line {line} uses this value too, so an edit would change both places"
            ));
        }
        if node.is_template() { Err(template(node.place)) } else { Ok(()) }
    }

    fn missing(&self, node: &Node, token: &str) -> Refused {
        let key = shown(token);
        let why = match &node.content {
            Content::Mapping(mapping) => match mapping.entry("<<") {
                Some(merge) => return merge_refusal(&merge.key, token),
                None => format!("there is no key {key} in this mapping"),
            },
            Content::Sequence(list) => format!("this list has {} items and no item {key}", list.items.len()),
            Content::Scalar(_) => format!("this is a single value and has no {key} below it"),
            Content::Alias(_) => format!("this is an alias and has no {key} of its own"),
        };
        Refused::new(RefusalKind::NoSuchPath, node.place, why)
    }

    /// Refuses a key that the mapping's merge keys provide.
    pub fn check_not_merged(&self, mapping: &'a Mapping, key: &str) -> Result<(), Refused> {
        match mapping.entry("<<") {
            Some(merge) if self.merges(mapping, key, &mut BTreeSet::new()) => {
                Err(merge_refusal(&merge.key, key))
            }
            _ => Ok(()),
        }
    }

    fn merges(&self, mapping: &'a Mapping, key: &str, seen: &mut BTreeSet<usize>) -> bool {
        merged(mapping, &self.anchors).into_iter().any(|source| match &source.content {
            Content::Mapping(inner) if seen.insert(source.span.start) => {
                inner.entry(key).is_some() || self.merges(inner, key, seen)
            }
            _ => false,
        })
    }
}

fn merge_refusal(merge: &Node, key: &str) -> Refused {
    let (key, line) = (shown(key), merge.place.line);
    let why = format!(
        "{key} may come from the merge key on line {line}; edit the mapping it names, or write it out here"
    );
    Refused::new(RefusalKind::MergeKey, merge.place, why)
}
