//! Archives from outside, entry by entry, as streams.

use std::io::{self, Cursor, Read};

use domain::problem::Problem;
use flate2::read::MultiGzDecoder;

use super::damage::{Said, of_zip, reading_failed};
use super::limits::{Limits, Meter, Passed};
use super::name::relative_name;

/// The archives that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A zip.
    Zip,
    /// A tar, packed by gzip.
    TarGz,
    /// One file, packed by gzip.
    Gz,
}

impl Form {
    /// By the first bytes (APPNOTE 4.3.6, an empty zip starts with its end record; RFC 1952, 2.3.1). What is
    /// packed by gzip is a tar unless they show that it is not.
    pub fn of(first_bytes: &[u8]) -> Option<Self> {
        if first_bytes.starts_with(b"PK\x03\x04") || first_bytes.starts_with(b"PK\x05\x06") {
            Some(Self::Zip)
        } else if first_bytes.starts_with(&[0x1f, 0x8b]) {
            Some(if holds_no_tar(first_bytes) { Self::Gz } else { Self::TarGz })
        } else {
            None
        }
    }
}

/// Takes one file of an archive: its name, checked, and its bytes. It need not read them to the end.
pub type Visitor<'a> = dyn FnMut(&str, &mut dyn Read) -> Result<(), Problem> + 'a;

/// Calls `each` for every file of an archive, in the archive's order. `archive` is its name, for problems.
///
/// # Errors
/// A problem when the archive is damaged, encrypted, or holds what an honest one need not: names that leave
/// the folder, links, devices, more than `limits` allows. Also whatever `each` returns.
pub fn visit(
    archive: &str,
    form: Form,
    reader: &mut dyn Read,
    limits: Limits,
    each: &mut Visitor<'_>,
) -> Result<(), Problem> {
    let visit = Visit { archive, limits, meter: Meter::new(limits), entries: 0 };
    match form {
        Form::Zip => visit.zip(reader, each),
        Form::TarGz => visit.tar_gz(reader, each),
        Form::Gz => visit.gz(reader, each),
    }
}

struct Visit<'a> {
    archive: &'a str,
    limits: Limits,
    meter: Meter,
    entries: usize,
}

impl Visit<'_> {
    fn zip(mut self, reader: &mut dyn Read, each: &mut Visitor<'_>) -> Result<(), Problem> {
        let mut bytes = Vec::new();
        let most = self.limits.zip_bytes;
        self.meter
            .packed(reader.take(most.saturating_add(1)))
            .read_to_end(&mut bytes)
            .map_err(|error| self.damaged(&reading_failed(&error)))?;
        if bytes.len() as u64 > most {
            let why = format!(
                "A zip is held in memory while it is read, and this one is larger than {most} bytes."
            );
            return Err(self.refused(
                "archive_too_large",
                why,
                "Pack it as .tar.gz, which is read as a stream.",
            ));
        }
        let mut zip =
            zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| self.damaged(&of_zip(&error)))?;
        for index in 0..zip.len() {
            let mut entry = zip.by_index(index).map_err(|error| self.damaged(&of_zip(&error)))?;
            let raw = entry.name().map_err(|error| self.damaged(&of_zip(&error)))?.into_owned();
            let name = self.name(&raw)?;
            if entry.is_dir() {
                continue;
            }
            if !entry.is_file() || is_special(entry.unix_mode()) {
                return Err(self.not_a_file(&name));
            }
            each(&name, &mut self.meter.unpacked(&mut entry))?;
            self.within_limits()?;
        }
        Ok(())
    }

    fn tar_gz(mut self, reader: &mut dyn Read, each: &mut Visitor<'_>) -> Result<(), Problem> {
        let unpacked = self.meter.unpacked(MultiGzDecoder::new(self.meter.packed(reader)));
        let mut tar = tar::Archive::new(unpacked);
        let mut long_name = None;
        // Raw: the library would read names of any length into memory.
        let entries = tar.entries().map_err(|error| self.cut_short(&error))?.raw(true);
        for entry in entries {
            let mut entry = entry.map_err(|error| self.cut_short(&error))?;
            let kind = entry.header().entry_type();
            if kind.is_gnu_longname() || kind.is_pax_local_extensions() {
                let given = name_record(&mut entry, kind.is_gnu_longname())
                    .map_err(|error| self.cut_short(&error))?;
                long_name = given.or(long_name);
                continue;
            }
            if kind.is_pax_global_extensions() {
                continue;
            }
            let raw = match long_name.take() {
                Some(name) => name,
                None => entry.path_bytes().into_owned(),
            };
            let name = self.name(&String::from_utf8_lossy(&raw))?;
            if kind.is_dir() {
                continue;
            }
            if !kind.is_file() && !kind.is_contiguous() {
                return Err(self.not_a_file(&name));
            }
            each(&name, &mut entry)?;
            self.within_limits()?;
        }
        Ok(())
    }

    /// The file is called as the archive is, without the ending that gzip gave it.
    fn gz(mut self, reader: &mut dyn Read, each: &mut Visitor<'_>) -> Result<(), Problem> {
        let base = self.archive.rsplit('/').next().unwrap_or(self.archive);
        let bare = base.len().checked_sub(3).filter(|at| *at > 0).and_then(|at| base.split_at_checked(at));
        let name =
            bare.filter(|(_, ending)| ending.eq_ignore_ascii_case(".gz")).map_or(base, |(bare, _)| bare);
        let name = self.name(name)?;
        each(&name, &mut self.meter.unpacked(MultiGzDecoder::new(self.meter.packed(reader))))?;
        self.within_limits()
    }

    fn name(&mut self, raw: &str) -> Result<String, Problem> {
        self.entries += 1;
        if self.entries > self.limits.entries {
            let why = format!("It holds more than {} files and folders.", self.limits.entries);
            return Err(self.refused("archive_too_large", why, "Pack only the files that matter."));
        }
        relative_name(raw, self.limits.depth).map_err(|why| {
            let why = format!("It holds a file named {raw:?}: {why}.");
            self.refused("archive_unsafe", why, "Pack the folder itself, with relative names.")
        })
    }

    fn within_limits(&self) -> Result<(), Problem> {
        let why = match self.meter.passed() {
            None => return Ok(()),
            Some(Passed::Bytes) => format!("It unfolds to more than {} bytes.", self.limits.bytes),
            Some(Passed::Ratio) => {
                format!(
                    "It unfolds to more than {} times its size, as archives do that are made to harm.",
                    self.limits.ratio
                )
            }
        };
        Err(self.refused("archive_too_large", why, "Unpack it and give the files that matter."))
    }

    fn not_a_file(&self, name: &str) -> Problem {
        let why = format!("{name:?} in it is a link or a device, which can point anywhere.");
        self.refused("archive_unsafe", why, "Pack it again with the linked files themselves (tar -h).")
    }

    /// An error in the middle: of the archive, unless a limit ended it.
    fn cut_short(&self, error: &io::Error) -> Problem {
        self.within_limits().err().unwrap_or_else(|| self.damaged(&reading_failed(error)))
    }

    fn damaged(&self, clause: &str) -> Problem {
        let why = format!("Reading it failed: {clause}.");
        self.refused(
            "archive_damaged",
            why,
            "Check that it is a .zip, .tar.gz or .gz without a password, and pack it again.",
        )
    }

    fn refused(&self, code: &str, why: String, next: &str) -> Problem {
        Problem::bad_input(code, "This archive was not read.", why, next).at(self.archive)
    }
}

/// Whether the first bytes of what gzip packed are no header of a tar (POSIX ustar: a block of 512 bytes with
/// the sum of its own bytes in it; an empty tar is blocks of zeros).
fn holds_no_tar(packed: &[u8]) -> bool {
    const BLOCK: usize = 512;
    const SUM: std::ops::Range<usize> = 148..156;
    const MAGIC: std::ops::Range<usize> = 257..262;
    let mut block = Vec::with_capacity(BLOCK);
    let ended = MultiGzDecoder::new(packed).take(BLOCK as u64).read_to_end(&mut block).is_ok();
    if block.len() < BLOCK {
        return ended;
    }
    let plain = |(at, &byte): (usize, &u8)| u32::from(if SUM.contains(&at) { b' ' } else { byte });
    let sum: u32 = block.iter().enumerate().map(plain).sum();
    let stated = tar::Header::from_byte_slice(&block).cksum().ok();
    let is_tar = stated == Some(sum)
        || block.get(MAGIC) == Some(b"ustar".as_slice())
        || block.iter().all(|&byte| byte == 0);
    !is_tar
}

/// Whether a Unix mode names something else than a plain file: link, device, pipe or socket.
fn is_special(mode: Option<u32>) -> bool {
    const TYPE: u32 = 0o170_000;
    const PLAIN: u32 = 0o100_000;
    mode.is_some_and(|mode| mode & TYPE != 0 && mode & TYPE != PLAIN)
}

/// The name in a record that stands before an entry whose own field is too short for it (GNU tar `L`; POSIX
/// pax `x` with the key `path`). Longer ones than any file system allows are an error.
fn name_record(entry: &mut dyn Read, gnu: bool) -> io::Result<Option<Vec<u8>>> {
    const LONGEST: u64 = 64 * 1024;
    let mut record = Vec::new();
    entry.take(LONGEST + 1).read_to_end(&mut record)?;
    if record.len() as u64 > LONGEST {
        return Err(Said::error("a file name is longer than any file system allows"));
    }
    if gnu {
        while record.last() == Some(&0) {
            record.pop();
        }
        return Ok(Some(record));
    }
    let mut path = None;
    for extension in tar::PaxExtensions::new(&record) {
        let extension = extension?;
        match extension.key_bytes() {
            b"path" => path = Some(extension.value_bytes().to_vec()),
            b"linkpath" | b"size" => {
                return Err(Said::error("an entry's size or target is given twice"));
            }
            _ => {}
        }
    }
    Ok(path)
}
