//! What each release pushed: repositories under `cortexlabs/` and the tags in them.
//!
//! Read from each tag's own build scripts (`Makefile`, `build/images.sh`, `build/push-image.sh`).

use super::{Version, cluster_keys, key_range};

/// What follows the version in a tag: nothing, or for some GPU images one tag per CUDA release.
const PLAIN: &[&str] = &[""];
const CUDA: &[&str] = &["-cuda10.0", "-cuda10.1", "-cuda10.2", "-cuda11.0"];
const CUDA_AND_CUDNN: &[&str] = &[
    "-cuda10.0-cudnn7",
    "-cuda10.1-cudnn7",
    "-cuda10.1-cudnn8",
    "-cuda10.2-cudnn7",
    "-cuda10.2-cudnn8",
    "-cuda11.0-cudnn8",
    "-cuda11.1-cudnn8",
];

/// Images that no cluster key names: repository, first and last minor version, what follows the version in
/// its tags.
const BESIDE_KEYS: [(&str, u16, u16, &[&str]); 24] = [
    ("google-pause", 24, 31, PLAIN),
    ("prometheus-stackdriver-sidecar", 28, 28, PLAIN),
    ("python-predictor-cpu", 16, 33, PLAIN),
    ("python-predictor-cpu-slim", 16, 28, PLAIN),
    ("python-predictor-gpu", 16, 28, PLAIN),
    ("python-predictor-gpu", 29, 33, CUDA_AND_CUDNN),
    ("python-predictor-gpu-slim", 16, 18, PLAIN),
    ("python-predictor-gpu-slim", 19, 22, CUDA),
    ("python-predictor-gpu-slim", 23, 28, CUDA_AND_CUDNN),
    ("python-predictor-inf", 18, 33, PLAIN),
    ("python-predictor-inf-slim", 18, 28, PLAIN),
    ("tensorflow-predictor", 16, 33, PLAIN),
    ("tensorflow-predictor-slim", 16, 28, PLAIN),
    ("tensorflow-serving-cpu", 16, 35, PLAIN),
    ("tensorflow-serving-gpu", 16, 35, PLAIN),
    ("tensorflow-serving-inf", 18, 35, PLAIN),
    ("onnx-predictor-cpu", 16, 32, PLAIN),
    ("onnx-predictor-cpu-slim", 16, 28, PLAIN),
    ("onnx-predictor-gpu", 16, 32, PLAIN),
    ("onnx-predictor-gpu-slim", 16, 28, PLAIN),
    ("python-handler-cpu", 34, 35, PLAIN),
    ("python-handler-gpu", 34, 35, CUDA_AND_CUDNN),
    ("python-handler-inf", 34, 35, PLAIN),
    ("tensorflow-handler", 34, 35, PLAIN),
];

fn beside_keys(version: Version) -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    BESIDE_KEYS
        .into_iter()
        .filter(move |&(_, since, until, _)| (since..=until).contains(&version.minor))
        .map(|(name, _, _, suffixes)| (name, suffixes))
}

/// Every image of a release as `NAME:TAG`, sorted.
pub fn published_images(version: Version) -> Vec<String> {
    let of_keys = cluster_keys(version).map(|key| format!("{}:{version}", key.name));
    let beside = beside_keys(version)
        .flat_map(|(name, suffixes)| suffixes.iter().map(move |suffix| format!("{name}:{version}{suffix}")));
    let mut images: Vec<_> = of_keys.chain(beside).collect();
    images.sort_unstable();
    images
}

/// The tags a release gave to one repository; empty when it pushed none.
pub fn published_tags(name: &str, version: Version) -> Vec<String> {
    let prefix = format!("{name}:");
    published_images(version)
        .into_iter()
        .filter_map(|image| image.strip_prefix(&prefix).map(str::to_owned))
        .collect()
}

/// Whether any release pushed such a repository.
pub fn is_known_name(name: &str) -> bool {
    key_range(&format!("image_{}", name.replace('-', "_"))).is_some()
        || BESIDE_KEYS.iter().any(|&(known, ..)| known == name)
}
