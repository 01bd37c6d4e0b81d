//! Noting in the journal where blobs go, beside the copying: a commit takes as long as a small blob.

use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use domain::copy::Repository;
use domain::ports::copying::CopyJournal;
use tokio::sync::Notify;

use super::lock;

/// What is sent and not in the journal yet.
#[derive(Default)]
pub(super) struct Notes {
    sent: Mutex<Vec<(String, Repository)>>,
    more: Notify,
    ended: AtomicBool,
}

impl Notes {
    /// A blob is about to be sent.
    pub(super) fn sending(&self, digest: &str, at: &Repository) {
        lock(&self.sent).push((digest.to_owned(), at.clone()));
        self.more.notify_one();
    }

    /// No more will be sent.
    pub(super) fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
        self.more.notify_one();
    }

    /// Writes whatever comes in, all that is there at once, until the end.
    pub(super) async fn keep(&self, journal: Option<&Arc<dyn CopyJournal>>) {
        loop {
            let ended = self.ended.load(Ordering::Relaxed);
            let sent = mem::take(&mut *lock(&self.sent));
            write(journal, sent).await;
            if ended {
                return;
            }
            self.more.notified().await;
        }
    }
}

/// Forgetting a blob costs the next run an upload, so a failure is no reason to stop.
async fn write(journal: Option<&Arc<dyn CopyJournal>>, sent: Vec<(String, Repository)>) {
    let Some(journal) = journal.map(Arc::clone).filter(|_| !sent.is_empty()) else { return };
    let written = tokio::task::spawn_blocking(move || journal.sending(&sent)).await;
    if let Ok(Err(problem)) = written {
        tracing::warn!(code = problem.code, why = problem.why, "blobs could not be noted in the journal");
    }
}
