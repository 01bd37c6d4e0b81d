//! What must not be kept: the content of Secrets, and files that log in to something.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use std::collections::BTreeMap;

use super::json::Place;

/// A Secret, as far as it takes to see that it holds something. The values are skipped unread.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Secret {
    data: Option<BTreeMap<String, IgnoredAny>>,
    string_data: Option<BTreeMap<String, IgnoredAny>>,
    metadata: Option<Metadata>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Metadata {
    annotations: Option<BTreeMap<String, IgnoredAny>>,
}

impl Secret {
    /// Whether there is something secret in it. `kubectl apply` keeps a copy of the object in an annotation.
    pub(super) fn holds_data(&self) -> bool {
        let annotations = self.metadata.as_ref().and_then(|metadata| metadata.annotations.as_ref());
        [self.data.as_ref(), self.string_data.as_ref(), annotations]
            .into_iter()
            .flatten()
            .any(|entries| !entries.is_empty())
    }
}

/// Whether a document without a Kubernetes kind of interest logs in to something: a kubeconfig (`kind:
/// Config` with `users`) or a Docker configuration (`auths`).
pub(super) fn logs_in(document: &Value) -> bool {
    let kubeconfig =
        document.get("kind").and_then(Value::as_str) == Some("Config") && document.get("users").is_some();
    kubeconfig || document.get("auths").is_some_and(Value::is_object)
}

/// The line, from 1, on which text that could not be parsed looks as if it held a secret: a template of a
/// Secret, or a Cortex file with AWS keys.
pub(super) fn suspicious_line(text: &[u8]) -> Option<usize> {
    let suspicious = |line: &[u8]| {
        let line = String::from_utf8_lossy(line);
        let plain: String = line.chars().filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\'')).collect();
        plain.contains("kind:Secret") || plain.contains("aws_secret_access_key:")
    };
    text.split(|&byte| byte == b'\n').position(suspicious).map(|index| index + 1)
}

/// What a file holds that must not be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// A setting of `cluster.yaml`.
    AwsKey(&'static str),
    /// Such settings in the ConfigMap that Cortex keeps its configuration in.
    AwsKeys,
    /// `data` or `stringData` of a Secret.
    SecretData,
    /// A kubeconfig's users or a Docker configuration's logins.
    Login,
    /// Something in a file that could not be parsed.
    Suspicion,
}

/// The secrets of one file, by what they are and where, never by value.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Secrets {
    first: Vec<(Held, Place)>,
    more: usize,
}

impl Secrets {
    /// How many are told with their places.
    const TOLD: usize = 4;

    pub(super) fn add(&mut self, held: Held, place: Place) {
        if self.first.len() < Self::TOLD {
            self.first.push((held, place));
        } else {
            self.more += 1;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// Why the file is not kept, and what to do about it.
    pub(super) fn told(&self, file: &str) -> String {
        let one = |(held, Place { line, column }): &(Held, Place)| {
            let what = match held {
                Held::AwsKey(key) => format!("the AWS key {key}"),
                Held::AwsKeys => "AWS keys of Cortex".to_owned(),
                Held::SecretData => "the data of a Secret".to_owned(),
                Held::Login => "a login".to_owned(),
                Held::Suspicion => "what looks like a secret".to_owned(),
            };
            format!("{what} at {file}:{line}:{column}")
        };
        let mut all: Vec<String> = self.first.iter().map(one).collect();
        if self.more > 0 {
            all.push(format!("{} more", self.more));
        }
        format!("It holds {}; such values are never stored. {}", all.join(", "), self.advice())
    }

    fn advice(&self) -> String {
        let key = |(held, _): &(Held, Place)| match held {
            Held::AwsKey(key) => Some(key.to_ascii_uppercase()),
            _ => None,
        };
        let variables: Vec<String> = self.first.iter().filter_map(key).collect();
        if variables.is_empty() {
            return "Take them out, or move them to a file of their own, and give it again to have it changed.".to_owned();
        }
        format!(
            "Take the AWS keys out of the file and give them in the environment ({}), as later versions of Cortex \
             require; then plan again.",
            variables.join(", ")
        )
    }
}
