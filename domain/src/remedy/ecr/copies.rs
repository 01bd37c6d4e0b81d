//! The list of images to copy: each once, however many names it has here, and as the bytes that pods run.
//!
//! Must not know how images travel; that is [`crate::copy`].

use std::collections::{BTreeMap, BTreeSet};

use super::target::Target;
use crate::diagnosis::Scan;
use crate::equivalents::{Inquiry, Survey};
use crate::image::ImageReference;
use crate::plan::{Copy, Risk};

/// What Docker Hub has to be asked about an image: which digest its tag has now. Nothing about a pinned one.
pub(super) fn inquiry(image: &ImageReference) -> Option<Inquiry> {
    let named_in_full = image.with_repository("docker.io", image.path()).ok()?;
    named_in_full.digest().is_none().then(|| Inquiry { image: named_in_full.clone(), elsewhere: Vec::new() })
}

/// What is copied, and what has to be known about it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) copies: Vec<Copy>,
    pub(super) risks: Vec<Risk>,
}

/// The copies that names at the target stand for. Names in one repository with one digest are one copy.
pub(super) fn list(images: &BTreeSet<&str>, target: &Target, scan: &Scan, survey: &Survey) -> Listed {
    let mut listed = Listed::default();
    let mut groups: BTreeMap<(String, String), BTreeSet<Copy>> = BTreeMap::new();
    let mut tags = BTreeSet::new();
    for name in images.iter().filter_map(|image| image.parse::<ImageReference>().ok()) {
        let Some(source) = target.source_of(&name) else { continue };
        let running = running(scan, &source);
        let (digest, risk) = identity(&source, &running, survey.digest(&source));
        listed.risks.extend(risk);
        let copy = Copy {
            source: source.normalized(),
            target: name.normalized(),
            digest,
            also: Vec::new(),
            platforms: Vec::new(),
        };
        if name.digest().is_none() {
            tags.insert(copy.target.clone());
        }
        let same = copy.digest.clone().unwrap_or_else(|| copy.target.clone());
        groups.entry((name.repository(), same)).or_default().insert(copy);
    }
    let mut whole = Vec::new();
    for ((repository, _), names) in groups {
        let is_pinned = names.iter().any(|copy| copy.target.contains('@'));
        let mut names = names.into_iter();
        let Some(mut copy) = names.next() else { continue };
        copy.also = names.map(|other| other.target).collect();
        copy.also.extend(tag_for(&copy, &repository, &tags));
        copy.also.sort();
        if is_pinned && !target.platforms.is_empty() {
            whole.push(copy.source.clone());
        } else {
            copy.platforms = target.platforms.iter().map(ToString::to_string).collect();
        }
        listed.copies.push(copy);
    }
    listed.copies.sort();
    if !target.platforms.is_empty() {
        listed.risks.extend([narrowed(target), kept_whole(&whole)].into_iter().flatten());
    }
    listed
}

/// A tag for what is named by digest only: an image without any is what cleaners of registries take first, and not
/// every tool can push without one. Its own tag, unless that is another image's here.
fn tag_for(copy: &Copy, repository: &str, taken: &BTreeSet<String>) -> Option<String> {
    let names = std::iter::once(&copy.target).chain(&copy.also);
    if names.clone().any(|name| !name.contains('@')) {
        return None;
    }
    let own = names.filter_map(|name| name.split_once('@')).map(|(name, _)| name.to_owned());
    let mut own = own.filter(|name| name != repository && !taken.contains(name));
    let short =
        |digest: &String| digest.split(':').nth(1).map(|hex| hex.chars().take(12).collect::<String>());
    own.next().or_else(|| Some(format!("{repository}:pinned-{}", short(copy.digest.as_ref()?)?)))
}

/// The digests that pods run under a name. CRI-O may state that of one platform's manifest instead of the index's,
/// and a copy of that would lack the other platforms.
fn running(scan: &Scan, image: &ImageReference) -> BTreeSet<String> {
    let nodes = &scan.inventory.nodes;
    let runtimes = nodes.iter().filter_map(|node| node.container_runtime.as_deref());
    if runtimes.into_iter().any(|runtime| runtime.starts_with("cri-o://")) {
        return BTreeSet::new();
    }
    scan.inventory.running.get(&image.normalized()).cloned().unwrap_or_default()
}

/// Which bytes a name stands for: those it pins, else those that pods run, so that copying changes nothing under them,
/// else those that the tag is now.
fn identity(
    image: &ImageReference,
    running: &BTreeSet<String>,
    now: Option<&str>,
) -> (Option<String>, Option<Risk>) {
    let known = |digest: &str| Some(digest.to_owned());
    let several = running.len() > 1;
    match (image.digest(), running.first(), now) {
        (Some(pinned), ..) => (known(pinned), None),
        (None, Some(_), _) if several => (now.map(str::to_owned), Some(mixed(image, running, now))),
        (None, Some(runs), Some(now)) if runs != now => (known(runs), Some(moved(image, runs, now))),
        (None, Some(runs), _) => (known(runs), None),
        (None, None, now) => (now.map(str::to_owned), None),
    }
}

fn moved(image: &ImageReference, runs: &str, now: &str) -> Risk {
    let name = image.familiar();
    Risk {
        what: format!("The tag of {name} has moved since its pods pulled it."),
        why: format!(
            "Pods run {runs}, and on Docker Hub the tag is {now} by now. What runs is copied, so that the change of names \
             changes nothing else. To take the newer one, copy {name} over it afterwards."
        ),
    }
}

fn mixed(image: &ImageReference, running: &BTreeSet<String>, now: Option<&str>) -> Risk {
    let digests: Vec<&str> = running.iter().map(String::as_str).collect();
    let taken = match now {
        Some(now) => format!("What Docker Hub gives now is copied, {now}."),
        None => "What Docker Hub gives at the time of copying is copied.".to_owned(),
    };
    Risk {
        what: format!("Pods run different images by the name of {}.", image.familiar()),
        why: format!(
            "The tag moved between their pulls: {}. {taken} Pods that run another one change with it.",
            digests.join(", ")
        ),
    }
}

fn narrowed(target: &Target) -> Option<Risk> {
    let platforms: Vec<String> = target.platforms.iter().map(ToString::to_string).collect();
    Some(Risk {
        what: format!("Only what the nodes need is copied: {}.", platforms.join(", ")),
        why: "That saves pulls and storage. In turn an image of several platforms gets another digest than on Docker Hub, \
              and signatures of it as a whole stay behind. A node of another platform that joins later finds no image for \
              it: copy with all platforms before."
            .to_owned(),
    })
}

fn kept_whole(images: &[String]) -> Option<Risk> {
    (!images.is_empty()).then(|| Risk {
        what: "Images that are pinned by digest are copied with all their platforms.".to_owned(),
        why: format!(
            "A pin is the digest of all platforms together; an index of fewer has another one, and the pin would name \
             nothing: {}.",
            images.join(", ")
        ),
    })
}
