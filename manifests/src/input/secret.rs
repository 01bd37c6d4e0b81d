//! What must not be kept: the content of Secrets, and files that log in to something.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use std::collections::BTreeMap;

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

/// Whether text that could not be parsed looks as if it held a secret: a template of a Secret, or a Cortex
/// file with AWS keys.
pub(super) fn may_be_in(text: &[u8]) -> bool {
    text.split(|&byte| byte == b'\n').any(|line| {
        let line = String::from_utf8_lossy(line);
        let plain: String = line.chars().filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\'')).collect();
        plain.contains("kind:Secret") || plain.contains("aws_secret_access_key:")
    })
}
