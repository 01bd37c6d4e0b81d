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
    /// The recording in this program; `practice/README.md` tells how it was made.
    fn recording(self) -> Result<Recording, Problem> {
        let bytes: &[u8] = match self {
            Self::Throttled => include_bytes!("../practice/throttled.json.gz"),
            Self::Healed => include_bytes!("../practice/healed.json.gz"),
        };
        Recording::from_gz(bytes)
    }

    /// When the recording was made: a scan of it is of that time.
    ///
    /// # Errors
    /// When the recording is damaged.
    pub fn recorded_at(self) -> Result<Timestamp, Problem> {
        self.recording().map(|recording| recording.recorded_at)
    }
}

/// A reader of the practice cluster. Needs a tokio runtime, as every client does.
///
/// # Errors
/// When the recording is damaged.
pub fn practice(state: Practice) -> Result<ClusterReader, Problem> {
    let cluster = ClusterFact { name: NAME.to_owned(), ..ClusterFact::default() };
    let client = state.recording()?.client();
    Ok(ClusterReader::over(client, cluster, Vec::new(), "default".to_owned(), Patience::USUAL))
}

#[cfg(test)]
mod tests {
    use domain::diagnosis::{Fold, SourceKind, Verdict};
    use domain::facts::Fact;
    use domain::ports::{Cancel, FactSink, FactSource as _};
    use domain::run::Progress;

    use super::*;

    struct Sink(Fold);

    impl FactSink for Sink {
        fn fact(&mut self, fact: Fact) {
            self.0.take(fact);
        }
        fn progress(&mut self, _: Progress) {}
        fn request(&mut self, _: &str, _: &str) {}
    }

    #[tokio::test]
    async fn the_throttled_practice_cluster_is_affected() {
        let mut sink = Sink(Fold::new(SourceKind::Demo));
        let reader = practice(Practice::Throttled).unwrap();
        reader.read(&Cancel::default(), &mut sink).await.unwrap();
        let scan = sink.0.finish(Practice::Throttled.recorded_at().unwrap());
        let diagnosis = scan.diagnosis;
        assert_eq!(diagnosis.verdict, Verdict::Affected);
        assert_eq!(diagnosis.not_seen, []);
        // As kubectl counted them in the cluster on the day of the recording.
        assert_eq!((diagnosis.counts.pods, diagnosis.counts.nodes, diagnosis.counts.namespaces), (13, 1, 6));
        assert_eq!(diagnosis.counts.failing_containers, 6);
        assert_eq!(diagnosis.counts.throttled_containers, 6);
        assert_eq!(diagnosis.source.name, "practice cluster");
        let version = diagnosis.cortex.and_then(|cortex| cortex.version).map(|version| version.to_string());
        assert_eq!(version.as_deref(), Some("0.22.1"));
        assert!(scan.inventory.cluster.uid.is_some() && scan.inventory.cluster_config.is_some());
    }
}
