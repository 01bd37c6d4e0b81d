//! What the edits mean, carried out on the tree, and the comparison with what the patched file says.

use super::edit::{AppliedChange, Change, Edit, NewValue};
use super::error::{Place, RefusalKind, Refused};
use super::read;
use super::tree::{Content, Document, Entry, Mapping, Node, Scalar, Sequence, Style};
use serde_json::Value;

/// Changes the tree as the edit asks; an address that leads nowhere was refused before.
pub(super) fn carry_out(documents: &mut [Document], edit: &Edit) {
    let Some(document) = documents.get_mut(edit.document) else { return };
    let (tokens, key) = match (&edit.change, edit.path.tokens()) {
        (Change::Insert { .. }, [parents @ .., key]) => (parents, Some(key)),
        (_, tokens) => (tokens, None),
    };
    let target = tokens.iter().try_fold(&mut document.root, |node, token| node.child_mut(token));
    let Some(target) = target else { return };
    match (&edit.change, &mut target.content, key) {
        (Change::Replace { value, .. }, Content::Scalar(scalar), _) => {
            *scalar = Scalar { text: value.clone(), style: Style::Double };
        }
        (Change::Insert { value }, Content::Mapping(mapping), Some(key)) => {
            mapping.entries.push(Entry { key: string(key), value: value.to_node() });
        }
        (Change::Append { value }, Content::Sequence(list), _) => list.items.push(value.to_node()),
        _ => {}
    }
}

/// Reads the patched file and refuses it unless it means what `intended` means.
///
/// `text` is the file as it was given, for the place of the refusal.
pub(super) fn verify(
    intended: &[Document],
    text: &str,
    patched: &str,
    changes: &[AppliedChange],
) -> Result<(), Refused> {
    let refuse = |document: Option<usize>, detail: &str| {
        let mut suspects = changes.iter().filter(|change| document.is_none_or(|at| at == change.document));
        let first = suspects.next();
        let place = first.map_or(Place::START, |change| Place::of(text, change.before.start));
        let edit = first.filter(|_| suspects.next().is_none()).map(|change| change.edit);
        let why = format!("this cannot be changed here without changing something else ({detail})");
        Err(Refused { kind: RefusalKind::NotExact, place, why, edit })
    };
    let found = match read::documents(patched) {
        Ok(found) => found,
        Err(error) => return refuse(None, &format!("the result would fail to parse: {}", error.why)),
    };
    if found.len() != intended.len() {
        return refuse(None, "the number of documents would differ");
    }
    match intended.iter().zip(&found).position(|(a, b)| !a.root.means_the_same(&b.root)) {
        None => Ok(()),
        Some(document) => refuse(Some(document), &format!("document {document} would mean something else")),
    }
}

impl NewValue {
    /// The value as a tree without positions.
    pub(super) fn to_node(&self) -> Node {
        let content = match self {
            Self::String(text) => return string(text),
            Self::Plain(text) => Content::Scalar(Scalar { text: text.clone(), style: Style::Plain }),
            Self::Mapping(pairs) => {
                let entry =
                    |(key, value): &(String, Self)| Entry { key: string(key), value: value.to_node() };
                Content::Mapping(Mapping { flow: false, entries: pairs.iter().map(entry).collect() })
            }
            Self::Sequence(items) => {
                let items = items.iter().map(Self::to_node).collect();
                Content::Sequence(Sequence { flow: false, items, dash: None })
            }
        };
        synthetic(content)
    }

    /// The value for people: text as it is, collections as JSON.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::String(text) | Self::Plain(text) => text.clone(),
            Self::Mapping(_) | Self::Sequence(_) => self.to_json().to_string(),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::String(text) => Value::String(text.clone()),
            Self::Plain(text) => serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone())),
            Self::Mapping(pairs) => pairs.iter().map(|(key, value)| (key.clone(), value.to_json())).collect(),
            Self::Sequence(items) => items.iter().map(Self::to_json).collect(),
        }
    }
}

fn string(text: &str) -> Node {
    synthetic(Content::Scalar(Scalar { text: text.to_owned(), style: Style::Double }))
}

fn synthetic(content: Content) -> Node {
    Node { content, tag: None, anchor: None, span: 0..0, place: Place::START, lead: None }
}
