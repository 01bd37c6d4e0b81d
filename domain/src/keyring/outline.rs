//! What may be kept of a pull secret: its keys, without what stands under them.
//!
//! A kubelet chooses among credentials by their keys alone, so a keyring of outlines answers as the secrets would.

use serde::{Deserialize, Serialize};

use super::key::{Key, without_login};
use super::{Defect, Entry, Keyring, Place, PullSecret, Unusable};
use crate::evidence::mask;

/// Stands for a user's name that was not kept.
const SOMEBODY: &str = "•••••";

/// One entry of `imagePullSecrets` without its logins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "content", rename_all = "snake_case")]
pub enum Outline {
    /// Its keys, in the order of their bytes; none where the kubelet passes the secret over.
    Keys {
        /// The keys.
        keys: Vec<KeyOutline>,
    },
    /// It makes every pull of its pod fail.
    Unusable {
        /// Why.
        defect: Defect,
    },
}

/// One key of a pull secret, and whether a login stands under it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyOutline {
    /// The key as written, but for a login written into it, which is masked.
    pub key: String,
    /// Host and path, by which the kubelet compares it; `None` for a key that is no address. Masked as well: a
    /// secret in there would be worth more than the comparison.
    compared: Option<String>,
    /// Whether name and password are both empty.
    pub empty: bool,
    /// Whether there is a user name.
    pub named: bool,
}

impl KeyOutline {
    /// What the kubelet compares, where that is an address: `index.docker.io`, `quay.io/team`.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        self.compared.as_deref()
    }
}

impl PullSecret {
    /// What may be kept of this secret.
    #[must_use]
    pub fn outline(&self) -> Outline {
        let logins = match self.logins() {
            Ok(logins) => logins,
            Err(Unusable { defect, .. }) => return Outline::Unusable { defect },
        };
        let keys = logins.iter().map(|(key, login)| KeyOutline {
            key: without_login(key),
            compared: Key::read(key).normalised().map(mask),
            empty: login.is_empty(),
            named: !login.username().is_empty(),
        });
        Outline::Keys { keys: keys.collect() }
    }
}

impl Keyring {
    /// The keyring of secrets whose logins were not kept, by name, in the order of the pod's `imagePullSecrets`. It
    /// answers as [`Keyring::read`] would, but knows no login.
    ///
    /// # Errors
    /// As for [`Keyring::read`].
    pub fn of_outlines(secrets: &[(&str, &Outline)]) -> Result<Self, Unusable> {
        let mut entries = Vec::new();
        for (position, (secret, outline)) in secrets.iter().enumerate() {
            match outline {
                Outline::Keys { keys } => entries.extend(keys.iter().map(|key| key.entry(position, secret))),
                Outline::Unusable { defect } => {
                    return Err(Unusable { secret: (*secret).to_owned(), defect: defect.clone() });
                }
            }
        }
        Ok(Self { entries })
    }
}

impl KeyOutline {
    fn entry(&self, position: usize, secret: &str) -> Entry {
        Entry {
            position,
            place: Place { secret: secret.to_owned(), key: self.key.clone() },
            key: Key::compared(self.compared.clone()),
            empty: self.empty,
            username: if self.named { SOMEBODY.to_owned() } else { String::new() },
            login: None,
        }
    }
}
