//! What copying needs of registries beyond asking them, and what it remembers between two runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;

use crate::copy::{Descriptor, Repository};
use crate::problem::Problem;
use crate::registry::{Manifest, Refusal, Registry, RegistryName, Reply};

/// Reads and writes repositories, each registry with the login it was made with.
///
/// As with [`Registry`], an answer that is not the wished one is still an answer, and nothing is tried again here but
/// a blob's reading, which goes on where it was cut off. Bytes never reach the caller: a blob goes from one
/// registry to the other while it comes in.
#[async_trait]
pub trait Repositories: Registry {
    /// Fetches a manifest by its digest and checks it, without asking for its headers first. At Docker Hub a manifest
    /// that is there **counts as a pull**.
    async fn manifest_of(&self, at: &Repository, digest: &str) -> Result<Reply<Manifest>, Problem>;

    /// All tags of a repository, sorted. Counts as no pull.
    async fn tags(&self, at: &Repository) -> Result<Reply<Vec<String>>, Problem>;

    /// The index of what refers to a manifest: signatures, attestations, lists of contents (distribution
    /// specification, "Listing Referrers"). Not there: the registry keeps no such lists.
    async fn referrers(&self, at: &Repository, digest: &str) -> Result<Reply<Manifest>, Problem>;

    /// The size of a blob that is there, if the registry tells it.
    async fn blob(&self, at: &Repository, digest: &str) -> Result<Reply<Option<u64>>, Problem>;

    /// Asks for a blob to be taken over from another repository of the same registry.
    async fn mount(
        &self,
        digest: &str,
        from: &Repository,
        into: &Repository,
    ) -> Result<Reply<Mounted>, Problem>;

    /// Brings a blob from one repository into another, into an upload that was begun already if there is one. The
    /// target gets the last of it only after all of it has proved to be what the digest says: nothing wrong is ever
    /// committed, whatever the target would take.
    async fn carry(
        &self,
        blob: &Descriptor,
        from: &Repository,
        into: &Repository,
        begun: Option<Upload>,
        meter: &Meter,
    ) -> Result<Carried, Problem>;

    /// Puts a manifest under a tag or its digest.
    async fn put_manifest(
        &self,
        at: &Repository,
        reference: &str,
        manifest: &Manifest,
    ) -> Result<Reply<Put>, Problem>;
}

/// How a mount ended.
#[derive(Debug)]
pub enum Mounted {
    /// The blob is there.
    Done,
    /// The registry would not, and has begun an upload instead.
    Upload(Upload),
}

/// An upload that has begun: a place that the registry named. Means something to the adapter only.
#[derive(Debug)]
pub struct Upload(pub String);

/// How bringing a blob ended.
#[derive(Debug)]
pub enum Carried {
    /// It is there.
    Done,
    /// The source does not have it.
    NotAtSource,
    /// The source will not give it.
    SourceRefused(Refusal),
    /// The target does not take it; `None` where it has no such repository.
    TargetRefused(Option<Refusal>),
}

/// What a registry said to a manifest that it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Put {
    /// Whether it has entered the manifest among those that refer to its subject (header `OCI-Subject`).
    pub refers: bool,
}

/// Counts bytes and requests while they happen. Clones are one counter.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    asked: AtomicU64,
    read: AtomicU64,
    sent: AtomicU64,
}

impl Meter {
    /// The source was asked for a blob once more.
    pub fn asked(&self) {
        self.0.asked.fetch_add(1, Ordering::Relaxed);
    }

    /// So many bytes came from the source.
    pub fn read(&self, bytes: u64) {
        self.0.read.fetch_add(bytes, Ordering::Relaxed);
    }

    /// So many bytes went to the target.
    pub fn sent(&self, bytes: u64) {
        self.0.sent.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Blob requests at the source, bytes from there, bytes to the target.
    #[must_use]
    pub fn counts(&self) -> (u64, u64, u64) {
        let Counts { asked, read, sent } = &*self.0;
        (asked.load(Ordering::Relaxed), read.load(Ordering::Relaxed), sent.load(Ordering::Relaxed))
    }
}

/// Remembers where blobs have been put, so that the next run mounts them instead of sending them again. It is a hint:
/// the target decides what is there. Synchronous: callers in async code move it to a blocking thread.
pub trait CopyJournal: Send + Sync {
    /// Blobs of a registry by their digests, each with a repository that it was to be put into.
    ///
    /// # Errors
    /// When it cannot be read.
    fn blobs(&self, registry: &RegistryName) -> Result<Vec<(String, Repository)>, Problem>;

    /// Blobs are about to be sent: their digests, and where to. Noted before they arrive, so that one that arrived just
    /// before the program was killed is tried as well.
    ///
    /// # Errors
    /// When they cannot be kept; then none of them is.
    fn sending(&self, blobs: &[(String, Repository)]) -> Result<(), Problem>;
}
