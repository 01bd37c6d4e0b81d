//! A registry by the name that image references use for it.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::image::{ImageReference, ReferenceError};

const DOCKER_HUB: &str = "docker.io";
/// Its former name, which references may still carry.
const FORMER_DOCKER_HUB: &str = "index.docker.io";
/// The image that Docker keeps for asking how much of the limit is left. A HEAD of its manifest counts nothing
/// (Docker's page on usage and limits).
const DOCKER_HUBS_PREVIEW: &str = "docker.io/ratelimitpreview/test:latest";

/// A registry's name with its port, if any: `docker.io`, `quay.io`, `localhost:5000`. All names of Docker Hub are
/// one, `docker.io`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct RegistryName(String);

impl RegistryName {
    /// The registry that an image is pulled from.
    #[must_use]
    pub fn of(image: &ImageReference) -> Self {
        Self(if image.is_docker_hub() { DOCKER_HUB.to_owned() } else { image.domain().to_owned() })
    }

    /// The name, as references spell it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is Docker Hub.
    #[must_use]
    pub fn is_docker_hub(&self) -> bool {
        self.0 == DOCKER_HUB
    }

    /// The name for people.
    #[must_use]
    pub fn for_people(&self) -> &str {
        if self.is_docker_hub() { "Docker Hub" } else { &self.0 }
    }

    /// The image whose manifest can be asked for the pull limit without spending any of it. Only Docker Hub has
    /// one.
    #[must_use]
    pub fn preview_image(&self) -> Option<ImageReference> {
        self.is_docker_hub().then(|| DOCKER_HUBS_PREVIEW.parse().ok()).flatten()
    }
}

impl FromStr for RegistryName {
    type Err = ReferenceError;

    /// Takes what an image reference may have before its first `/`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let image: ImageReference = format!("{text}/some/image").parse()?;
        if image.domain() == text || text == FORMER_DOCKER_HUB {
            Ok(Self::of(&image))
        } else {
            Err(ReferenceError::NotARegistry { host: text.to_owned() })
        }
    }
}

impl Default for RegistryName {
    /// Docker Hub, as for references without a registry.
    fn default() -> Self {
        Self(DOCKER_HUB.to_owned())
    }
}

impl fmt::Display for RegistryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registries_are_read_as_in_references_and_docker_hub_has_one_name() {
        for (text, wanted) in [
            ("docker.io", Some("docker.io")),
            ("index.docker.io", Some("docker.io")),
            ("registry-1.docker.io", Some("docker.io")),
            ("quay.io", Some("quay.io")),
            ("localhost", Some("localhost")),
            ("127.0.0.1:5000", Some("127.0.0.1:5000")),
            ("[::1]:5000", Some("[::1]:5000")),
            ("nginx", None),
            ("quay.io/a", None),
            ("https://quay.io", None),
            ("quay.io ", None),
            ("user@quay.io", None),
            ("", None),
        ] {
            let read = text.parse::<RegistryName>().ok();
            assert_eq!(read.as_ref().map(RegistryName::as_str), wanted, "{text}");
        }
    }

    #[test]
    fn only_docker_hub_has_an_image_to_ask_by() {
        let preview = RegistryName::default().preview_image().unwrap();
        assert_eq!(preview.path(), "ratelimitpreview/test");
        assert_eq!("quay.io".parse::<RegistryName>().unwrap().preview_image(), None);
    }
}
