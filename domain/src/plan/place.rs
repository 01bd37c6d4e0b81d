//! Where a plan has images come from, in words.

use std::collections::BTreeSet;

use super::Plan;
use crate::image::ImageReference;

impl Plan {
    /// For a sentence: `Amazon ECR`, `quay.io and public.ecr.aws`.
    pub fn place(&self) -> String {
        match &self.ecr {
            Some(_) => "Amazon ECR".to_owned(),
            None => listed(&self.registries(), "and"),
        }
    }

    /// What the new names begin with: `quay.io or public.ecr.aws`.
    pub fn hosts(&self) -> String {
        self.ecr.as_ref().map_or_else(|| listed(&self.registries(), "or"), |ecr| ecr.host.clone())
    }

    fn registries(&self) -> Vec<String> {
        let images = self.proofs.iter().filter_map(|proof| proof.target.parse::<ImageReference>().ok());
        let all: BTreeSet<String> = images.map(|image| image.domain().to_owned()).collect();
        all.into_iter().collect()
    }
}

fn listed(names: &[String], word: &str) -> String {
    match names.split_last() {
        None => "other registries".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} {word} {last}", rest.join(", ")),
    }
}
