//! A file that was given, wherever its bytes are.

use std::io::{self, Cursor, Read};
use std::sync::Arc;

use domain::ports::InputFile;

/// Something with a name and bytes.
pub trait Given: Send + Sync {
    /// Name relative to the given folder, with `/`; the base name of a single file.
    fn name(&self) -> &str;

    /// The bytes from their beginning.
    ///
    /// # Errors
    /// When they cannot be had, or not a second time (standard input).
    fn open(&self) -> io::Result<Box<dyn Read + Send>>;

    /// Whether the user named this very file. One that a folder brought along is taken for what it is: if it
    /// is an archive, its files keep its name before theirs, since they are often the folder's once more, and
    /// if it cannot be read, the others go on.
    fn is_named(&self) -> bool {
        true
    }
}

/// Bytes in memory: an upload, or a file kept with a run.
pub struct InMemory(pub InputFile);

impl Given for InMemory {
    fn name(&self) -> &str {
        &self.0.name
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(Cursor::new(Arc::clone(&self.0.bytes))))
    }
}
