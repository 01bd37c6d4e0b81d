//! What can go wrong with the file of runs, and how to say it to a person.

use std::path::Path;

use domain::problem::Problem;
use rusqlite::ErrorCode;

/// A failure of the store below the level of people.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder or file could not be made or opened.
    #[error("the data folder cannot be used")]
    Folder(#[source] std::io::Error),
    /// The file was written by a later version of this program.
    #[error("schema version {found} is newer than {known}")]
    Newer {
        /// `user_version` of the file.
        found: u32,
        /// The latest version this program knows.
        known: u32,
    },
    /// The file is a SQLite database of somebody else.
    #[error("the file belongs to another program")]
    Foreign,
    /// SQLite refused.
    #[error("the database refused")]
    Sqlite(#[from] rusqlite::Error),
    /// A row does not hold what this program wrote.
    #[error("run {id} cannot be read")]
    Row {
        /// The run.
        id: String,
        /// What its text lacks.
        #[source]
        source: serde_json::Error,
    },
    /// A run that is gone or never was.
    #[error("there is no run {0}")]
    NoRun(String),
    /// The system gives no randomness.
    #[error("no randomness")]
    Random(#[from] rand::rand_core::OsError),
    /// The thread that writes has ended.
    #[error("the writing thread has ended")]
    Stopped,
}

impl Error {
    /// The problem for people, placed at the file it is about.
    pub fn into_problem(self, file: &Path) -> Problem {
        let place = file.display().to_string();
        match self {
            Self::Folder(error) => Problem::bad_input(
                "data_dir_unusable",
                "Runs cannot be kept in the data folder.",
                format!("The system says: {error}."),
                "Make the folder writable for you, or name another one with --data-dir.",
            ),
            Self::Newer { found, known } => Problem::bad_input(
                "store_newer",
                "The stored runs were written by a later version of Unthrottle.",
                format!(
                    "Their format is {found}, this version knows formats up to {known}. Nothing was changed."
                ),
                "Use the later version, or name another folder with --data-dir.",
            ),
            Self::Foreign => Problem::bad_input(
                "store_foreign",
                "The file that should hold the runs belongs to another program.",
                "It is a SQLite database without the mark of Unthrottle. Nothing was changed.",
                "Name another folder with --data-dir.",
            ),
            Self::Sqlite(error) => sqlite(&error),
            Self::Row { id, source } => Problem::bad_input(
                "run_unreadable",
                format!("The run {id} cannot be read."),
                format!("Its stored text does not fit this version: {source}."),
                "Remove it with `unthrottle runs remove`, or open it with the version that wrote it.",
            ),
            Self::NoRun(id) => Problem::bad_input(
                "run_unknown",
                format!("There is no run {id}."),
                "It was removed, or kept in another data folder.",
                "List the runs with `unthrottle runs list`.",
            ),
            Self::Random(error) => Problem::outside(
                "no_randomness",
                "No name for a new run could be made.",
                format!("The system gives no random numbers: {error}."),
                "Try again; if it stays, the system's random source is broken.",
            ),
            Self::Stopped => Problem::outside(
                "store_stopped",
                "The run could not be kept.",
                "The part of the program that writes the file has stopped.",
                "Start Unthrottle again.",
            ),
        }
        .at(place)
    }
}

fn sqlite(error: &rusqlite::Error) -> Problem {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Problem::bad_input(
            "store_damaged",
            "The file that holds the runs is damaged.",
            format!("SQLite says: {error}. Nothing was changed."),
            "Move the file away and start again, or restore it from a backup; or name another folder with --data-dir.",
        ),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Problem::outside(
            "store_busy",
            "The file that holds the runs is in use.",
            "Another program has kept it locked for more than ten seconds.",
            "Close the other program, then try again.",
        ),
        Some(ErrorCode::DiskFull) => Problem::outside(
            "disk_full",
            "The run could not be kept.",
            "The disk is full.",
            "Make room, or name a folder on another disk with --data-dir.",
        ),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            Problem::bad_input(
                "data_dir_unusable",
                "Runs cannot be kept in the data folder.",
                format!("SQLite says: {error}."),
                "Make the folder and the file writable for you, or name another folder with --data-dir.",
            )
        }
        _ => Problem::outside(
            "store_failed",
            "The runs could not be read or kept.",
            format!("SQLite says: {error}."),
            "Try again; if it stays, name another folder with --data-dir.",
        ),
    }
}
