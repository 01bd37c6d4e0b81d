//! How well messages are explained, measured on collections of messages with known causes.
//!
//! The repository's own collection is small and written from the formats of kubelets and runtimes. A larger one of
//! real messages may lie beside the checkout (`../shared/data`) or where `UNTHROTTLE_SHARED` points.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "functions that tests share fail as tests do, and the scores are to be read"
)]

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use domain::evidence::{Cause, explain, mask};
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    id: String,
    message: String,
    image: Option<String>,
    label: Cause,
    #[serde(default)]
    label_note: String,
}

impl Row {
    fn is_undecidable(&self) -> bool {
        self.label_note.starts_with("UNDECIDABLE FROM TEXT:")
    }
}

/// Counts of Docker Hub limits and of all causes.
#[derive(Default)]
struct Score {
    true_positives: usize,
    false_positives: Vec<String>,
    false_negatives: Vec<String>,
    decided: usize,
    right: usize,
    undecidable: usize,
    left_undecided: usize,
    confusion: BTreeMap<(Cause, Cause), Vec<String>>,
}

impl Score {
    fn of(rows: &[Row], with_image: bool) -> Self {
        let mut score = Self::default();
        for row in rows {
            let image = row.image.as_deref().filter(|_| with_image);
            let explanation = explain(&row.message, image);
            assert!(mask(&row.message).contains(&explanation.evidence), "{}: evidence is no part", row.id);
            if row.is_undecidable() {
                score.undecidable += 1;
                score.left_undecided += usize::from(explanation.cause == Cause::Undecided);
                continue;
            }
            match (row.label.is_docker_hub_limit(), explanation.cause.is_docker_hub_limit()) {
                (true, true) => score.true_positives += 1,
                (false, true) => score.false_positives.push(row.id.clone()),
                (true, false) => score.false_negatives.push(row.id.clone()),
                (false, false) => {}
            }
            let without_cause = row.label == Cause::BackoffOnly && explanation.cause == Cause::Undecided;
            score.decided += 1;
            score.right += usize::from(row.label == explanation.cause || without_cause);
            score.confusion.entry((row.label, explanation.cause)).or_default().push(row.id.clone());
        }
        score
    }

    fn precision(&self) -> f64 {
        ratio(self.true_positives, self.true_positives + self.false_positives.len())
    }

    fn recall(&self) -> f64 {
        ratio(self.true_positives, self.true_positives + self.false_negatives.len())
    }

    fn accuracy(&self) -> f64 {
        ratio(self.right, self.decided)
    }

    fn print(&self, title: &str) {
        println!(
            "{title}: Docker Hub precision {:.3}, recall {:.3}; all causes {:.3} of {}; undecidable left undecided {}/{}",
            self.precision(),
            self.recall(),
            self.accuracy(),
            self.decided,
            self.left_undecided,
            self.undecidable
        );
        println!("  false positives {:?}, false negatives {:?}", self.false_positives, self.false_negatives);
        for ((label, answer), ids) in &self.confusion {
            let wrong = if label == answer { String::new() } else { format!(" {ids:?}") };
            println!("  {label:?} → {answer:?}: {}{wrong}", ids.len());
        }
    }
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

fn rows(file: &Path) -> Vec<Row> {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The large collection, unless this is a plain clone.
fn shared_rows() -> Option<Vec<Row>> {
    let told = env::var_os("UNTHROTTLE_SHARED").map(PathBuf::from);
    let required = told.is_some() && env::var("CI").is_ok_and(|ci| ci == "true");
    let file = told.unwrap_or_else(|| workspace().join("../shared")).join("data/pull-messages.jsonl");
    assert!(file.exists() || !required, "{} is missing", file.display());
    file.exists().then(|| rows(&file))
}

fn check(rows: &[Row], title: &str) {
    for with_image in [true, false] {
        let score = Score::of(rows, with_image);
        score.print(&format!("{title}, {}", if with_image { "image known" } else { "text alone" }));
        assert!(score.precision() >= 0.99, "precision {}", score.precision());
        assert!(score.recall() >= 0.95, "recall {}", score.recall());
        assert!(score.accuracy() >= 0.9, "accuracy {}", score.accuracy());
        for row in rows.iter().filter(|row| row.label_note.contains("HARD NEGATIVE")) {
            let image = row.image.as_deref().filter(|_| with_image);
            let cause = explain(&row.message, image).cause;
            assert!(!cause.is_docker_hub_limit(), "{} is a hard negative, taken for {cause:?}", row.id);
        }
    }
}

#[test]
fn messages_written_from_the_formats_are_explained() {
    let rows = rows(&workspace().join("testdata/pull-messages.jsonl"));
    check(&rows, "own");
    for row in &rows {
        let expected = if row.is_undecidable() { Cause::Undecided } else { row.label };
        assert_eq!(explain(&row.message, row.image.as_deref()).cause, expected, "{}", row.id);
    }
}

#[test]
fn real_messages_are_explained() {
    if let Some(rows) = shared_rows() {
        check(&rows, "real");
    }
}
