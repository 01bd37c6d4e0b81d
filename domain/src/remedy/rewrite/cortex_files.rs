//! The two files a Cortex user keeps: `cluster.yaml` and `cortex.yaml`.

use serde_json::Value;

use super::Destination;
use super::sheet::{Sheet, Unclear};
use crate::cortex::{
    Compute, PredictorType, Version, api_kinds, api_section, cluster_keys, default_api_image,
    default_serving_image, has_pod_containers, key_range, task_section,
};
use crate::facts::{CortexFile, CortexFileKind};
use crate::plan::Risk;
use crate::remedy::{Draft, Refusal, cortex_version};

/// Adds what one file needs to the draft. A file that is not understood to its end adds a refusal and
/// nothing else.
pub(super) fn plan(file: &CortexFile, version: Version, to: &dyn Destination, draft: &mut Draft) {
    let mut sheet = Sheet::new(file, version, to);
    let outcome = of_version(file, version).and_then(|()| match file.kind {
        CortexFileKind::ClusterConfig => cluster_config(&mut sheet),
        CortexFileKind::ApiSpecs => api_specs(&mut sheet),
    });
    match outcome {
        Ok(()) => {
            draft.not_covered.append(&mut sheet.stays);
            draft.risks.append(&mut sheet.risks);
            draft.file_edits.extend(sheet.into_edits());
        }
        Err(Unclear { path, why }) => {
            draft.refused.push(Refusal { file: file.file.clone(), document: file.document, path, why });
        }
    }
}

/// A file whose images are all of another version belongs to another cluster than the plan.
fn of_version(file: &CortexFile, version: Version) -> Result<(), Unclear> {
    let named = cortex_version::named_in(file);
    match named.first() {
        Some((path, other)) if named.iter().all(|(_, named)| *named != version) => Err(Unclear {
            path: path.clone(),
            why: format!(
                "Its images are of Cortex {other}, and this plan is for {version}. Parts of two versions do not work \
                 together: plan this file alone, or correct its tags."
            ),
        }),
        _ => Ok(()),
    }
}

fn cluster_config(sheet: &mut Sheet<'_>) -> Result<(), Unclear> {
    let content = &sheet.file.content;
    let Some(config) = content.as_object() else {
        return Err(Unclear {
            path: String::new(),
            why: "A cluster configuration is a map of settings.".to_owned(),
        });
    };
    let version = sheet.version;
    for key in cluster_keys(version) {
        let default = (!version.defaults_to_quay()).then(|| format!("{}:{version}", key.name));
        let place = format!("{} in {}", key.key, sheet.file.file);
        sheet.field(
            format!("/{}", key.key),
            content.get(&key.key).unwrap_or(&Value::Null),
            default,
            &place,
        )?;
    }
    // GCP clusters had one key more; its image was on quay.io unless somebody wrote another name.
    if let Some(pause) = content.get(GOOGLE_PAUSE).filter(|_| has_gcp(version)) {
        sheet.field(
            format!("/{GOOGLE_PAUSE}"),
            pause,
            None,
            &format!("{GOOGLE_PAUSE} in {}", sheet.file.file),
        )?;
    }
    let known: Vec<String> = cluster_keys(version).map(|key| key.key).collect();
    let foreign: Vec<&str> = config
        .keys()
        .map(String::as_str)
        .filter(|key| key.starts_with("image_") && !known.iter().any(|k| k == key))
        // Keys of the former GCP clusters are not in the table.
        .filter(|key| key_range(key).is_some() || !has_gcp(version))
        .collect();
    if !foreign.is_empty() {
        sheet.risks.push(Risk {
            what: format!("{} holds keys that Cortex {version} does not know: {}.", sheet.file.file, foreign.join(", ")),
            why: "An unknown key is an error: cluster up and configure stop at it. Take them out; this plan leaves \
                  them as they are."
                .to_owned(),
        });
    }
    Ok(())
}

const GOOGLE_PAUSE: &str = "image_google_pause";

/// Whether clusters on Google Cloud existed (`pkg/types/clusterconfig/cluster_config_gcp.go`).
fn has_gcp(version: Version) -> bool {
    (24..=31).contains(&version.minor)
}

fn api_specs(sheet: &mut Sheet<'_>) -> Result<(), Unclear> {
    let content = &sheet.file.content;
    let Some(apis) = content.as_array() else {
        let why = "Cortex takes a list of APIs here and refuses anything else; begin each with a hyphen.";
        return Err(Unclear { path: String::new(), why: why.to_owned() });
    };
    for (index, api) in apis.iter().enumerate() {
        let kind = api["kind"].as_str();
        let name = api["name"].as_str().unwrap_or("without a name");
        let place = format!("API {name} in {}", sheet.file.file);
        check_kind(sheet, kind, &place);
        match (kind, api_section(sheet.version), task_section(sheet.version)) {
            (Some("TrafficSplitter"), _, _) => {}
            (Some("TaskAPI"), _, Some(section)) => task(sheet, index, api, section, &place)?,
            (_, Some(section), _) => predictor(sheet, index, api, section, &place)?,
            _ if has_pod_containers(sheet.version) => pod_containers(sheet, index, api, &place)?,
            _ => {}
        }
    }
    Ok(())
}

/// A kind that the version does not know is a sign that the version is another (facts: cortex §2.1).
fn check_kind(sheet: &mut Sheet<'_>, kind: Option<&str>, place: &str) {
    let version = sheet.version;
    let known = api_kinds(version);
    let what = match kind {
        Some(kind) if !known.contains(&kind) => {
            format!("{place} is of a kind that Cortex {version} does not know: {kind}.")
        }
        None if !known.is_empty() => format!("{place} has no kind, which Cortex {version} asks for."),
        _ => return,
    };
    let why = "Cortex refuses the file as it is. Check the version: its images and fields are another's if it is wrong.";
    sheet.risks.push(Risk { what, why: why.to_owned() });
}

fn predictor(
    sheet: &mut Sheet<'_>,
    index: usize,
    api: &Value,
    section: &str,
    place: &str,
) -> Result<(), Unclear> {
    let at = format!("/{index}/{section}");
    let settings = &api[section];
    let Defaults { image, serving } = defaults(sheet.version, index, api, section)?;
    sheet.field(format!("{at}/image"), &settings["image"], image, place)?;
    // Cortex refuses this field beside any other type, so it is not looked at there.
    if settings["type"] == "tensorflow" {
        let path = format!("{at}/tensorflow_serving_image");
        sheet.field(path, &settings["tensorflow_serving_image"], serving, place)?;
    }
    Ok(())
}

/// What an API takes from Docker Hub when its specification names no image, as `NAME:TAG`; none where the
/// defaults are elsewhere.
#[derive(Default)]
struct Defaults {
    image: Option<String>,
    serving: Option<String>,
}

fn defaults(version: Version, index: usize, api: &Value, section: &str) -> Result<Defaults, Unclear> {
    if version.defaults_to_quay() {
        return Ok(Defaults::default());
    }
    let settings = &api[section];
    if !settings.is_object() {
        let why = format!(
            "Cortex {version} asks for a map {section} in each API; without it the API's image is open."
        );
        return Err(Unclear { path: format!("/{index}"), why });
    }
    let unclear = |why: String| Err(Unclear { path: format!("/{index}/{section}"), why });
    let Some(of) = settings["type"].as_str().and_then(PredictorType::from_word) else {
        return unclear(format!(
            "{section}.type decides the image and has to be python, tensorflow or onnx."
        ));
    };
    let on = compute(version, api, index)?;
    let image = default_api_image(version, of, on);
    if image.is_none() && settings["image"].is_null() {
        return unclear(format!("Cortex {version} has no image for this type on this hardware."));
    }
    Ok(Defaults { image, serving: default_serving_image(version, on) })
}

/// Task APIs came after quay.io had become the default: only what is written down can be on Docker Hub.
fn task(sheet: &mut Sheet<'_>, index: usize, api: &Value, section: &str, place: &str) -> Result<(), Unclear> {
    sheet.field(format!("/{index}/{section}/image"), &api[section]["image"], None, place)
}

fn pod_containers(sheet: &mut Sheet<'_>, index: usize, api: &Value, place: &str) -> Result<(), Unclear> {
    for (number, container) in api["pod"]["containers"].as_array().into_iter().flatten().enumerate() {
        let path = format!("/{index}/pod/containers/{number}/image");
        sheet.field(path, &container["image"], None, place)?;
    }
    Ok(())
}

/// GPU before Inferentia before neither, and Inferentia only from 0.18 on (`ApplyDefaultDockerPaths`).
fn compute(version: Version, api: &Value, index: usize) -> Result<Compute, Unclear> {
    let wants = |what: &str| match &api["compute"][what] {
        Value::Null => Ok(false),
        Value::Number(number) => Ok(number.as_f64().is_some_and(|n| n > 0.0)),
        _ => Err(Unclear {
            path: format!("/{index}/compute/{what}"),
            why: format!("compute.{what} decides the image and has to be a number."),
        }),
    };
    Ok(match (wants("gpu")?, wants("inf")? && version.minor >= 18) {
        (true, _) => Compute::Gpu,
        (false, true) => Compute::Inf,
        (false, false) => Compute::Cpu,
    })
}
