//! Reading an image: its manifest, and those that it names. This is what costs pulls.

use domain::copy::content::{self, Content, Descriptor, Entry};
use domain::copy::report::Event;
use domain::copy::{Order, Platform, Repository};
use domain::image::ImageReference;
use domain::problem::Problem;
use domain::registry::Manifest;

use super::desk::{Desk, Halt};
use super::{Work, until_failed};

/// An index in an index in an index is nobody's image.
const DEEPEST: u32 = 4;

/// A manifest with what it names.
pub(super) struct Tree {
    pub(super) manifest: Manifest,
    pub(super) children: Vec<Self>,
    pub(super) blobs: Vec<Descriptor>,
    /// Layers that stay where they are.
    pub(super) foreign: usize,
    /// Whether the target has it, and with it all that it names.
    pub(super) present: bool,
}

impl Tree {
    /// This and everything below.
    pub(super) fn all(&self) -> Vec<&Self> {
        let mut all = vec![self];
        all.extend(self.children.iter().flat_map(Self::all));
        all
    }
}

/// From where to where an image is read.
#[derive(Clone, Copy)]
pub(super) struct Way<'a> {
    pub(super) source: &'a ImageReference,
    pub(super) target: &'a ImageReference,
    /// Platforms to copy; empty for all.
    pub(super) platforms: &'a [Platform],
}

impl<'a> Way<'a> {
    pub(super) fn of(order: &'a Order) -> Self {
        Self { source: &order.source, target: &order.target, platforms: &order.platforms }
    }

    pub(super) fn from(self) -> Repository {
        Repository::of(self.source)
    }

    pub(super) fn into(self) -> Repository {
        Repository::of(self.target)
    }
}

/// Reads an image. Of an index only the wanted platforms, if some are wanted.
pub(super) async fn read(desk: &Desk<'_>, way: Way<'_>, digest: &str) -> Result<Tree, Halt> {
    read_for(desk, way, digest, way.platforms).await
}

/// Reads an image with all that it names.
pub(super) async fn read_all(desk: &Desk<'_>, way: Way<'_>, digest: &str) -> Result<Tree, Halt> {
    read_for(desk, way, digest, &[]).await
}

async fn read_for(desk: &Desk<'_>, way: Way<'_>, digest: &str, platforms: &[Platform]) -> Result<Tree, Halt> {
    let source = desk.source(&way.from().registry);
    // From here on the purse is ours until all of the image is read, so that no other image takes what it needs.
    let _turn = source.turn().await;
    let (manifest, present) = fetch(desk, way, digest).await?;
    let entries = match contents(&manifest, way)? {
        Content::Image { .. } => Vec::new(),
        Content::Index(entries) => content::wanted(&entries, platforms).into_iter().cloned().collect(),
    };
    if entries.is_empty() && !platforms.is_empty() && matches!(contents(&manifest, way)?, Content::Index(_)) {
        return Err(no_platform(way.source).into());
    }
    if !present && !entries.is_empty() {
        let missing = missing(desk, way, &entries).await?;
        let pulls = missing.iter().map(|entry| name(entry)).collect();
        desk.tell(Event::Reading { source: way.source.to_string(), pulls });
        if !desk.options.wait {
            let pulls = u32::try_from(missing.len()).unwrap_or(u32::MAX);
            desk.may_pull(&source, pulls, way.source).await?;
        }
    }
    grow(desk, way, manifest, present, &entries, DEEPEST).await
}

/// Those of the entries that have to be pulled.
async fn missing<'e>(desk: &Desk<'_>, way: Way<'_>, entries: &'e [Entry]) -> Result<Vec<&'e Entry>, Halt> {
    if !desk.source(&way.from().registry).is_limited() {
        return Ok(entries.iter().collect());
    }
    let mut missing = Vec::new();
    for entry in entries {
        if desk.present(way.target, &entry.descriptor.digest).await?.is_none() {
            missing.push(entry);
        }
    }
    Ok(missing)
}

/// Reads what a manifest names.
fn grow<'f>(
    desk: &'f Desk<'_>,
    way: Way<'f>,
    manifest: Manifest,
    present: bool,
    entries: &'f [Entry],
    depth: u32,
) -> Work<'f, Result<Tree, Halt>> {
    Box::pin(async move {
        if let Content::Image { blobs, foreign } = contents(&manifest, way)? {
            return Ok(Tree { manifest, children: Vec::new(), blobs, foreign, present });
        }
        if depth == 0 {
            return Err(unreadable(way.source, "it is an index of indexes without an end").into());
        }
        let work = entries.iter().map(|entry| Box::pin(child(desk, way, entry, depth - 1)) as Work<'_, _>);
        let work = work.collect();
        let at_once = if desk.source(&way.from().registry).is_limited() { 1 } else { desk.options.jobs };
        let children = until_failed(at_once, work).await?;
        Ok(Tree { manifest, children, blobs: Vec::new(), foreign: 0, present })
    })
}

/// One entry of an index, with all that it names.
async fn child(desk: &Desk<'_>, way: Way<'_>, entry: &Entry, depth: u32) -> Result<Tree, Halt> {
    let (manifest, present) = fetch(desk, way, &entry.descriptor.digest).await?;
    let below = match contents(&manifest, way)? {
        Content::Index(entries) => entries,
        Content::Image { .. } => Vec::new(),
    };
    grow(desk, way, manifest, present, &below, depth).await
}

/// One manifest, from the target where pulls count and it is there already; else from the source.
async fn fetch(desk: &Desk<'_>, way: Way<'_>, digest: &str) -> Result<(Manifest, bool), Halt> {
    if desk.source(&way.from().registry).is_limited()
        && let Some(manifest) = desk.present(way.target, digest).await?
    {
        return Ok((manifest, true));
    }
    Ok((desk.pull(&way.from(), digest, way.source).await?, false))
}

fn contents(manifest: &Manifest, way: Way<'_>) -> Result<Content, Halt> {
    content::read(&manifest.bytes).map_err(|error| unreadable(way.source, &error.to_string()).into())
}

/// What an entry is, for people.
fn name(entry: &Entry) -> String {
    match (&entry.attests, &entry.platform) {
        (Some(_), _) => "attestation".to_owned(),
        (None, Some(platform)) => platform.to_string(),
        (None, None) => entry.descriptor.digest.clone(),
    }
}

fn unreadable(image: &ImageReference, why: &str) -> Problem {
    let why = format!("Its manifest cannot be copied: {why}.");
    let next = "Have the image built again with a current builder, and copy that.";
    Problem::outside("image_unreadable", "The image cannot be copied.", why, next).at(image.normalized())
}

fn no_platform(image: &ImageReference) -> Problem {
    let why = "Its index names no image for any of the platforms that are wanted.";
    let next = "Leave --platform out to copy all platforms, or name one that the image has.";
    Problem::bad_input("image_platform", "The image does not have the platform.", why, next)
        .at(image.normalized())
}
