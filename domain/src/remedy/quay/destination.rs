//! quay.io as the place images come from.

use crate::cortex::quay_copy;
use crate::image::ImageReference;
use crate::remedy::rewrite::{Destination, Move};

/// The copies of Cortex's images under `quay.io/cortexlabs`.
pub(super) struct QuayCopies;

impl Destination for QuayCopies {
    fn decide(&self, image: &ImageReference) -> Move {
        match quay_copy(image) {
            Ok(copy) => Move::To(copy.as_written().to_owned()),
            Err(why) => Move::Stays(why.to_string()),
        }
    }

    fn reason(&self) -> &'static str {
        "quay.io holds the same image."
    }

    fn instead(&self, image: &ImageReference) -> String {
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
}
