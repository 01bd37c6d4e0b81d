//! What a remedy has to ask registries before it can say where images come from.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::{Destination, Move};
use crate::equivalents::Inquiry;
use crate::image::ImageReference;

/// A destination that only notes which images come up: exactly those that a real one would be asked about.
#[derive(Default)]
pub(super) struct Asking(RefCell<BTreeMap<String, ImageReference>>);

impl Asking {
    /// One inquiry for each image that there is something to ask about, sorted by name.
    pub(super) fn into_inquiries(self, about: impl Fn(&ImageReference) -> Option<Inquiry>) -> Vec<Inquiry> {
        self.0.into_inner().values().filter_map(about).collect()
    }
}

impl Destination for Asking {
    fn decide(&self, image: &ImageReference) -> Move {
        self.0.borrow_mut().insert(image.normalized(), image.clone());
        Move::Stays(String::new())
    }

    fn instead(&self, _image: &ImageReference) -> String {
        String::new()
    }
}
