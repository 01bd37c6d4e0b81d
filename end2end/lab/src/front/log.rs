//! The log of requests, the lab's witness of what was really asked and answered.

use serde::{Deserialize, Serialize};

/// What sort of thing a request asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// `/v2/` itself.
    Base,
    /// A manifest or an index.
    Manifest,
    /// A layer or a configuration, or an upload of one.
    Blob,
    /// A list of tags.
    Tags,
    /// A token of the token service.
    Token,
}

/// One request and its answer; the log port gives one JSON line for each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When it was answered, RFC 3339 in UTC.
    pub time: String,
    /// The peer's address as the limit sees it.
    pub source: String,
    /// Whom it was or would be charged to: `address:…` or `account:…`.
    pub principal: String,
    /// The HTTP method.
    pub method: String,
    /// The repository; empty where there is none.
    pub repository: String,
    /// Tag, digest, or the rest of the path; for a token its scopes.
    pub reference: String,
    /// What was asked for.
    pub kind: Kind,
    /// The HTTP status that was answered.
    pub status: u16,
    /// Whether it cost a pull.
    pub counted: bool,
}
