//! One Cortex file while its fields are dealt with, one after another.

use serde_json::Value;

use super::{Destination, Move, decide};
use crate::cortex::{Version, is_cortex_image, version_in_tag, version_of_cortex_image};
use crate::facts::{CortexFile, CortexFileKind};
use crate::image::ImageReference;
use crate::plan::{NotCovered, Risk};
use crate::remedy::FileEdit;

/// What becomes of one file.
pub(super) struct Sheet<'a> {
    pub(super) file: &'a CortexFile,
    pub(super) version: Version,
    pub(super) to: &'a dyn Destination,
    pub(super) edits: Vec<FileEdit>,
    pub(super) stays: Vec<NotCovered>,
    pub(super) risks: Vec<Risk>,
    /// Which of the edits fill a field that names nothing.
    opened: Vec<usize>,
}

/// What is not understood, and why that matters.
pub(super) struct Unclear {
    pub(super) path: String,
    pub(super) why: String,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(file: &'a CortexFile, version: Version, to: &'a dyn Destination) -> Self {
        Self {
            file,
            version,
            to,
            edits: Vec::new(),
            stays: Vec::new(),
            risks: Vec::new(),
            opened: Vec::new(),
        }
    }

    /// Deals with one image field. `default` is what Cortex takes from Docker Hub, as `NAME:TAG`, when nothing is
    /// written there.
    pub(super) fn field(
        &mut self,
        path: String,
        written: &Value,
        default: Option<String>,
        place: &str,
    ) -> Result<(), Unclear> {
        match (written, default) {
            (Value::String(image), _) if !image.is_empty() => self.written(path, image, place),
            // A field without a value reads as an empty one in the file.
            (Value::Null | Value::String(_), Some(image)) => {
                self.open(path, &format!("cortexlabs/{image}"), written, place);
            }
            (Value::Null | Value::String(_), None) => {}
            _ => return Err(Unclear { path, why: "An image is a text; this is something else.".to_owned() }),
        }
        Ok(())
    }

    /// Deals with a field that names nothing, so that Cortex takes `image`.
    fn open(&mut self, path: String, image: &str, written: &Value, place: &str) {
        match decide(image, self.to) {
            None => {}
            Some((_, Move::To { name: to, .. })) => {
                let from = (!is_absent(written, &self.file.content, &path)).then(String::new);
                self.opened.push(self.edits.len());
                self.edit(
                    path,
                    from,
                    to,
                    format!("Without it Cortex {} takes {image} from Docker Hub.", self.version),
                );
            }
            Some((reference, Move::Stays(why))) => self.stay(image, place, why, &reference),
        }
    }

    /// The edits of the whole file. What is true of many fields is said of all of them at once.
    pub(super) fn into_edits(mut self) -> Vec<FileEdit> {
        if self.opened.len() > 1 {
            let why = format!(
                "Without these {} fields Cortex {} takes its images from Docker Hub.",
                self.opened.len(),
                self.version
            );
            for at in self.opened {
                if let Some(edit) = self.edits.get_mut(at) {
                    edit.why.clone_from(&why);
                }
            }
        }
        self.edits
    }

    /// Deals with an image that is written down.
    fn written(&mut self, path: String, image: &str, place: &str) {
        match image.parse::<ImageReference>() {
            Err(error) => self.risks.push(Risk {
                what: format!("{place} names no valid image: {image}."),
                why: format!("{error} This plan leaves it as it is."),
            }),
            Ok(reference) if !reference.is_docker_hub() => self.elsewhere(&reference, place),
            Ok(_) => self.on_docker_hub(path, image, place),
        }
    }

    /// Up to 0.22 Cortex checks versions of its images on Docker Hub only (`pkg/lib/configreader/validators.go`).
    fn elsewhere(&mut self, image: &ImageReference, place: &str) {
        let Some(other) = version_of_cortex_image(image).filter(|other| *other != self.version) else {
            return;
        };
        self.risks.push(Risk {
            what: format!("{place} is of Cortex {other}; this plan is for {}.", self.version),
            why: "Parts of two versions do not work together, and Cortex does not always notice. Correct the tag, or set \
                  cortex-version."
                .to_owned(),
        });
    }

    fn on_docker_hub(&mut self, path: String, image: &str, place: &str) {
        match decide(image, self.to) {
            None => {}
            Some((reference, Move::To { name: to, reason }))
                if !is_cortex_image(&reference) || version_in_tag(&reference) == Some(self.version) =>
            {
                let why = format!("{image} is pulled from Docker Hub; {reason}");
                self.edit(path, Some(image.to_owned()), to, why);
            }
            Some((_, Move::To { .. })) => self.stays.push(NotCovered {
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
            }),
            Some((reference, Move::Stays(why))) => self.stay(image, place, why, &reference),
        }
    }

    fn stay(&mut self, image: &str, place: &str, why: String, reference: &ImageReference) {
        let usual = self.to.instead(reference);
        // Up to 0.31 Cortex takes API images from ECR only out of its own account and region.
        let instead = if self.file.kind == CortexFileKind::ApiSpecs && self.version.minor <= 31 {
            let version = self.version;
            format!(
                "{usual} On ECR it has to be in the cluster's own account and region for Cortex {version}."
            )
        } else {
            usual
        };
        let (image, place) = (image.to_owned(), place.to_owned());
        self.stays.push(NotCovered { image, place, container: None, why, instead });
    }

    fn edit(&mut self, path: String, from: Option<String>, to: String, why: String) {
        let (file, document) = (self.file.file.clone(), self.file.document);
        self.edits.push(FileEdit { file, document, path, from, to, why, object: None });
    }
}

/// Whether the field is not even there; one that is there without a value is filled, not inserted.
fn is_absent(written: &Value, content: &Value, path: &str) -> bool {
    written.is_null() && content.pointer(path).is_none()
}
