//! What belongs to an image without being named by it: signatures, attestations, lists of contents. They travel along,
//! or it is told that they are left.

use domain::copy::content::{self, Content};
use domain::copy::signatures::{belonging, fallback_tag};
use domain::image::ImageReference;
use domain::registry::{Answer, Manifest};

use super::desk::{Desk, Halt};
use super::image::{self, whole};
use super::retry::again;
use super::tree::{self, Tree, Way};

const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// What came along, and what did not.
#[derive(Default)]
pub(super) struct Along {
    pub(super) referrers: u32,
    pub(super) left: Vec<String>,
}

/// Brings what belongs to an image, whose digest was `source` before platforms were left out.
pub(super) async fn bring(desk: &Desk<'_>, way: Way<'_>, tree: &Tree, source: &str) -> Result<Along, Halt> {
    let mut along = Along::default();
    let is_narrowed = tree.manifest.digest != source;
    let own = tree.all().into_iter().map(|tree| tree.manifest.digest.as_str());
    let digests: Vec<&str> = own.filter(|digest| !is_narrowed || *digest != tree.manifest.digest).collect();
    match tags(desk, way).await? {
        Ok(tags) => {
            for tag in digests.iter().flat_map(|digest| belonging(&tags, digest)) {
                tagged(desk, way, tag).await?;
                along.referrers += 1;
            }
            if is_narrowed && !belonging(&tags, source).is_empty() {
                along
                    .left
                    .push("signatures of all platforms together, which do not fit some of them".to_owned());
            }
        }
        Err(why) => along.left.push(format!("signatures kept as tags, which could not be looked for: {why}")),
    }
    for digest in digests {
        match listed(desk, way, digest).await? {
            Some(count) => along.referrers += count,
            // A registry that keeps no lists keeps none for the next digest either.
            None => break,
        }
    }
    Ok(along)
}

/// The tags of the source's repository, or why there are none to be had.
async fn tags(desk: &Desk<'_>, way: Way<'_>) -> Result<Result<Vec<String>, String>, Halt> {
    let from = way.from();
    desk.may_ask(&desk.source(&from.registry), way.source).await?;
    Ok(match again(|| desk.ports.registries.tags(&from)).await.map(|reply| reply.answer) {
        Ok(Answer::Found(tags)) => Ok(tags),
        Ok(Answer::NotThere) => Ok(Vec::new()),
        Ok(Answer::Refused(refusal)) => Err(desk.refused(&from.registry, &refusal).what),
        Err(problem) => Err(problem.what),
    })
}

/// Copies one tag as it is.
async fn tagged(desk: &Desk<'_>, way: Way<'_>, tag: &str) -> Result<(), Halt> {
    let at = |image: &ImageReference| domain::copy::Repository::of(image).tagged(tag);
    // Both are repositories of valid references, and the tag begins as one.
    let (Ok(source), Ok(target)) = (at(way.source), at(way.target)) else { return Ok(()) };
    let way = Way { source: &source, target: &target, platforms: &[] };
    let Some(digest) = desk.head(&source).await?.digest else { return Ok(()) };
    if desk.tagged(&target).await?.as_deref() == Some(&digest) {
        return Ok(());
    }
    let tree = tree::read_all(desk, way, &digest).await?;
    image::below(desk, way, &tree).await?;
    desk.put(&way.into(), tag, &tree.manifest).await?;
    Ok(())
}

/// Copies what the source lists as referring to a digest; how many. `None` where it keeps no lists.
async fn listed(desk: &Desk<'_>, way: Way<'_>, digest: &str) -> Result<Option<u32>, Halt> {
    let from = way.from();
    let source = desk.source(&from.registry);
    if !source.lists_referrers() {
        return Ok(None);
    }
    desk.may_ask(&source, way.source).await?;
    let asked = again(|| desk.ports.registries.referrers(&from, digest)).await;
    let Ok(Answer::Found(list)) = asked.map(|reply| reply.answer) else {
        source.lists_no_referrers();
        return Ok(None);
    };
    let Ok(Content::Index(entries)) = content::read(&list.bytes) else { return Ok(Some(0)) };
    let mut kept_by_target = true;
    for entry in &entries {
        let tree = tree::read_all(desk, way, &entry.descriptor.digest).await?;
        kept_by_target &= whole(desk, way, &tree).await?.refers;
    }
    if !kept_by_target {
        keep_list(desk, way, digest, &list).await?;
    }
    Ok(Some(u32::try_from(entries.len()).unwrap_or(u32::MAX)))
}

/// A target that keeps no lists gets this one under the tag that others look for.
async fn keep_list(desk: &Desk<'_>, way: Way<'_>, digest: &str, list: &Manifest) -> Result<(), Halt> {
    let (into, tag) = (way.into(), fallback_tag(digest));
    let Ok(name) = into.tagged(&tag) else { return Ok(()) };
    let present = desk.read_back(&name).await?;
    let merged = content::with_referrers(present.as_ref().map(|list| list.bytes.as_slice()), &list.bytes);
    if let Ok(bytes) = merged {
        desk.put(&into, &tag, &image::manifest(bytes, INDEX.to_owned())).await?;
    }
    Ok(())
}
