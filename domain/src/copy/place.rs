//! Where images and their pieces are.

use std::fmt;

use crate::image::{ImageReference, ReferenceError};
use crate::registry::RegistryName;

/// A repository in a registry: what holds tags, manifests and blobs of their own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Repository {
    /// The registry.
    pub registry: RegistryName,
    /// The repository's name in it, such as `library/nginx`.
    pub path: String,
}

impl Repository {
    /// The repository an image is in.
    #[must_use]
    pub fn of(image: &ImageReference) -> Self {
        Self { registry: RegistryName::of(image), path: image.path().to_owned() }
    }

    /// The image under a tag of this repository.
    ///
    /// # Errors
    /// If it is no tag. Registries list tags, and may list anything.
    pub fn tagged(&self, tag: &str) -> Result<ImageReference, ReferenceError> {
        format!("{self}:{tag}").parse()
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.path)
    }
}
