//! How much an archive may unfold to. A few kilobytes of zeros can become gigabytes.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use super::damage::Said;

/// What an archive may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of all files together, unpacked.
    pub bytes: u64,
    /// Files and folders.
    pub entries: usize,
    /// Unpacked bytes for each packed one, once more than [`Limits::SMALL`] bytes were unpacked.
    pub ratio: u64,
    /// Folders within folders.
    pub depth: usize,
    /// Bytes of a zip, packed: its table of contents stands at its end, so it is held in memory.
    pub zip_bytes: u64,
}

impl Limits {
    /// Below this a high ratio harms nobody: a short file of equal lines has one as well.
    pub const SMALL: u64 = 16 * 1024 * 1024;

    /// DEFLATE reaches 1,030 on zeros. `kubectl get pods -o json` of thousands of equal pods, the most even
    /// thing that people pack, reaches 30 to 75 (measured at all levels of zlib); this is well above it.
    const RATIO: u64 = 200;

    /// For files that the user of the command line names: a dump of a very large cluster fits.
    pub const LOCAL: Self =
        Self { bytes: 64 << 30, entries: 100_000, ratio: Self::RATIO, depth: 32, zip_bytes: 512 << 20 };

    /// For files that come through a browser.
    pub const UPLOAD: Self =
        Self { bytes: 1 << 30, entries: 10_000, ratio: Self::RATIO, depth: 32, zip_bytes: 64 << 20 };
}

/// Which limit was passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passed {
    Bytes,
    Ratio,
}

/// Counts what was unpacked and what was read for it; shared by the readers of one archive.
#[derive(Debug, Clone)]
pub(super) struct Meter {
    limits: Limits,
    packed: Rc<Cell<u64>>,
    unpacked: Rc<Cell<u64>>,
    passed: Rc<Cell<Option<Passed>>>,
}

impl Meter {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, packed: Rc::default(), unpacked: Rc::default(), passed: Rc::default() }
    }

    /// The limit that was passed, if one was.
    pub(super) fn passed(&self) -> Option<Passed> {
        self.passed.get()
    }

    /// A reader of packed bytes that counts.
    pub(super) fn packed<R>(&self, inner: R) -> Packed<R> {
        Packed { inner, count: Rc::clone(&self.packed) }
    }

    /// A reader of unpacked bytes that ends with an error where a limit is passed.
    pub(super) fn unpacked<R>(&self, inner: R) -> Unpacked<R> {
        Unpacked { inner, meter: self.clone() }
    }

    fn spend(&self, bytes: u64) -> io::Result<()> {
        let unpacked = self.unpacked.get().saturating_add(bytes);
        self.unpacked.set(unpacked);
        let allowed = self.packed.get().max(1).saturating_mul(self.limits.ratio);
        let passed = if unpacked > self.limits.bytes {
            Passed::Bytes
        } else if unpacked > Limits::SMALL && unpacked > allowed {
            Passed::Ratio
        } else {
            return Ok(());
        };
        self.passed.set(Some(passed));
        Err(Said::error("it unfolds to too much"))
    }
}

pub(super) struct Packed<R> {
    inner: R,
    count: Rc<Cell<u64>>,
}

impl<R: Read> Read for Packed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count.set(self.count.get().saturating_add(read as u64));
        Ok(read)
    }
}

pub(super) struct Unpacked<R> {
    inner: R,
    meter: Meter,
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.meter.spend(read as u64)?;
        Ok(read)
    }
}
