//! How far a job is, as the server tells it and the browser shows it: one type and one fold for both.

use serde::{Deserialize, Serialize};

/// The state of a long job, in words and numbers a person can follow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What is being done, in a few words: "Reading pods".
    pub phase: String,
    /// Units finished.
    pub done: u64,
    /// Units in all; `None` while that is not known, and then no percentage is shown.
    #[serde(default)]
    pub total: Option<u64>,
    /// A sentence beside the numbers: "2 throttled containers so far".
    #[serde(default)]
    pub text: String,
}

/// What changed since the last event. The data of a `delta` event; a `snapshot` event carries a [`Progress`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delta {
    /// The new phase, if it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
    /// The new count, if it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<u64>,
    /// The total, once known or corrected. A total never becomes unknown again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// The new sentence, if it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl Progress {
    /// Takes over what `delta` says and keeps the rest.
    pub fn apply(&mut self, delta: Delta) {
        if let Some(phase) = delta.phase {
            self.phase = phase;
        }
        if let Some(done) = delta.done {
            self.done = done;
        }
        if let Some(total) = delta.total {
            self.total = Some(total);
        }
        if let Some(text) = delta.text {
            self.text = text;
        }
    }

    /// "120 of 400", or "120" while the total is not known; nothing before the first.
    #[must_use]
    pub fn count(&self) -> String {
        match (self.total, self.done) {
            (Some(total), done) => format!("{done} of {total}"),
            (None, 0) => String::new(),
            (None, done) => done.to_string(),
        }
    }

    /// Which quarter has been reached, 0 to 4; 0 while the total is not known.
    fn quarter(&self) -> u64 {
        self.total.filter(|total| *total > 0).map_or(0, |total| (self.done.min(total) * 4) / total)
    }

    /// Whether a listener should hear about the step from `heard` to this: a new phase, another quarter, or
    /// simply five seconds of silence. A screen reader that read every count would never fall silent.
    #[must_use]
    pub fn worth_saying(&self, heard: &Self, silence_ms: f64) -> bool {
        self != heard
            && (self.phase != heard.phase || self.quarter() != heard.quarter() || silence_ms >= 5000.0)
    }

    /// The whole state as one sentence, for the status line.
    #[must_use]
    pub fn sentence(&self) -> String {
        let count = self.count();
        let colon = if count.is_empty() { "" } else { ": " };
        let space = if self.text.is_empty() { "" } else { " " };
        format!("{}{colon}{count}.{space}{}", self.phase, self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(done: u64, total: Option<u64>) -> Progress {
        Progress { phase: "Reading pods".to_owned(), done, total, text: String::new() }
    }

    #[test]
    fn a_delta_changes_what_it_names_and_nothing_else() {
        let mut progress = reading(10, Some(400));
        progress.apply(Delta { done: Some(20), ..Delta::default() });
        assert_eq!(progress, reading(20, Some(400)));
        let delta: Delta = serde_json::from_str(r#"{"text":"2 throttled"}"#).unwrap();
        progress.apply(delta);
        assert_eq!(progress.sentence(), "Reading pods: 20 of 400. 2 throttled");
    }

    #[test]
    fn an_unknown_total_is_not_guessed() {
        assert_eq!(reading(0, None).sentence(), "Reading pods.");
        assert_eq!(reading(7, None).sentence(), "Reading pods: 7.");
        assert_eq!(
            serde_json::to_string(&Delta { done: Some(1), ..Delta::default() }).unwrap(),
            r#"{"done":1}"#
        );
    }

    #[test]
    fn a_listener_hears_quarters_phases_and_the_occasional_count() {
        let heard = reading(10, Some(400));
        for (now, silence_ms, said) in [
            (reading(11, Some(400)), 200.0, false),
            (reading(11, Some(400)), 5000.0, true),
            (reading(100, Some(400)), 200.0, true),
            (heard.clone(), 60_000.0, false),
            (Progress { phase: "Reading events".to_owned(), ..heard.clone() }, 0.0, true),
            (reading(11, None), 200.0, false),
            (reading(9, Some(0)), 200.0, false),
        ] {
            assert_eq!(now.worth_saying(&heard, silence_ms), said, "{now:?} after {silence_ms} ms");
        }
    }
}
