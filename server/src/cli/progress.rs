//! Reading something while somebody waits: a line on stderr, and Ctrl-C as a way to stop.

use std::io::{self, Write as _};

use domain::ports::Cancel;
use domain::run::Progress;

use super::output::{Output, visible};

/// Shows progress on one line of the terminal, over and over.
pub(super) struct Line {
    shown: bool,
    used: bool,
}

impl Line {
    pub(super) fn new(output: &Output) -> Self {
        Self { shown: output.shows_progress(), used: false }
    }

    pub(super) fn show(&mut self, progress: &Progress) {
        if !self.shown {
            return;
        }
        self.used = true;
        let total = progress.total.map(|total| format!(" of {total}")).unwrap_or_default();
        let early = progress.early.as_ref().map(|early| format!("  {early}")).unwrap_or_default();
        let text = visible(&format!("{}: {}{total}{early}", progress.phase, progress.done));
        // Progress that cannot be shown is no reason to stop.
        let _ = write!(io::stderr().lock(), "\r\u{1b}[K{text}");
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.used {
            let _ = write!(io::stderr().lock(), "\r\u{1b}[K");
        }
    }
}

/// Does some work until it ends, and asks it to stop at the first Ctrl-C; at the second it is left alone.
/// `None` then. The first is listened for beside the work, since reading files blocks the thread it is on.
pub(super) async fn until_stopped<T>(work: impl Future<Output = T>, cancel: &Cancel) -> Option<T> {
    let cancel = cancel.clone();
    let mut first = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            cancel.cancel();
        }
    });
    let second = async {
        let _ = (&mut first).await;
        tokio::signal::ctrl_c().await
    };
    let done = tokio::select! {
        done = work => Some(done),
        _ = second => None,
    };
    first.abort();
    done
}
