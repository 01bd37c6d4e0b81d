//! What a file might be, by its name and its first bytes.

use std::io::{self, Read};

use crate::archive::Form;

/// How much is looked at.
const HEAD: usize = 4096;

/// The first bytes of a file, at most [`HEAD`].
pub(super) fn head(reader: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD);
    reader.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// Whether a file begins with the mark of UTF-16, in either order of bytes.
pub(super) fn has_utf16_mark(head: &[u8]) -> bool {
    head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff])
}

/// How a file is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guess {
    /// JSON and nothing else.
    Json,
    /// Starts like JSON, and may be YAML in flow style or a template.
    JsonOrYaml,
    /// YAML.
    Yaml,
    /// Text that says nothing of itself, and that the user wants read.
    Perhaps,
    /// Neither: logs, prose, pictures, archives within archives.
    Other,
}

impl Guess {
    /// A file that says by its name that it is YAML or JSON is read as such and complained about if it is
    /// not. Others are read only when they begin like a manifest, or when the user `named` this very file:
    /// logs that lie in a folder may hold lines of JSON.
    pub(super) fn of(name: &str, named: bool, head: &[u8]) -> Self {
        let base = name.rsplit('/').next().unwrap_or(name);
        let extension = base.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
        let starts_like_json = matches!(text.trim_ascii_start().first(), Some(b'{' | b'['));
        match extension.as_deref() {
            Some("json") => Self::Json,
            Some("yaml" | "yml") if starts_like_json => Self::JsonOrYaml,
            Some("yaml" | "yml") => Self::Yaml,
            Some("txt" | "log" | "md") if !named && !begins_like_yaml(text) => Self::Other,
            _ if head.contains(&0) || Form::of(head).is_some() => Self::Other,
            _ if starts_like_json => Self::JsonOrYaml,
            _ if begins_like_yaml(text) => Self::Yaml,
            _ if named => Self::Perhaps,
            _ => Self::Other,
        }
    }
}

/// Whether a line near the start is one that manifests or Cortex files have.
fn begins_like_yaml(head: &[u8]) -> bool {
    const MARKS: [&[u8]; 4] = [b"apiVersion:", b"kind:", b"cluster_name:", b"- name:"];
    head.split(|&byte| byte == b'\n').any(|line| MARKS.iter().any(|mark| line.starts_with(mark)))
}
