//! The order in which the kubelet tries credentials for one image.

use std::cmp::Reverse;

use super::hidden::{self, Hidden};
use super::url::Address;
use super::{Entry, Place};
use crate::image::ImageReference;

/// What the kubelet does with a pod's pull secrets for one image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// What it tries, one after another until a pull succeeds. After the last has failed the pull has failed: it
    /// does not go on without a login (`kubeGenericRuntimeManager.PullImage`).
    pub candidates: Vec<Candidate>,
    /// Keys for the same registry that it never tries, in the order of the secrets.
    pub hidden: Vec<Hidden>,
}

impl Lookup {
    /// Whether no key of these secrets is for the image, so that the pull is anonymous unless the node has
    /// credentials of its own.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        self.candidates.is_empty()
    }
}

/// A credential that is tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Where it stands.
    pub place: Place,
    /// Whether name and password are both empty, as with `{}` or an `identitytoken` alone. It takes its turn like
    /// any other, and containerd then asks without a login.
    pub empty: bool,
    /// The user's name, masked; empty if it has none, and only dots where the login was not kept.
    pub username: String,
    /// Whether another key of the same secret comes to the same once cut (`docker.io` and `https://docker.io`).
    /// These stand side by side, and which is tried first differs from pull to pull.
    pub ambiguous: bool,
    /// Where it is among the keyring's entries.
    pub(super) index: usize,
}

/// Keys that match are tried from the last to the first by their bytes, so that a longer path comes before a
/// shorter one; under the same key, in the order of the secrets. Only if none matches is Docker Hub's last resort
/// asked, and only for images whose registry looks like no other host (`BasicDockerKeyring.Lookup`).
pub(super) fn among(entries: &[&Entry], image: &ImageReference) -> Lookup {
    // An image whose address does not parse matches nothing.
    let repository = Address::parse(&image.repository());
    let matches = |entry: &Entry| repository.as_ref().is_some_and(|repository| entry.key.matches(repository));
    let all = || entries.iter().copied().enumerate();

    let (mut tried, mut unused): (Vec<_>, Vec<_>) = all().partition(|(_, entry)| matches(entry));
    if tried.is_empty() && falls_back(image) {
        (tried, unused) = all().partition(|(_, entry)| entry.key.is_fallback());
    }
    tried.sort_by_key(|(_, entry)| (Reverse(entry.key.normalised()), entry.position));

    let first = tried.first().map(|(_, entry)| &entry.place);
    let hidden = unused.into_iter().filter_map(|(_, entry)| {
        let why = hidden::why(entry, image, first)?;
        Some(Hidden { place: entry.place.clone(), why })
    });
    Lookup { hidden: hidden.collect(), candidates: candidates(&tried) }
}

/// Whether the kubelet takes the image for Docker Hub's: by name, and also when the registry has neither dot nor
/// colon, as in `localhost/app` and `Foo/app` (`isDefaultRegistryMatch`).
pub(super) fn falls_back(image: &ImageReference) -> bool {
    image.domain() == "docker.io" || !image.domain().contains(['.', ':'])
}

/// In the same order, with their index; keys that come to the same are neighbours.
fn candidates(tried: &[(usize, &Entry)]) -> Vec<Candidate> {
    let groups = tried.chunk_by(|(_, one), (_, other)| one.is_twin_of(other));
    groups
        .flat_map(|group| {
            group.iter().map(|(index, entry)| Candidate {
                place: entry.place.clone(),
                empty: entry.empty,
                username: entry.username.clone(),
                ambiguous: group.len() > 1,
                index: *index,
            })
        })
        .collect()
}
