//! Telling a Cortex installation, its version, and the copies of its images, from what was seen.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Version, is_known_name, published_tags};
use crate::image::ImageReference;

/// Cortex's namespace on Docker Hub and on quay.io.
const NAMESPACE: &str = "cortexlabs/";
const QUAY: &str = "quay.io";

/// The version told by the operator's image, wherever it was copied to: copies keep the last two parts of
/// the name and the tag. `None` for any other image or tag.
pub fn version_of_operator_image(image: &str) -> Option<Version> {
    let reference: ImageReference = image.parse().ok()?;
    (cortex_name(&reference) == Some("operator")).then(|| version_in_tag(&reference)).flatten()
}

/// The version told by a cluster configuration: the tags of all its `cortexlabs/…` images, when they agree
/// and there is one at least.
pub fn version_from_cluster_config(config: &Value) -> Option<Version> {
    let keys = config.as_object()?.iter().filter(|(key, _)| key.starts_with("image_"));
    agreed_version(keys.filter_map(|(_, image)| image.as_str()))
}

/// The version that the tags of all `cortexlabs/…` images among these agree on.
pub fn agreed_version<'a>(images: impl IntoIterator<Item = &'a str>) -> Option<Version> {
    let mut versions = BTreeSet::new();
    for image in images {
        let Ok(reference) = image.parse::<ImageReference>() else { continue };
        if cortex_name(&reference).is_some() {
            versions.insert(version_in_tag(&reference)?);
        }
    }
    if versions.len() == 1 { versions.pop_first() } else { None }
}

/// The version at the start of a tag: `0.22.1` and `0.22.1-cuda10.1` are both of 0.22.1.
pub fn version_in_tag(image: &ImageReference) -> Option<Version> {
    image.tag()?.split('-').next()?.parse().ok()
}

/// The version of one of Cortex's own images, on whatever registry its copy is.
pub fn version_of_cortex_image(image: &ImageReference) -> Option<Version> {
    cortex_name(image).and_then(|_| version_in_tag(image))
}

/// Whether this is one of Cortex's own images on Docker Hub, whatever its tag.
pub fn is_cortex_image(image: &ImageReference) -> bool {
    hub_name(image).is_some_and(is_known_name)
}

/// Why an image has no copy that could stand in for it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoCopy {
    /// Not one of Cortex's images on Docker Hub.
    #[error("It is not one of Cortex's own images, so Cortex's copies on quay.io do not hold it.")]
    NotCortex,
    /// Pinned by digest.
    #[error("It is pinned by digest, and that quay.io holds the same digest is not proven.")]
    Pinned,
    /// No tag of a release.
    #[error("Its tag names no Cortex release, and only releases were copied to quay.io.")]
    NoRelease,
    /// A release older than the copies.
    #[error("quay.io holds copies from Cortex 0.16.0 on; this one is older.")]
    TooOld,
    /// The release did not push such a tag.
    #[error("Cortex {version} published no {image}; it published {instead}.")]
    NeverPublished {
        /// The release.
        version: Version,
        /// What was asked for, `NAME:TAG`.
        image: String,
        /// What there is under the name.
        instead: String,
    },
}

/// The copy of a Docker Hub image of Cortex on quay.io, under the same name and tag.
///
/// Only names and tags that the release itself pushed have one. Nothing here asks quay.io whether it is
/// still there.
///
/// # Errors
/// [`NoCopy`] says why there is none.
pub fn quay_copy(image: &ImageReference) -> Result<ImageReference, NoCopy> {
    let name = hub_name(image).filter(|name| is_known_name(name)).ok_or(NoCopy::NotCortex)?;
    if image.digest().is_some() {
        return Err(NoCopy::Pinned);
    }
    let version = version_in_tag(image).filter(|version| version.is_release()).ok_or(NoCopy::NoRelease)?;
    if !version.has_copies_on_quay() {
        return Err(NoCopy::TooOld);
    }
    let tags = published_tags(name, version);
    let tag = image.tag().unwrap_or_default();
    if !tags.iter().any(|published| published == tag) {
        let instead = if tags.is_empty() { "nothing of that name".to_owned() } else { tags.join(", ") };
        return Err(NoCopy::NeverPublished { version, image: format!("{name}:{tag}"), instead });
    }
    image.with_repository(QUAY, &format!("{NAMESPACE}{name}")).map_err(|_| NoCopy::NotCortex)
}

/// The repository on quay.io where the copy of a Docker Hub image of Cortex is, or would be if its digest pin held
/// there as well: pins and tags of no release are for quay.io to confirm.
pub fn quay_name(image: &ImageReference) -> Option<String> {
    let name = hub_name(image).filter(|name| is_known_name(name))?;
    matches!(quay_copy(image), Ok(_) | Err(NoCopy::Pinned)).then(|| format!("{NAMESPACE}{name}"))
}

/// [`quay_copy`] without the reason, for an image of a given version: one of another version has none.
pub fn quay_equivalent(image: &ImageReference, version: Version) -> Option<ImageReference> {
    quay_copy(image).ok().filter(|copy| version_in_tag(copy) == Some(version))
}

fn hub_name(image: &ImageReference) -> Option<&str> {
    image.path().strip_prefix(NAMESPACE).filter(|name| image.is_docker_hub() && !name.contains('/'))
}

/// The image's name under any `…/cortexlabs/`, on whatever registry.
fn cortex_name(image: &ImageReference) -> Option<&str> {
    let (before, name) = image.path().rsplit_once('/')?;
    let namespace = before.rsplit('/').next()?;
    (format!("{namespace}/") == NAMESPACE && is_known_name(name)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_those_the_release_pushed() {
        for (image, wanted) in [
            ("cortexlabs/operator:0.22.1", Ok("quay.io/cortexlabs/operator:0.22.1")),
            ("docker.io/cortexlabs/operator:0.16.0", Ok("quay.io/cortexlabs/operator:0.16.0")),
            ("index.docker.io/cortexlabs/fluentd:0.20.0", Ok("quay.io/cortexlabs/fluentd:0.20.0")),
            (
                "cortexlabs/python-predictor-gpu-slim:0.20.0-cuda10.1",
                Ok("quay.io/cortexlabs/python-predictor-gpu-slim:0.20.0-cuda10.1"),
            ),
            (
                "cortexlabs/python-predictor-gpu-slim:0.18.1",
                Ok("quay.io/cortexlabs/python-predictor-gpu-slim:0.18.1"),
            ),
            ("cortexlabs/operator:0.15.1", Err("older")),
            ("cortexlabs/operator:0.22.7", Err("names no Cortex release")),
            ("cortexlabs/operator:latest", Err("names no Cortex release")),
            ("cortexlabs/operator", Err("names no Cortex release")),
            ("cortexlabs/python-predictor-gpu-slim:0.20.0", Err("0.20.0-cuda10.0")),
            ("cortexlabs/python-predictor-gpu-slim:0.18.1-cuda10.1", Err("published no")),
            ("cortexlabs/inferentia:0.17.1", Err("nothing of that name")),
            ("cortexlabs/fluentd:0.27.0", Err("nothing of that name")),
            ("cortexlabs/something:0.22.1", Err("not one of Cortex's own")),
            ("quay.io/cortexlabs/operator:0.22.1", Err("not one of Cortex's own")),
            ("someuser/operator:0.22.1", Err("not one of Cortex's own")),
            (
                "cortexlabs/operator:0.22.1@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                Err("pinned by digest"),
            ),
        ] {
            let copy = quay_copy(&image.parse().unwrap());
            match wanted {
                Ok(to) => assert_eq!(copy.unwrap().as_written(), to),
                Err(part) => {
                    let why = copy.unwrap_err().to_string();
                    assert!(why.contains(part), "{image}: {why}");
                }
            }
        }
    }

    #[test]
    fn the_operator_keeps_its_tag_where_it_is_copied() {
        for (image, wanted) in [
            ("cortexlabs/operator:0.18.1", Some("0.18.1")),
            ("123456789012.dkr.ecr.us-east-1.amazonaws.com/cortexlabs/operator:0.22.0", Some("0.22.0")),
            ("registry.example:5000/mirror/cortexlabs/operator:0.22.0", Some("0.22.0")),
            ("cortexlabs/operator:latest", None),
            ("cortexlabs/manager:0.18.1", None),
            ("quay.io/cortexproject/cortex:v1.9.0", None),
            ("operator:0.18.1", None),
        ] {
            assert_eq!(version_of_operator_image(image).map(|v| v.to_string()).as_deref(), wanted, "{image}");
        }
    }

    #[test]
    fn a_configuration_tells_its_version_only_if_its_tags_agree() {
        let version = |config: Value| version_from_cluster_config(&config).map(|v| v.to_string());
        let of =
            |a: &str, b: &str| serde_json::json!({"region": "x", "image_operator": a, "image_manager": b});
        assert_eq!(version(of("cortexlabs/operator:0.18.1", "me/manager:9")), Some("0.18.1".into()));
        assert_eq!(
            version(of("cortexlabs/operator:0.18.1", "quay.io/cortexlabs/manager:0.18.1")),
            Some("0.18.1".into())
        );
        assert_eq!(version(of("cortexlabs/operator:0.18.1", "cortexlabs/manager:0.18.0")), None);
        assert_eq!(version(of("cortexlabs/operator:0.18.1", "cortexlabs/manager:latest")), None);
        assert_eq!(version(serde_json::json!({"image_operator": null})), None);
        assert_eq!(version(serde_json::json!([])), None);
    }
}
