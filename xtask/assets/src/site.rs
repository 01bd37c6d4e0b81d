//! The folder of finished assets: hashed names, compressed siblings, manifest.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest as _, Sha256};

use crate::Outcome;

/// One published file.
pub struct File {
    /// What it is for: `style`, `module` or `wasm`.
    pub role: String,
    /// Its name, with a hash of its content.
    pub name: String,
    pub identity: Vec<u8>,
    pub brotli: Vec<u8>,
    pub gzip: Vec<u8>,
}

/// All published files.
#[derive(Default)]
pub struct Site {
    pub files: Vec<File>,
}

impl Site {
    /// The site in `folder`, if it was made from the inputs that `key` names and is complete.
    pub fn open(folder: &Path, key: &str) -> Option<Self> {
        let manifest = fs::read_to_string(folder.join("manifest")).ok()?;
        let mut lines = manifest.lines();
        if lines.next()?.strip_prefix("inputs ")? != key {
            return None;
        }
        let file = |line: &str| {
            let (role, name) = line.split_once(' ')?;
            let read = |ending: &str| fs::read(folder.join(format!("{name}{ending}"))).ok();
            Some(File {
                role: role.to_owned(),
                name: name.to_owned(),
                identity: read("")?,
                brotli: read(".br")?,
                gzip: read(".gz")?,
            })
        };
        Some(Self { files: lines.map(file).collect::<Option<_>>()? })
    }

    /// Compresses `content` and gives it a name; answers the name.
    pub fn add(&mut self, role: &str, stem: &str, ending: &str, content: Vec<u8>) -> Outcome<String> {
        let hash: String = hex(&Sha256::digest(&content)).chars().take(16).collect();
        let name = format!("{stem}-{hash}.{ending}");
        self.files.push(File {
            role: role.to_owned(),
            name: name.clone(),
            brotli: brotli(&content)?,
            gzip: gzip(&content)?,
            identity: content,
        });
        Ok(name)
    }

    /// Replaces what is in `folder`. The manifest comes last: without it, nothing there counts.
    pub fn write(&self, folder: &Path, key: &str) -> Outcome<()> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        let mut manifest = format!("inputs {key}\n");
        for File { role, name, identity, brotli, gzip } in &self.files {
            fs::write(folder.join(name), identity)?;
            fs::write(folder.join(format!("{name}.br")), brotli)?;
            fs::write(folder.join(format!("{name}.gz")), gzip)?;
            manifest.push_str(&format!("{role} {name}\n"));
        }
        Ok(fs::write(folder.join("manifest"), manifest)?)
    }
}

/// Brotli at its strongest, with a window that fits the content.
fn brotli(content: &[u8]) -> Outcome<Vec<u8>> {
    let parameters =
        BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: content.len(), ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &*content, &mut packed, &parameters)?;
    Ok(packed)
}

fn gzip(content: &[u8]) -> Outcome<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
