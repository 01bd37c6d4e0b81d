//! ConfigMap `cluster-config`: where Cortex's operator reads the images of the containers it adds to APIs.

use super::{Destination, Move, decide};
use crate::facts::CortexConfigMap;
use crate::remedy::{Draft, EmbeddedYaml};

const KEY: &str = "cluster.yaml";

/// Adds the change of its embedded `cluster.yaml`: existing images are replaced, nothing is inserted, since
/// Cortex writes the whole configuration there with its defaults filled in.
pub(super) fn plan(map: &CortexConfigMap, to: &dyn Destination, draft: &mut Draft) {
    let (Some(text), Some(config)) =
        (map.data.get(KEY), map.cluster_config.as_ref().and_then(|c| c.as_object()))
    else {
        return;
    };
    let replace: Vec<_> = config
        .iter()
        .filter(|(key, _)| key.starts_with("image_"))
        .filter_map(|(key, image)| {
            let from = image.as_str()?;
            match decide(from, to)? {
                (_, Move::To { name, .. }) => Some((format!("/{key}"), from.to_owned(), name)),
                (_, Move::Stays(_)) => None,
            }
        })
        .collect();
    if replace.is_empty() {
        return;
    }
    draft.embedded.push(EmbeddedYaml {
        target: map.object.clone(),
        path: format!("/data/{KEY}"),
        text: text.clone(),
        says: format!(
            "{} images in the operator's configuration. The operator reads it when it starts, so this comes first.",
            replace.len()
        ),
        why: "The operator takes the images of downloader and request-monitor from here for every API it writes."
            .to_owned(),
        replace,
        origin: map.origin.clone(),
    });
}
