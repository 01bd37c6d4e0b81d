//! A pull secret as the kubelet finds it, and what can be wrong inside.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::{ExposeSecret as _, SecretSlice};
use serde::{Deserialize, Serialize};

use super::json;
use super::login::{AuthError, Login};

/// The two forms of a pull secret. Each belongs to one type of Secret and stands under one key of its data; any
/// other combination is no pull secret to the kubelet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Docker's `config.json`: the credentials stand below `auths`.
    DockerConfigJson,
    /// Docker's older `.dockercfg`: the credentials stand at the top.
    Dockercfg,
}

impl Form {
    /// The form that a Secret of this `type` has.
    #[must_use]
    pub fn of_type(secret_type: &str) -> Option<Self> {
        match secret_type {
            "kubernetes.io/dockerconfigjson" => Some(Self::DockerConfigJson),
            "kubernetes.io/dockercfg" => Some(Self::Dockercfg),
            _ => None,
        }
    }

    /// The key of the Secret's `data` that holds it.
    #[must_use]
    pub fn data_key(self) -> &'static str {
        match self {
            Self::DockerConfigJson => ".dockerconfigjson",
            Self::Dockercfg => ".dockercfg",
        }
    }
}

/// One entry of `imagePullSecrets` and what the kubelet finds for it.
#[derive(Debug)]
pub struct PullSecret {
    name: String,
    content: Option<(Form, SecretSlice<u8>)>,
}

impl PullSecret {
    /// A secret of this form with the decoded bytes that stand under [`Form::data_key`].
    #[must_use]
    pub fn new(name: impl Into<String>, form: Form, data: SecretSlice<u8>) -> Self {
        Self { name: name.into(), content: Some((form, data)) }
    }

    /// A secret that the kubelet passes over: it is absent (which leaves the event
    /// `FailedToRetrieveImagePullSecret`), of another type, or without its key.
    #[must_use]
    pub fn passed_over(name: impl Into<String>) -> Self {
        Self { name: name.into(), content: None }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its logins by key as written. Empty data is passed over too.
    pub(super) fn logins(&self) -> Result<BTreeMap<String, Login>, Unusable> {
        let Some((form, data)) = &self.content else { return Ok(BTreeMap::new()) };
        let data = data.expose_secret();
        if data.is_empty() {
            return Ok(BTreeMap::new());
        }
        json::read(*form, data).map_err(|defect| Unusable { secret: self.name.clone(), defect })
    }
}

/// A pull secret that makes every pull of its pod fail.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the pull secret {secret} cannot be read: {defect}")]
pub struct Unusable {
    /// The secret's name; the first such one in the list.
    pub secret: String,
    /// What is wrong with it.
    pub defect: Defect,
}

/// What makes a pull secret unreadable. Lines count from 1, columns are bytes read of that line; the content itself
/// is never quoted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Defect {
    /// It begins with a byte order mark, as editors on Windows write it.
    ByteOrderMark,
    /// It is no JSON.
    NotJson {
        /// Line.
        line: usize,
        /// Column.
        column: usize,
    },
    /// It is JSON, but has another kind of value where an object or a text must be.
    WrongKind {
        /// Line.
        line: usize,
        /// Column.
        column: usize,
    },
    /// The `auth` of one key cannot be decoded. It spoils all other keys too.
    Auth {
        /// The key as written, without a login.
        key: String,
        /// Why.
        why: AuthError,
    },
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByteOrderMark => f.write_str("it begins with a byte order mark"),
            Self::NotJson { line, column } => write!(f, "it is not JSON at line {line}, column {column}"),
            Self::WrongKind { line, column } => {
                write!(f, "it has a value of the wrong kind near line {line}, column {column}")
            }
            Self::Auth { key, why } => write!(f, "auth of {key} {why}"),
        }
    }
}
