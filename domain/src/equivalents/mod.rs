//! The same image on another registry: where to look for it, and what the answers prove.
//!
//! Reading order: [`candidates`] (where to look) → [`Survey`] (what registries said) → [`judge`] (what that proves).
//! Must not know how a registry is asked, nor what becomes of a workload.

mod judge;
mod retired;
mod survey;
mod table;

pub use judge::{Judgement, Proof, judge};
pub use survey::{Sighting, Survey};

use std::collections::BTreeSet;

use crate::cortex::quay_name;
use crate::image::ImageReference;
use crate::registry::RegistryName;

/// Where Docker itself pushes its Official Images beside Docker Hub (docker-library, 2022-01). Not all of them.
const DOCKERS_OWN: (&str, &str) = ("public.ecr.aws", "docker/library/");

/// An image to ask for, and the names under which it may be found elsewhere, the first to be asked first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inquiry {
    /// The image on Docker Hub.
    pub image: ImageReference,
    /// Names of it elsewhere, with its tag and its digest.
    pub elsewhere: Vec<ImageReference>,
}

impl Inquiry {
    /// What is to be asked about an image of Docker Hub; `None` where nobody knows of another place.
    pub fn about(image: &ImageReference) -> Option<Self> {
        let elsewhere = candidates(image);
        (!elsewhere.is_empty()).then(|| Self { image: image.clone(), elsewhere })
    }

    /// Whether a survey leaves something of it open.
    pub fn is_open(&self, survey: &Survey) -> bool {
        !matches!(judge(&self.image, &BTreeSet::new(), survey), Judgement::Same { .. })
            && !std::iter::once(&self.image).chain(&self.elsewhere).all(|image| survey.knows(image))
    }
}

/// The names under which an image of Docker Hub may be found elsewhere, with its own tag and digest: a digest pin
/// stays one. That such a name is listed proves nothing.
pub fn candidates(image: &ImageReference) -> Vec<ImageReference> {
    if !image.is_docker_hub() {
        return Vec::new();
    }
    let path = image.path();
    let by_project = table::BY_PROJECT
        .iter()
        .filter(|(hub, _)| *hub == path)
        .filter_map(|(_, elsewhere)| elsewhere.split_once('/'))
        .map(|(domain, path)| (domain, path.to_owned()));
    let official = path
        .strip_prefix("library/")
        .filter(|name| !name.contains('/'))
        .map(|name| (DOCKERS_OWN.0, format!("{}{name}", DOCKERS_OWN.1)));
    let cortex = quay_name(image).map(|name| ("quay.io", name));
    cortex
        .into_iter()
        .chain(by_project)
        .chain(official)
        .filter_map(|(domain, path)| image.with_repository(domain, &path).ok())
        .collect()
}

/// What else has to be known about an image's name, where following an old guide would fail.
pub fn retired(image: &ImageReference) -> Option<&'static str> {
    image.is_docker_hub().then(|| retired::note(image.path())).flatten()
}

/// What a registry that does not count pulls limits all the same, in one sentence (facts of the vendors' own
/// pages, 2026); `None` where nothing is documented.
pub fn own_limit(registry: &RegistryName) -> Option<&'static str> {
    let limit = match registry.as_str() {
        "quay.io" => {
            "quay.io has no quota, but turns away more than a few requests a second from one address."
        }
        "public.ecr.aws" => {
            "public.ecr.aws lets an address without an account pull once a second and 500 GB a month; from machines at \
             AWS ten times a second, without a limit on data."
        }
        "ghcr.io" => {
            "ghcr.io documents no limit; it has refused shared addresses at some tens of thousands of requests a minute."
        }
        "mirror.gcr.io" => "mirror.gcr.io is a cache: nobody promises that an image stays there.",
        _ => return None,
    };
    Some(limit)
}

/// The hosts that nodes must be able to reach to pull from a registry: itself, and where it sends them for the
/// layers. For firewalls and lists of allowed registries. Sources: Red Hat's list for quay.io, EKS Anywhere's and
/// Talos' lists of domains, GitHub's and Google's pages (2024 to 2026); such hosts change without notice.
pub fn hosts(registry: &RegistryName) -> Vec<String> {
    let layers: &[&str] = match registry.as_str() {
        "quay.io" => &["cdn.quay.io", "cdn01.quay.io", "cdn02.quay.io", "cdn03.quay.io"],
        "public.ecr.aws" => &["*.cloudfront.net"],
        "ghcr.io" => &["pkg-containers.githubusercontent.com"],
        "registry.k8s.io" => &["*.pkg.dev", "prod-registry-k8s-io-*.s3.dualstack.*.amazonaws.com"],
        "gcr.io" | "mirror.gcr.io" => &["storage.googleapis.com", "*.pkg.dev"],
        _ => &[],
    };
    std::iter::once(registry.as_str()).chain(layers.iter().copied()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(image: &str) -> Vec<String> {
        let found = candidates(&image.parse().unwrap());
        found.iter().map(|name| name.as_written().to_owned()).collect()
    }

    #[test]
    fn tag_and_digest_travel_with_the_name() {
        let digest = format!("sha256:{}", "a".repeat(64));
        for (image, wanted) in [
            ("nginx", vec!["public.ecr.aws/docker/library/nginx".to_owned()]),
            ("docker.io/library/nginx:1.27", vec!["public.ecr.aws/docker/library/nginx:1.27".to_owned()]),
            (&format!("nginx@{digest}"), vec![format!("public.ecr.aws/docker/library/nginx@{digest}")]),
            (
                &format!("index.docker.io/library/nginx:1.27@{digest}"),
                vec![format!("public.ecr.aws/docker/library/nginx:1.27@{digest}")],
            ),
            ("prom/prometheus:v3.1.0", vec!["quay.io/prometheus/prometheus:v3.1.0".to_owned()]),
            ("cortexlabs/operator:0.22.1", vec!["quay.io/cortexlabs/operator:0.22.1".to_owned()]),
            ("mine/app:1", vec![]),
            ("quay.io/prometheus/prometheus:v3.1.0", vec![]),
            ("bitnami/redis:7", vec![]),
        ] {
            assert_eq!(names(image), wanted, "{image}");
        }
    }

    #[test]
    fn the_table_is_sorted_and_names_other_registries_only() {
        let rows = table::BY_PROJECT;
        assert!(rows.is_sorted_by_key(|(hub, _)| *hub));
        for (hub, elsewhere) in rows {
            let there: ImageReference = elsewhere.parse().unwrap();
            assert!(!there.is_docker_hub(), "{elsewhere}");
            assert_eq!(format!("docker.io/{hub}").parse::<ImageReference>().unwrap().path(), hub);
        }
    }

    #[test]
    fn the_hosts_of_a_registry_begin_with_itself() {
        for name in ["quay.io", "public.ecr.aws", "registry.example.com:5000"] {
            assert_eq!(hosts(&name.parse().unwrap())[0], name);
        }
    }
}
