//! Replacing text inside a literal block (`key: |`), line by line: lines that stay are not rewritten.

use super::error::{RefusalKind, Refused};
use super::text::{break_at, line_break_near, line_end, skip_trivia};
use super::tree::Node;
use std::ops::Range;

/// The bytes, their new text and the offset of its first visible part that turn `present` into `wanted`.
pub(super) fn replace(
    text: &str,
    node: &Node,
    present: &str,
    wanted: &str,
) -> Result<(Range<usize>, String, usize), Refused> {
    let refuse = |why: &str| Err(Refused::new(RefusalKind::Layout, node.place, why));
    let Some(body) = body(text, node) else {
        return refuse("this block of text has no lines of its own yet");
    };
    if wanted.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return refuse("the new text holds characters that a block of text cannot");
    }
    if present.ends_with('\n') != wanted.ends_with('\n') {
        return refuse(
            "the block's header decides whether the text ends with a line break, and the new text differs",
        );
    }
    let raw = raw_lines(text, &body);
    let (old, new): (Vec<&str>, Vec<&str>) =
        (present.split_terminator('\n').collect(), wanted.split_terminator('\n').collect());
    let Some(indent) = indentation(text, &raw, &old) else {
        return refuse("this block of text has no line to take the indentation from");
    };
    let common = |pairs: &mut dyn Iterator<Item = (&&str, &&str)>| pairs.take_while(|(a, b)| a == b).count();
    let head = common(&mut old.iter().zip(&new));
    let shorter = old.len().min(new.len());
    let tail = common(&mut old.iter().rev().zip(new.iter().rev())).min(shorter - head);
    let start = raw.get(head).map_or(body.end, |line| line.start);
    let end = match old.len() - tail {
        last if last > head => {
            raw.get(last - 1).map_or(body.end, |line| line.end + break_at(text, line.end).len())
        }
        _ => start,
    };
    let line_break = line_break_near(text, body.start);
    let mut written: String = new
        .get(head..new.len() - tail)
        .unwrap_or(&[])
        .iter()
        .map(
            |line| {
                if line.is_empty() { line_break.to_owned() } else { format!("{indent}{line}{line_break}") }
            },
        )
        .collect();
    let mut lead = 0;
    let unfinished = end == text.len() && !text.ends_with(['\n', '\r']);
    if unfinished && !written.is_empty() {
        // The file ends on this block without a line break, and stays so.
        written.truncate(written.len() - line_break.len());
        if start == text.len() {
            written.insert_str(0, line_break);
            lead = line_break.len();
        }
    }
    Ok((start..end, written, lead))
}

/// The bytes of the block's lines, header excluded.
fn body(text: &str, node: &Node) -> Option<Range<usize>> {
    let header = header_end(text, node)?;
    let start = header + break_at(text, header).len();
    (start < node.span.end).then_some(start..node.span.end)
}

/// The end of the line with the block's `|` or `>`, before its line break.
pub(super) fn header_end(text: &str, node: &Node) -> Option<usize> {
    Some(line_end(text, header_start(text, node)?))
}

/// The end of the block's last line that is more than an empty one; `None` if it has no such line. Blanks
/// beyond the block's indentation are text (YAML 1.2.2, 8.1.3).
pub(super) fn last_line_end(text: &str, node: &Node) -> Option<usize> {
    let lines = raw_lines(text, &body(text, node)?);
    let line = |range: &Range<usize>| text.get(range.clone()).unwrap_or("");
    let is_blank = |range: &Range<usize>| line(range).trim_start_matches(' ').is_empty();
    let margin = |range: &Range<usize>| range.len() - line(range).trim_start_matches(' ').len();
    let indentation = lines.iter().filter(|range| !is_blank(range)).map(margin).min();
    let last =
        lines.iter().rfind(|range| !is_blank(range) || indentation.is_some_and(|own| range.len() > own));
    last.map(|range| range.end)
}

/// Whether the block's header asks to keep the empty lines at its end (YAML 1.2.2, 8.1.1.2).
pub(super) fn keeps_empty_lines(text: &str, node: &Node) -> bool {
    let header =
        header_start(text, node).zip(header_end(text, node)).and_then(|(start, end)| text.get(start..end));
    header
        .and_then(|header| header.split_whitespace().next())
        .is_some_and(|indicators| indicators.contains('+'))
}

fn header_start(text: &str, node: &Node) -> Option<usize> {
    let at = skip_trivia(text, node.lead?);
    matches!(text.as_bytes().get(at), Some(b'|' | b'>')).then_some(at)
}

/// The ranges of the lines within `body`, line breaks excluded. The last may be no more than the indentation
/// of the line below, which the parser counts to the block.
fn raw_lines(text: &str, body: &Range<usize>) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut at = body.start;
    while at < body.end {
        let end = line_end(text, at);
        lines.push(at..end.min(body.end));
        at = end + break_at(text, end).len().max(1);
    }
    lines
}

/// What stands before the first line that is not empty.
fn indentation<'t>(text: &'t str, raw: &[Range<usize>], decoded: &[&str]) -> Option<&'t str> {
    let (line, content) = raw.iter().zip(decoded).find(|(_, content)| !content.is_empty())?;
    text.get(line.clone())?.strip_suffix(content)
}
