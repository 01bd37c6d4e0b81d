//! Events about Pods, of `v1` and of `events.k8s.io/v1`; the two groups show the same stored objects under
//! different field names.

use domain::facts::{EventFact, Fact};
use domain::time::Timestamp;
use serde::Deserialize;

use super::lenient::or_default;
use super::metadata::Metadata;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Event {
    #[serde(deserialize_with = "or_default")]
    metadata: Metadata,
    #[serde(alias = "regarding", deserialize_with = "or_default")]
    involved_object: About,
    #[serde(deserialize_with = "or_default")]
    reason: String,
    #[serde(alias = "note", deserialize_with = "or_default")]
    message: String,
    #[serde(alias = "deprecatedFirstTimestamp")]
    first_timestamp: Option<String>,
    #[serde(alias = "deprecatedLastTimestamp")]
    last_timestamp: Option<String>,
    event_time: Option<String>,
    #[serde(alias = "deprecatedCount")]
    count: Option<i64>,
    #[serde(deserialize_with = "or_default")]
    series: Series,
    #[serde(alias = "deprecatedSource", deserialize_with = "or_default")]
    source: Reporter,
    reporting_instance: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct About {
    kind: Option<String>,
    namespace: Option<String>,
    #[serde(deserialize_with = "or_default")]
    name: String,
    #[serde(deserialize_with = "or_default")]
    uid: String,
    field_path: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Series {
    count: Option<i64>,
    last_observed_time: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reporter {
    host: Option<String>,
}

impl Event {
    /// The fact, when the event is about a Pod.
    pub(super) fn fact(self) -> Option<Fact> {
        if self.involved_object.kind.as_deref() != Some("Pod") {
            return None;
        }
        let time = |texts: &[&Option<String>]| {
            texts.iter().find_map(|text| text.as_deref().and_then(Timestamp::parse))
        };
        let created = self.metadata.created_at();
        let first = time(&[&self.first_timestamp, &self.event_time]).or_else(|| created.clone());
        let last =
            time(&[&self.series.last_observed_time, &self.last_timestamp, &self.event_time]).or(created);
        let count = self.series.count.or(self.count).unwrap_or(1).max(1);
        let about = self.involved_object;
        Some(Fact::Event(EventFact {
            namespace: about.namespace.unwrap_or_else(|| self.metadata.namespace()),
            pod: about.name,
            pod_uid: about.uid,
            container: about.field_path.as_deref().and_then(container).map(str::to_owned),
            reason: self.reason,
            message: self.message,
            first_seen: first,
            last_seen: last,
            count: u32::try_from(count).unwrap_or(u32::MAX),
            node: self.source.host.or(self.reporting_instance).filter(|host| !host.is_empty()),
        }))
    }
}

/// The container of `spec.initContainers{copy}`, as the kubelet names it (Kubernetes:
/// `pkg/kubelet/container/ref.go`).
fn container(field_path: &str) -> Option<&str> {
    field_path.split_once('{')?.1.strip_suffix('}').filter(|name| !name.is_empty())
}
