//! Which of the given files go along with a run, for later reading and editing.

use std::io::Read as _;
use std::sync::Arc;

use domain::facts::{Fact, NotSeen};
use domain::ports::{Cancel, FactSink, InputFile};
use domain::problem::Problem;
use domain::run::Progress;

use super::json::Place;
use super::secret::{self, Held};
use super::{Files, Met, Reading, file};

/// Largest file that is kept with a run, in bytes. What is larger is a dump, whose objects are changed in the
/// cluster.
pub const LARGEST_KEPT: u64 = 16 * 1024 * 1024;
/// Most that is kept of all files of a run together, in bytes.
pub const MOST_KEPT: u64 = 128 * 1024 * 1024;

/// The files that may be kept, and those that may not.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Files that can be read again and edited, sorted by name. None of them holds a secret.
    pub files: Vec<InputFile>,
    /// Files that hold secrets, or may hold some, or are too large, with the reason.
    pub left_out: Vec<NotSeen>,
    /// Files that are no manifests at all.
    pub ignored: Vec<String>,
}

impl Files {
    /// Reads every file once and picks those whose bytes may be stored with a run.
    ///
    /// # Errors
    /// As [`Files::read_now`], but for what cannot be parsed.
    pub fn keep(&self) -> Result<Kept, Problem> {
        let (mut kept, mut total) = (Kept::default(), 0);
        self.each(&mut |met| {
            let (name, named, reader) = match met {
                Met::File { name, named, reader } => (name, named, reader),
                Met::Refused { archive, why } => return kept.leave_out(archive, why),
            };
            let mut bytes = Vec::new();
            let read = reader.take(LARGEST_KEPT + 1).read_to_end(&mut bytes);
            let size = bytes.len() as u64;
            if read.is_err() || size > LARGEST_KEPT || total + size > MOST_KEPT {
                kept.leave_out(
                    name,
                    format!("It is larger than what is kept with a run ({} MiB).", LARGEST_KEPT >> 20),
                );
                return;
            }
            let seen = look_at(name, named, &bytes);
            if !seen.secrets.is_empty() {
                kept.leave_out(name, seen.secrets.told(name));
            } else if let Some(why) = seen.private {
                kept.leave_out(name, why.to_owned());
            } else if seen.parsed {
                total += size;
                kept.files.push(InputFile { name: name.to_owned(), bytes: Arc::from(bytes) });
            } else {
                kept.ignored.push(name.to_owned());
            }
        })?;
        kept.files.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(kept)
    }
}

impl Kept {
    fn leave_out(&mut self, name: &str, why: String) {
        let effect = "Nothing in it can be changed.".to_owned();
        self.left_out.push(NotSeen { what: format!("file {name}"), why, effect });
    }
}

fn look_at(name: &str, named: bool, mut bytes: &[u8]) -> file::Seen {
    let mut nobody = Nobody;
    let cancel = Cancel::default();
    let mut reading = Reading::new(&mut nobody, &cancel, Default::default());
    let whole = bytes;
    let mut seen = file::read(name, named, &mut bytes, &mut reading);
    // What could not be parsed could not be searched for secrets either, other than by its text.
    if !seen.unreadable.is_empty()
        && let Some(line) = secret::suspicious_line(whole)
    {
        seen.secrets.add(Held::Suspicion, Place { line, column: 1 });
    }
    seen
}

/// Takes facts that only matter for what they say of their file.
struct Nobody;

impl FactSink for Nobody {
    fn fact(&mut self, _: Fact) {}
    fn progress(&mut self, _: Progress) {}
    fn request(&mut self, _: &str, _: &str) {}
}
