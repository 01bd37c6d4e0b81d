//! Takes a stream of JSON apart: each document, and each item of a document's `items`, on its own.
//!
//! Only brackets, quotes and commas at the top are looked at here; each piece is parsed by whoever gets it. So
//! a list of any length needs the memory of its longest item.

use std::io::Read;
use std::ops::ControlFlow;

/// Longest single item or document, in bytes. The API server stores objects of at most about 1.5 MB (etcd's
/// default request limit); the rest is for files that hold one large array.
pub(super) const LONGEST: usize = 64 * 1024 * 1024;

/// One piece.
#[derive(Debug)]
pub(super) enum Piece<'a> {
    /// A list starts; the document as far as it stood before `items`, closed.
    Items(&'a [u8]),
    /// An item of the list, counted from 0.
    Item(usize, &'a [u8]),
    /// The end of a document, which is given whole but for its `items`.
    Document(&'a [u8]),
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
    let mut scanner =
        Scanner { reader, buffer: vec![0; 128 * 1024], at: 0, end: 0, place: Place { line: 1, column: 1 } };
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

struct Scanner<'a> {
    reader: &'a mut dyn Read,
    buffer: Vec<u8>,
    at: usize,
    end: usize,
    /// Of the next byte.
    place: Place,
}

impl Scanner<'_> {
    /// A document that is an object, its `items` one by one.
    fn object(&mut self, document: usize, take: &mut Take<'_>) -> Result<ControlFlow<()>, Broken> {
        let start = self.place;
        let mut head = Vec::new();
        self.one(&mut head)?;
        self.blank(&mut head)?;
        let mut more = self.peek()? != Some(b'}');
        let mut had_items = false;
        while more {
            let key_at = head.len();
            if self.peek()? != Some(b'"') {
                return Err(self.broken("a key in quotes is expected here"));
            }
            self.value(&mut head)?;
            let is_items = head.get(key_at..) == Some(b"\"items\"".as_slice());
            self.blank(&mut head)?;
            self.expect(b':')?;
            head.push(b':');
            self.blank(&mut head)?;
            if is_items && !had_items && self.peek()? == Some(b'[') {
                had_items = true;
                let before = head.get(..key_at).unwrap_or_default().trim_ascii_end();
                let closed = [before.strip_suffix(b",").unwrap_or(before), b"}"].concat();
                if take(document, self.place, Piece::Items(&closed)).is_break()
                    || self.items(document, take)?.is_break()
                {
                    return Ok(ControlFlow::Break(()));
                }
                head.extend_from_slice(b"[]");
            } else {
                self.value(&mut head)?;
            }
            self.blank(&mut head)?;
            more = self.peek()? == Some(b',');
            if more {
                self.one(&mut head)?;
                self.blank(&mut head)?;
            }
        }
        self.expect(b'}')?;
        head.push(b'}');
        Ok(take(document, start, Piece::Document(&head)))
    }

    fn items(&mut self, document: usize, take: &mut Take<'_>) -> Result<ControlFlow<()>, Broken> {
        let mut item = Vec::new();
        self.expect(b'[')?;
        self.blank(&mut item)?;
        let mut more = self.peek()? != Some(b']');
        let mut index = 0;
        while more {
            item.clear();
            let place = self.place;
            self.value(&mut item)?;
            if take(document, place, Piece::Item(index, &item)).is_break() {
                return Ok(ControlFlow::Break(()));
            }
            index += 1;
            item.clear();
            self.blank(&mut item)?;
            more = self.peek()? == Some(b',');
            if more {
                self.expect(b',')?;
                self.blank(&mut item)?;
            }
        }
        self.expect(b']')?;
        Ok(ControlFlow::Continue(()))
    }

    /// Appends one value to `out`: up to the bracket or quote that closes it, or to the end of a bare word.
    fn value(&mut self, out: &mut Vec<u8>) -> Result<(), Broken> {
        let start = out.len();
        let (mut depth, mut text, mut escaped) = (0_usize, false, false);
        loop {
            if self.peek()?.is_none() {
                if depth > 0 || text {
                    return Err(self.broken("the file ends in the middle of a value"));
                }
                return self.word(start, out);
            }
            let chunk = self.buffer.get(self.at..self.end).unwrap_or_default();
            let mut used = 0;
            let mut done = false;
            for &byte in chunk {
                if text {
                    used += 1;
                    match byte {
                        _ if escaped => escaped = false,
                        b'\\' => escaped = true,
                        b'"' => {
                            text = false;
                            done = depth == 0;
                        }
                        _ => {}
                    }
                } else {
                    match byte {
                        b'"' => text = true,
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' if depth > 0 => {
                            depth -= 1;
                            done = depth == 0;
                        }
                        b'}' | b']' | b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => {
                            self.consume(used, out);
                            return self.word(start, out);
                        }
                        _ => {}
                    }
                    used += 1;
                }
                if done {
                    break;
                }
            }
            self.consume(used, out);
            if done {
                return Ok(());
            }
            if out.len() - start > LONGEST {
                return Err(self.broken(&format!("one value is longer than {} MiB", LONGEST >> 20)));
            }
        }
    }

    /// The end of a bare word that starts at `start`, which must not be empty.
    fn word(&self, start: usize, out: &[u8]) -> Result<(), Broken> {
        if out.len() == start { Err(self.broken("a value is expected here")) } else { Ok(()) }
    }

    /// Blanks are kept, so that places within a document stay right.
    fn blank(&mut self, out: &mut Vec<u8>) -> Result<(), Broken> {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek()? {
            self.consume(1, out);
        }
        Ok(())
    }

    fn one(&mut self, out: &mut Vec<u8>) -> Result<(), Broken> {
        self.peek()?;
        self.consume(1, out);
        Ok(())
    }

    fn expect(&mut self, wanted: u8) -> Result<(), Broken> {
        if self.peek()? == Some(wanted) {
            self.consume(1, &mut Vec::new());
            return Ok(());
        }
        Err(self.broken(&format!("{:?} is expected here", char::from(wanted))))
    }

    fn peek(&mut self) -> Result<Option<u8>, Broken> {
        if self.at == self.end {
            self.at = 0;
            self.end = loop {
                match self.reader.read(&mut self.buffer) {
                    Ok(read) => break read,
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                    Err(error) => {
                        self.end = 0;
                        return Err(self.broken(&format!("reading failed: {error}")));
                    }
                }
            };
        }
        Ok(self.buffer.get(self.at..self.end).and_then(|rest| rest.first()).copied())
    }

    fn consume(&mut self, count: usize, out: &mut Vec<u8>) {
        let bytes = self.buffer.get(self.at..self.at + count).unwrap_or_default();
        let lines = bytes.iter().filter(|&&byte| byte == b'\n').count();
        self.place.line += lines;
        self.place.column = match bytes.iter().rposition(|&byte| byte == b'\n') {
            Some(last) => bytes.len() - last,
            None => self.place.column + bytes.len(),
        };
        out.extend_from_slice(bytes);
        self.at += bytes.len();
    }

    fn broken(&self, why: &str) -> Broken {
        Broken { place: self.place, why: why.to_owned() }
    }
}
