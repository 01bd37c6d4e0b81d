//! What can go wrong in the lab, told to the person or the test that started it.

use std::path::{Path, PathBuf};

/// A failure of the lab itself, never of the program under test.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// The machine lacks programs, and they could not be installed.
    #[error("the lab needs {}; install the Debian packages {}", .programs.join(", "), .packages.join(" "))]
    Missing {
        /// Programs that were not found.
        programs: Vec<&'static str>,
        /// The packages that hold them.
        packages: Vec<&'static str>,
    },
    /// The lab makes network devices, control groups and containers, which only root may.
    #[error("the lab must run as root: it makes a bridge, control groups and containers")]
    NotRoot,
    /// An address of the lab is already in use for something else.
    #[error("the lab's network {network} collides with {with}; choose another in the configuration")]
    Collision {
        /// The lab's network.
        network: String,
        /// What it would cut off.
        with: String,
    },
    /// A lab is already running in this directory.
    #[error("a lab is already up in {}; take it down first", .0.display())]
    AlreadyUp(PathBuf),
    /// No lab is running in this directory.
    #[error("no lab is up in {}", .0.display())]
    NotUp(PathBuf),
    /// A file could not be read, written or removed.
    #[error("{what} {}: {source}", path.display())]
    File {
        /// What was tried, as "cannot write".
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A program could not be started or ended badly.
    #[error("{program} failed: {why}")]
    Program {
        /// Its name and first arguments.
        program: String,
        /// Its last words.
        why: String,
    },
    /// Something did not come about in time.
    #[error("{what} did not happen within {seconds} s: {last}")]
    Late {
        /// What was waited for.
        what: String,
        /// How long.
        seconds: u64,
        /// What was seen last.
        last: String,
    },
    /// A registry or an admin port gave an unexpected answer.
    #[error("{url}: {why}")]
    Http {
        /// What was asked.
        url: String,
        /// What was wrong.
        why: String,
    },
    /// A certificate could not be made.
    #[error("cannot make a certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// Something that should be JSON is not.
    #[error("{what} is not the JSON that was expected: {source}")]
    Json {
        /// Where it came from.
        what: String,
        /// Where it went wrong.
        source: serde_json::Error,
    },
    /// There is no scenario of that name.
    #[error("there is no scenario {name}; there are {}", .known.join(", "))]
    NoScenario {
        /// What was asked for.
        name: String,
        /// What exists.
        known: Vec<String>,
    },
    /// A scenario was laid but is not what it claims to be.
    #[error("the scenario is not as it should be: {0}")]
    NotAsPlanned(String),
}

/// The result of everything in the lab.
pub type Result<T> = std::result::Result<T, LabError>;

/// Turns an I/O error on `path` into one that names it.
pub fn file<'a>(what: &'static str, path: &'a Path) -> impl FnOnce(std::io::Error) -> LabError + 'a {
    move |source| LabError::File { what, path: path.to_owned(), source }
}

/// Turns a serde error into one that names what was read.
pub fn json(what: impl Into<String>) -> impl FnOnce(serde_json::Error) -> LabError {
    move |source| LabError::Json { what: what.into(), source }
}
