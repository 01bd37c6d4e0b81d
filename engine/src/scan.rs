//! Scan: facts in, verdict out, with progress and a way to stop. Must not know where facts come from.

use domain::diagnosis::{Fold, Scan, SourceKind};
use domain::facts::{Fact, NotSeen};
use domain::ports::{Cancel, Clock, FactSource};
use domain::problem::Problem;
use domain::run::Request;

use crate::reading::{Collect, Observer, Reading};

/// What a scan found, and what it asked for it.
#[derive(Debug)]
pub struct Scanned {
    /// Verdict and inventory.
    pub scan: Scan,
    /// The requests that were made, sorted by verb and resource.
    pub requests: Vec<Request>,
}

/// Reads a source once and concludes.
///
/// When `cancel` stops the reading, what was found until then is concluded from, with the rest named as not
/// seen; such a scan never says "not affected".
///
/// # Errors
/// The source's own problem, when it gave nothing at all.
pub async fn scan(
    source: &dyn FactSource,
    kind: SourceKind,
    cancel: &Cancel,
    clock: &dyn Clock,
    observer: &mut dyn Observer,
) -> Result<Scanned, Problem> {
    let mut reading = Reading::new(Fold::new(kind), observer);
    source.read(cancel, &mut reading).await?;
    let (mut fold, requests) = reading.end();
    if cancel.is_cancelled() {
        fold.take(Fact::NotSeen(not_read()));
    }
    Ok(Scanned { scan: fold.finish(clock.now()), requests })
}

/// Names what a stopped reading did not reach.
pub(crate) fn not_read() -> NotSeen {
    NotSeen {
        what: "whatever had not been read yet".to_owned(),
        why: "Reading was stopped before its end.".to_owned(),
        effect: "There may be more than is shown here; nothing can be ruled out.".to_owned(),
    }
}

impl Collect for Fold {
    fn take(&mut self, fact: Fact) {
        Self::take(self, fact);
    }

    fn early(&self) -> Option<String> {
        Self::early(self)
    }
}
