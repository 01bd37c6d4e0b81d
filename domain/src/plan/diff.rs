//! A diff as data: pages, terminals and `diff.patch` render the same value.

use serde::{Deserialize, Serialize};

/// What changes in one file or one live object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileDiff {
    /// File name, or `Kind namespace/name`.
    pub name: String,
    /// True for a live object: its lines are the changed fields only, without line numbers.
    pub live: bool,
    /// One sentence about owner and effect.
    pub note: String,
    /// Changes with three lines of context.
    pub hunks: Vec<Hunk>,
    /// The sentences why, in order, without repetition.
    pub why: Vec<String>,
}

/// Lines that stand together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hunk {
    /// Lines left out above.
    pub skipped: usize,
    /// The lines.
    pub lines: Vec<DiffLine>,
}

/// One line of a diff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffLine {
    /// Line number before, from 1.
    pub old: Option<usize>,
    /// Line number after, from 1.
    pub new: Option<usize>,
    /// Kept, removed or added.
    pub kind: LineKind,
    /// The line in pieces, without its end; a piece that is marked is what differs within the line.
    pub pieces: Vec<(bool, String)>,
}

/// What happens to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// Stays.
    Kept,
    /// Goes.
    Removed,
    /// Comes.
    Added,
}
