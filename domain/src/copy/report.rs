//! What copying tells: while it goes on, and at its end.

use serde::Serialize;

use super::plan::Pulls;
use crate::problem::Problem;
use crate::registry::RegistryName;
use crate::time::Timestamp;

/// The end in numbers (INTERFACE §6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Images that were ordered.
    pub images: u32,
    /// Images that the target has now and had not before.
    pub copied: u32,
    /// Images that the target had already.
    pub unchanged: u32,
    /// Images that could not be copied.
    pub failed: u32,
    /// What was asked of sources.
    pub source: AtSource,
    /// What was done at targets.
    pub target: AtTarget,
    /// Seconds spent waiting for pulls to come back.
    pub paused_seconds: u64,
}

/// Requests at sources.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AtSource {
    /// Manifests fetched: what Docker Hub counts.
    pub manifest_gets: u64,
    /// Manifests asked for by their headers.
    pub manifest_heads: u64,
    /// Blobs fetched, those that went on after a cut counted again.
    pub blob_gets: u64,
    /// Bytes of blobs.
    pub bytes: u64,
}

/// Work at targets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AtTarget {
    /// Blobs sent.
    pub blob_uploads: u64,
    /// Blobs taken over from another repository of the target.
    pub blob_mounts: u64,
    /// Bytes of blobs.
    pub bytes: u64,
}

/// How one image ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ended {
    /// What was copied, as it was ordered.
    pub source: String,
    /// Where to.
    pub target: String,
    /// Further names of it there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// The ways in which an image ends.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// The target has it, read back and compared.
    Copied {
        /// The digest it has there.
        digest: String,
        /// The source's digest where it is another one, since platforms were left out.
        narrowed_from: Option<String>,
        /// The digest that the tag had before.
        overwritten: Option<String>,
        /// Signatures and the like that came along.
        referrers: u32,
        /// What was left behind, and why.
        left: Vec<String>,
    },
    /// The target had it.
    Unchanged,
    /// It could not be copied.
    Failed {
        /// Why.
        error: Problem,
    },
    /// There were not enough pulls left at its source, or the copying was stopped. The same command goes on with it.
    NotStarted,
    /// What copying would do.
    Wanted {
        /// What it costs.
        pulls: Pulls,
        /// The digest that the tag has, if it is to be moved.
        overwrites: Option<String>,
    },
}

/// Why copying stopped before its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Stopped {
    /// No more pulls may be spent at a source.
    Throttled {
        /// Which.
        registry: RegistryName,
        /// Pulls that it said are left.
        left: Option<u32>,
        /// When some will have come back, at the latest.
        goes_on: Timestamp,
    },
    /// Somebody asked for it.
    Cancelled,
}

/// The end.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// In numbers.
    #[serde(flatten)]
    pub summary: Summary,
    /// Image by image, in the order of the list.
    pub results: Vec<Ended>,
    /// Why it stopped, if it did.
    pub stopped: Option<Stopped>,
}

/// What happens on the way.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// What there is to do is known, and nothing has been spent yet.
    Planned {
        /// Images that were ordered.
        images: u32,
        /// Of these, those that the target has.
        unchanged: u32,
        /// What the others cost.
        pulls: Pulls,
        /// Pulls that are left at the sources that tell, by registry.
        left: Vec<(RegistryName, u32)>,
        /// Pulls that are kept.
        reserve: u32,
    },
    /// An image's manifests are known, and so is its exact cost.
    Reading {
        /// Which.
        source: String,
        /// Pulls for its manifests, by platform or by what else they are.
        pulls: Vec<String>,
    },
    /// An image ended.
    Ended(Ended),
    /// A blob is at its target.
    Blob {
        /// Which.
        digest: String,
        /// In which repository.
        target: String,
        /// How it came there.
        how: How,
    },
    /// How far all of it is.
    Progress(Progress),
    /// Nothing may be asked of a source for now.
    Paused {
        /// Which.
        registry: RegistryName,
        /// When it is asked again, at no cost.
        look: Timestamp,
        /// When it goes on at the latest.
        goes_on: Timestamp,
    },
}

/// How a blob came to its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// It was there.
    Present,
    /// Taken over from another repository.
    Mounted,
    /// Sent.
    Sent,
}

/// How far all of it is. What is not read yet is not in the totals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Images that ended.
    pub images_done: u32,
    /// Images that were ordered.
    pub images: u32,
    /// Blobs that are at their targets.
    pub blobs_done: u64,
    /// Blobs that are known of.
    pub blobs: u64,
    /// Bytes at their targets or on the way.
    pub bytes_done: u64,
    /// Bytes that are known of.
    pub bytes: u64,
    /// Bytes in a second, of late.
    pub bytes_per_second: u64,
    /// Seconds until the known bytes are there at this rate.
    pub seconds_left: Option<u64>,
}

impl Progress {
    /// The same with the rate at which `bytes` came in the last `milliseconds`.
    #[must_use]
    pub fn at_rate(mut self, bytes: u64, milliseconds: u64) -> Self {
        self.bytes_per_second = bytes.saturating_mul(1_000) / milliseconds.max(1);
        let missing = self.bytes.saturating_sub(self.bytes_done);
        self.seconds_left =
            (self.bytes_per_second > 0).then(|| missing.div_ceil(self.bytes_per_second.max(1)));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_has_the_form_that_scripts_know() {
        let report = Report { summary: Summary::default(), results: Vec::new(), stopped: None };
        let text = serde_json::to_string(&report).unwrap();
        let wanted = r#"{"images":0,"copied":0,"unchanged":0,"failed":0,"source":{"manifest_gets":0,"manifest_heads":0,"blob_gets":0,"bytes":0},"target":{"blob_uploads":0,"blob_mounts":0,"bytes":0},"paused_seconds":0,"#;
        assert!(text.starts_with(wanted), "{text}");
    }

    #[test]
    fn time_left_is_told_only_where_something_moves() {
        let known = Progress { bytes: 1_000, bytes_done: 400, ..Progress::default() };
        let moving = known.at_rate(100, 500);
        assert_eq!((moving.bytes_per_second, moving.seconds_left), (200, Some(3)));
        assert_eq!(known.at_rate(0, 500).seconds_left, None);
    }
}
