//! Whether a secret that does not exist yet would be used.

use super::{Candidate, Entry, Keyring, Place, Why, lookup};
use crate::image::ImageReference;

/// What would become of a credential appended to a pod's pull secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// It is tried.
    Tried {
        /// What is tried before it, in this order; it has its turn when all of these have failed. A candidate
        /// before it may well succeed, and an empty one asks without a login.
        after: Vec<Candidate>,
        /// What is tried for this image today and no longer would be, because the new key matches directly and
        /// these are Docker Hub's last resort.
        hides: Vec<Place>,
    },
    /// It is never tried for this image: [`Why`] names the key that hides it or the mistake in it, and is `None`
    /// for a key of another registry or other repositories.
    NotTried {
        /// Why.
        why: Option<Why>,
    },
}

impl Keyring {
    /// Whether a new secret with this one key (`https://index.docker.io/v1/`, as kubectl writes it, or another)
    /// would be used for `image` if the secret were appended to this list. A secret of the same name that it is to
    /// replace must not be in the list.
    #[must_use]
    pub fn reach(&self, secret: &str, key: &str, image: &ImageReference) -> Reach {
        let new = Entry::of_key(usize::MAX, secret, key);
        let entries: Vec<&Entry> = self.entries.iter().chain([&new]).collect();
        let mut with = lookup::among(&entries, image);

        let is_new = |candidate: &Candidate| candidate.index == self.entries.len();
        if let Some(turn) = with.candidates.iter().position(is_new) {
            let before = self.lookup(image).candidates.into_iter();
            let lost = before.filter(|candidate| !with.candidates.contains(candidate));
            let hides = lost.map(|candidate| candidate.place).collect();
            with.candidates.truncate(turn);
            return Reach::Tried { after: with.candidates, hides };
        }
        let why = with.hidden.pop().filter(|hidden| hidden.place == new.place).map(|hidden| hidden.why);
        Reach::NotTried { why }
    }
}
