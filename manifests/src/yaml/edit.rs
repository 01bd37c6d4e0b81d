//! The edit list and its outcome.

use super::error::Refused;
use super::pointer::Pointer;
use super::{intent, plan, read, splice, text};
use std::ops::Range;

/// One intended change to one document of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Position of the document in the file, from 0; empty documents count.
    pub document: usize,
    /// The place, as it is before any edit of the same call.
    pub path: Pointer,
    /// What to do there.
    pub change: Change,
}

/// What an edit does. Doing it twice is the same as doing it once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Makes the scalar at the path the string `value`, in the quotes it has now.
    Replace {
        /// The present text; any other is refused.
        expect: Option<String>,
        /// The new text.
        value: String,
    },
    /// Adds the path's last token as a key to the mapping above it: after the last key that shares the
    /// prefix up to the first `_`, else at the end. A key that has the value already is left alone.
    Insert {
        /// The new key's value.
        value: NewValue,
    },
    /// Adds an item to the end of the list at the path. A list that has an equal item is left alone.
    Append {
        /// The new item.
        value: NewValue,
    },
}

/// A value to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewValue {
    /// Text, quoted if YAML needs it or the neighbours are.
    String(String),
    /// A number, `true`, `false` or `null`, as JSON writes it; written as it stands.
    Plain(String),
    /// Keys and values, in this order.
    Mapping(Vec<(String, Self)>),
    /// Items.
    Sequence(Vec<Self>),
}

/// A file after all edits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The patched file.
    pub text: Vec<u8>,
    /// What was changed, in file order; empty if every edit was done already.
    pub changes: Vec<AppliedChange>,
}

/// One edit's trace in the patched file. Outside the ranges of all changes every byte is as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedChange {
    /// Position in the edit list.
    pub edit: usize,
    /// Position of the document in the file.
    pub document: usize,
    /// The path of the edit; for [`Change::Append`] that of the list.
    pub path: Pointer,
    /// The new text's first line in the patched file, from 1.
    pub line: usize,
    /// The text that was replaced, escapes resolved; `None` where nothing stood.
    pub from: Option<String>,
    /// The new text; collections as JSON.
    pub to: String,
    /// The bytes that gave way, in the given file.
    pub before: Range<usize>,
    /// The bytes that took their place, in the patched file.
    pub after: Range<usize>,
}

/// Applies all `edits` to the file, or none.
///
/// # Errors
/// See [`super::RefusalKind`]. The place is one in the given file; [`Refused::edit`] names the edit to blame.
pub fn apply(bytes: &[u8], edits: &[Edit]) -> Result<Applied, Refused> {
    let text = text::decode(bytes)?;
    let mut documents = read::documents(text)?;
    let splices = plan::plan(text, &documents, edits)?;
    if splices.is_empty() {
        return Ok(Applied { text: bytes.to_vec(), changes: Vec::new() });
    }
    let (patched, changes) = splice::assemble(text, edits, splices)?;
    for change in &changes {
        if let Some(edit) = edits.get(change.edit) {
            intent::carry_out(&mut documents, edit);
        }
    }
    intent::verify(&documents, text, &patched, &changes)?;
    Ok(Applied { text: patched.into_bytes(), changes })
}
