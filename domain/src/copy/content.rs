//! What a manifest names: the platforms of an index, the blobs of an image. (OCI image specification; Docker's
//! "Image Manifest V2, Schema 2". Both are the same but for their media types.)
//!
//! A manifest travels as its bytes and is only read here. What it names comes from outside: digests are checked
//! before anybody makes a path of one.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use thiserror::Error;

use super::Platform;
use crate::image::is_digest;
use crate::registry::Manifest;

const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const OCI_ARTIFACT: &str = "application/vnd.oci.artifact.manifest.v1+json";
/// How BuildKit marks an attestation, which is a manifest beside the image that it is about (BuildKit, "Image
/// attestation storage").
const ATTESTS: &str = "vnd.docker.reference.digest";
/// The annotation by which we know again which index a narrowed one was made from.
const NARROWED_FROM: &str = "io.unthrottle.narrowed-from";
const NARROWED_TO: &str = "io.unthrottle.narrowed-to";

/// A piece of an image: a blob, or another manifest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Descriptor {
    /// Digest; well-formed.
    pub digest: String,
    /// Size in bytes.
    pub size: u64,
}

/// One manifest that an index names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which.
    pub descriptor: Descriptor,
    /// For which platform, if for any.
    pub platform: Option<Platform>,
    /// The digest of the image that this is an attestation of.
    pub attests: Option<String>,
}

/// What a manifest is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// An index of manifests.
    Index(Vec<Entry>),
    /// An image, or an artifact in the form of one.
    Image {
        /// Configuration and layers, each once, in the order in which they are named.
        blobs: Vec<Descriptor>,
        /// Layers that their makers do not let be pushed elsewhere; whoever pulls fetches them from their own place.
        foreign: usize,
    },
}

/// Why a manifest cannot be copied.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unreadable {
    /// No JSON, or not of the known form.
    #[error("it is not of a known form")]
    Form,
    /// Docker's first schema, whose digest is not that of its bytes.
    #[error("it is of Docker's first schema, which registries have given up")]
    FirstSchema,
    /// An index and an image in one, which two readers can take for different things.
    #[error("it says to be an index and an image at once")]
    Both,
    /// A digest or a size that is none.
    #[error("it names a piece without a proper digest or size")]
    Piece,
}

/// Reads a manifest.
///
/// # Errors
/// For everything that cannot be copied with certainty.
pub fn read(bytes: &[u8]) -> Result<Content, Unreadable> {
    let manifest = tree(bytes)?;
    if manifest.contains_key("manifests") {
        return array(&manifest, "manifests")?
            .iter()
            .map(entry)
            .collect::<Result<_, _>>()
            .map(Content::Index);
    }
    let mut blobs = Vec::new();
    let mut foreign = 0;
    let config = manifest.get("config").into_iter();
    let layers = ["layers", "blobs"].into_iter().filter(|name| manifest.contains_key(*name));
    let layers = layers.map(|name| array(&manifest, name)).collect::<Result<Vec<_>, _>>()?;
    let mut seen = BTreeSet::new();
    for piece in config.chain(layers.into_iter().flatten()) {
        let blob = descriptor(piece)?;
        if is_foreign(piece) {
            foreign += 1;
        } else if seen.insert(blob.digest.clone()) {
            blobs.push(blob);
        }
    }
    if blobs.is_empty() && foreign == 0 {
        Err(Unreadable::Form)
    } else {
        Ok(Content::Image { blobs, foreign })
    }
}

/// The media type under which a manifest is to be put: its own word, which the header that it came with must not
/// contradict, else that header, else what its form is called.
#[must_use]
pub fn media_type(manifest: &Manifest) -> String {
    let own = tree(&manifest.bytes).ok();
    let own = own.as_ref();
    let written = own.and_then(|tree| tree.get("mediaType")).and_then(Value::as_str).map(str::to_owned);
    let is_known = |text: &String| {
        [OCI_INDEX, DOCKER_LIST, OCI_MANIFEST, DOCKER_MANIFEST, OCI_ARTIFACT].contains(&text.as_str())
    };
    written.or_else(|| manifest.media_type.clone().filter(is_known)).unwrap_or_else(|| {
        let index = own.is_some_and(|tree| tree.contains_key("manifests"));
        if index { OCI_INDEX } else { OCI_MANIFEST }.to_owned()
    })
}

/// The platforms that an index holds images for, as people write them, sorted. Empty for a manifest, and for what
/// cannot be read.
#[must_use]
pub fn platforms(bytes: &[u8]) -> Vec<String> {
    /// More is no platform, and nothing to show to anybody.
    const LONGEST: usize = 64;
    let Ok(Content::Index(entries)) = read(bytes) else { return Vec::new() };
    let images = entries.into_iter().filter(|entry| entry.attests.is_none());
    let named: BTreeSet<String> =
        images.filter_map(|entry| entry.platform).map(|platform| platform.to_string()).collect();
    let is_platform =
        |name: &String| name.len() < LONGEST && name.is_ascii() && !name.starts_with("unknown/");
    named.into_iter().filter(is_platform).collect()
}

/// Which entries of an index are wanted: those of the platforms, and the attestations of those.
#[must_use]
pub fn wanted<'a>(entries: &'a [Entry], platforms: &[Platform]) -> Vec<&'a Entry> {
    if platforms.is_empty() {
        return entries.iter().collect();
    }
    let fits = |entry: &Entry| {
        let offered = entry.platform.as_ref();
        offered.is_some_and(|offered| platforms.iter().any(|wanted| wanted.means(offered)))
    };
    let images: BTreeSet<&str> =
        entries.iter().filter(|entry| fits(entry)).map(|entry| entry.descriptor.digest.as_str()).collect();
    let is_about = |entry: &Entry| entry.attests.as_deref().is_some_and(|about| images.contains(about));
    entries.iter().filter(|entry| fits(entry) || is_about(entry)).collect()
}

/// An index with some of its entries left out, as bytes. It says what it was made from and for which platforms, where
/// its form has a place for that.
///
/// # Errors
/// If it is no index.
pub fn narrow(
    index: &Manifest,
    keep: &BTreeSet<String>,
    platforms: &[Platform],
) -> Result<Vec<u8>, Unreadable> {
    let mut tree = tree(&index.bytes)?;
    let is_kept = |entry: &Value| entry["digest"].as_str().is_some_and(|digest| keep.contains(digest));
    let kept: Vec<Value> =
        array(&tree, "manifests")?.iter().filter(|entry| is_kept(entry)).cloned().collect();
    tree.insert("manifests".to_owned(), Value::Array(kept));
    if media_type(index) == OCI_INDEX {
        let notes = tree.entry("annotations").or_insert_with(|| json!({}));
        notes[NARROWED_FROM] = json!(index.digest);
        notes[NARROWED_TO] = json!(names(platforms));
    }
    serde_json::to_vec(&tree).map_err(|_| Unreadable::Form)
}

/// Whether an index is what [`narrow`] made of the one with the digest `source` for these platforms.
#[must_use]
pub fn is_narrowed(bytes: &[u8], source: &str, platforms: &[Platform]) -> bool {
    let Ok(tree) = tree(bytes) else { return false };
    let note = |name: &str| tree.get("annotations").and_then(|notes| notes[name].as_str());
    note(NARROWED_FROM) == Some(source) && note(NARROWED_TO) == Some(&names(platforms))
}

/// An index of what refers to one digest, for a registry that keeps no such list itself (distribution specification,
/// "Referrers Tag Schema"): what it has already, and what is added.
///
/// # Errors
/// If either is no index.
pub fn with_referrers(present: Option<&[u8]>, added: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let mut all = match present {
        Some(bytes) => array(&tree(bytes)?, "manifests")?.clone(),
        None => Vec::new(),
    };
    for entry in array(&tree(added)?, "manifests")? {
        if !all.iter().any(|known| known["digest"] == entry["digest"]) {
            all.push(entry.clone());
        }
    }
    let index = json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": all });
    serde_json::to_vec(&index).map_err(|_| Unreadable::Form)
}

/// Platforms in one text, in an order of their own.
fn names(platforms: &[Platform]) -> String {
    let names: BTreeSet<String> = platforms.iter().map(ToString::to_string).collect();
    names.into_iter().collect::<Vec<_>>().join(",")
}

fn tree(bytes: &[u8]) -> Result<Map<String, Value>, Unreadable> {
    let Ok(Value::Object(tree)) = serde_json::from_slice(bytes) else { return Err(Unreadable::Form) };
    if tree.get("schemaVersion").is_some_and(|version| version == 1) || tree.contains_key("fsLayers") {
        return Err(Unreadable::FirstSchema);
    }
    let image = ["config", "layers", "blobs"].iter().any(|name| tree.contains_key(*name));
    if image && tree.contains_key("manifests") { Err(Unreadable::Both) } else { Ok(tree) }
}

fn array<'a>(tree: &'a Map<String, Value>, name: &str) -> Result<&'a Vec<Value>, Unreadable> {
    tree.get(name).and_then(Value::as_array).ok_or(Unreadable::Form)
}

fn entry(value: &Value) -> Result<Entry, Unreadable> {
    let attests = value["annotations"][ATTESTS].as_str().map(str::to_owned);
    Ok(Entry { descriptor: descriptor(value)?, platform: Platform::read(&value["platform"]), attests })
}

fn descriptor(value: &Value) -> Result<Descriptor, Unreadable> {
    let digest = value["digest"].as_str().filter(|digest| is_digest(digest)).ok_or(Unreadable::Piece)?;
    let size = value["size"].as_u64().ok_or(Unreadable::Piece)?;
    Ok(Descriptor { digest: digest.to_owned(), size })
}

/// Layers that may not be distributed have a type of their own, and name where they are to be had.
fn is_foreign(layer: &Value) -> bool {
    let kind = layer["mediaType"].as_str().unwrap_or_default();
    let named = layer["urls"].as_array().is_some_and(|urls| !urls.is_empty());
    named && (kind.contains(".foreign.") || kind.contains(".nondistributable."))
}

#[cfg(test)]
#[path = "content_tests.rs"]
mod tests;
