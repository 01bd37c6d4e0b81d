//! Tiny images, made in memory: one busybox for all of them, and a file that makes each one different.
//!
//! A node that already has a manifest's content pulls nothing under another name. So images of different identity never
//! share theirs, and whoever gives two places one identity wants to see just that.

use std::sync::OnceLock;

use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::error::{LabError, Result, file, json as json_error};

const BUSYBOX: &str = "/bin/busybox";
const COMMANDS: [&str; 12] =
    ["sh", "sleep", "true", "false", "echo", "cat", "cp", "ls", "mkdir", "wget", "date", "env"];

/// Sleeps until it is asked to end, and then ends at once: a pod should not take its grace period.
const SERVE: &str = "trap 'exit 0' TERM INT; while :; do sleep 3600 & wait $!; done";

/// What a container of an image does when the pod says nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// Runs until it is stopped, whatever its arguments.
    Serve,
    /// Ends with success at once, whatever its arguments.
    Finish,
    /// Has no entry point, as busybox itself: the pod's command decides.
    Shell,
}

/// A piece of an image and its digest.
#[derive(Debug, Clone)]
pub struct Blob {
    /// `sha256:…` of the bytes.
    pub digest: String,
    /// The bytes.
    pub bytes: Bytes,
}

impl Blob {
    fn new(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self { digest: digest(&bytes), bytes }
    }

    fn json(value: &Value) -> Result<Self> {
        Ok(Self::new(serde_json::to_vec(value).map_err(json_error("an image"))?))
    }

    fn descriptor(&self, media_type: &str) -> Value {
        json!({ "mediaType": media_type, "digest": self.digest, "size": self.bytes.len() })
    }
}

/// `sha256:…` of some bytes.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// An image for one platform, as the OCI image specification has it.
#[derive(Debug, Clone)]
pub struct Image {
    /// The layer with busybox, the same in every image.
    pub base: Blob,
    /// The layer that only this image has.
    pub own: Blob,
    /// The configuration.
    pub config: Blob,
    /// The manifest; its digest is the image's.
    pub manifest: Blob,
}

/// The manifest's media type.
pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

/// Makes the image that calls itself `identity`.
///
/// # Errors
/// When the machine's busybox cannot be read.
pub fn build(identity: &str, behaviour: Behaviour) -> Result<Image> {
    build_on(base_layer()?, identity, behaviour)
}

fn build_on(base: Blob, identity: &str, behaviour: Behaviour) -> Result<Image> {
    let own = layer(|tar| tar_file(tar, "etc/image-name", 0o644, identity.as_bytes()))?;
    let (entrypoint, command): (Value, Value) = match behaviour {
        Behaviour::Serve => (json!(["/bin/sh", "-c", SERVE]), Value::Null),
        Behaviour::Finish => (json!(["/bin/true"]), Value::Null),
        Behaviour::Shell => (Value::Null, json!(["sh"])),
    };
    let config = Blob::json(&json!({
        "architecture": architecture(),
        "os": "linux",
        "config": { "Entrypoint": entrypoint, "Cmd": command, "Env": ["PATH=/bin"] },
        "rootfs": { "type": "layers", "diff_ids": [base.digest, own.digest] },
        "history": [{ "created_by": "busybox" }, { "created_by": identity }],
    }))?;
    let manifest = Blob::json(&json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": config.descriptor(CONFIG),
        "layers": [base.descriptor(LAYER), own.descriptor(LAYER)],
    }))?;
    Ok(Image { base, own, config, manifest })
}

/// One image as an OCI archive under `name`, for a node's import.
///
/// # Errors
/// When it cannot be put together.
pub fn archive(name: &str, image: &Image) -> Result<Bytes> {
    let mut manifest = image.manifest.descriptor(MANIFEST);
    manifest["annotations"] = json!({ "io.containerd.image.name": name });
    let index = Blob::json(&json!({ "schemaVersion": 2, "manifests": [manifest] }))?;
    layer(|tar| {
        tar_file(tar, "oci-layout", 0o644, br#"{"imageLayoutVersion":"1.0.0"}"#)?;
        tar_file(tar, "index.json", 0o644, &index.bytes)?;
        for blob in [&image.base, &image.own, &image.config, &image.manifest] {
            let path = format!("blobs/{}", blob.digest.replace(':', "/"));
            tar_file(tar, &path, 0o644, &blob.bytes)?;
        }
        Ok(())
    })
    .map(|blob| blob.bytes)
}

/// The layer with busybox and its commands; the file is read once.
fn base_layer() -> Result<Blob> {
    static BASE: OnceLock<Blob> = OnceLock::new();
    if let Some(base) = BASE.get() {
        return Ok(base.clone());
    }
    let path = std::path::Path::new(BUSYBOX);
    let busybox = std::fs::read(path).map_err(file("cannot read", path))?;
    let base = layer(|tar| {
        tar_file(tar, "bin/busybox", 0o755, &busybox)?;
        for command in COMMANDS {
            let mut header = header(0o777, 0);
            header.set_entry_type(tar::EntryType::Symlink);
            tar.append_link(&mut header, format!("bin/{command}"), "busybox")?;
        }
        tar_file(tar, "etc/passwd", 0o644, b"root:x:0:0:root:/:/bin/sh\n")
    })?;
    Ok(BASE.get_or_init(|| base).clone())
}

type Tar = tar::Builder<Vec<u8>>;

fn layer(fill: impl FnOnce(&mut Tar) -> std::io::Result<()>) -> Result<Blob> {
    let mut tar = Tar::new(Vec::new());
    let bytes = fill(&mut tar).and_then(|()| tar.into_inner());
    bytes.map(Blob::new).map_err(|error| LabError::Program { program: "tar".into(), why: error.to_string() })
}

fn tar_file(tar: &mut Tar, path: &str, mode: u32, content: &[u8]) -> std::io::Result<()> {
    tar.append_data(&mut header(mode, content.len() as u64), path, content)
}

/// A header with no time and no owner, so that the same image has the same digest every time.
fn header(mode: u32, size: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_mode(mode);
    header.set_size(size);
    header.set_mtime(0);
    header
}

/// The machine's processor as OCI images name it.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_make_digests_differ_and_nothing_else_does() {
        let image = |identity| build_on(Blob::new("busybox"), identity, Behaviour::Serve).unwrap();
        let one = image("docker.io/cortexlabs/operator:0.22.1");
        let same = image("docker.io/cortexlabs/operator:0.22.1");
        let copy = image("quay.io/cortexlabs/operator:0.22.1");
        assert_eq!(one.manifest.digest, same.manifest.digest);
        assert_ne!(one.manifest.digest, copy.manifest.digest);
        assert_ne!(one.config.digest, copy.config.digest);
        assert_eq!(one.base.digest, copy.base.digest);
    }
}
