//! New lines in block style: `key: value` and `- item`, indented as the neighbours are.

use super::edit::NewValue;
use super::literal::{header_end, keeps_empty_lines, last_line_end};
use super::plan::{common_quote, draft};
use super::scalar::{self, Quote};
use super::splice::Splice;
use super::text::{break_at, column, line_break_near, line_end, line_start};
use super::tree::{Content, Mapping, Node, Sequence};

/// Indentation steps seen in a document, each with the offset where it was seen, in file order.
pub(super) struct Habits {
    /// Columns from a mapping to a mapping below one of its keys.
    mappings: Vec<(usize, usize)>,
    /// Columns from a mapping to the dashes of a list below one of its keys; 0 is common.
    lists: Vec<(usize, usize)>,
}

impl Habits {
    pub fn of(text: &str, root: &Node) -> Self {
        let mut habits = Self { mappings: Vec::new(), lists: Vec::new() };
        root.walk(&mut |node| {
            let Content::Mapping(Mapping { flow: false, entries }) = &node.content else { return };
            let own = node.place.column.saturating_sub(1);
            for value in entries.iter().map(|entry| &entry.value) {
                match &value.content {
                    Content::Mapping(inner) if !inner.flow => {
                        habits
                            .mappings
                            .push((value.span.start, (value.place.column - 1).saturating_sub(own)));
                    }
                    Content::Sequence(Sequence { flow: false, dash: Some(dash), .. }) => {
                        habits.lists.push((value.span.start, column(text, *dash).saturating_sub(own)));
                    }
                    _ => {}
                }
            }
        });
        habits
    }

    /// The style for new lines at `at`.
    fn near(&self, at: usize, quote: Quote, key_quote: Quote, line_break: &str) -> Writer {
        let nearest = |seen: &[(usize, usize)]| {
            let before = seen.partition_point(|(offset, _)| *offset <= at);
            before
                .checked_sub(1)
                .and_then(|last| seen.get(last))
                .or_else(|| seen.first())
                .map(|(_, step)| *step)
        };
        let list = nearest(&self.lists);
        let step = nearest(&self.mappings).or(list).filter(|step| *step > 0).unwrap_or(2);
        Writer {
            step,
            list: list.unwrap_or(step),
            quote,
            key_quote,
            line_break: line_break.to_owned(),
            gap: 1,
        }
    }
}

/// A new key in the block mapping at the end of `chain`, behind the entry at `after`.
pub(super) fn insert(
    text: &str,
    habits: &Habits,
    chain: &[&Node],
    after: Option<usize>,
    key: &str,
    value: &NewValue,
) -> Option<Splice> {
    let node = chain.last()?;
    let Content::Mapping(mapping) = &node.content else { return None };
    let neighbour = mapping.entries.get(after?)?;
    let at = line_after(text, &neighbour.value);
    let values = common_quote(mapping.entries.iter().map(|entry| &entry.value));
    let keys = common_quote(mapping.entries.iter().map(|entry| &entry.key));
    let writer =
        habits.near(neighbour.key.span.start, values, keys, line_break_near(text, neighbour.key.span.start));
    let column = node.place.column - 1;
    let mut line = " ".repeat(column);
    writer.pair(&mut line, key, value, column);
    Some(new_line(text, at, line, &writer.line_break, chain.len()))
}

/// A new item for the block list at the end of `chain`.
pub(super) fn append(
    text: &str,
    habits: &Habits,
    chain: &[&Node],
    list: &Sequence,
    value: &NewValue,
) -> Option<Splice> {
    let (last, dash) = (list.items.last()?, list.dash?);
    let at = line_after(text, last);
    let (quote, key_quote) = match &last.content {
        Content::Mapping(mapping) => (
            common_quote(mapping.entries.iter().map(|entry| &entry.value)),
            common_quote(mapping.entries.iter().map(|entry| &entry.key)),
        ),
        _ => (common_quote(list.items.iter()), Quote::None),
    };
    let column = column(text, dash);
    let mut line = format!("{}-", " ".repeat(column));
    let gap = gap_after(text, dash);
    let writer = Writer { gap, ..habits.near(dash, quote, key_quote, line_break_near(text, dash)) };
    writer.item(&mut line, value, column);
    Some(new_line(text, at, line, &writer.line_break, chain.len()))
}

/// Spaces between a dash and what follows it on its line.
fn gap_after(text: &str, dash: usize) -> usize {
    let rest = text.get(dash + 1..line_end(text, dash)).unwrap_or("");
    let spaces = rest.len() - rest.trim_start_matches(' ').len();
    let followed = rest.trim_start_matches(' ').starts_with(|c: char| c != '#' && !c.is_whitespace());
    if followed { spaces.max(1) } else { 1 }
}

/// `line` at `at`, which is the beginning of a line or the end of a file without a last line break.
fn new_line(text: &str, at: usize, line: String, line_break: &str, depth: usize) -> Splice {
    let indent = line.len() - line.trim_start().len();
    if text.get(..at).is_some_and(|before| before.ends_with(['\n', '\r'])) {
        draft(at..at, line + line_break, indent, depth)
    } else {
        draft(at..at, format!("{line_break}{line}"), line_break.len() + indent, depth)
    }
}

/// The beginning of the line below `node`. Empty lines stay below unless a block scalar keeps them.
fn line_after(text: &str, node: &Node) -> usize {
    let mut leaf = node;
    while let Some(last) = leaf.children().last().filter(|_| !leaf.is_flow()) {
        leaf = last;
    }
    let end = match header_end(text, leaf) {
        Some(_) if keeps_empty_lines(text, leaf) => return kept_end(text, leaf),
        Some(header) => last_line_end(text, leaf).unwrap_or(header),
        None => leaf.span.end,
    };
    let end = line_end(text, end);
    end + break_at(text, end).len()
}

/// Where a block of text that keeps its empty lines ends. To tell that the next line is indented less, the
/// parser reads its indentation, and counts it to the block; it belongs to that line.
fn kept_end(text: &str, block: &Node) -> usize {
    let start = line_start(text, block.span.end);
    let indentation = text.get(start..block.span.end).unwrap_or("");
    if indentation.bytes().all(|byte| byte == b' ') { start } else { block.span.end }
}

/// Writes new nodes in block style.
struct Writer {
    step: usize,
    list: usize,
    gap: usize,
    quote: Quote,
    key_quote: Quote,
    line_break: String,
}

impl Writer {
    /// `key: value` for a mapping at `column`; the cursor stands there already.
    fn pair(&self, out: &mut String, key: &str, value: &NewValue, column: usize) {
        out.push_str(&scalar::write(key, self.key_quote, false));
        out.push(':');
        match value {
            NewValue::Mapping(pairs) if !pairs.is_empty() => {
                let column = column + self.step;
                self.fresh_line(out, column);
                self.pairs(out, pairs, column);
            }
            NewValue::Sequence(items) if !items.is_empty() => {
                let column = column + self.list;
                self.fresh_line(out, column);
                self.items(out, items, column);
            }
            single => {
                out.push(' ');
                self.single(out, single);
            }
        }
    }

    /// What follows a dash at `column`.
    fn item(&self, out: &mut String, value: &NewValue, column: usize) {
        out.push_str(&" ".repeat(self.gap));
        let column = column + 1 + self.gap;
        match value {
            NewValue::Mapping(pairs) if !pairs.is_empty() => self.pairs(out, pairs, column),
            NewValue::Sequence(items) if !items.is_empty() => self.items(out, items, column),
            single => self.single(out, single),
        }
    }

    fn pairs(&self, out: &mut String, pairs: &[(String, NewValue)], column: usize) {
        for (number, (key, value)) in pairs.iter().enumerate() {
            if number > 0 {
                self.fresh_line(out, column);
            }
            self.pair(out, key, value, column);
        }
    }

    fn items(&self, out: &mut String, items: &[NewValue], column: usize) {
        for (number, item) in items.iter().enumerate() {
            if number > 0 {
                self.fresh_line(out, column);
            }
            out.push('-');
            self.item(out, item, column);
        }
    }

    fn single(&self, out: &mut String, value: &NewValue) {
        match value {
            NewValue::String(text) => out.push_str(&scalar::write(text, self.quote, false)),
            NewValue::Plain(text) => out.push_str(text),
            NewValue::Mapping(_) => out.push_str("{}"),
            NewValue::Sequence(_) => out.push_str("[]"),
        }
    }

    fn fresh_line(&self, out: &mut String, column: usize) {
        out.push_str(&self.line_break);
        out.push_str(&" ".repeat(column));
    }
}
