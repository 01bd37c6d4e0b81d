//! What a registry answered.

use super::{Refusal, Terms};

/// An answer, and what came with it about the asker's limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply<T> {
    /// The answer.
    pub answer: Answer<T>,
    /// The limit's headers, whatever the answer was.
    pub terms: Terms,
}

/// The thing that was asked for, or why it is not given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<T> {
    /// Here it is.
    Found(T),
    /// There is no such repository, tag or digest (status 404). Registries that hide what is private answer
    /// [`Reason::NotAllowed`](super::Reason::NotAllowed) instead.
    NotThere,
    /// The registry will not say.
    Refused(Refusal),
}

impl<T> Answer<T> {
    /// The thing, if it was given.
    pub fn found(self) -> Option<T> {
        match self {
            Self::Found(thing) => Some(thing),
            Self::NotThere | Self::Refused(_) => None,
        }
    }

    /// The thing; or else the same answer about whatever was hoped to come of it.
    ///
    /// # Errors
    /// [`Answer::NotThere`] or [`Answer::Refused`].
    pub fn given<U>(self) -> Result<T, Answer<U>> {
        match self {
            Self::Found(thing) => Ok(thing),
            Self::NotThere => Err(Answer::NotThere),
            Self::Refused(refusal) => Err(Answer::Refused(refusal)),
        }
    }

    /// The same answer about another thing.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Answer<U> {
        match self {
            Self::Found(thing) => Answer::Found(change(thing)),
            Self::NotThere => Answer::NotThere,
            Self::Refused(refusal) => Answer::Refused(refusal),
        }
    }
}

/// A manifest's headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The digest the registry states for it, if it states a well-formed one. Equal digests are equal images.
    pub digest: Option<String>,
    /// Manifest or index, of Docker's kind or OCI's.
    pub media_type: Option<String>,
    /// Length in bytes.
    pub size: Option<u64>,
}

/// A manifest or an index, as the very bytes that its digest is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Computed from the bytes, and equal to whatever digest was asked for or stated.
    pub digest: String,
    /// Manifest or index, of Docker's kind or OCI's.
    pub media_type: Option<String>,
    /// The bytes; hostile until read.
    pub bytes: Vec<u8>,
}
