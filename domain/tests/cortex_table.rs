//! The table of Cortex versions against what was read from Cortex's own tags, where that is at hand.
#![expect(clippy::unwrap_used, reason = "functions that tests share fail as tests do")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use domain::cortex::{
    AcceptsKeys, Compute, PredictorType, Version, accepts_changed_keys, api_kinds, api_section,
    change_command, cluster_keys, default_api_image, default_serving_image, has_pod_containers,
    images_beyond_keys, published_images, releases, task_section,
};
use serde_json::Value;

/// The reference, or `None` in a clone that has none. CI that promises it must have it.
fn reference() -> Option<Value> {
    let promised = std::env::var_os("UNTHROTTLE_SHARED").map(PathBuf::from);
    let root =
        promised.clone().unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared"));
    let file = root.join("facts/cortex-images.json");
    if !file.exists() {
        assert!(
            promised.is_none() || std::env::var("CI").as_deref() != Ok("true"),
            "{} is missing",
            file.display()
        );
        return None;
    }
    Some(serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap())
}

fn strings(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().map(|item| item.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_number_of_keys_is_that_of_each_version() {
    let counts = |minor| cluster_keys(Version { major: 0, minor, patch: 0 }).count();
    let wanted = [
        20, 13, 13, 15, 15, 15, 13, 13, 13, 13, 13, 13, 13, 17, 17, 22, 23, 23, 23, 23, 26, 25, 25, 28, 28,
        28, 28, 28,
    ];
    assert_eq!((15..=42).map(counts).collect::<Vec<_>>(), wanted);
}

#[test]
fn every_version_is_as_its_tag_has_it() {
    let Some(reference) = reference() else { return };
    let minors: BTreeSet<u16> = releases().map(|version| version.minor).collect();
    for minor in minors {
        let entry = &reference[format!("0.{minor}")];
        let known: Vec<String> = releases().filter(|v| v.minor == minor).map(|v| v.to_string()).collect();
        assert_eq!(known, strings(&entry["releases"]), "0.{minor}");
        for version in releases().filter(|v| v.minor == minor) {
            keys_agree(version, entry);
            published_images_agree(version, entry);
            api_images_agree(version, &entry["api_images"]);
            change_agrees(version, &entry["change_on_running_cluster"]);
            images_beyond_keys_agree(version, &entry["images_not_settable_by_image_keys"]);
        }
    }
}

fn keys_agree(version: Version, entry: &Value) {
    let ours: Vec<_> = cluster_keys(version)
        .map(|key| (key.key, format!("{}/{}:{version}", version.default_registry(), key.name)))
        .collect();
    let theirs: Vec<_> = entry["cluster_keys"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, image)| (key.clone(), image.as_str().unwrap().replace("<VERSION>", &version.to_string())))
        .collect();
    assert_eq!(ours, theirs, "keys, their order and defaults in {version}");
    assert_eq!(entry["default_registry"]["prefix"], version.default_registry());
}

fn published_images_agree(version: Version, entry: &Value) {
    let theirs: BTreeSet<String> = [&entry["published_cluster_images"], &entry["api_images"]["published"]]
        .into_iter()
        .flat_map(strings)
        .map(|image| image.replace("<VERSION>", &version.to_string()))
        .collect();
    assert_eq!(published_images(version), Vec::from_iter(theirs), "published by {version}");
}

fn api_images_agree(version: Version, api: &Value) {
    let types = [
        ("python", PredictorType::Python),
        ("tensorflow", PredictorType::Tensorflow),
        ("onnx", PredictorType::Onnx),
    ];
    let computes = [("cpu", Compute::Cpu), ("gpu", Compute::Gpu), ("inf", Compute::Inf)];
    let section = api_section(version).unwrap_or("none");
    let image = |value: &Value, compute: &str| {
        let name = value.as_str().or_else(|| value[compute].as_str())?;
        let name = name.rsplit_once('/').unwrap().1;
        Some(name.replace("<VERSION>", &version.to_string()))
    };
    // In 0.15 the reference lists the defaults of cluster keys here; keys_agree compares those.
    for (word, of) in types.into_iter().filter(|_| version.minor > 15) {
        for (compute, on) in computes {
            let defaults = &api["defaults"][word];
            // TensorFlow's own image is the same everywhere, but before 0.18 nothing ran on Inferentia.
            let theirs =
                image(&defaults[section], compute).filter(|_| on != Compute::Inf || version.minor >= 18);
            assert_eq!(default_api_image(version, of, on), theirs, "{word} on {compute} in {version}");
            if of == PredictorType::Tensorflow {
                assert_eq!(
                    default_serving_image(version, on),
                    image(&defaults["serving"], compute),
                    "{version}"
                );
            }
        }
    }
    assert_eq!(strings(&api["kinds"]), api_kinds(version));
    assert_eq!(api["kind_required"], !api_kinds(version).is_empty());
    let fields = strings(&api["fields"]).join(" ");
    let has = |section: &str| fields.contains(&format!("[].{section}.image"));
    assert_eq!(api_section(version), ["predictor", "handler"].into_iter().find(|section| has(section)));
    assert_eq!(task_section(version), has("definition").then_some("definition"));
    assert_eq!(has_pod_containers(version), fields.contains("[].pod.containers[].image"));
}

fn change_agrees(version: Version, change: &Value) {
    assert_eq!(change["command"], change_command(version), "{version}");
    let begins = match accepts_changed_keys(version) {
        AcceptsKeys::All => "all ",
        AcceptsKeys::OperatorAndManager => "only image_operator and image_manager",
        AcceptsKeys::Nothing => "none ",
    };
    assert!(change["accepts_changed_image_keys"].as_str().unwrap().starts_with(begins), "{version}");
}

fn images_beyond_keys_agree(version: Version, theirs: &Value) {
    let theirs: Vec<String> = theirs
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["image"].as_str().unwrap().replace("<istio release hub>", "docker.io/istio"))
        .collect();
    let ours: Vec<String> = images_beyond_keys(version)
        .map(|image| image.image.unwrap_or("default API images of this version").to_owned())
        .collect();
    assert_eq!(ours, theirs, "{version}");
}
