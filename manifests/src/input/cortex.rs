//! Cortex files, told by what they hold, since users name them as they like.

use domain::cortex::key_range;
use domain::facts::CortexFileKind;
use serde_json::Value;

/// What a document turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recognised {
    /// A file Cortex reads.
    File(CortexFileKind),
    /// One API without the list around it, as Cortex's README once showed it. Cortex refuses it: "cortex YAML
    /// configuration files must contain a list of maps" (`pkg/types/spec/validations.go`).
    BareApi,
}

/// Settings that stand in a `cluster.yaml` beside `cluster_name` and the images (Cortex:
/// `pkg/types/clusterconfig/clusterconfig.go`, all versions, GCP's included).
const SETTINGS: [&str; 21] = [
    "region",
    "bucket",
    "availability_zones",
    "instance_type",
    "min_instances",
    "max_instances",
    "instance_volume_size",
    "log_group",
    "spot",
    "spot_config",
    "subnet_visibility",
    "nat_gateway",
    "api_load_balancer_scheme",
    "operator_load_balancer_scheme",
    "api_gateway",
    "vpc_cidr",
    "node_groups",
    "subnets",
    "project",
    "zone",
    "ssl_certificate_arn",
];

/// Where an API's images stand, by version (`pkg/types/userconfig/api.go`).
const SECTIONS: [&str; 4] = ["predictor", "handler", "definition", "pod"];

/// Kinds of API, from 0.19 on (`pkg/types/userconfig/kind.go`).
const KINDS: [&str; 5] = ["RealtimeAPI", "BatchAPI", "TrafficSplitter", "TaskAPI", "AsyncAPI"];

/// Keys of `cluster.yaml` that hold AWS credentials in clear text, up to 0.19.
const AWS_KEYS: [&str; 5] = [
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_session_token",
    "cortex_aws_access_key_id",
    "cortex_aws_secret_access_key",
];

/// Tells whether a document is one of Cortex's.
///
/// Objects of Kubernetes (`apiVersion` and `kind`) never are, nor are the files of another product of the name
/// that keeps OpenAPI documents.
pub fn recognise(document: &Value) -> Option<Recognised> {
    match document {
        Value::Array(apis) => {
            let all_named = apis.iter().all(|api| api.get("name").is_some_and(Value::is_string));
            let file = Recognised::File(CortexFileKind::ApiSpecs);
            (all_named && apis.iter().any(is_api)).then_some(file)
        }
        Value::Object(map) if map.contains_key("apiVersion") || map.contains_key("openapi") => None,
        Value::Object(map) => {
            if map.contains_key("name") && is_api(document) {
                return Some(Recognised::BareApi);
            }
            let images = map.keys().any(|key| key_range(key).is_some());
            let settings = map.keys().filter(|key| SETTINGS.contains(&key.as_str())).count();
            let named = map.contains_key("cluster_name");
            let cluster = !map.contains_key("kind") && (images || named && settings >= 1 || settings >= 3);
            cluster.then_some(Recognised::File(CortexFileKind::ClusterConfig))
        }
        _ => None,
    }
}

fn is_api(document: &Value) -> bool {
    let section = |key: &str| document.get(key).is_some_and(Value::is_object);
    let kind = document.get("kind").and_then(Value::as_str);
    SECTIONS.iter().any(|key| section(key)) || kind.is_some_and(|kind| KINDS.contains(&kind))
}

/// The configuration without AWS credentials, and whether it held some. The keys go with the values.
pub fn without_aws_keys(mut config: Value) -> (Value, bool) {
    let mut held = false;
    if let Value::Object(map) = &mut config {
        map.retain(|key, value| {
            let is_key = AWS_KEYS.contains(&key.as_str());
            held |= is_key && value.as_str().is_none_or(|text| !text.is_empty()) && !value.is_null();
            !is_key
        });
    }
    (config, held)
}
