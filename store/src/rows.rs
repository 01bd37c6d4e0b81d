//! The statements: each function is one question to the tables of `schema/1.sql`.

use std::path::Path;

use domain::ports::{InputFile, JournalEntry, Lease};
use domain::run::{Run, Step};
use domain::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::error::Error;

/// A run as its row.
pub struct RunRow {
    id: String,
    created_at: String,
    changed_at: String,
    body: String,
}

impl RunRow {
    /// The row of a run.
    pub fn of(run: &Run) -> Result<Self, Error> {
        let body = serde_json::to_string(run).map_err(|source| Error::Row { id: run.id.clone(), source })?;
        Ok(Self {
            id: run.id.clone(),
            created_at: run.created_at.to_string(),
            changed_at: run.changed_at.to_string(),
            body,
        })
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            created_at: row.get("created_at")?,
            changed_at: row.get("changed_at")?,
            body: row.get("body")?,
        })
    }

    fn run(&self) -> Result<Run, Error> {
        serde_json::from_str(&self.body).map_err(|source| Error::Row { id: self.id.clone(), source })
    }
}

pub fn save(connection: &Connection, run: &RunRow) -> Result<(), Error> {
    connection.execute(
        "INSERT INTO run (id, created_at, changed_at, body) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO UPDATE SET changed_at = excluded.changed_at, body = excluded.body",
        params![run.id, run.created_at, run.changed_at, run.body],
    )?;
    Ok(())
}

pub fn load(connection: &Connection, id: &str) -> Result<Option<Run>, Error> {
    let row = connection.query_row("SELECT * FROM run WHERE id = ?1", [id], RunRow::read).optional()?;
    row.map(|row| row.run()).transpose()
}

/// All runs. One that cannot be read any more stays in the list, as an empty run that says so: it can be
/// seen and removed, and hides no other.
pub fn list(connection: &Connection, file: &Path) -> Result<Vec<Run>, Error> {
    let mut statement =
        connection.prepare("SELECT * FROM run ORDER BY changed_at DESC, created_at DESC, id")?;
    let rows = statement.query_map([], RunRow::read)?;
    rows.map(|row| {
        let row = row?;
        Ok(row.run().unwrap_or_else(|error| unreadable(&row, error, file)))
    })
    .collect()
}

fn unreadable(row: &RunRow, error: Error, file: &Path) -> Run {
    let time = |text: &str| Timestamp::parse(text).unwrap_or_else(|| Timestamp::from_unix(0));
    let mut run = Run::new(row.id.clone(), time(&row.created_at));
    run.changed_at = time(&row.changed_at);
    run.problems.insert(Step::Connect, vec![error.into_problem(file)]);
    run
}

pub fn remove(connection: &Connection, id: &str) -> Result<bool, Error> {
    Ok(connection.execute("DELETE FROM run WHERE id = ?1", [id])? > 0)
}

pub fn save_files(connection: &Connection, id: &str, files: &[InputFile]) -> Result<(), Error> {
    must_exist(connection, id)?;
    connection.execute("DELETE FROM file WHERE run = ?1", [id])?;
    let mut insert = connection.prepare("INSERT INTO file (run, name, bytes) VALUES (?1, ?2, ?3)")?;
    for file in files {
        insert.execute(params![id, file.name, &*file.bytes])?;
    }
    Ok(())
}

pub fn load_files(connection: &Connection, id: &str) -> Result<Vec<InputFile>, Error> {
    let mut statement = connection.prepare("SELECT name, bytes FROM file WHERE run = ?1 ORDER BY name")?;
    let files = statement.query_map([id], |row| {
        Ok(InputFile { name: row.get(0)?, bytes: row.get::<_, Vec<u8>>(1)?.into() })
    })?;
    Ok(files.collect::<Result<_, _>>()?)
}

pub fn append(connection: &Connection, id: &str, entry: &JournalEntry) -> Result<u64, Error> {
    must_exist(connection, id)?;
    Ok(connection.query_row(
        "INSERT INTO journal (run, number, at, what, detail)
         VALUES (?1, (SELECT coalesce(max(number), 0) + 1 FROM journal WHERE run = ?1), ?2, ?3, ?4)
         RETURNING number",
        params![id, entry.at.as_str(), entry.what, entry.detail],
        |row| number(row, 0),
    )?)
}

pub fn journal(connection: &Connection, id: &str, after: u64) -> Result<Vec<(u64, JournalEntry)>, Error> {
    let mut statement = connection.prepare(
        "SELECT number, at, what, detail FROM journal WHERE run = ?1 AND number > ?2 ORDER BY number",
    )?;
    // No journal reaches the largest number of SQLite.
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let entries = statement.query_map(params![id, after], |row| {
        let entry = JournalEntry { at: time(row, 1)?, what: row.get(2)?, detail: row.get(3)? };
        Ok((number(row, 0)?, entry))
    })?;
    Ok(entries.collect::<Result<_, _>>()?)
}

pub fn lease(connection: &Connection, id: &str, wanted: Lease, now: &Timestamp) -> Result<Lease, Error> {
    must_exist(connection, id)?;
    if let Some(held) = holder(connection, id, now)?
        && held.owner != wanted.owner
    {
        return Ok(held);
    }
    connection.execute(
        "INSERT INTO lease (run, owner, expires_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (run) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at",
        params![id, wanted.owner, wanted.expires_at.as_str()],
    )?;
    Ok(wanted)
}

pub fn holder(connection: &Connection, id: &str, now: &Timestamp) -> Result<Option<Lease>, Error> {
    Ok(connection
        .query_row(
            "SELECT owner, expires_at FROM lease WHERE run = ?1 AND expires_at > ?2",
            params![id, now.as_str()],
            |row| Ok(Lease { owner: row.get(0)?, expires_at: time(row, 1)? }),
        )
        .optional()?)
}

pub fn release(connection: &Connection, id: &str, owner: &str) -> Result<(), Error> {
    connection.execute("DELETE FROM lease WHERE run = ?1 AND owner = ?2", [id, owner])?;
    Ok(())
}

fn must_exist(connection: &Connection, id: &str) -> Result<(), Error> {
    let there: bool =
        connection.query_row("SELECT EXISTS (SELECT 1 FROM run WHERE id = ?1)", [id], |row| row.get(0))?;
    if there { Ok(()) } else { Err(Error::NoRun(id.to_owned())) }
}

/// A journal number: they start at 1 and grow.
fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get(column).map(i64::unsigned_abs)
}

fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    let text: String = row.get(column)?;
    Timestamp::parse(&text).ok_or_else(|| {
        let wrong = format!("{text:?} is no time").into();
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, wrong)
    })
}
