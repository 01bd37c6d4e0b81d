//! An invented cluster: Cortex 0.22.1 behind one NAT gateway, throttled. The words are invented, their shapes
//! are those of the domain.

use domain::plan::{FileDiff, Plan};
use domain::problem::Problem;
use domain::remedy::{Fit, Question};
use domain::run::Run;
use domain::time::Timestamp;
use domain::verification::Verification;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Texts whose value means something to the program: spice would make them unreadable, not hostile.
const WORDS: [&str; 22] = [
    "id",
    "schema",
    "verdict",
    "kind",
    "cause",
    "throttle",
    "certainty",
    "source",
    "how",
    "measured_from",
    "container_kind",
    "level",
    "remedy",
    "state",
    "outcome",
    "op",
    "version",
    "cortex_version",
    "step",
    "key",
    "cluster_uid",
    "uid",
];

/// Reads the data with something appended to every text that a cluster, a file or a registry could have chosen.
pub struct Data {
    spice: &'static str,
}

impl Data {
    pub fn plain() -> Self {
        Self { spice: "" }
    }

    pub fn spiced(spice: &'static str) -> Self {
        Self { spice }
    }

    pub fn text(&self, text: &str) -> String {
        format!("{text}{}", self.spice)
    }

    pub fn run(&self) -> Run {
        self.read(include_str!("data/run.json"))
    }

    pub fn diffs(&self) -> Vec<FileDiff> {
        self.read(include_str!("data/diffs.json"))
    }

    pub fn fits(&self) -> Vec<Fit> {
        self.read(include_str!("data/fits.json"))
    }

    /// The four remedies, as they are judged for a cluster with Cortex.
    pub fn four_fits(&self) -> Vec<Fit> {
        self.read(include_str!("data/fits-four.json"))
    }

    /// The plan of a Docker Hub account.
    pub fn account_plan(&self) -> Plan {
        self.read(include_str!("data/hub-account-plan.json"))
    }

    pub fn questions(&self) -> Vec<Question> {
        self.read(include_str!("data/questions.json"))
    }

    pub fn verification(&self) -> Verification {
        self.read(include_str!("data/verification.json"))
    }

    pub fn problems(&self) -> Vec<Problem> {
        self.read(include_str!("data/problems.json"))
    }

    fn read<T: DeserializeOwned>(&self, json: &str) -> T {
        let mut value: Value = serde_json::from_str(json).unwrap();
        spice("", &mut value, self.spice);
        serde_json::from_value(value).unwrap()
    }
}

fn spice(key: &str, value: &mut Value, with: &str) {
    match value {
        Value::String(text) if !WORDS.contains(&key) && Timestamp::parse(text).is_none() => {
            text.push_str(with);
        }
        Value::Array(items) => items.iter_mut().for_each(|item| spice(key, item, with)),
        Value::Object(fields) => fields.iter_mut().for_each(|(key, value)| spice(key, value, with)),
        _ => {}
    }
}

pub fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}
