//! The tables, and how a file of an earlier version becomes one of this version.
//!
//! `user_version` counts the steps that were done; a step, once released, never changes. A file with a
//! higher count than ours, or with another program's mark, is left as it is.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::Error;

/// `application_id` of our files: "unth" in ASCII.
const MARK: u32 = 0x756e_7468;

/// Steps from an empty file to the present schema.
const STEPS: &[&str] = &[include_str!("schema/1.sql"), include_str!("schema/2.sql")];

/// Looks at a file without changing it; says whether it still has to be brought up to date.
///
/// It reads within one transaction: another process may be bringing the same new file up to date, and half
/// of its work seen would look like a foreign file.
pub fn is_outdated(connection: &mut Connection) -> Result<bool, Error> {
    check(&connection.transaction()?)
}

fn check(connection: &Transaction<'_>) -> Result<bool, Error> {
    let mark: u32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let tables: u32 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let empty = mark == 0 && found == 0 && tables == 0;
    if !empty && mark != MARK {
        return Err(Error::Foreign);
    }
    let known = version(STEPS.len());
    if found > known {
        return Err(Error::Newer { found, known });
    }
    Ok(found < known)
}

/// Does the steps that are missing, all or none of them. Safe when two processes try at once: the second
/// finds nothing left to do.
pub fn update(connection: &mut Connection) -> Result<(), Error> {
    let transaction = Transaction::new(connection, TransactionBehavior::Immediate)?;
    if check(&transaction)? {
        let found: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
        for step in STEPS.iter().skip(found as usize) {
            transaction.execute_batch(step)?;
        }
        transaction.pragma_update(None, "application_id", MARK)?;
        transaction.pragma_update(None, "user_version", version(STEPS.len()))?;
    }
    Ok(transaction.commit()?)
}

fn version(steps: usize) -> u32 {
    u32::try_from(steps).unwrap_or(u32::MAX)
}
