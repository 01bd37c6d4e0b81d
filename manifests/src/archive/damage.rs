//! Why bytes could not be read, in words of our own.
//!
//! The libraries that unpack quote what they stumbled over, which may be a secret: errors are shown, logged
//! and stored.

use std::fmt;
use std::io;

use zip::result::ZipError;

/// A clause on an error of reading: the system's words or ours, never the library's.
pub fn reading_failed(error: &io::Error) -> String {
    let said = error.get_ref().and_then(|inner| inner.downcast_ref::<Said>());
    match (said, error.kind()) {
        (Some(Said(why)), _) => (*why).to_owned(),
        (None, io::ErrorKind::UnexpectedEof) => "it ends too early".to_owned(),
        (None, _) if error.raw_os_error().is_some() => format!("the system says: {error}"),
        (None, _) => "its packed data is damaged".to_owned(),
    }
}

/// A clause on an error of the zip library.
pub(super) fn of_zip(error: &ZipError) -> String {
    match error {
        ZipError::Io(error) => reading_failed(error),
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => {
            "it is locked with a password".to_owned()
        }
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            "it is packed in a way that is not supported".to_owned()
        }
        _ => "its table of contents is damaged".to_owned(),
    }
}

/// An error of our own, which may be shown as it is.
#[derive(Debug)]
pub(super) struct Said(&'static str);

impl Said {
    pub(super) fn error(why: &'static str) -> io::Error {
        io::Error::other(Self(why))
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Said {}
