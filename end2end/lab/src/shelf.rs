//! A registry with a set of images to be copied, for measuring who copies how: Debian's docker-registry, filled
//! with layers that nothing can compress and that are the same every time.

use std::io::{Read as _, Write as _};
use std::path::Path;

use clap::ValueEnum;
use serde_json::{Value, json};

use crate::docker_registry::DockerRegistry;
use crate::error::{LabError, Result, file, json as json_error};

const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const MIB: usize = 1024 * 1024;

/// What is on the shelf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Set {
    /// Nothing: a place to copy to.
    Empty,
    /// 20 repositories for 2 platforms: each platform has two layers of 8 MiB that all share and two of 2 MiB of its own.
    Shared,
    /// One image with one layer of 1 GiB.
    Large,
    /// 200 repositories of one platform with three layers of 8 KiB, one of which all share.
    Small,
}

/// Serves a set until standard input ends. Prints one line of JSON first: the host, the file of the access log, and
/// the images.
///
/// # Errors
/// When docker-registry is missing or refuses.
pub async fn serve(set: Set) -> Result<()> {
    let missing =
        || LabError::Program { program: "docker-registry".into(), why: "it is not installed".into() };
    let registry = DockerRegistry::start().await?.ok_or_else(missing)?;
    let images = fill(&registry, set).await?;
    let line = json!({ "host": registry.host(), "access_log": registry.access_log_file(), "images": images });
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(file("cannot write to", Path::new("-")))?;
    let mut rest = Vec::new();
    std::io::stdin().read_to_end(&mut rest).map_err(file("cannot read", Path::new("-")))?;
    Ok(())
}

async fn fill(registry: &DockerRegistry, set: Set) -> Result<Vec<String>> {
    let mut images = Vec::new();
    match set {
        Set::Empty => {}
        Set::Shared => {
            for number in 1..=20 {
                let repository = format!("bench/shared-{number:02}");
                let mut entries = Vec::new();
                for architecture in ["amd64", "arm64"] {
                    let own = format!("{repository} {architecture}");
                    let layers = [
                        noise(&format!("base {architecture}"), 8 * MIB),
                        noise(&format!("runtime {architecture}"), 8 * MIB),
                        noise(&format!("{own} code"), 2 * MIB),
                        noise(&format!("{own} data"), 2 * MIB),
                    ];
                    let mut entry = image(registry, &repository, architecture, layers).await?;
                    entry["platform"] = json!({ "os": "linux", "architecture": architecture });
                    entries.push(entry);
                }
                let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": entries });
                registry.push_manifest(&repository, "1", INDEX, bytes(&index)?).await?;
                images.push(format!("{repository}:1"));
            }
        }
        Set::Large => images.push(tagged(registry, "bench/large", [noise("large", 1024 * MIB)]).await?),
        Set::Small => {
            for number in 1..=200 {
                let repository = format!("bench/small-{number:03}");
                let own = |layer: &str| noise(&format!("{repository} {layer}"), 8 * 1024);
                let layers = [noise("base", 8 * 1024), own("code"), own("data")];
                images.push(tagged(registry, &repository, layers).await?);
            }
        }
    }
    Ok(images)
}

async fn tagged(
    registry: &DockerRegistry,
    repository: &str,
    layers: impl IntoIterator<Item = Vec<u8>>,
) -> Result<String> {
    let manifest = manifest(registry, repository, "amd64", layers).await?;
    registry.push_manifest(repository, "1", IMAGE, manifest).await?;
    Ok(format!("{repository}:1"))
}

/// An image under its digest; the entry of it for an index.
async fn image(
    registry: &DockerRegistry,
    repository: &str,
    architecture: &str,
    layers: impl IntoIterator<Item = Vec<u8>>,
) -> Result<Value> {
    let manifest = manifest(registry, repository, architecture, layers).await?;
    let (digest, size) = (crate::images::digest(&manifest), manifest.len());
    registry.push_manifest(repository, &digest, IMAGE, manifest).await?;
    Ok(json!({ "mediaType": IMAGE, "digest": digest, "size": size }))
}

async fn manifest(
    registry: &DockerRegistry,
    repository: &str,
    architecture: &str,
    layers: impl IntoIterator<Item = Vec<u8>>,
) -> Result<Vec<u8>> {
    let mut named = Vec::new();
    for layer in layers {
        let size = layer.len();
        let digest = registry.push_blob(repository, layer).await?;
        named.push(json!({ "mediaType": LAYER, "digest": digest, "size": size }));
    }
    let config = bytes(&json!({ "os": "linux", "architecture": architecture, "of": repository }))?;
    let size = config.len();
    let digest = registry.push_blob(repository, config).await?;
    bytes(&json!({
        "schemaVersion": 2, "mediaType": IMAGE,
        "config": { "mediaType": CONFIG, "digest": digest, "size": size }, "layers": named,
    }))
}

fn bytes(value: &Value) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(json_error("an image"))
}

/// Bytes that differ by their name and look like noise (xorshift, Marsaglia 2003).
fn noise(name: &str, length: usize) -> Vec<u8> {
    let mut state = name.bytes().fold(0x9e37_79b9_7f4a_7c15_u64, |state, byte| {
        (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut out = Vec::with_capacity(length + 8);
    while out.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out.extend_from_slice(&state.to_le_bytes());
    }
    out.truncate(length);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_the_same_for_a_name_and_another_for_others() {
        assert_eq!(noise("a", 20), noise("a", 20));
        assert_eq!(noise("a", 20).len(), 20);
        assert_ne!(noise("a", 20), noise("b", 20));
        assert!(noise("a", 4096).iter().any(|byte| *byte != 0));
    }
}
