//! What is to become of one image: the question every part of this remedy asks.

use crate::cortex::{NoCopy, quay_copy};
use crate::image::ImageReference;

/// What this remedy does with an image.
pub(super) enum Move {
    /// It is not on Docker Hub, or no reference at all: not our business.
    Elsewhere,
    /// The copy to use.
    To(String),
    /// It stays on Docker Hub.
    Stays(ImageReference, NoCopy),
}

/// Decides for an image as written.
pub(super) fn decide(image: &str) -> Move {
    match image.parse::<ImageReference>() {
        Ok(reference) if reference.is_docker_hub() => match quay_copy(&reference) {
            Ok(copy) => Move::To(copy.as_written().to_owned()),
            Err(why) => Move::Stays(reference, why),
        },
        _ => Move::Elsewhere,
    }
}

/// Another way for an image that stays.
pub(super) fn instead(image: &ImageReference) -> String {
    match image.path().strip_prefix("library/").filter(|name| !name.contains('/')) {
        Some(name) if image.digest().is_none() => {
            let tag = image.tag().unwrap_or("latest");
            format!(
                "public.ecr.aws/docker/library/{name}:{tag}, Docker's own copy of official images: check that \
                 this tag exists there first. Without an account it allows one pull a second from outside AWS."
            )
        }
        _ => {
            "Copy it to a registry of your own and name that one, or pull it with a paid Docker Hub account \
              through a pull secret."
                .to_owned()
        }
    }
}
