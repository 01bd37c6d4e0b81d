//! What opens a repository: a token for a while, or name and password. Kept in memory for as long as it is good.
//! Registries that take the password itself take it everywhere; a token opens what it was asked for.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use base64::engine::general_purpose::STANDARD;
use base64::write::EncoderStringWriter;
use domain::evidence::RateLimit;
use domain::registry::{Credentials, RegistryName};
use reqwest::header::HeaderValue;

/// What is to be opened.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Door {
    pub(crate) registry: RegistryName,
    pub(crate) right: Right,
}

/// What is to be done there.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Right {
    /// Nothing yet: the registry as such.
    Greet,
    /// Reading one repository.
    Read(String),
    /// Writing into one.
    Write(String),
    /// Writing into one what another one of the same registry has.
    Mount { into: String, from: String },
}

impl Right {
    /// Repositories and what is to be done in each, in the words of scopes.
    pub(crate) fn scopes(&self) -> Vec<(&str, &'static str)> {
        const READ: &str = "pull";
        const WRITE: &str = "pull,push";
        match self {
            Self::Greet => Vec::new(),
            Self::Read(repository) => vec![(repository, READ)],
            Self::Write(repository) => vec![(repository, WRITE)],
            Self::Mount { into, from } => vec![(into, WRITE), (from, READ)],
        }
    }
}

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
        let everywhere = || passes.get(&front(door)).filter(|pass| pass.kind == Kind::Basic);
        let pass = passes.get(door).or_else(everywhere)?;
        pass.expires.is_none_or(|expires| Instant::now() < expires).then(|| pass.clone())
    }

    /// The pass for writing into a repository, whatever else it opens besides.
    pub(crate) fn for_writing(&self, registry: &RegistryName, repository: &str) -> Option<Pass> {
        let write = Door { registry: registry.clone(), right: Right::Write(repository.to_owned()) };
        let besides = || {
            let doors: Vec<Door> = self.all().keys().cloned().collect();
            let writes = |right: &Right| matches!(right, Right::Mount { into, .. } if into == repository);
            let mut doors =
                doors.into_iter().filter(|door| door.registry == *registry && writes(&door.right));
            doors.find_map(|door| self.get(&door))
        };
        self.get(&write).or_else(besides)
    }

    pub(crate) fn keep(&self, door: Door, pass: Pass) {
        let door = if pass.kind == Kind::Basic { front(&door) } else { door };
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

/// The registry's own door, which opens all others where the password itself is taken.
fn front(door: &Door) -> Door {
    Door { registry: door.registry.clone(), right: Right::Greet }
}
