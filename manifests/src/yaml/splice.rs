//! Putting new text in the place of old bytes, and saying where it went.

use super::edit::{AppliedChange, Change, Edit};
use super::error::{Place, RefusalKind, Refused, line_breaks};
use std::ops::Range;

/// New text for a range of the given file.
#[derive(Debug)]
pub(super) struct Splice {
    /// Position in the edit list.
    pub edit: usize,
    /// The bytes that give way; empty for an insertion.
    pub range: Range<usize>,
    /// What takes their place.
    pub text: String,
    /// Bytes of `text` before the part a person would look for (separators, line breaks).
    pub lead: usize,
    /// Nesting of the changed collection: of two insertions at one place the deeper comes first.
    pub depth: usize,
    /// The decoded text that was replaced.
    pub from: Option<String>,
}

/// The patched text and its changes in file order; refuses splices that overlap.
pub(super) fn assemble(
    text: &str,
    edits: &[Edit],
    mut splices: Vec<Splice>,
) -> Result<(String, Vec<AppliedChange>), Refused> {
    splices.sort_by_key(|splice| (splice.range.start, splice.range.end, std::cmp::Reverse(splice.depth)));
    let mut out =
        String::with_capacity(text.len() + splices.iter().map(|splice| splice.text.len()).sum::<usize>());
    let mut changes = Vec::with_capacity(splices.len());
    let (mut done, mut line, mut counted) = (0, 1, 0);
    for splice in splices {
        let Some(kept) = text.get(done..splice.range.start).filter(|_| splice.range.start >= done) else {
            let why = "two edits of this call change the same place";
            let place = Place::of(text, splice.range.start);
            return Err(Refused::new(RefusalKind::Conflict, place, why).for_edit(splice.edit));
        };
        out.push_str(kept);
        let after = out.len()..out.len() + splice.text.len();
        out.push_str(&splice.text);
        done = splice.range.end;
        let looked_for = after.start + splice.lead;
        line += out.get(counted..looked_for).map_or(0, line_breaks);
        counted = looked_for;
        if let Some(edit) = edits.get(splice.edit) {
            changes.push(AppliedChange {
                edit: splice.edit,
                document: edit.document,
                path: edit.path.clone(),
                line,
                from: splice.from,
                to: match &edit.change {
                    Change::Replace { value, .. } => value.clone(),
                    Change::Insert { value } | Change::Append { value } => value.shown(),
                },
                before: splice.range,
                after,
            });
        }
    }
    out.push_str(text.get(done..).unwrap_or(""));
    Ok((out, changes))
}
