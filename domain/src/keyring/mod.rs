//! Which credential a kubelet uses for an image, given the pull secrets of a pod.
//!
//! A secret that looks right may never be used: the kubelet compares the keys of all secrets with the image's
//! name by rules of its own, and one key can hide another. The rules here are those of Kubernetes 1.34
//! (`pkg/credentialprovider` and its `secrets`, `pkg/kubelet/images`), of Go's `encoding/json`, `net/url` and
//! `path/filepath` underneath, and a test in the lab holds them against the kubelet's own package.
//!
//! Must not know where secrets come from, and never learns whether a registry would accept a login. What a node
//! holds of its own (`/var/lib/kubelet/config.json`, credential provider plug-ins) is tried after everything
//! that is decided here.

mod hidden;
mod json;
mod key;
mod login;
mod lookup;
mod outline;
mod reach;
mod secret;
mod url;

pub use hidden::{Hidden, Why};
pub use login::{AuthError, Login};
pub use lookup::{Candidate, Lookup};
pub use outline::{KeyOutline, Outline};
pub use reach::Reach;
pub use secret::{Defect, Form, PullSecret, Unusable};

use std::fmt;

use crate::image::ImageReference;
use key::Key;

/// All credentials of a pod's pull secrets, as the kubelet reads them for every pull. Read from secrets it holds
/// passwords, so it is neither stored nor sent: ask it and drop it. What may be kept of one is its [`Outline`]s.
#[derive(Debug)]
pub struct Keyring {
    entries: Vec<Entry>,
}

/// One key of one secret and what stands under it.
#[derive(Debug)]
struct Entry {
    /// The secret's place in the pod's list; the same name may be listed twice.
    position: usize,
    place: Place,
    key: Key,
    /// Whether name and password are both empty.
    empty: bool,
    /// The user's name, masked.
    username: String,
    /// `None` where only the key is known.
    login: Option<Login>,
}

/// Where a credential stands: which key in which secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The secret's name.
    pub secret: String,
    /// The key of `auths` as written, but for a login written into it, which is masked.
    pub key: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in secret {}", self.key, self.secret)
    }
}

impl Keyring {
    /// Reads the secrets in the order of the pod's `imagePullSecrets`.
    ///
    /// # Errors
    /// When one of them cannot be understood: then the kubelet pulls no image of this pod that is not on the node,
    /// whatever registry it comes from (`MakeDockerKeyring`).
    pub fn read(secrets: &[PullSecret]) -> Result<Self, Unusable> {
        let mut entries = Vec::new();
        for (position, secret) in secrets.iter().enumerate() {
            for (key, login) in secret.logins()? {
                entries.push(Entry::of_login(position, secret.name(), &key, login));
            }
        }
        Ok(Self { entries })
    }

    /// What the kubelet tries for this image.
    #[must_use]
    pub fn lookup(&self, image: &ImageReference) -> Lookup {
        lookup::among(&self.entries.iter().collect::<Vec<_>>(), image)
    }

    /// The login behind a candidate of this keyring, to try it at its registry. `None` for another keyring's, and
    /// where logins were not kept.
    #[must_use]
    pub fn login(&self, candidate: &Candidate) -> Option<&Login> {
        self.entries.get(candidate.index).filter(|entry| entry.place == candidate.place)?.login.as_ref()
    }
}

impl Entry {
    fn of_login(position: usize, secret: &str, key: &str, login: Login) -> Self {
        let (empty, username) = (login.is_empty(), login.masked_username());
        Self { empty, username, login: Some(login), ..Self::of_key(position, secret, key) }
    }

    /// An entry of which only the key matters.
    fn of_key(position: usize, secret: &str, key: &str) -> Self {
        let place = Place { secret: secret.to_owned(), key: key::without_login(key) };
        Self { position, place, key: Key::read(key), empty: false, username: String::new(), login: None }
    }

    /// Whether it is another spelling of the same key in the same secret; the kubelet keeps both in no order.
    fn is_twin_of(&self, other: &Self) -> bool {
        self.position == other.position && self.key.normalised() == other.key.normalised()
    }
}
