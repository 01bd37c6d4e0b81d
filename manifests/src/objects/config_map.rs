//! The two ConfigMaps that Cortex writes; the data of all others is skipped unread.

use std::collections::BTreeMap;
use std::fmt;

use domain::facts::{CortexConfigMap, Fact, Origin};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use super::TypeMeta;
use super::lenient::{Text, or_default};
use super::metadata::Metadata;
use crate::input::cortex::without_aws_keys;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ConfigMap {
    #[serde(deserialize_with = "or_default")]
    metadata: Metadata,
    #[serde(deserialize_with = "or_default")]
    data: Data,
}

/// The keys that identify a Cortex cluster, and its stored configuration (Cortex: `manager/install.sh`).
#[derive(Debug, Default)]
struct Data(BTreeMap<String, String>);

const CLUSTER_CONFIG: &str = "cluster.yaml";
const IDENTITY: [&str; 4] = ["CORTEX_VERSION", "CORTEX_REGION", "CORTEX_CLUSTER_NAME", "CORTEX_BUCKET"];

impl ConfigMap {
    /// The fact, when name and keys are those of Cortex. A stored configuration that cannot be parsed gives
    /// its text alone.
    pub(super) fn fact(self, kind: &TypeMeta, origin: Option<Origin>) -> Option<Fact> {
        let Data(mut data) = self.data;
        let mut cluster_config = None;
        match self.metadata.name().as_str() {
            "env-vars" => data.retain(|key, _| key != CLUSTER_CONFIG),
            "cluster-config" => {
                data.retain(|key, _| key == CLUSTER_CONFIG);
                let parsed = data.get(CLUSTER_CONFIG).and_then(|text| parse(text));
                let (config, held_keys) = parsed.map(without_aws_keys).unzip();
                if held_keys.is_some_and(|keys| !keys.is_empty()) {
                    data.clear();
                }
                cluster_config = config;
            }
            _ => return None,
        }
        if data.is_empty() && cluster_config.is_none() {
            return None;
        }
        Some(Fact::CortexConfigMap(CortexConfigMap {
            object: self.metadata.object(kind),
            data,
            cluster_config,
            origin: self.metadata.origin(origin),
        }))
    }
}

fn parse(text: &str) -> Option<serde_json::Value> {
    let documents = crate::yaml::parse(text.as_bytes()).ok()?;
    documents.first()?.to_json().ok().filter(serde_json::Value::is_object)
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(DataVisitor).map(Self)
    }
}

struct DataVisitor;

impl<'de> Visitor<'de> for DataVisitor {
    type Value = BTreeMap<String, String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the data of a config map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut kept = BTreeMap::new();
        while let Some(key) = map.next_key::<String>()? {
            if key != CLUSTER_CONFIG && !IDENTITY.contains(&key.as_str()) {
                map.next_value::<IgnoredAny>()?;
            } else if let Text(Some(value)) = map.next_value()? {
                kept.insert(key, value);
            }
        }
        Ok(kept)
    }
}
