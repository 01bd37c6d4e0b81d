//! Lines that differ, grouped with their context.

use domain::plan::LineKind;
use similar::{Algorithm, DiffOp, capture_diff_slices, group_diff_ops};

/// Lines of context around a change.
const CONTEXT: usize = 3;

/// One line with its ending, as it stands in the text before or after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Number before, from 1.
    pub(super) old: Option<usize>,
    /// Number after, from 1.
    pub(super) new: Option<usize>,
    pub(super) kind: LineKind,
    /// The line with its ending.
    pub(super) text: &'a str,
    /// Index in its hunk of the line that takes its place, or whose place it takes.
    pub(super) partner: Option<usize>,
}

impl Line<'_> {
    /// The line without its ending.
    pub(super) fn shown(&self) -> &str {
        let text = self.text.strip_suffix('\n').unwrap_or(self.text);
        text.strip_suffix('\r').unwrap_or(text)
    }
}

/// The changed lines in groups, each with its context. A line ends with `\n` and nothing else, as `diff` and
/// `patch` see it.
pub(super) fn hunks<'a>(before: &'a str, after: &'a str) -> Vec<Vec<Line<'a>>> {
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let changes = capture_diff_slices(Algorithm::Myers, &old, &new);
    if changes.iter().all(|change| matches!(change, DiffOp::Equal { .. })) {
        return Vec::new();
    }
    group_diff_ops(changes, CONTEXT)
        .iter()
        .map(|group| {
            let mut lines = Vec::new();
            for change in group {
                push(&mut lines, change, &old, &new);
            }
            lines
        })
        .collect()
}

fn push<'a>(lines: &mut Vec<Line<'a>>, change: &DiffOp, old: &[&'a str], new: &[&'a str]) {
    let (before, after) = (change.old_range(), change.new_range());
    if let DiffOp::Equal { .. } = change {
        let kept = before.zip(after).filter_map(|(o, n)| {
            let text = old.get(o).copied()?;
            Some(Line { old: Some(o + 1), new: Some(n + 1), kind: LineKind::Kept, text, partner: None })
        });
        lines.extend(kept);
        return;
    }
    let (start, removed, added) = (lines.len(), before.len(), after.len());
    // Where as many lines come as go, each comes for one that goes.
    let paired = removed == added;
    lines.extend(before.enumerate().filter_map(|(nth, o)| {
        let partner = paired.then_some(start + removed + nth);
        Some(Line {
            old: Some(o + 1),
            new: None,
            kind: LineKind::Removed,
            text: old.get(o).copied()?,
            partner,
        })
    }));
    lines.extend(after.enumerate().filter_map(|(nth, n)| {
        let partner = paired.then_some(start + nth);
        Some(Line { old: None, new: Some(n + 1), kind: LineKind::Added, text: new.get(n).copied()?, partner })
    }));
}

/// A piece of a line, marked when it is what differs.
type Pieces = Vec<(bool, String)>;

/// Two lines with the part marked that is not the same at their beginning or end.
pub(super) fn pieces(before: &str, after: &str) -> (Pieces, Pieces) {
    let head: usize =
        before.chars().zip(after.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let (rest_before, rest_after) = (before.get(head..).unwrap_or(""), after.get(head..).unwrap_or(""));
    let tail: usize = rest_before
        .chars()
        .rev()
        .zip(rest_after.chars().rev())
        .take_while(|(a, b)| a == b)
        .map(|(a, _)| a.len_utf8())
        .sum();
    let cut = |line: &str| {
        let end = line.len() - tail;
        [(false, line.get(..head)), (true, line.get(head..end)), (false, line.get(end..))]
            .into_iter()
            .filter_map(|(marked, part)| Some((marked, part.filter(|part| !part.is_empty())?.to_owned())))
            .collect::<Pieces>()
    };
    (cut(before), cut(after))
}
