//! The steps that the splitter takes through the text.

use std::io::Read;
use std::ops::ControlFlow;

use crate::archive::reading_failed;

use super::{Broken, LONGEST, Piece, Place, Take};

/// The text, as far as it was read, and where the next byte stands.
pub(super) struct Scanner<'a> {
    reader: &'a mut dyn Read,
    buffer: Vec<u8>,
    at: usize,
    end: usize,
    /// Of the next byte.
    pub(super) place: Place,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(reader: &'a mut dyn Read) -> Self {
        Self { reader, buffer: vec![0; 128 * 1024], at: 0, end: 0, place: Place { line: 1, column: 1 } }
    }

    /// A document that is an object, its `items` one by one.
    pub(super) fn object(&mut self, document: usize, take: &mut Take<'_>) -> Result<ControlFlow<()>, Broken> {
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
                if take(document, self.place, Piece::Items(Some(&closed))).is_break()
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

    pub(super) fn items(&mut self, document: usize, take: &mut Take<'_>) -> Result<ControlFlow<()>, Broken> {
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

    /// The logs of one container, between two lines of which the second repeats whose they are
    /// (`kubectl`: `pkg/cmd/clusterinfo/clusterinfo_dump.go`). They are whatever the container wrote, and not
    /// looked at.
    pub(super) fn logs(&mut self) -> Result<(), Broken> {
        let mut line = Vec::new();
        let start = self.broken("a value is expected here");
        self.line(&mut line)?;
        let container = line.strip_prefix(b"==== START logs for ".as_slice()).ok_or(start)?;
        let end = [b"==== END logs for ".as_slice(), container].concat();
        loop {
            if !self.line(&mut line)? {
                return Err(self.broken("the file ends in the middle of a container's logs"));
            }
            // A container need not end its last line.
            if line.ends_with(&end) {
                return Ok(());
            }
        }
    }

    /// Puts the end of the next line into `line`, without its line break; false at the end of the file.
    fn line(&mut self, line: &mut Vec<u8>) -> Result<bool, Broken> {
        /// More than the names of a namespace, a pod and a container can have together.
        const KEPT: usize = 1024;
        line.clear();
        let mut any = false;
        while self.peek()?.is_some() {
            any = true;
            let chunk = self.buffer.get(self.at..self.end).unwrap_or_default();
            let stop = chunk.iter().position(|&byte| byte == b'\n');
            self.consume(stop.map_or(chunk.len(), |at| at + 1), line);
            line.drain(..line.len().saturating_sub(KEPT));
            if stop.is_some() {
                break;
            }
        }
        line.truncate(line.trim_ascii_end().len());
        Ok(any)
    }

    /// Appends one value to `out`: up to the bracket or quote that closes it, or to the end of a bare word.
    pub(super) fn value(&mut self, out: &mut Vec<u8>) -> Result<(), Broken> {
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
    pub(super) fn blank(&mut self, out: &mut Vec<u8>) -> Result<(), Broken> {
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

    pub(super) fn expect(&mut self, wanted: u8) -> Result<(), Broken> {
        if self.peek()? == Some(wanted) {
            self.consume(1, &mut Vec::new());
            return Ok(());
        }
        Err(self.broken(&format!("{:?} is expected here", char::from(wanted))))
    }

    pub(super) fn peek(&mut self) -> Result<Option<u8>, Broken> {
        if self.at == self.end {
            self.at = 0;
            self.end = loop {
                match self.reader.read(&mut self.buffer) {
                    Ok(read) => break read,
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                    Err(error) => {
                        self.end = 0;
                        return Err(self.broken(&format!("reading it failed: {}", reading_failed(&error))));
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
