//! The one thread that writes: callers hand it a piece of work and wait for the commit.
//!
//! One writer makes a lock between our own threads needless, and SQLite's lock between processes short.

use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::Error;

type Work = Box<dyn FnOnce(&mut Connection) + Send>;

/// Handle of the writing thread. Dropping it waits until everything handed over is done.
pub struct Writer {
    queue: Option<mpsc::Sender<Work>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread, which owns the connection from now on.
    pub fn start(mut connection: Connection) -> Result<Self, Error> {
        let (queue, work) = mpsc::channel::<Work>();
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || {
                for work in work {
                    work(&mut connection);
                }
            })
            .map_err(Error::Folder)?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Runs `work` in one transaction and commits it; nothing of it stays when it fails.
    pub fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (reply, answer) = mpsc::sync_channel(1);
        let queue = self.queue.as_ref().ok_or(Error::Stopped)?;
        let send = queue.send(Box::new(move |connection| {
            let result = in_transaction(connection, work);
            // The caller can only be gone if its thread panicked; then nobody asks for the result.
            let _ = reply.send(result);
        }));
        send.map_err(|_| Error::Stopped)?;
        answer.recv().map_err(|_| Error::Stopped)?
    }
}

fn in_transaction<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let transaction = Transaction::new(connection, TransactionBehavior::Immediate)?;
    let value = work(&transaction)?;
    transaction.commit()?;
    Ok(value)
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was already reported to the callers as `Stopped`.
            let _ = thread.join();
        }
    }
}
