//! New entries in flow style and JSON: `, key: value` behind a neighbour, on lines of their own if the
//! neighbours have them.

use super::edit::NewValue;
use super::error::{RefusalKind, Refused};
use super::plan::{common_quote, draft};
use super::scalar::{self, Quote};
use super::splice::Splice;
use super::text::{line_break_near, line_end, line_start, skip_blanks, skip_trivia};
use super::tree::{Content, Node};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// What this call has put into flow collections so far, so that the next entry finds its comma.
#[derive(Default)]
pub(super) struct Flows {
    /// For each collection that was empty, by its offset: the number of the splice with its last new entry,
    /// and the blanks due behind this entry.
    filled: BTreeMap<usize, (usize, String)>,
    /// Offsets where a comma was put before a comment.
    separated: BTreeSet<usize>,
}

impl Flows {
    /// Puts the blanks before the closing brackets of collections that were empty; to be called at the end.
    pub fn close(self, splices: &mut [Splice]) {
        for (last, blanks) in self.filled.into_values() {
            if let Some(splice) = splices.get_mut(last) {
                splice.text.push_str(&blanks);
            }
        }
    }
}

/// A new entry for a flow collection: an item, or with a `key` a pair.
pub(super) struct Addition<'v> {
    /// The entry it follows; `None` if there is none.
    pub after: Option<usize>,
    pub key: Option<&'v str>,
    pub value: &'v NewValue,
}

/// A splice that puts `addition` into the flow collection at the end of `chain`. It will be the one with
/// `number` among those of this call.
pub(super) fn insert(
    text: &str,
    flows: &mut Flows,
    number: usize,
    chain: &[&Node],
    addition: &Addition<'_>,
) -> Result<Option<Splice>, Refused> {
    let Some(&node) = chain.last() else { return Ok(None) };
    if !matches!(text.as_bytes().get(node.span.start), Some(b'{' | b'[')) {
        let why = "this pair stands in a list without braces of its own, so nothing can be added to it";
        return Err(Refused::new(RefusalKind::Layout, node.place, why));
    }
    let writer = Writer::of(text, chain);
    let mut entry = String::new();
    match addition.key {
        Some(key) => writer.pair(&mut entry, key, addition.value, &writer.indent),
        None => writer.value(&mut entry, addition.value, &writer.indent),
    }
    let depth = chain.len();
    let Some(end) = addition.after.and_then(|after| end_of_entry(node, after)) else {
        let (range, before) = fill(text, flows, number, node, &writer)?;
        return Ok(Some(draft(range, format!("{before}{entry}"), before.len(), depth)));
    };
    if !writer.lines {
        return Ok(Some(draft(end..end, format!("{}{entry}", writer.comma), writer.comma.len(), depth)));
    }
    let fresh = format!("{}{}", writer.line_break, writer.indent);
    let next = skip_blanks(text, end);
    let (range, before, behind) = match text.as_bytes().get(next) {
        Some(b',') => {
            let comment = skip_blanks(text, next + 1);
            let at =
                if text.as_bytes().get(comment) == Some(&b'#') { line_end(text, comment) } else { next + 1 };
            (at..at, fresh, ",")
        }
        Some(b'#') if flows.separated.insert(end) => {
            let comment = end..line_end(text, next);
            let before = format!(",{}{fresh}", text.get(comment.clone()).unwrap_or(""));
            (comment, before, "")
        }
        Some(b'#') => {
            let at = line_end(text, next);
            (at..at, format!(",{fresh}"), "")
        }
        _ => (end..end, format!(",{fresh}"), ""),
    };
    Ok(Some(draft(range, format!("{before}{entry}{behind}"), before.len(), depth)))
}

/// For a new entry in a collection without any: the bytes that give way and what stands before the entry.
fn fill(
    text: &str,
    flows: &mut Flows,
    number: usize,
    node: &Node,
    writer: &Writer<'_>,
) -> Result<(Range<usize>, String), Refused> {
    let inner = node.span.start + 1..node.span.end.saturating_sub(1);
    let blanks = text.get(inner.clone()).unwrap_or("");
    if !blanks.trim().is_empty() {
        let why = "there is only a comment between these brackets, and no place to add to without moving it";
        return Err(Refused::new(RefusalKind::Layout, node.place, why));
    }
    let (opening, closing) = if writer.lines {
        let own = indentation(text, node.span.start);
        (format!("{}{}", writer.line_break, writer.indent), format!("{}{own}", writer.line_break))
    } else {
        let pad = if blanks.contains(['\n', '\r']) { "" } else { blanks };
        (pad.to_owned(), pad.to_owned())
    };
    Ok(match flows.filled.insert(node.span.start, (number, closing)) {
        None => (inner, opening),
        Some(_) if writer.lines => (inner.end..inner.end, format!(",{opening}")),
        Some(_) => (inner.end..inner.end, writer.comma.to_owned()),
    })
}

fn end_of_entry(node: &Node, at: usize) -> Option<usize> {
    match &node.content {
        Content::Mapping(mapping) => {
            mapping.entries.get(at).map(|entry| entry.value.span.end.max(entry.key.span.end))
        }
        Content::Sequence(list) => list.items.get(at).map(|item| item.span.end),
        Content::Scalar(_) | Content::Alias(_) => None,
    }
}

/// Whether the flow collections at the end of `chain` quote their keys as JSON does: the nearest key decides, for
/// a list one of its own mappings'.
pub(super) fn is_json(chain: &[&Node]) -> bool {
    let first_key_quote = |node: &Node| match &node.content {
        Content::Mapping(mapping) => {
            mapping.entries.first().map(|entry| common_quote(std::iter::once(&entry.key)))
        }
        _ => None,
    };
    let around =
        || chain.iter().rev().take_while(|node| node.is_flow()).find_map(|node| first_key_quote(node));
    let inside = || chain.last().and_then(|node| node.values().find_map(first_key_quote));
    let quote = match chain.last().map(|node| &node.content) {
        Some(Content::Sequence(_)) => inside().or_else(around),
        _ => around().or_else(inside),
    };
    quote == Some(Quote::Double)
}

/// The blanks at the beginning of the line `at` stands on.
fn indentation(text: &str, at: usize) -> &str {
    let start = line_start(text, at);
    text.get(start..skip_blanks(text, start)).unwrap_or("")
}

/// Writes new nodes in flow style.
struct Writer<'t> {
    /// Each entry has a line of its own, at `indent`.
    lines: bool,
    indent: String,
    step: String,
    quote: Quote,
    key_quote: Quote,
    colon: &'static str,
    comma: &'static str,
    /// What stands between a brace and its content where both share a line.
    pad: &'static str,
    line_break: &'t str,
}

impl<'t> Writer<'t> {
    fn of(text: &'t str, chain: &[&Node]) -> Self {
        let flows: Vec<&Node> = chain.iter().rev().copied().take_while(|node| node.is_flow()).collect();
        let (innermost, outer) = (flows.first().copied(), flows.get(1).copied());
        let at = innermost.map_or(0, |node| node.span.start);
        let json = is_json(chain);
        let values = || common_quote(innermost.into_iter().flat_map(Node::values));
        let keys = || common_quote(flows.iter().flat_map(|node| node.keys()));
        let tight = json && flows.iter().any(|node| is_tight(text, node));
        let own = innermost.and_then(|node| lines_of(text, node));
        let inherited = || {
            let empty = innermost.is_some_and(|node| node.values().next().is_none());
            let (_, step) = outer.filter(|_| empty).and_then(|node| lines_of(text, node))?;
            Some((format!("{}{step}", indentation(text, at)), step))
        };
        let layout = own.or_else(inherited);
        let lines = layout.is_some();
        let (indent, step) = layout.unwrap_or_default();
        let padded =
            flows.iter().any(|node| text.get(node.span.start..).is_some_and(|text| text.starts_with("{ ")));
        Self {
            lines,
            indent,
            step,
            quote: if json { Quote::Double } else { values() },
            key_quote: if json { Quote::Double } else { keys() },
            colon: if tight { ":" } else { ": " },
            comma: if tight { "," } else { ", " },
            pad: if padded { " " } else { "" },
            line_break: line_break_near(text, at),
        }
    }

    fn pair(&self, out: &mut String, key: &str, value: &NewValue, indent: &str) {
        out.push_str(&scalar::write(key, self.key_quote, true));
        out.push_str(self.colon);
        self.value(out, value, indent);
    }

    fn value(&self, out: &mut String, value: &NewValue, indent: &str) {
        match value {
            NewValue::String(text) => out.push_str(&scalar::write(text, self.quote, true)),
            NewValue::Plain(text) => out.push_str(text),
            NewValue::Mapping(pairs) => {
                self.collection(out, ('{', '}'), self.pad, indent, pairs, |out, pair, indent| {
                    self.pair(out, &pair.0, &pair.1, indent);
                });
            }
            NewValue::Sequence(items) => {
                self.collection(out, ('[', ']'), "", indent, items, |out, item, indent| {
                    self.value(out, item, indent);
                });
            }
        }
    }

    fn collection<T>(
        &self,
        out: &mut String,
        (open, close): (char, char),
        pad: &str,
        indent: &str,
        entries: &[T],
        write: impl Fn(&mut String, &T, &str),
    ) {
        let inner = format!("{indent}{}", self.step);
        out.push(open);
        for (number, entry) in entries.iter().enumerate() {
            match (self.lines, number) {
                (true, 0) => out.push_str(&format!("{}{inner}", self.line_break)),
                (true, _) => out.push_str(&format!(",{}{inner}", self.line_break)),
                (false, 0) => out.push_str(pad),
                (false, _) => out.push_str(self.comma),
            }
            write(out, entry, &inner);
        }
        match (entries.is_empty(), self.lines) {
            (true, _) => {}
            (false, true) => out.push_str(&format!("{}{indent}", self.line_break)),
            (false, false) => out.push_str(pad),
        }
        out.push(close);
    }
}

/// The indentation of a collection's entries and how far it is beyond its own, if they begin on a new line.
fn lines_of(text: &str, node: &Node) -> Option<(String, String)> {
    node.values().next()?;
    let first = skip_trivia(text, node.span.start + 1);
    text.get(node.span.start..first)?.contains(['\n', '\r']).then_some(())?;
    let entries = indentation(text, first);
    let step = entries.strip_prefix(indentation(text, node.span.start)).unwrap_or("  ");
    Some((entries.to_owned(), step.to_owned()))
}

/// Whether a mapping's first value follows its colon without a blank.
fn is_tight(text: &str, node: &Node) -> bool {
    match &node.content {
        Content::Mapping(mapping) => mapping.entries.first().is_some_and(|entry| {
            text.get(entry.key.span.end..entry.value.span.start) == Some(":") && !entry.value.span.is_empty()
        }),
        _ => false,
    }
}
