//! The kubelet's side: asks its package and reads the answers.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lab::kube_binary;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Layout, Secret};

/// For one layout: why no image can be pulled, or what is found for each.
#[derive(Debug, Deserialize)]
pub struct Answer {
    pub error: Option<String>,
    #[serde(default)]
    pub images: Vec<Found>,
}

/// For one image: why its name is refused, or every order of credentials that was seen.
#[derive(Debug, Deserialize)]
pub struct Found {
    pub error: Option<String>,
    #[serde(deserialize_with = "null_is_none")]
    pub orders: Vec<Vec<Tried>>,
}

/// A credential; hashes, so that odd bytes and secrets need no care.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Tried {
    secret: String,
    username_sha256: String,
    password_sha256: String,
}

impl Tried {
    pub fn new(secret: &str, username: &[u8], password: &[u8]) -> Self {
        Self { secret: secret.to_owned(), username_sha256: hash(username), password_sha256: hash(password) }
    }
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn null_is_none<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Vec<Tried>>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Asks for all layouts at once.
pub fn ask(layouts: &[Layout], images: &[&str]) -> Vec<Answer> {
    let program = kube_binary::ensure_keyring().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("questions.jsonl");
    let mut questions = BufWriter::new(File::create(&path).unwrap());
    for layout in layouts {
        let secrets: Vec<Value> = layout.iter().map(secret).collect();
        writeln!(questions, "{}", json!({ "secrets": secrets, "images": images })).unwrap();
    }
    questions.into_inner().unwrap();

    let output = Command::new(program).stdin(File::open(&path).unwrap()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answers = String::from_utf8(output.stdout).unwrap();
    answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn secret(secret: &Secret) -> Value {
    let data = STANDARD.encode(&secret.data);
    json!({ "name": secret.name, "type": secret.secret_type, "data": { secret.key: data } })
}
