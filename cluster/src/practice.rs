//! The practice cluster: recorded answers of a real API server, read by the same code as a live one. Touches no
//! network.

use domain::facts::ClusterFact;
use domain::problem::Problem;
use domain::time::Timestamp;

use crate::ask::Patience;
use crate::reader::ClusterReader;
use crate::recording::Recording;

/// The states of the practice cluster that were recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Practice {
    /// Docker Hub refuses pulls.
    Throttled,
    /// The remedy was applied and pods pulled from the new place.
    Healed,
}

/// The name people see.
const NAME: &str = "practice cluster";

impl Practice {
    fn recording(self) -> Result<Recording, Problem> {
        Recording::from_gz(match self {
            Self::Throttled => include_bytes!("../practice/throttled.json.gz"),
            Self::Healed => include_bytes!("../practice/healed.json.gz"),
        })
    }

    /// When the recording was made: a scan of it is of that time.
    ///
    /// # Errors
    /// When the recording in the program is damaged.
    pub fn recorded_at(self) -> Result<Timestamp, Problem> {
        self.recording().map(|recording| recording.recorded_at)
    }
}

/// A reader of the practice cluster. Needs a tokio runtime, as every client does.
///
/// # Errors
/// When the recording in the program is damaged.
pub fn practice(state: Practice) -> Result<ClusterReader, Problem> {
    let cluster = ClusterFact { name: NAME.to_owned(), ..ClusterFact::default() };
    let client = state.recording()?.client();
    Ok(ClusterReader::over(client, cluster, Vec::new(), "default".to_owned(), Patience::USUAL))
}
