//! Helm values files, told by the images in them.
//!
//! A values file says nothing of what it is. An image in parts (`repository` and `tag`) speaks for one whatever
//! its name; where images are whole texts, as in files of other tools too, the name has to say `values`.

use domain::owners::{ImageValue, images_in, looks_like_values};
use serde_json::Value;

/// The images of a document that is a chart's values; `None` for any other.
pub(super) fn chart_values(name: &str, document: &Value) -> Option<Vec<ImageValue>> {
    let map = document.as_object()?;
    if map.contains_key("apiVersion") || map.contains_key("kind") {
        return None;
    }
    let images = images_in(document);
    let file = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    let told = looks_like_values(&images) || !images.is_empty() && file.contains("values");
    told.then_some(images)
}
