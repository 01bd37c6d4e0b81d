//! What changed: as data for pages and terminals, and as one unified diff for `git apply` and `patch -p1`.
//!
//! Knows lines of text and nothing of YAML; both forms come from the same list of changed lines.

mod lines;
mod unified;

use domain::plan::{DiffLine, FileDiff, Hunk, LineKind};

use self::lines::{Line, pieces};
pub use unified::unified;

/// The changes of a given file, with three lines of context.
pub fn of_file(name: &str, before: &str, after: &str, note: &str, why: Vec<String>) -> FileDiff {
    let hunks = numbered_hunks(before, after);
    FileDiff { name: name.to_owned(), live: false, note: note.to_owned(), hunks, why }
}

/// One changed value of a live object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Where it stands, for people: `containers / api`.
    pub place: String,
    /// The field: `image`.
    pub field: String,
    /// The value before.
    pub from: String,
    /// The value after.
    pub to: String,
}

/// The changes of a live object: the changed fields only, each under its place.
pub fn of_object(name: &str, changes: &[FieldChange], note: &str, why: Vec<String>) -> FileDiff {
    let hunks = changes.iter().map(|change| Hunk { skipped: 0, lines: field(change) }).collect();
    FileDiff { name: name.to_owned(), live: true, note: note.to_owned(), hunks, why }
}

/// The changes of a text that is one value of a live object.
pub fn of_embedded(name: &str, before: &str, after: &str, note: &str, why: Vec<String>) -> FileDiff {
    let mut hunks = numbered_hunks(before, after);
    for line in hunks.iter_mut().flat_map(|hunk| &mut hunk.lines) {
        (line.old, line.new) = (None, None);
    }
    FileDiff { name: name.to_owned(), live: true, note: note.to_owned(), hunks, why }
}

fn field(change: &FieldChange) -> Vec<DiffLine> {
    let (from, to) =
        (format!("  {}: {}", change.field, change.from), format!("  {}: {}", change.field, change.to));
    let (removed, added) = pieces(&from, &to);
    let line = |kind, pieces| DiffLine { old: None, new: None, kind, pieces };
    vec![
        line(LineKind::Kept, vec![(false, change.place.clone())]),
        line(LineKind::Removed, removed),
        line(LineKind::Added, added),
    ]
}

fn numbered_hunks(before: &str, after: &str) -> Vec<Hunk> {
    let mut seen = 0;
    let hunk = |lines: Vec<Line<'_>>| {
        let start = lines.iter().find_map(|line| line.old).map_or(seen, |old| old - 1);
        let skipped = start.saturating_sub(seen);
        seen = lines.iter().rev().find_map(|line| line.old).unwrap_or(seen);
        Hunk { skipped, lines: marked(&lines) }
    };
    lines::hunks(before, after).into_iter().map(hunk).collect()
}

/// Lines for people: those that take each other's place show what differs within them.
fn marked(lines: &[Line<'_>]) -> Vec<DiffLine> {
    lines
        .iter()
        .map(|line| {
            let partner = line.partner.and_then(|partner| lines.get(partner));
            let pieces = match (partner, line.kind) {
                (Some(partner), LineKind::Removed) => pieces(line.shown(), partner.shown()).0,
                (Some(partner), LineKind::Added) => pieces(partner.shown(), line.shown()).1,
                _ => vec![(false, line.shown().to_owned())],
            };
            DiffLine { old: line.old, new: line.new, kind: line.kind, pieces }
        })
        .collect()
}

#[cfg(test)]
mod tests;
