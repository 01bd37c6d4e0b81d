//! Archives: bundles written the same way every time, uploads read without trusting them.
//!
//! Nothing is ever unpacked to a disk. Must not know what the files in an archive mean.

mod damage;
mod limits;
mod name;
mod read;
mod write;

pub(crate) use damage::reading_failed;
pub use limits::Limits;
pub use name::relative_name;
pub use read::{Form, Visitor, visit};
pub use write::{tar_gz, zip};

/// One file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleFile {
    /// Path in the bundle, relative, with `/`.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether it is a script to run.
    pub executable: bool,
}

#[cfg(test)]
mod tests;
