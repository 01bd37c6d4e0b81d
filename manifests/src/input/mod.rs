//! Given files → facts: manifests, `kubectl get` output, `cluster-info dump` folders, Cortex files, archives of
//! any of them (INTERFACE §1, `--from`).
//!
//! What a file is, is told by its content. JSON lists are read item by item, so memory does not grow with the
//! file. A file that cannot be read is named with its place, and the others go on. Must not know where bytes
//! come from (a disk, an upload, an archive): that is [`Given`]'s business.

pub mod cortex;
mod document;
mod file;
mod given;
mod json;
mod keep;
mod secret;
mod sniff;
mod values;

use std::collections::BTreeSet;
use std::io::{self, Read};

use async_trait::async_trait;
use domain::facts::{ClusterFact, Fact, NotSeen};
use domain::ports::{Cancel, FactSink, FactSource};
use domain::problem::Problem;
use domain::run::Progress;

use crate::archive::{self, Form, Limits, relative_name};

pub use given::{Given, InMemory};
pub use keep::{Kept, LARGEST_KEPT, MOST_KEPT};

/// Files that were given, as a source of facts.
pub struct Files {
    name: String,
    given: Vec<Box<dyn Given>>,
    limits: Limits,
}

impl Files {
    /// Files under the name people know them by: the folder's, the archive's or the file's. `limits` hold for
    /// archives among them.
    pub fn new(name: impl Into<String>, mut given: Vec<Box<dyn Given>>, limits: Limits) -> Self {
        given.sort_by(|one, other| one.name().cmp(other.name()));
        Self { name: name.into(), given, limits }
    }

    /// Reads all files once, sorted by name, an archive's in its own order. Blocks: callers in async code move
    /// it to a thread that may.
    ///
    /// # Errors
    /// A problem when two files have one name, a name or an archive is not acceptable, a file cannot be
    /// opened, or the only one that was given cannot be parsed. What cannot be understood otherwise is no error
    /// but [`Fact::NotSeen`].
    pub fn read_now(&self, cancel: &Cancel, sink: &mut dyn FactSink) -> Result<(), Problem> {
        let cluster = ClusterFact { name: self.name.clone(), ..ClusterFact::default() };
        let mut reading = Reading::new(sink, cancel, cluster);
        let alone = self.given.len() == 1;
        let mut unparsed = None;
        self.each(&mut |met| match met {
            _ if reading.is_cancelled() => {}
            Met::File { name, named, reader } => {
                let seen = file::read(name, named, reader, &mut reading);
                unparsed = seen.problem(name).filter(|_| alone && named);
                seen.report(name, named, &mut reading);
            }
            Met::Refused { archive, why } => reading.not_seen(archive, why, NOT_UNPACKED),
        })?;
        reading.tell_rest();
        let Reading { sink, cluster, .. } = reading;
        sink.fact(Fact::Cluster(cluster));
        unparsed.map_or(Ok(()), Err)
    }

    /// Calls `visit` for every file, those of archives included, and refuses names that stand twice.
    fn each(&self, visit: &mut dyn FnMut(Met<'_>)) -> Result<(), Problem> {
        let mut names = BTreeSet::new();
        let mut once = |name: &str, named: bool, reader: &mut dyn Read, visit: &mut dyn FnMut(Met<'_>)| {
            if !names.insert(name.to_owned()) {
                return Err(same_name(name));
            }
            visit(Met::File { name, named, reader });
            Ok(())
        };
        for given in &self.given {
            // A path tells a folder, also where a browser sent its files one by one.
            let named = given.is_named() && !given.name().contains('/');
            let not_opened = |error: io::Error| not_opened(given.name(), &error);
            let mut reader = given.open().map_err(not_opened)?;
            let head = sniff::head(&mut *reader).map_err(not_opened)?;
            let mut whole = head.as_slice().chain(reader);
            let path =
                relative_name(given.name(), self.limits.depth).map_err(|why| bad_name(given.name(), &why))?;
            let Some(form) = Form::of(&head) else {
                once(&path, named, &mut whole, visit)?;
                continue;
            };
            let mut inside = |name: &str, reader: &mut dyn Read| {
                let name = if named { name.to_owned() } else { format!("{path}/{name}") };
                once(&name, named && form == Form::Gz, reader, visit)
            };
            match archive::visit(&path, form, &mut whole, self.limits, &mut inside) {
                Err(problem) if !named => visit(Met::Refused { archive: &path, why: problem.why }),
                outcome => outcome?,
            }
        }
        Ok(())
    }
}

/// What is met on the way through the given files.
enum Met<'a> {
    /// A file; `named` is whether the user named it, rather than what it lies in.
    File { name: &'a str, named: bool, reader: &'a mut dyn Read },
    /// An archive in a folder, from the place in it on that could not be accepted.
    Refused { archive: &'a str, why: String },
}

const NOT_UNPACKED: &str =
    "What was read of it until then counts; the rest of it is neither counted nor changed.";

#[async_trait]
impl FactSource for Files {
    /// As [`Files::read_now`]: it blocks the thread that polls it.
    async fn read(&self, cancel: &Cancel, sink: &mut dyn FactSink) -> Result<(), Problem> {
        self.read_now(cancel, sink)
    }
}

/// What is shared by all files of one reading.
struct Reading<'a> {
    sink: &'a mut dyn FactSink,
    cancel: &'a Cancel,
    /// Filled from whichever file says something of it.
    cluster: ClusterFact,
    objects: u64,
    /// Files that say nothing of what they are.
    unread: usize,
}

impl<'a> Reading<'a> {
    /// Objects between two progress reports.
    const STRIDE: u64 = 1_000;
    /// Files that say nothing and are told by name: a folder may be a whole workplace with thousands.
    const TOLD: usize = 50;

    fn new(sink: &'a mut dyn FactSink, cancel: &'a Cancel, cluster: ClusterFact) -> Self {
        Self { sink, cancel, cluster, objects: 0, unread: 0 }
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    fn give(&mut self, fact: Fact) {
        match fact {
            Fact::Cluster(ClusterFact { uid, kubernetes_version, .. }) => {
                self.cluster.uid = uid.or(self.cluster.uid.take());
                self.cluster.kubernetes_version =
                    kubernetes_version.or(self.cluster.kubernetes_version.take());
            }
            fact => self.sink.fact(fact),
        }
    }

    fn not_seen(&mut self, file: &str, why: String, effect: &str) {
        self.give(Fact::NotSeen(NotSeen { what: format!("file {file}"), why, effect: effect.to_owned() }));
    }

    /// As [`Reading::not_seen`], up to a number.
    fn unread(&mut self, file: &str, why: String, effect: &str) {
        self.unread += 1;
        if self.unread <= Self::TOLD {
            self.not_seen(file, why, effect);
        }
    }

    fn tell_rest(&mut self) {
        if let Some(more @ 1..) = self.unread.checked_sub(Self::TOLD) {
            let what = format!("{more} more files");
            let why =
                "Nothing in them says what they are; the others like them are named one by one.".to_owned();
            let effect = "They are left alone: nothing in them is counted or changed.".to_owned();
            self.give(Fact::NotSeen(NotSeen { what, why, effect }));
        }
    }

    fn count_object(&mut self, file: &str) {
        self.objects += 1;
        if self.objects.is_multiple_of(Self::STRIDE) {
            self.progress(file);
        }
    }

    fn progress(&mut self, file: &str) {
        let phase = format!("reading {file}");
        self.sink.progress(Progress { phase, done: self.objects, total: None, early: None });
    }
}

fn not_opened(name: &str, error: &io::Error) -> Problem {
    let next = "Check the path and whether you may read it.";
    Problem::bad_input("file_not_read", "A given file could not be read.", format!("{error}."), next).at(name)
}

fn bad_name(name: &str, why: &str) -> Problem {
    let why = format!("The name {name:?} is not accepted: {why}.");
    Problem::bad_input("file_name", "A given file was refused.", why, "Give it under a plain relative name.")
        .at(name)
}

fn same_name(name: &str) -> Problem {
    let why =
        "Changed files are handed back under their names, so two of one name would overwrite each other.";
    let next = "Give their common folder instead, or rename one of them.";
    Problem::bad_input("file_name_twice", "Two of the given files have the same name.", why, next).at(name)
}

#[cfg(test)]
mod tests;
