//! From edits to splices: where each change goes and what is written there.

use super::edit::{Change, Edit, NewValue};
use super::error::{Place, RefusalKind, Refused, shown};
use super::flow::{Addition, Flows};
use super::json::template;
use super::locate::View;
use super::pointer::Pointer;
use super::scalar::{self, Quote};
use super::schema::Kind;
use super::splice::Splice;
use super::tree::{Content, Document, Node, Scalar, Style};
use super::{block, flow, literal};
use std::collections::BTreeMap;
use std::ops::Range;

/// The splices of all edits that are not done already.
pub(super) fn plan(text: &str, documents: &[Document], edits: &[Edit]) -> Result<Vec<Splice>, Refused> {
    let mut planner = Planner::new(text, documents);
    for (index, edit) in edits.iter().enumerate() {
        planner.add(index, edit).map_err(|refused| refused.for_edit(index))?;
    }
    planner.flows.close(&mut planner.splices);
    Ok(planner.splices)
}

struct Planner<'a> {
    text: &'a str,
    documents: &'a [Document],
    views: BTreeMap<usize, (View<'a>, block::Habits)>,
    flows: Flows,
    /// What this call has asked for at each address so far; appended items are told apart by their value.
    asked: BTreeMap<(usize, Pointer, Option<String>), &'a Change>,
    splices: Vec<Splice>,
}

impl<'a> Planner<'a> {
    fn new(text: &'a str, documents: &'a [Document]) -> Self {
        let (views, asked) = (BTreeMap::new(), BTreeMap::new());
        Self { text, documents, views, flows: Flows::default(), asked, splices: Vec::new() }
    }

    fn add(&mut self, index: usize, edit: &'a Edit) -> Result<(), Refused> {
        if let Change::Insert { value } | Change::Append { value } = &edit.change {
            value.check()?;
        }
        if self.is_repeated(edit)? {
            return Ok(());
        }
        self.look_at(edit.document)?;
        let Some((view, habits)) = self.views.get(&edit.document) else { return Ok(()) };
        let mut page = Page { text: self.text, habits, flows: &mut self.flows, number: self.splices.len() };
        let splice = match &edit.change {
            Change::Replace { expect, value } => {
                page.replace(&view.locate(edit.path.tokens())?, expect.as_deref(), value)?
            }
            Change::Append { value } => page.append(&view.locate(edit.path.tokens())?, value)?,
            Change::Insert { value } => {
                let [parents @ .., key] = edit.path.tokens() else {
                    let why = "a key to insert needs a path with a name";
                    return Err(Refused::new(RefusalKind::NoSuchPath, Place::START, why));
                };
                let chain = view.locate(parents)?;
                page.insert(view, &chain, key, value)?
            }
        };
        self.splices.extend(splice.map(|splice| Splice { edit: index, ..splice }));
        Ok(())
    }

    /// Whether the same change was asked for before in this call; refuses another change at the same place.
    fn is_repeated(&mut self, edit: &'a Edit) -> Result<bool, Refused> {
        let item = match &edit.change {
            Change::Append { value } => Some(value.shown()),
            Change::Replace { .. } | Change::Insert { .. } => None,
        };
        match self.asked.insert((edit.document, edit.path.clone(), item), &edit.change) {
            None => Ok(false),
            Some(earlier) if *earlier == edit.change => Ok(true),
            Some(_) => {
                let why = format!(
                    "two edits of this call want different things at {}",
                    shown(&edit.path.to_string())
                );
                Err(Refused::new(RefusalKind::Conflict, Place::START, why))
            }
        }
    }

    fn look_at(&mut self, index: usize) -> Result<(), Refused> {
        let Some(document) = self.documents.get(index) else {
            let why = format!("the file has {} documents and no document {index}", self.documents.len());
            return Err(Refused::new(RefusalKind::NoSuchDocument, Place::START, why));
        };
        if !self.views.contains_key(&index) {
            let view = View::new(document)?;
            self.views.insert(index, (view, block::Habits::of(self.text, &document.root)));
        }
        Ok(())
    }
}

/// The text with what decides how new text in it looks.
struct Page<'p> {
    text: &'p str,
    habits: &'p block::Habits,
    flows: &'p mut Flows,
    /// How many splices came before.
    number: usize,
}

impl Page<'_> {
    fn replace(&self, chain: &[&Node], expect: Option<&str>, value: &str) -> Result<Option<Splice>, Refused> {
        let Some((node, above)) = chain.split_last() else { return Ok(None) };
        let refuse = |kind, why: &str| Err(Refused::new(kind, node.place, why));
        let Content::Scalar(Scalar { text: present, style }) = &node.content else {
            return refuse(RefusalKind::WrongKind, "this is a list or a mapping, not a single value");
        };
        if present == value && node.kind() == Some(Kind::String) {
            return Ok(None);
        }
        if expect.is_some_and(|expected| expected != present) {
            return refuse(
                RefusalKind::ValueDiffers,
                "the value here is not the one the change was made for",
            );
        }
        if node.tag.is_some() && node.kind() != Some(Kind::String) {
            return refuse(RefusalKind::Tagged, "the tag of this value does not allow text in its place");
        }
        let (range, written, lead) = match style {
            Style::Literal => literal::replace(self.text, node, present, value)?,
            Style::Folded => {
                let why = "this is folded text (>), which cannot be replaced without reflowing it";
                return refuse(RefusalKind::Layout, why);
            }
            _ if present.contains("{{") => return Err(template(node.place)),
            _ => self.on_one_line(node, above, present, *style, value)?,
        };
        let from = (node.kind() != Some(Kind::Null)).then(|| present.clone());
        Ok(Some(Splice { from, ..draft(range, written, lead, chain.len()) }))
    }

    fn on_one_line(
        &self,
        node: &Node,
        above: &[&Node],
        present: &str,
        style: Style,
        value: &str,
    ) -> Result<(Range<usize>, String, usize), Refused> {
        let quote = match Quote::of(style) {
            Quote::None if flow::is_json(above) => Quote::Double,
            Quote::None if present.is_empty() => {
                above.last().map_or(Quote::None, |node| common_quote(node.values()))
            }
            own => own,
        };
        let in_flow = above.iter().any(|node| node.is_flow());
        let written = scalar::write(value, quote, in_flow);
        if !node.span.is_empty() {
            return Ok((node.span.clone(), written, 0));
        }
        // `key:` becomes `key: value`, and what follows stays apart from it.
        let Some(at) = node.lead else {
            let why = "this key has no colon after it, so there is no place for a value";
            return Err(Refused::new(RefusalKind::Layout, node.place, why));
        };
        let next = self.text.as_bytes().get(at);
        let apart = next.is_none_or(|byte| b" \t,]}\r\n".contains(byte));
        Ok((at..at, format!(" {written}{}", if apart { "" } else { " " }), 1))
    }

    fn insert<'a>(
        &mut self,
        view: &View<'a>,
        chain: &[&'a Node],
        key: &str,
        value: &NewValue,
    ) -> Result<Option<Splice>, Refused> {
        let Some(&node) = chain.last() else { return Ok(None) };
        let Content::Mapping(mapping) = &node.content else {
            let why = format!("there is no mapping here to take the key {}", shown(key));
            return Err(Refused::new(RefusalKind::WrongKind, node.place, why));
        };
        if let Some(present) = mapping.entry(key) {
            if present.value.means_the_same(&value.to_node()) {
                return Ok(None);
            }
            let why = format!("the key {} is here already, with another value", shown(key));
            return Err(Refused::new(RefusalKind::KeyTaken, present.key.place, why));
        }
        view.check_not_merged(mapping, key)?;
        let after = position(mapping.entries.iter().map(|entry| entry.key.text()), key);
        if mapping.flow {
            let addition = Addition { after, key: Some(key), value };
            flow::insert(self.text, self.flows, self.number, chain, &addition)
        } else {
            Ok(block::insert(self.text, self.habits, chain, after, key, value))
        }
    }

    fn append(&mut self, chain: &[&Node], value: &NewValue) -> Result<Option<Splice>, Refused> {
        let Some(&node) = chain.last() else { return Ok(None) };
        let Content::Sequence(list) = &node.content else {
            return Err(Refused::new(
                RefusalKind::WrongKind,
                node.place,
                "there is no list here to take another item",
            ));
        };
        let item = value.to_node();
        if list.items.iter().any(|present| present.means_the_same(&item)) {
            return Ok(None);
        }
        if list.flow {
            let addition = Addition { after: list.items.len().checked_sub(1), key: None, value };
            flow::insert(self.text, self.flows, self.number, chain, &addition)
        } else {
            Ok(block::append(self.text, self.habits, chain, list, value))
        }
    }
}

/// A splice that the planner still has to number.
pub(super) fn draft(range: Range<usize>, text: String, lead: usize, depth: usize) -> Splice {
    Splice { edit: 0, range, text, lead, depth, from: None }
}

/// The entry a new key follows: the last that shares its prefix up to the first `_`, else the last of all.
fn position<'k>(
    keys: impl DoubleEndedIterator<Item = Option<&'k str>> + ExactSizeIterator,
    key: &str,
) -> Option<usize> {
    let last = keys.len().checked_sub(1);
    let prefix = key.find('_').and_then(|at| key.get(..=at));
    let kin = prefix.and_then(|prefix| {
        keys.enumerate().rfind(|(_, present)| present.is_some_and(|text| text.starts_with(prefix)))
    });
    kin.map(|(at, _)| at).or(last)
}

/// The quotes that all strings among `nodes` share.
pub(super) fn common_quote<'n>(nodes: impl Iterator<Item = &'n Node>) -> Quote {
    let quote = |node: &Node| match &node.content {
        Content::Scalar(scalar) if node.kind() == Some(Kind::String) => Some(Quote::of(scalar.style)),
        _ => None,
    };
    let mut quotes = nodes.filter_map(quote);
    let Some(first) = quotes.next() else { return Quote::None };
    if quotes.all(|quote| quote == first) { first } else { Quote::None }
}

impl NewValue {
    /// Refuses plain text that is not a JSON number, boolean or null.
    fn check(&self) -> Result<(), Refused> {
        match self {
            Self::String(_) => Ok(()),
            Self::Plain(text) => {
                match serde_json::from_str(text) {
                    Ok(
                        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_),
                    ) if text.trim() == text => Ok(()),
                    _ => {
                        let why = "a plain value must be a number, true, false or null";
                        Err(Refused::new(RefusalKind::WrongKind, Place::START, why))
                    }
                }
            }
            Self::Mapping(pairs) => pairs.iter().try_for_each(|(_, value)| value.check()),
            Self::Sequence(items) => items.iter().try_for_each(Self::check),
        }
    }
}
