//! One image, from being read to being read back.

use std::collections::BTreeSet;

use domain::copy::content;
use domain::copy::plan::{Planned, State};
use domain::copy::report::Outcome;
use domain::image::ImageReference;
use domain::ports::copying::Put;
use domain::problem::Problem;
use domain::registry::Manifest;

use super::desk::{Desk, Halt};
use super::referrers::{self, Along};
use super::tree::{self, Tree, Way};
use super::{Work, until_failed};
use crate::digest::sha256;

/// Copies what is planned, the tag last.
pub(super) async fn copy(desk: &Desk<'_>, planned: &Planned) -> Result<Outcome, Halt> {
    let way = Way::of(&planned.order);
    let State::Wanted { digest, overwrites, pulls } = &planned.state else { return Ok(Outcome::Unchanged) };
    if !desk.options.wait {
        desk.may_pull(&desk.source(&way.from().registry), pulls.low, way.source).await?;
    }
    let digest = match digest {
        Some(digest) => digest.clone(),
        None => undisclosed(desk, way.source).await?,
    };
    let read = tree::read(desk, way, &digest).await?;
    let tree = narrowed(read, way)?;
    let new = tree.manifest.digest.clone();
    if let Some(name) = planned.order.names().find(|name| name.digest().is_some_and(|pinned| pinned != new)) {
        return Err(other_digest(name, &new).into());
    }
    below(desk, way, &tree).await?;
    let Along { referrers, mut left } = referrers::bring(desk, way, &tree, &digest).await?;
    let foreign: usize = tree.all().iter().map(|tree| tree.foreign).sum();
    if foreign > 0 {
        left.push(format!(
            "{foreign} layers that may not be pushed elsewhere; nodes fetch them from their maker"
        ));
    }
    for name in planned.order.names() {
        desk.put(&way.into(), name.reference(), &tree.manifest).await?;
        read_back(desk, name, &tree.manifest).await?;
    }
    let narrowed_from = (new != digest).then_some(digest);
    Ok(Outcome::Copied { digest: new, narrowed_from, overwritten: overwrites.clone(), referrers, left })
}

/// Blobs and manifests below a manifest, all of them.
pub(super) async fn below(desk: &Desk<'_>, way: Way<'_>, tree: &Tree) -> Result<(), Halt> {
    if tree.present {
        return Ok(());
    }
    let children = tree.children.iter().map(|child| whole(desk, way, child)).collect();
    until_failed(desk.options.jobs, children).await?;
    let blobs = tree.blobs.iter().map(|blob| Box::pin(desk.bring(blob, way)) as Work<'_, _>);
    until_failed(desk.options.jobs, blobs.collect()).await?;
    Ok(())
}

/// A manifest and all below it, under its digest.
pub(super) fn whole<'f>(desk: &'f Desk<'_>, way: Way<'f>, tree: &'f Tree) -> Work<'f, Result<Put, Halt>> {
    Box::pin(async move {
        below(desk, way, tree).await?;
        desk.put(&way.into(), &tree.manifest.digest, &tree.manifest).await
    })
}

/// The digest of an image whose registry does not state it: its bytes tell, at the cost of a pull.
async fn undisclosed(desk: &Desk<'_>, image: &ImageReference) -> Result<String, Halt> {
    desk.tally.manifest_fetched();
    let manifest = desk.read_back(image).await?;
    manifest.map(|manifest| manifest.digest).ok_or_else(|| {
        let why = "Its source states no digest for it, and does not give it.";
        let next = "Name the image by its digest.";
        Problem::outside("image_not_found", "The image could not be read.", why, next)
            .at(image.normalized())
            .into()
    })
}

/// The tree with an index of just the platforms that were read.
fn narrowed(tree: Tree, way: Way<'_>) -> Result<Tree, Halt> {
    if way.platforms.is_empty() || tree.children.is_empty() {
        return Ok(tree);
    }
    let keep: BTreeSet<String> = tree.children.iter().map(|child| child.manifest.digest.clone()).collect();
    let bytes = content::narrow(&tree.manifest, &keep, way.platforms).map_err(|error| {
        let why = format!("Platforms cannot be left out of its index: {error}.");
        let next = "Copy it without --platform.";
        Problem::outside("image_unreadable", "The image cannot be copied.", why, next)
            .at(way.source.normalized())
    })?;
    let manifest = manifest(bytes, content::media_type(&tree.manifest));
    Ok(Tree { manifest, present: false, ..tree })
}

/// A manifest of our own making.
pub(super) fn manifest(bytes: Vec<u8>, media_type: String) -> Manifest {
    Manifest { digest: sha256(&bytes), media_type: Some(media_type), bytes }
}

/// Whether the target really holds what was put there. At Docker Hub its headers must do: the manifest would count.
async fn read_back(desk: &Desk<'_>, image: &ImageReference, wanted: &Manifest) -> Result<(), Halt> {
    let found = if image.is_docker_hub() {
        desk.tagged(image).await?
    } else {
        desk.read_back(image).await?.map(|manifest| manifest.digest)
    };
    if found.as_ref() == Some(&wanted.digest) {
        return Ok(());
    }
    let found = found.unwrap_or_else(|| "nothing".to_owned());
    let why = format!("It was given {}, and gives {found} back.", wanted.digest);
    let next = "Check whether somebody else pushes to this tag, and whether the registry is sound.";
    Err(Problem::outside("target_differs", "The target does not hold what was put there.", why, next)
        .at(image.normalized())
        .into())
}

fn other_digest(target: &ImageReference, digest: &str) -> Problem {
    let why = format!("The image to be copied has the digest {digest}.");
    let next = "Name a tag as the target, or the image with this digest as the source.";
    Problem::bad_input("target_digest", "The target names another digest.", why, next).at(target.to_string())
}
