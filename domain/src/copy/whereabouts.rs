//! Which blob is where at the target, so that each is sent once however many images share it.

use std::collections::{BTreeMap, BTreeSet};

use super::Repository;
use crate::registry::RegistryName;

/// What is known of blobs at targets: proven in this run, or remembered from an earlier one.
#[derive(Debug, Default)]
pub struct Whereabouts {
    blobs: BTreeMap<(RegistryName, String), Places>,
}

#[derive(Debug, Default)]
struct Places {
    proven: BTreeSet<String>,
    remembered: BTreeSet<String>,
}

/// What there is to do about one blob in one repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Errand {
    /// It is there.
    Nothing,
    /// The same registry has it elsewhere, so it is to be taken over from there.
    Mount(Repository),
    /// Nothing is known of it: look, and bring it if it is not there.
    Look,
}

impl Whereabouts {
    /// What to do. What was remembered is a hint: of the repository itself it is looked at, of another one it is tried.
    #[must_use]
    pub fn errand(&self, digest: &str, into: &Repository) -> Errand {
        let key = (into.registry.clone(), digest.to_owned());
        let Some(places) = self.blobs.get(&key) else { return Errand::Look };
        if places.proven.contains(&into.path) {
            return Errand::Nothing;
        }
        if places.remembered.contains(&into.path) {
            return Errand::Look;
        }
        let elsewhere = places.proven.iter().chain(&places.remembered).next();
        elsewhere.map_or(Errand::Look, |path| {
            Errand::Mount(Repository { registry: into.registry.clone(), path: path.clone() })
        })
    }

    /// An earlier run put it there.
    pub fn remember(&mut self, digest: &str, at: &Repository) {
        self.places(digest, at).remembered.insert(at.path.clone());
    }

    /// It is there.
    pub fn prove(&mut self, digest: &str, at: &Repository) {
        self.places(digest, at).proven.insert(at.path.clone());
    }

    /// It is not there after all.
    pub fn forget(&mut self, digest: &str, at: &Repository) {
        let places = self.places(digest, at);
        places.proven.remove(&at.path);
        places.remembered.remove(&at.path);
    }

    fn places(&mut self, digest: &str, at: &Repository) -> &mut Places {
        self.blobs.entry((at.registry.clone(), digest.to_owned())).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository(path: &str) -> Repository {
        let (registry, path) = path.split_once('/').unwrap();
        Repository { registry: registry.parse().unwrap(), path: path.to_owned() }
    }

    #[test]
    fn a_blob_is_looked_for_then_brought_once_then_mounted() {
        let (one, two) = (repository("quay.io/one"), repository("quay.io/two"));
        let mut blobs = Whereabouts::default();
        assert_eq!(blobs.errand("sha256:a", &one), Errand::Look);
        blobs.prove("sha256:a", &one);
        assert_eq!(blobs.errand("sha256:a", &one), Errand::Nothing);
        assert_eq!(blobs.errand("sha256:a", &two), Errand::Mount(one.clone()));
        assert_eq!(blobs.errand("sha256:b", &two), Errand::Look);
        assert_eq!(
            blobs.errand("sha256:a", &repository("ghcr.io/two")),
            Errand::Look,
            "not across registries"
        );
    }

    #[test]
    fn memory_is_a_hint_and_not_a_proof() {
        let (one, two, three) =
            (repository("quay.io/one"), repository("quay.io/two"), repository("quay.io/three"));
        let mut blobs = Whereabouts::default();
        blobs.remember("sha256:a", &one);
        assert_eq!(blobs.errand("sha256:a", &one), Errand::Look);
        assert_eq!(blobs.errand("sha256:a", &two), Errand::Mount(one.clone()));
        blobs.prove("sha256:a", &two);
        assert_eq!(blobs.errand("sha256:a", &three), Errand::Mount(two), "what is proven comes first");
        blobs.forget("sha256:a", &one);
        assert_eq!(blobs.errand("sha256:a", &one), Errand::Mount(repository("quay.io/two")));
    }
}
