//! What a file turned out to be, and what is told of it.

use domain::facts::Fact;
use domain::problem::Problem;

use super::super::Reading;
use super::super::cortex;
use super::super::json::Place;
use super::super::secret::Secrets;

/// What a file turned out to be.
#[derive(Debug, Default)]
pub(in crate::input) struct Seen {
    /// It was parsed, at least in part; otherwise it is prose, logs or a picture.
    pub(in crate::input) parsed: bool,
    /// Something in it says what it is: a kind, a Cortex file, a version.
    pub(in crate::input) understood: bool,
    /// It holds places of images.
    pub(in crate::input) relevant: bool,
    /// What it holds that must not be kept.
    pub(in crate::input) secrets: Secrets,
    /// Why it must not be kept, though no secret was met in it.
    pub(in crate::input) private: Option<&'static str>,
    /// Where and why parts of it could not be read, `line:column: reason`.
    pub(in crate::input) unreadable: Vec<String>,
    /// Why it was not read, in a sentence, where no place can be blamed.
    pub(in crate::input) unread: Option<&'static str>,
    /// Documents and items that name no kind and are no file of Cortex.
    pub(in crate::input) strangers: usize,
    /// Documents and items that are no Kubernetes objects, whatever else they are.
    pub(in crate::input) others: usize,
    /// Nothing of it could be read.
    pub(super) failed: bool,
}

/// A file of Kubernetes objects holds few other things; one that holds a million was made to keep us busy.
const MOST_OTHERS: usize = 1_000;

const LEFT_ALONE: &str = "It is left alone: nothing in it is counted or changed.";
const NOT_KEPT: &str = "It is read but not kept, so nothing in it can be changed.";

const EXPECTED: &str = "Expected are manifests, what kubectl get prints with -o json or -o yaml, a cluster-info dump, \
                        or a cluster.yaml or cortex.yaml of Cortex.";

impl Seen {
    /// Tells the file and what is missing of it. A file that a folder brought along is named only where it
    /// promised something: not every folder's notes are.
    pub(in crate::input) fn report(self, name: &str, named: bool, reading: &mut Reading<'_>) {
        let unread = self.unread_because(name, named);
        for why in self.unreadable {
            reading.not_seen(name, format!("{name}:{why}"), LEFT_ALONE);
        }
        if let Some(why) = unread {
            reading.unread(name, format!("{why} {EXPECTED}"), LEFT_ALONE);
        }
        if !self.secrets.is_empty() {
            reading.not_seen(name, self.secrets.told(name), NOT_KEPT);
        }
        if !self.failed {
            reading.give(Fact::File { name: name.to_owned(), relevant: self.relevant });
        }
        reading.progress(name);
    }

    fn unread_because(&self, name: &str, named: bool) -> Option<&'static str> {
        let is_empty = self.parsed && self.strangers == 0;
        // An empty file says nothing, and nothing is missed; but an empty cluster.yaml stands for defaults.
        let matters = named || if is_empty { cortex::is_named_like_one(name) } else { promises(name) };
        if self.understood || !self.unreadable.is_empty() || !matters {
            None
        } else if is_empty {
            Some("It is empty or holds comments only, so it cannot be told whose it is.")
        } else {
            self.unread
                .or(Some("Nothing in it names a kind of Kubernetes object, and it is no file of Cortex."))
        }
    }

    /// Whether so much of the file is no Kubernetes object that it is not worth the time to go on from here.
    pub(in crate::input) fn is_enough(&mut self, place: Place) -> bool {
        let enough = self.others > MOST_OTHERS;
        if enough {
            let why = format!(
                "more than {MOST_OTHERS} values in it are no Kubernetes objects, so the rest is not read"
            );
            self.refuse(place, &why);
            self.private =
                Some("It was not read to its end, so it may hold secrets, which are never stored.");
        }
        enough
    }

    /// Why nothing of the file could be parsed, if so, in the words for the one who gave no other.
    pub(in crate::input) fn problem(&self, name: &str) -> Option<Problem> {
        let (place, why) =
            self.unreadable.first().filter(|_| self.failed && !self.understood)?.split_once(": ")?;
        let mut why = why.to_owned();
        why.get_mut(..1).map(str::make_ascii_uppercase).unwrap_or_default();
        let next =
            "Correct it at the place named, or render it first if it is a template; then give it again.";
        let problem = Problem::bad_input("file_not_parsed", "The given file could not be parsed.", why, next);
        Some(problem.at(format!("{name}:{place}")))
    }

    pub(in crate::input) fn refuse(&mut self, place: Place, why: &str) {
        self.unreadable.push(format!("{}:{}: {why}.", place.line, place.column));
    }

    pub(in crate::input) fn fail(&mut self, place: Place, why: &str) {
        self.failed = true;
        self.refuse(place, why);
    }
}

/// Whether a file's name promises that it can be read.
fn promises(name: &str) -> bool {
    const ENDINGS: [&str; 7] = [".yaml", ".yml", ".json", ".zip", ".tgz", ".tar", ".gz"];
    let name = name.to_ascii_lowercase();
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}
