//! The one shape of every error a person can see.
//!
//! Adapters and use cases have error enums of their own; before one reaches a page, stderr or JSON it becomes
//! a [`Problem`]. This module must not know where a problem came from.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What failed, why as far as known, what to do next, and where (INTERFACE §1).
///
/// Each text is one or two plain sentences for a tired reader. None of them may hold a secret: whoever builds
/// a problem from outside text passes it through [`crate::evidence::mask`] first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Stable word for scripts and tests, such as `cluster_unreachable`.
    pub code: String,
    /// What failed, in one sentence.
    pub what: String,
    /// Why, as far as it is known.
    pub why: String,
    /// What the reader can do now.
    pub next: String,
    /// `file:line:column`, an object, a host, or empty when it has no place.
    #[serde(rename = "where")]
    pub place: String,
    /// Which exit status of the command line this kind of problem ends with.
    #[serde(skip)]
    pub kind: ProblemKind,
}

/// How a problem ends a command (INTERFACE §1, exit status).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ProblemKind {
    /// Wrong usage or bad input: status 2.
    #[default]
    BadInput,
    /// The cluster, a registry or AWS could not be reached or refused: status 3.
    Outside,
    /// Stopped part-way and can be resumed with the same command: status 4.
    Interrupted,
}

impl ProblemKind {
    /// The exit status of INTERFACE §1.
    pub fn exit_status(self) -> u8 {
        match self {
            Self::BadInput => 2,
            Self::Outside => 3,
            Self::Interrupted => 4,
        }
    }
}

impl Problem {
    /// A problem with the user's input (status 2).
    pub fn bad_input(
        code: impl Into<String>,
        what: impl Into<String>,
        why: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self {
            code: code.into(),
            what: what.into(),
            why: why.into(),
            next: next.into(),
            place: String::new(),
            kind: ProblemKind::BadInput,
        }
    }

    /// A problem outside of the program (status 3).
    pub fn outside(
        code: impl Into<String>,
        what: impl Into<String>,
        why: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self { kind: ProblemKind::Outside, ..Self::bad_input(code, what, why, next) }
    }

    /// The same problem, with its place.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = place.into();
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Problem {}
