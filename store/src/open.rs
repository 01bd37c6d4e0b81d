//! Opening the file: the folder, its permissions, the modes of SQLite.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::error::Error;
use crate::schema;

/// How long a connection waits for another process's write.
const PATIENCE: Duration = Duration::from_secs(10);

/// The file of runs in a data folder.
pub fn file_in(folder: &Path) -> PathBuf {
    folder.join("runs.sqlite3")
}

/// Makes the folder (for its owner only) and the file (the same), where they are missing. A folder that is
/// there keeps its permissions: it may be shared on purpose; the file in it is private all the same.
pub fn prepare(folder: &Path) -> Result<PathBuf, Error> {
    make_folder(folder).map_err(Error::Folder)?;
    let file = file_in(folder);
    make_file(&file).map_err(Error::Folder)?;
    Ok(file)
}

/// A connection that may write, on a file that is checked and brought up to date.
pub fn writer(file: &Path) -> Result<Connection, Error> {
    let mut connection = Connection::open_with_flags(
        file,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(PATIENCE)?;
    // Before anything that writes, so that a file we do not know stays as it is.
    let outdated = schema::is_outdated(&mut connection)?;
    write_ahead(&connection)?;
    // FULL: a committed step survives a power cut, not only the end of the process.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    if outdated {
        schema::update(&mut connection)?;
    }
    Ok(connection)
}

/// A connection that only reads, beside the writer.
pub fn reader(file: &Path) -> Result<Connection, Error> {
    let connection = Connection::open_with_flags(
        file,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// Switches to the write-ahead log. SQLite does not wait for locks during this switch, so that two
/// processes starting at once on a new file have to take turns here.
fn write_ahead(connection: &Connection) -> Result<(), Error> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && Instant::now() < deadline =>
            {
                thread::sleep(Duration::from_millis(10));
            }
            other => return Ok(other?),
        }
    }
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(unix)]
fn make_file(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    OpenOptions::new().create(true).append(true).mode(0o600).open(file).map(drop)
}

#[cfg(not(unix))]
fn make_file(file: &Path) -> io::Result<()> {
    OpenOptions::new().create(true).append(true).open(file).map(drop)
}
