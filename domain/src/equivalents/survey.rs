//! What registries said of images when they were asked, and what else was asked before a plan.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::held::HeldSecret;
use crate::image::ImageReference;
use crate::registry::AccountTest;

/// What was answered. Kept with a run, so that the same run gives the same plan; holds no login.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survey {
    /// By image.
    #[serde(default)]
    images: BTreeMap<String, Sighting>,
    /// What came of trying a Docker Hub account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountTest>,
    /// What the cluster's own pull secrets were found to hold; `None` when they were not looked into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull_secrets: Option<Vec<HeldSecret>>,
}

/// What one registry said of one image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Sighting {
    /// It is there.
    Found {
        /// Its digest, as the registry states it. Equal digests are equal images.
        digest: Option<String>,
        /// `OS/ARCHITECTURE[/VARIANT]` of each image of an index, sorted; empty where it was not asked for or
        /// where there is one image only.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        platforms: Vec<String>,
    },
    /// There is no such repository or tag.
    NotThere,
    /// Nothing is known, for this reason.
    NotSaid {
        /// One sentence.
        why: String,
    },
}

impl Survey {
    /// What was said of an image; `None` when it was not asked for.
    pub fn of(&self, image: &ImageReference) -> Option<&Sighting> {
        self.images.get(&key(image))
    }

    /// The digest that its registry states for an image.
    pub fn digest(&self, image: &ImageReference) -> Option<&str> {
        match self.of(image)? {
            Sighting::Found { digest, .. } => digest.as_deref(),
            Sighting::NotThere | Sighting::NotSaid { .. } => None,
        }
    }

    /// Whether a useful answer is there, so that asking again would tell nothing new.
    pub fn knows(&self, image: &ImageReference) -> bool {
        matches!(self.of(image), Some(Sighting::Found { .. } | Sighting::NotThere))
    }

    /// Notes an answer, in place of an earlier one.
    pub fn note(&mut self, image: &ImageReference, sighting: Sighting) {
        self.images.insert(key(image), sighting);
    }
}

/// What decides which image is pulled: with a digest, the tag does not.
fn key(image: &ImageReference) -> String {
    match image.digest() {
        Some(digest) => format!("{}@{digest}", image.repository()),
        None => image.normalized(),
    }
}
