//! What opens a repository: a token for a while, or name and password. Kept in memory for as long as it is good.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use base64::engine::general_purpose::STANDARD;
use base64::write::EncoderStringWriter;
use domain::evidence::RateLimit;
use domain::registry::{Credentials, RegistryName};
use reqwest::header::HeaderValue;

/// A registry and a repository in it, or the registry as such.
pub(crate) type Door = (RegistryName, Option<String>);

/// An `Authorization` header and what is known of it. It has no `Debug`, so that it cannot be logged by mistake.
#[derive(Clone)]
pub(crate) struct Pass {
    pub(crate) header: HeaderValue,
    pub(crate) kind: Kind,
    /// `None` for a pass that does not expire by itself.
    pub(crate) expires: Option<Instant>,
    /// The name of the token service that gave it.
    pub(crate) service: Option<String>,
    /// The pull limit written in it, if it can be read.
    pub(crate) limit: Option<RateLimit>,
}

/// How a refusal of a pass is to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Who holds a token has logged in already.
    Token,
    /// Name and password are looked at only now.
    Basic,
}

impl Pass {
    /// Name and password themselves (RFC 7617).
    pub(crate) fn basic(credentials: &Credentials) -> Option<Self> {
        let header = basic(credentials)?;
        Some(Self { header, kind: Kind::Basic, expires: None, service: None, limit: None })
    }
}

/// `Basic …`, encoded piece by piece so that no copy of the password stays behind in the clear.
pub(crate) fn basic(credentials: &Credentials) -> Option<HeaderValue> {
    let mut writer = EncoderStringWriter::from_consumer("Basic ".to_owned(), &STANDARD);
    write!(writer, "{}:{}", credentials.username(), credentials.expose_password()).ok()?;
    secret(&writer.into_inner())
}

/// A header's value that is kept out of logs.
pub(crate) fn secret(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The passes of one client.
#[derive(Default)]
pub(crate) struct Passes(Mutex<BTreeMap<Door, Pass>>);

impl Passes {
    /// The pass for a door, if there is one that is still good.
    pub(crate) fn get(&self, door: &Door) -> Option<Pass> {
        let passes = self.all();
        let pass = passes.get(door)?;
        pass.expires.is_none_or(|expires| Instant::now() < expires).then(|| pass.clone())
    }

    pub(crate) fn keep(&self, door: Door, pass: Pass) {
        self.all().insert(door, pass);
    }

    pub(crate) fn forget(&self, door: &Door) {
        self.all().remove(door);
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<Door, Pass>> {
        // Whoever panicked left a whole map.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
