//! Takes a stream of JSON apart: each document, and each item of a document's `items`, on its own.
//!
//! Only brackets, quotes and commas at the top are looked at here; each piece is parsed by whoever gets it. So
//! a list of any length needs the memory of its longest item. What `kubectl cluster-info dump` prints between
//! documents, the logs of containers, is skipped.

mod scanner;

use std::io::Read;
use std::ops::ControlFlow;

use serde::de::IgnoredAny;

use crate::yaml;

use scanner::Scanner;

/// Longest single item or document, in bytes. The API server stores objects of at most about 1.5 MB (etcd's
/// default request limit); the rest is for files that hold one large array.
pub(super) const LONGEST: usize = 64 * 1024 * 1024;

/// One piece.
#[derive(Debug)]
pub(super) enum Piece<'a> {
    /// A list starts; the document as far as it stood before `items`, closed, or `None` for a bare array.
    Items(Option<&'a [u8]>),
    /// An item of the list, counted from 0.
    Item(usize, &'a [u8]),
    /// The end of a document, which is given whole but for its `items`.
    Document(&'a [u8]),
    /// Logs of a container were skipped.
    Logs,
}

/// A position, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Place {
    /// The place in a file of this place in a part of it that starts at `start`.
    pub(super) fn after(self, start: Self) -> Self {
        let column = if self.line == 1 { start.column + self.column.saturating_sub(1) } else { self.column };
        Self { line: start.line + self.line.saturating_sub(1), column }
    }

    /// The place of an error in a part of a file that starts here.
    pub(super) fn of(self, error: &serde_json::Error) -> Self {
        match error.line() {
            0 => self,
            line => Self { line, column: error.column() }.after(self),
        }
    }
}

impl From<yaml::Place> for Place {
    fn from(place: yaml::Place) -> Self {
        Self { line: place.line, column: place.column }
    }
}

/// Where and why the stream is not JSON.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) place: Place,
    pub(super) why: String,
}

/// Takes a piece with the number of its document and where it starts.
pub(super) type Take<'a> = dyn FnMut(usize, Place, Piece<'_>) -> ControlFlow<()> + 'a;

/// Splits a stream of JSON documents.
///
/// # Errors
/// The first place at which the text outside of pieces is not JSON, a piece is longer than [`LONGEST`], or
/// reading fails.
pub(super) fn split(reader: &mut dyn Read, take: &mut Take<'_>) -> Result<(), Broken> {
    let mut scanner = Scanner::new(reader);
    if scanner.peek()? == Some(0xef) {
        for mark in *b"\xef\xbb\xbf" {
            scanner.expect(mark)?;
        }
        scanner.place.column = 1;
    }
    let mut document = 0;
    loop {
        scanner.blank(&mut Vec::new())?;
        match scanner.peek()? {
            None => return Ok(()),
            Some(b'{') => {
                if scanner.object(document, take)?.is_break() {
                    return Ok(());
                }
            }
            Some(b'[') => {
                let place = scanner.place;
                if take(document, place, Piece::Items(None)).is_break()
                    || scanner.items(document, take)?.is_break()
                    || take(document, place, Piece::Document(b"[]")).is_break()
                {
                    return Ok(());
                }
            }
            Some(b'=') => {
                let place = scanner.place;
                scanner.logs()?;
                if take(document, place, Piece::Logs).is_break() {
                    return Ok(());
                }
                continue;
            }
            Some(_) => {
                let (place, mut bytes) = (scanner.place, Vec::new());
                scanner.value(&mut bytes)?;
                if take(document, place, Piece::Document(&bytes)).is_break() {
                    return Ok(());
                }
            }
        }
        document += 1;
    }
}

/// Whether text is a stream of JSON documents to its end.
pub(super) fn is_stream(text: &[u8]) -> bool {
    let mut sound = true;
    let outcome = split(&mut &*text, &mut |_, _, piece| {
        sound &= match piece {
            Piece::Items(_) | Piece::Logs => true,
            Piece::Item(_, bytes) | Piece::Document(bytes) => {
                serde_json::from_slice::<IgnoredAny>(bytes).is_ok()
            }
        };
        if sound { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    sound && outcome.is_ok()
}
