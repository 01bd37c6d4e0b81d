//! Runs and their journals, kept in one SQLite file that several processes may use at once.
//!
//! Implements [`domain::ports::RunStore`] and [`domain::ports::copying::CopyJournal`]. Write-ahead log with `synchronous=FULL`: what was answered as
//! kept survives a power cut. Holds no secret, since a [`Run`] has none; must not know what the values mean.

mod copying;
mod error;
mod id;
mod open;
mod rows;
mod schema;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::ports::{InputFile, JournalEntry, Lease, RunStore};
use domain::problem::Problem;
use domain::run::Run;
use domain::time::Timestamp;
use rusqlite::Connection;

use crate::error::Error;
use crate::writer::Writer;

/// The runs of one data folder.
pub struct Store {
    file: PathBuf,
    writer: Writer,
    reader: Mutex<Connection>,
}

impl Store {
    /// Opens the store in a data folder, making both where they are missing, readable for their owner only.
    ///
    /// A file that is damaged, of a later version or of another program is a [`Problem`] and is left as it
    /// is.
    pub fn open(folder: &Path) -> Result<Self, Problem> {
        let file = open::file_in(folder);
        Self::open_file(folder).map_err(|error| error.into_problem(&file))
    }

    fn open_file(folder: &Path) -> Result<Self, Error> {
        let file = open::prepare(folder)?;
        let writer = Writer::start(open::writer(&file)?)?;
        let reader = Mutex::new(open::reader(&file)?);
        Ok(Self { file, writer, reader })
    }

    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Problem> {
        // A panic during a read leaves nothing half-done in a connection that only reads.
        let reader: MutexGuard<'_, Connection> = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        work(&reader).map_err(|error| error.into_problem(&self.file))
    }

    fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Problem> {
        self.writer.write(|transaction| work(transaction)).map_err(|error| error.into_problem(&self.file))
    }
}

impl RunStore for Store {
    fn fresh_id(&self) -> Result<String, Problem> {
        id::random().map_err(|error| Error::from(error).into_problem(&self.file))
    }

    fn save(&self, run: &Run) -> Result<(), Problem> {
        let row = rows::RunRow::of(run).map_err(|error| error.into_problem(&self.file))?;
        self.write(move |connection| rows::save(connection, &row))
    }

    fn load(&self, id: &str) -> Result<Option<Run>, Problem> {
        self.read(|connection| rows::load(connection, id))
    }

    fn list(&self) -> Result<Vec<Run>, Problem> {
        let file = self.file.clone();
        self.read(|connection| rows::list(connection, &file))
    }

    fn remove(&self, id: &str) -> Result<bool, Problem> {
        let id = id.to_owned();
        self.write(move |connection| rows::remove(connection, &id))
    }

    fn save_files(&self, id: &str, files: &[InputFile]) -> Result<(), Problem> {
        let (id, files) = (id.to_owned(), files.to_vec());
        self.write(move |connection| rows::save_files(connection, &id, &files))
    }

    fn load_files(&self, id: &str) -> Result<Vec<InputFile>, Problem> {
        self.read(|connection| rows::load_files(connection, id))
    }

    fn append(&self, id: &str, entry: &JournalEntry) -> Result<u64, Problem> {
        let (id, entry) = (id.to_owned(), entry.clone());
        self.write(move |connection| rows::append(connection, &id, &entry))
    }

    fn journal(&self, id: &str, after: u64) -> Result<Vec<(u64, JournalEntry)>, Problem> {
        self.read(|connection| rows::journal(connection, id, after))
    }

    fn lease(&self, id: &str, wanted: &Lease, now: &Timestamp) -> Result<Lease, Problem> {
        let (id, wanted, now) = (id.to_owned(), wanted.clone(), now.clone());
        self.write(move |connection| rows::lease(connection, &id, wanted, &now))
    }

    fn holder(&self, id: &str, now: &Timestamp) -> Result<Option<Lease>, Problem> {
        self.read(|connection| rows::holder(connection, id, now))
    }

    fn release(&self, id: &str, owner: &str) -> Result<(), Problem> {
        let (id, owner) = (id.to_owned(), owner.to_owned());
        self.write(move |connection| rows::release(connection, &id, &owner))
    }
}
