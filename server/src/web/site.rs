//! What all handlers share.

use std::path::PathBuf;
use std::sync::Arc;

use domain::problem::Problem;
use engine::runs::Runs;
use tokio_util::sync::CancellationToken;

/// Version of the program, for page footers.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The wizard of one process.
#[derive(Clone)]
pub struct Site {
    /// The runs.
    pub runs: Arc<Runs>,
    /// The kubeconfig that was named; `None` for the usual rules.
    pub kubeconfig: Option<PathBuf>,
    /// Ends the streams of open pages.
    pub shutdown: CancellationToken,
}

impl Site {
    /// Does something with the runs on a thread that may block on the store.
    ///
    /// # Errors
    /// What the work says; a panic in it goes on in the caller, whose layer turns it into a page.
    pub async fn blocking<T: Send + 'static, E: From<Problem> + Send + 'static>(
        &self,
        work: impl FnOnce(&Arc<Runs>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let runs = Arc::clone(&self.runs);
        match tokio::task::spawn_blocking(move || work(&runs)).await {
            Ok(result) => result,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(stopping().into()),
            },
        }
    }
}

/// The runtime only drops work when the program ends.
fn stopping() -> Problem {
    let (what, why) = ("The program is stopping.", "It was asked to end while it worked on this.");
    Problem::outside("stopping", what, why, "Start it again and open the run.")
}
