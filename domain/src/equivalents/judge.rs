//! What the answers of registries prove about one image.

use std::collections::BTreeSet;

use super::{Sighting, Survey, candidates};
use crate::image::ImageReference;
use crate::registry::RegistryName;

/// What is known about an image elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// It is there, proven.
    Same {
        /// Its name there, with its tag and digest.
        name: ImageReference,
        /// What proves it.
        proof: Proof,
    },
    /// A name is there, and whether it is the same image is not proven.
    Other {
        /// The name there.
        name: ImageReference,
        /// What differs or is not known, in whole sentences.
        says: String,
    },
    /// It is at none of the known places.
    Nowhere {
        /// What was found out, in whole sentences.
        says: String,
    },
    /// Registries were not asked, or did not answer.
    NotKnown {
        /// The likeliest name there.
        name: ImageReference,
        /// Why nothing is known, in whole sentences.
        says: String,
    },
    /// Nobody knows of another place.
    NoPlace,
}

/// What proves that two names are one image: equal digests are equal bytes (OCI image specification, descriptors).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The digest that is written in the reference is there.
    Pinned(String),
    /// Docker Hub states the same digest for the tag now.
    SameAsDockerHub(String),
    /// Pods of the cluster run this digest under the name now.
    SameAsRunning(String),
}

impl Proof {
    /// The digest.
    pub fn digest(&self) -> &str {
        match self {
            Self::Pinned(digest) | Self::SameAsDockerHub(digest) | Self::SameAsRunning(digest) => digest,
        }
    }

    /// One sentence. `there` is the registry.
    pub fn sentence(&self, there: &RegistryName) -> String {
        let short = short(self.digest());
        match self {
            Self::Pinned(_) => format!("{there} holds the pinned digest {short}."),
            Self::SameAsDockerHub(_) => format!("{there} holds the same image, digest {short}."),
            Self::SameAsRunning(_) => format!("{there} holds the image that runs here now, digest {short}."),
        }
    }
}

/// Judges an image of Docker Hub. `running` are the digests that pods run under its name.
pub fn judge(image: &ImageReference, running: &BTreeSet<String>, survey: &Survey) -> Judgement {
    let places = candidates(image);
    let Some(first) = places.first() else { return Judgement::NoPlace };
    for name in &places {
        if let Some(proof) = proof(image, name, running, survey) {
            return Judgement::Same { name: name.clone(), proof };
        }
    }
    if let Some(name) = places.iter().find(|name| matches!(survey.of(name), Some(Sighting::Found { .. }))) {
        return Judgement::Other { name: name.clone(), says: difference(image, name, running, survey) };
    }
    let says: Vec<String> = places.iter().map(|name| absence(name, survey)).collect();
    let says = says.join(" ");
    match places.iter().all(|name| survey.of(name) == Some(&Sighting::NotThere)) {
        true => Judgement::Nowhere { says },
        false => Judgement::NotKnown { name: first.clone(), says },
    }
}

fn proof(
    image: &ImageReference,
    name: &ImageReference,
    running: &BTreeSet<String>,
    survey: &Survey,
) -> Option<Proof> {
    let Some(Sighting::Found { digest, .. }) = survey.of(name) else { return None };
    if let Some(pinned) = image.digest() {
        return Some(Proof::Pinned(pinned.to_owned()));
    }
    let there = digest.as_ref()?;
    if survey.digest(image) == Some(there) {
        return Some(Proof::SameAsDockerHub(there.clone()));
    }
    running.contains(there).then(|| Proof::SameAsRunning(there.clone()))
}

fn difference(
    image: &ImageReference,
    name: &ImageReference,
    running: &BTreeSet<String>,
    survey: &Survey,
) -> String {
    let Some(Sighting::Found { digest, platforms }) = survey.of(name) else { return String::new() };
    let there = name.as_written();
    let Some(digest) = digest else {
        return format!(
            "{there} is there, but its registry states no digest, so whether it is the same image is not proven."
        );
    };
    let mut says = match (survey.of(image), running.first()) {
        (Some(Sighting::Found { digest: Some(hub), .. }), _) => {
            format!("{there} is another build: its digest is {}, Docker Hub's {}.", short(digest), short(hub))
        }
        (Some(Sighting::NotThere), _) => {
            format!("{there} is there with digest {}; Docker Hub has this tag no more.", short(digest))
        }
        (_, Some(runs)) => {
            format!("{there} has digest {}; pods here run {}.", short(digest), short(runs))
        }
        (Some(Sighting::NotSaid { why }), None) => {
            format!("{there} is there with digest {}. What Docker Hub has is not known: {why}", short(digest))
        }
        _ => format!("{there} is there with digest {}; Docker Hub stated none.", short(digest)),
    };
    if !platforms.is_empty() {
        says.push_str(&format!(" It is there for {}.", platforms.join(", ")));
    }
    says
}

fn absence(name: &ImageReference, survey: &Survey) -> String {
    match survey.of(name) {
        Some(Sighting::NotSaid { why }) => {
            format!("Whether {} is there is not known: {why}", name.as_written())
        }
        Some(_) => format!("{} is not there.", name.as_written()),
        None => format!("Whether {} is there was not asked.", name.as_written()),
    }
}

/// The part of a digest that people compare.
fn short(digest: &str) -> String {
    const SHOWN: usize = "sha256:".len() + 12;
    digest
        .char_indices()
        .nth(SHOWN)
        .map_or_else(|| digest.to_owned(), |(end, _)| format!("{}…", &digest[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    const HUB: &str = "nginx:1.27";
    const ECR: &str = "public.ecr.aws/docker/library/nginx:1.27";

    fn found(digest: &str) -> Sighting {
        Sighting::Found { digest: Some(digest.to_owned()), platforms: Vec::new() }
    }

    fn survey(answers: &[(&str, Sighting)]) -> Survey {
        let mut survey = Survey::default();
        for (image, sighting) in answers {
            survey.note(&image.parse().unwrap(), sighting.clone());
        }
        survey
    }

    fn judged(image: &str, running: &[&str], answers: &[(&str, Sighting)]) -> Judgement {
        let running = running.iter().map(|&digest| digest.to_owned()).collect();
        judge(&image.parse().unwrap(), &running, &survey(answers))
    }

    #[test]
    fn equal_digests_prove_it_and_nothing_else_does() {
        let refused = || Sighting::NotSaid { why: "Docker Hub refuses further requests for now.".to_owned() };
        for (running, hub, there, wanted) in [
            (None, Some(found(A)), Some(found(A)), "same"),
            (Some(A), Some(refused()), Some(found(A)), "same"),
            (Some(A), Some(found(B)), Some(found(A)), "same"),
            (None, Some(found(B)), Some(found(A)), "other"),
            (Some(B), Some(refused()), Some(found(A)), "other"),
            (None, Some(refused()), Some(found(A)), "other"),
            (None, None, Some(found(A)), "other"),
            (None, Some(Sighting::NotThere), Some(found(A)), "other"),
            (None, Some(found(A)), Some(Sighting::NotThere), "nowhere"),
            (Some(A), Some(found(A)), Some(refused()), "not known"),
            (Some(A), Some(found(A)), None, "not known"),
        ] {
            let mut answers = Vec::new();
            answers.extend(hub.clone().map(|sighting| (HUB, sighting)));
            answers.extend(there.clone().map(|sighting| (ECR, sighting)));
            let judgement = judged(HUB, running.as_slice(), &answers);
            let word = match &judgement {
                Judgement::Same { name, .. } => {
                    assert_eq!(name.as_written(), ECR);
                    "same"
                }
                Judgement::Other { .. } => "other",
                Judgement::Nowhere { .. } => "nowhere",
                Judgement::NotKnown { .. } => "not known",
                Judgement::NoPlace => "no place",
            };
            assert_eq!(word, wanted, "{running:?} {hub:?} {there:?}: {judgement:?}");
        }
    }

    #[test]
    fn a_pinned_digest_that_is_there_is_the_image() {
        let pinned = format!("nginx:1.27@{A}");
        let there = format!("{ECR}@{A}");
        let judgement = judged(&pinned, &[], &[(&there, found(A))]);
        let Judgement::Same { name, proof } = judgement else { panic!("{judgement:?}") };
        assert_eq!((name.as_written(), proof), (there.as_str(), Proof::Pinned(A.to_owned())));
    }

    #[test]
    fn what_differs_is_said() {
        let mut there = found(A);
        if let Sighting::Found { platforms, .. } = &mut there {
            *platforms = vec!["linux/amd64".to_owned(), "linux/arm64".to_owned()];
        }
        let Judgement::Other { says, .. } = judged(HUB, &[], &[(HUB, found(B)), (ECR, there)]) else {
            panic!()
        };
        assert_eq!(
            says,
            format!(
                "{ECR} is another build: its digest is sha256:aaaaaaaaaaaa…, Docker Hub's sha256:bbbbbbbbbbbb…. It is \
                 there for linux/amd64, linux/arm64."
            )
        );
    }

    #[test]
    fn an_image_without_another_place_has_none() {
        assert_eq!(judged("mine/app:1", &[], &[]), Judgement::NoPlace);
    }
}
