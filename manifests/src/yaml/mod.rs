//! Reading YAML and JSON with byte positions, and editing them without touching a byte more than needed.
//!
//! An edit is data: an address and a change. [`apply`] finds the bytes by the parser's positions, splices
//! them, reads the result again and compares it with what was meant. Anything ambiguous is refused with a
//! place and a reason; nothing is guessed, and no file is ever printed anew from a tree.
//!
//! JSON is read as the flow style of YAML. The module must not know what Kubernetes or Cortex are.

mod block;
mod edit;
mod error;
mod flow;
mod intent;
mod json;
mod literal;
mod locate;
mod plan;
mod pointer;
mod read;
mod scalar;
mod schema;
mod splice;
mod text;
mod tree;

pub use edit::{Applied, AppliedChange, Change, Edit, NewValue, apply};
pub use error::{Place, RefusalKind, Refused};
pub use pointer::{NotAPointer, Pointer};
pub(crate) use scalar::plain_is_safe;
pub use schema::Kind;
pub(crate) use text::{UTF_16, is_utf16};
pub use tree::{Content, Document, Entry, Mapping, Node, Scalar, Sequence, Style};

/// Largest file read, in bytes.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;
/// Deepest nesting of lists and mappings.
pub const MAX_DEPTH: usize = 200;
/// Most nodes (keys, values and collections) in one file.
pub const MAX_NODES: usize = 6_000_000;
/// Most documents in one file.
pub const MAX_DOCUMENTS: usize = 20_000;
/// Most nodes that expanding aliases may add to one document.
pub const MAX_ALIASED_NODES: usize = 100_000;

/// All documents of a file, in order.
///
/// Duplicate keys and aliases are kept as written; [`Document::to_json`] judges them.
///
/// # Errors
/// Files that are too large, not UTF-8, not YAML or nested too deeply. A file that only becomes YAML once a
/// template engine has rendered it is named as such.
pub fn parse(bytes: &[u8]) -> Result<Vec<Document>, Refused> {
    read::documents(text::decode(bytes)?)
}
