//! Moved images as entries of kustomize's `images`, and as patches where an entry would move too much.
//!
//! An entry speaks of a name, whatever its version and wherever it stands: it is right only where every image
//! of that name moves, and to the same place (kustomize: `api/filters/imagetag`).

use std::collections::{BTreeMap, BTreeSet};

use super::types::{FieldPatch, ImageEntry};
use crate::image::ImageReference;
use crate::workload::{Controller, ObjectRef};

/// One image that moves, and where.
#[derive(Debug, Clone)]
pub(super) struct Moved<'a> {
    pub(super) object: &'a ObjectRef,
    pub(super) pointer: &'a str,
    pub(super) from: &'a str,
    pub(super) to: &'a str,
    /// False for image volumes, which kustomize does not look at.
    pub(super) in_containers: bool,
    /// The custom resource an operator makes the object from.
    pub(super) made_from: Option<&'a Controller>,
}

/// The moves in kustomize's language.
#[derive(Debug, Default)]
pub(super) struct Entries {
    pub(super) images: Vec<ImageEntry>,
    pub(super) patches: Vec<FieldPatch>,
}

/// The entries and patches that make exactly these moves, where `stay` are the images of the same manifests
/// that are to stay as they are.
pub(super) fn entries(moved: &[Moved<'_>], stay: &[&str]) -> Entries {
    let stay: BTreeSet<String> = stay.iter().filter_map(|image| name(image)).collect();
    let mut wanted: BTreeMap<String, BTreeSet<ImageEntry>> = BTreeMap::new();
    for one in moved {
        if let (true, Some(entry)) = (one.in_containers, entry(one.from, one.to)) {
            wanted.entry(entry.name.clone()).or_default().insert(entry);
        }
    }
    wanted.retain(|name, entries| entries.len() == 1 && !stay.contains(name));
    let reached =
        |one: &Moved<'_>| one.in_containers && name(one.from).is_some_and(|n| wanted.contains_key(&n));
    let mut patches: Vec<FieldPatch> = moved.iter().filter(|one| !reached(one)).map(patch).collect();
    patches.sort();
    Entries { images: wanted.into_values().flatten().collect(), patches }
}

/// The entry that makes one image of another; `None` where it is no valid image.
fn entry(from: &str, to: &str) -> Option<ImageEntry> {
    let (before, after): (ImageReference, ImageReference) = (from.parse().ok()?, to.parse().ok()?);
    let (old, new) = (name(from)?, name(to)?);
    let mut entry = ImageEntry { new_name: (new != old).then_some(new), name: old, ..ImageEntry::default() };
    if before.tag() != after.tag() {
        entry.new_tag = after.tag().map(str::to_owned);
    }
    if before.digest() != after.digest() {
        entry.digest = after.digest().map(str::to_owned);
    }
    // A digest that goes cannot be said in an entry.
    (before.digest().is_none() || after.digest().is_some()).then_some(entry)
}

fn patch(one: &Moved<'_>) -> FieldPatch {
    FieldPatch {
        group: one.object.group.clone(),
        version: one.object.version.clone(),
        kind: one.object.kind.clone(),
        namespace: one.object.namespace.clone(),
        name: one.object.name.clone(),
        path: one.pointer.to_owned(),
        from: one.from.to_owned(),
        to: one.to.to_owned(),
    }
}

/// An entry as Argo CD has it in one text: `[OLD=]NEW[:TAG][@DIGEST]`.
pub(super) fn written(text: &str) -> Option<ImageEntry> {
    let (old, new) = text.split_once('=').map_or((None, text), |(old, new)| (Some(old), new));
    let reference: ImageReference = new.parse().ok()?;
    let new_name = name(new)?;
    Some(ImageEntry {
        name: old.map_or_else(|| new_name.clone(), str::to_owned),
        new_name: old.map(|_| new_name),
        new_tag: reference.tag().map(str::to_owned),
        digest: reference.digest().map(str::to_owned),
    })
}

/// Present entries with new ones among them. What a present entry makes is what the new one finds, so it gets
/// the new name and keeps the version it sets.
pub(super) fn beside(present: &[ImageEntry], mut ours: Vec<ImageEntry>) -> Vec<ImageEntry> {
    let mut all = Vec::new();
    for entry in present {
        let makes = entry.new_name.as_ref().unwrap_or(&entry.name);
        let mut entry = entry.clone();
        let found = ours.iter().position(|own| own.name == *makes);
        if let Some((index, own)) = found.and_then(|index| Some((index, ours.get(index)?.clone()))) {
            if own.name == entry.name {
                ours.remove(index);
            }
            entry.new_name = own.new_name;
            entry.new_tag = own.new_tag.or(entry.new_tag);
            entry.digest = own.digest.or(entry.digest);
        }
        all.push(entry);
    }
    all.extend(ours);
    all
}

/// The image's name as it is written, without tag and digest: what kustomize compares. `None` for what is no
/// image.
pub fn name(image: &str) -> Option<String> {
    image.parse::<ImageReference>().ok()?;
    let without_digest = image.split('@').next().unwrap_or(image);
    let last = without_digest.rfind('/').map_or(0, |slash| slash + 1);
    let end = without_digest.get(last..)?.find(':').map_or(without_digest.len(), |colon| last + colon);
    without_digest.get(..end).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object() -> ObjectRef {
        ObjectRef {
            group: "apps".to_owned(),
            version: "v1".to_owned(),
            kind: "Deployment".to_owned(),
            namespace: Some("shop".to_owned()),
            name: "web".to_owned(),
            uid: None,
        }
    }

    fn of(moves: &[(&str, &str)], stay: &[&str]) -> (Vec<String>, Vec<String>) {
        let object = object();
        let moved: Vec<Moved<'_>> = moves
            .iter()
            .map(|&(from, to)| Moved {
                object: &object,
                pointer: "/p",
                from,
                to,
                in_containers: true,
                made_from: None,
            })
            .collect();
        let Entries { images, patches } = entries(&moved, stay);
        let shown = |e: ImageEntry| {
            [Some(e.name), e.new_name, e.new_tag, e.digest]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" ")
        };
        (images.into_iter().map(shown).collect(), patches.into_iter().map(|p| p.from).collect())
    }

    #[test]
    fn one_entry_for_each_spelling() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let pinned = (format!("redis:7@{digest}"), format!("quay.io/x/redis:7@{digest}"));
        let (images, patches) = of(
            &[
                ("nginx:1.27", "quay.io/x/nginx:1.27"),
                ("nginx:1.26", "quay.io/x/nginx:1.26"),
                ("docker.io/library/nginx", "quay.io/x/nginx"),
                (&pinned.0, &pinned.1),
            ],
            &["nginxinc/nginx:1"],
        );
        assert_eq!(
            images,
            ["docker.io/library/nginx quay.io/x/nginx", "nginx quay.io/x/nginx", "redis quay.io/x/redis"]
        );
        assert!(patches.is_empty());
    }

    #[test]
    fn a_tag_that_changes_is_said() {
        assert_eq!(of(&[("nginx:1", "quay.io/x/nginx:2")], &[]).0, ["nginx quay.io/x/nginx 2"]);
    }

    #[test]
    fn present_entries_keep_their_version_and_get_the_new_name() {
        let present =
            ["nginx:1.28", "web=redis:7", "other=quay.io/x/other"].map(|text| written(text).unwrap());
        let ours = ["nginx=quay.io/x/nginx", "redis=quay.io/x/redis"].map(|text| written(text).unwrap());
        let all = beside(&present, ours.to_vec());
        let wanted = [
            ("nginx", "quay.io/x/nginx", Some("1.28")),
            ("web", "quay.io/x/redis", Some("7")),
            ("other", "quay.io/x/other", None),
            ("redis", "quay.io/x/redis", None),
        ];
        let all: Vec<_> = all
            .iter()
            .map(|e| (e.name.as_str(), e.new_name.as_deref().unwrap(), e.new_tag.as_deref()))
            .collect();
        assert_eq!(all, wanted);
        assert_eq!(written("no image"), None);
    }

    #[test]
    fn what_an_entry_cannot_tell_apart_is_patched() {
        let (images, patches) = of(&[("nginx:1.27", "quay.io/x/nginx:1.27")], &["nginx:1.26"]);
        assert_eq!((images.len(), patches), (0, vec!["nginx:1.27".to_owned()]));
        let (images, patches) =
            of(&[("nginx:1", "quay.io/x/nginx:1"), ("nginx:2", "quay.io/y/nginx:2")], &[]);
        assert_eq!((images.len(), patches.len()), (0, 2));
        let pinned = format!("nginx@sha256:{}", "a".repeat(64));
        let (images, patches) = of(&[(&pinned, "quay.io/x/nginx:1")], &[]);
        assert_eq!((images.len(), patches), (0, vec![pinned]));
    }
}
