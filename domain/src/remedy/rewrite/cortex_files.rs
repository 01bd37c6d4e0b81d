//! The two files a Cortex user keeps: `cluster.yaml` and `cortex.yaml`.

use serde_json::Value;

use super::{Destination, Move, decide};
use crate::cortex::{
    Compute, PredictorType, Version, api_section, cluster_keys, default_api_image, default_serving_image,
    has_pod_containers, is_cortex_image, key_range, task_section, version_in_tag,
};
use crate::facts::{CortexFile, CortexFileKind};
use crate::plan::{NotCovered, Risk};
use crate::remedy::{Draft, FileEdit, Refusal};

/// Adds what one file needs to the draft. A file that is not understood to its end adds a refusal and
/// nothing else.
pub(super) fn plan(file: &CortexFile, version: Version, to: &dyn Destination, draft: &mut Draft) {
    let mut sheet = Sheet { file, version, to, edits: Vec::new(), stays: Vec::new(), risks: Vec::new() };
    let outcome = match file.kind {
        CortexFileKind::ClusterConfig => cluster_config(&mut sheet),
        CortexFileKind::ApiSpecs => api_specs(&mut sheet),
    };
    match outcome {
        Ok(()) => {
            draft.file_edits.append(&mut sheet.edits);
            draft.not_covered.append(&mut sheet.stays);
            draft.risks.append(&mut sheet.risks);
        }
        Err(Unclear { path, why }) => {
            draft.refused.push(Refusal { file: file.file.clone(), document: file.document, path, why });
        }
    }
}

/// What is not understood, and why that matters.
struct Unclear {
    path: String,
    why: String,
}

/// The outcome for one file while it is worked out.
struct Sheet<'a> {
    file: &'a CortexFile,
    version: Version,
    to: &'a dyn Destination,
    edits: Vec<FileEdit>,
    stays: Vec<NotCovered>,
    risks: Vec<Risk>,
}

impl Sheet<'_> {
    /// Deals with one image field. `default` is what Cortex takes from Docker Hub, as `NAME:TAG`, when nothing is
    /// written there.
    fn field(
        &mut self,
        path: String,
        written: &Value,
        default: Option<String>,
        place: &str,
    ) -> Result<(), Unclear> {
        match written {
            Value::String(image) if !image.is_empty() => {
                self.written(path, image, place);
                Ok(())
            }
            // A field without a value reads as an empty one in the file.
            Value::Null | Value::String(_) => {
                let version = self.version;
                if let Some((image, to)) =
                    default.and_then(|image| self.to.cortex(&image, version).map(|to| (image, to)))
                {
                    let from = (!is_absent(written, &self.file.content, &path)).then(String::new);
                    let why =
                        format!("Without it Cortex {version} takes cortexlabs/{image} from Docker Hub.");
                    self.edit(path, from, to, why);
                }
                Ok(())
            }
            _ => Err(Unclear { path, why: "An image is a text; this is something else.".to_owned() }),
        }
    }

    /// Deals with an image that is written down.
    fn written(&mut self, path: String, image: &str, place: &str) {
        let Some((reference, fate)) = decide(image, self.to) else { return };
        let stays = match fate {
            Move::To(to)
                if !is_cortex_image(&reference) || version_in_tag(&reference) == Some(self.version) =>
            {
                let why = format!("{image} is pulled from Docker Hub; {}", self.to.reason());
                self.edit(path, Some(image.to_owned()), to, why);
                return;
            }
            Move::To(_) => NotCovered {
                image: image.to_owned(),
                place: place.to_owned(),
                container: None,
                why: format!(
                    "Its tag is not of Cortex {}, whose command line refuses any other.",
                    self.version
                ),
                instead: format!(
                    "Correct the version in {}, or set cortex-version to the tag's.",
                    self.file.file
                ),
            },
            Move::Stays(why) => NotCovered {
                image: image.to_owned(),
                place: place.to_owned(),
                container: None,
                why,
                instead: self.instead(&self.to.instead(&reference)),
            },
        };
        self.stays.push(stays);
    }

    /// Up to 0.31 Cortex takes API images from ECR only out of its own account and region.
    fn instead(&self, usual: &str) -> String {
        if self.file.kind == CortexFileKind::ApiSpecs && self.version.minor <= 31 {
            format!(
                "{usual} On ECR it has to be in the cluster's own account and region for Cortex {}.",
                self.version
            )
        } else {
            usual.to_owned()
        }
    }

    fn edit(&mut self, path: String, from: Option<String>, to: String, why: String) {
        let (file, document) = (self.file.file.clone(), self.file.document);
        self.edits.push(FileEdit { file, document, path, from, to, why, object: None });
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
    let known: Vec<String> = cluster_keys(version).map(|key| key.key).collect();
    let foreign: Vec<&str> = config
        .keys()
        .map(String::as_str)
        .filter(|key| key.starts_with("image_") && !known.iter().any(|k| k == key))
        // Keys of the former GCP clusters are not in the table.
        .filter(|key| key_range(key).is_some() || !(24..=31).contains(&version.minor))
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

/// Whether the field is not even there; one that is there without a value is filled, not inserted.
fn is_absent(written: &Value, content: &Value, path: &str) -> bool {
    written.is_null() && content.pointer(path).is_none()
}
