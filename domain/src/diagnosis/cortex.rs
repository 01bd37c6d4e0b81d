//! Whether this is a Cortex installation, and which.

use serde_json::Value;

use crate::cortex::{version_from_cluster_config, version_of_operator_image};
use crate::facts::{CortexConfigMap, CortexFileKind};

use super::fold::Fold;
use super::types::Cortex;

/// Recognises Cortex by its strongest marks first: the ConfigMap `env-vars` names the exact version; then the
/// operator's image; then the tags in `cluster.yaml` (facts: cortex §5.1).
pub(super) fn recognise(fold: &Fold) -> Option<Cortex> {
    let env = fold.config_maps.iter().find(|map| map.data.contains_key("CORTEX_VERSION"));
    let config_map = fold.config_maps.iter().find(|map| map.cluster_config.is_some());
    let config_file = fold.cortex_files.iter().find(|file| file.kind == CortexFileKind::ClusterConfig);
    let config = config_map
        .and_then(|map| map.cluster_config.as_ref())
        .or_else(|| config_file.map(|file| &file.content));
    let operator = operator_image(fold);
    if env.is_none() && config.is_none() && operator.is_none() && fold.cortex_files.is_empty() {
        return None;
    }
    let by_env = env.and_then(|map| {
        let version = map.data.get("CORTEX_VERSION")?.parse().ok()?;
        Some((version, format!("config map {}", place(map))))
    });
    let by_operator = || {
        let (label, image) = operator?;
        Some((version_of_operator_image(image)?, format!("image of {label}")))
    };
    let by_tags = || {
        Some((version_from_cluster_config(config?)?, "image tags in the cluster configuration".to_owned()))
    };
    let version = by_env.or_else(by_operator).or_else(by_tags);
    let visibility = text(config, "subnet_visibility").or_else(|| config.map(|_| "public".to_owned()));
    let nat = text(config, "nat_gateway").or_else(|| {
        // The defaults of Cortex: no gateway for public subnets, one for private ones (facts: cortex §3.1).
        visibility.as_deref().map(|v| if v == "private" { "single" } else { "none" }.to_owned())
    });
    Some(Cortex {
        version: version.as_ref().map(|(version, _)| *version),
        version_from: version.map(|(_, from)| from),
        cluster_name: text(config, "cluster_name"),
        region: text(config, "region").or_else(|| env.and_then(|map| map.data.get("CORTEX_REGION").cloned())),
        subnet_visibility: visibility,
        nat_gateway: nat,
        namespace: env.or(config_map).and_then(|map| map.object.namespace.clone()),
    })
}

/// The image of the operator's Deployment, which Cortex names `operator` in every version.
fn operator_image(fold: &Fold) -> Option<(&str, &str)> {
    fold.workloads.iter().find_map(|(label, workload)| {
        let named = workload.object.kind == "Deployment" && workload.object.name == "operator";
        let container = workload.spec.containers.iter().find(|c| named && c.name == "operator")?;
        version_of_operator_image(&container.image).map(|_| (label.as_str(), container.image.as_str()))
    })
}

fn place(map: &CortexConfigMap) -> String {
    format!("{}/{}", map.object.namespace.as_deref().unwrap_or("default"), map.object.name)
}

fn text(config: Option<&Value>, key: &str) -> Option<String> {
    config?.get(key)?.as_str().map(str::to_owned)
}
