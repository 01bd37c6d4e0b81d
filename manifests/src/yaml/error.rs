//! Why a file was not read or not edited, and where to look.
//!
//! Knows nothing of edits or trees. Messages name keys and lines, never values: a value may be a secret.

use std::fmt;

/// A position a person can click on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Line, counted from 1; `\n`, `\r\n` and a lone `\r` each end a line (YAML 1.2.2, 5.4).
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
}

impl Place {
    /// The first character of a file; also used where a whole file is meant.
    pub const START: Self = Self { line: 1, column: 1 };

    /// The place of the byte at `offset`, which must lie on a character border. Linear in `offset`.
    pub(super) fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
        let line = before.get(line_start..).unwrap_or("").trim_start_matches('\u{feff}');
        Self { line: line_breaks(before) + 1, column: line.chars().count() + 1 }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// How many lines end within `text`.
pub(super) fn line_breaks(text: &str) -> usize {
    let bytes = text.as_bytes();
    let lone_returns =
        |at: &usize| bytes.get(*at) == Some(&b'\r') && bytes.get(at + 1).is_none_or(|&next| next != b'\n');
    bytes.iter().filter(|&&byte| byte == b'\n').count() + (0..bytes.len()).filter(lone_returns).count()
}

/// The class of a refusal, for programs; [`Refused::why`] is for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefusalKind {
    /// Above [`super::MAX_BYTES`].
    TooLarge,
    /// Not UTF-8.
    Encoding,
    /// Not YAML.
    Syntax,
    /// Text for a template engine (Helm, Jinja) that only becomes YAML once it is rendered.
    Template,
    /// Nested deeper than [`super::MAX_DEPTH`].
    TooDeep,
    /// A key stands twice in one mapping.
    DuplicateKey,
    /// A mapping key that is itself a mapping or a list.
    ComplexKey,
    /// Aliases expand to more than [`super::MAX_ALIASED_NODES`], or contain themselves.
    AliasBudget,
    /// The file has fewer documents.
    NoSuchDocument,
    /// The path leads nowhere.
    NoSuchPath,
    /// The path leads to another kind of node than the change needs.
    WrongKind,
    /// The present value is not the one the edit expects.
    ValueDiffers,
    /// The key to insert is present with another value.
    KeyTaken,
    /// The place is an alias, or an anchor that aliases elsewhere use.
    Shared,
    /// The value comes from a merge key (`<<`).
    MergeKey,
    /// The value carries a tag that forbids text.
    Tagged,
    /// A way of writing that cannot be edited without rewriting what surrounds it.
    Layout,
    /// Two edits of one call want the same bytes.
    Conflict,
    /// Read again, the patched file would not differ exactly as intended.
    NotExact,
}

/// A file or an edit that was turned down. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {why}")]
pub struct Refused {
    /// Where the reason stands in the file as it was given.
    pub place: Place,
    /// One sentence without a full stop at its end.
    pub why: String,
    /// The class of the reason.
    pub kind: RefusalKind,
    /// Position in the edit list, where one edit is to blame.
    pub edit: Option<usize>,
}

impl Refused {
    pub(super) fn new(kind: RefusalKind, place: Place, why: impl Into<String>) -> Self {
        Self { place, why: why.into(), kind, edit: None }
    }

    pub(super) fn for_edit(mut self, edit: usize) -> Self {
        self.edit = Some(edit);
        self
    }
}

/// A key as it may stand in a message: quoted, escaped and of bounded length.
pub(super) fn shown(key: &str) -> String {
    const LONGEST: usize = 60;
    if key.chars().count() <= LONGEST {
        return format!("{key:?}");
    }
    let head: String = key.chars().take(LONGEST).collect();
    format!("{head:?}…")
}
