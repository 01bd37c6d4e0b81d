//! The one program that holds all of Kubernetes, built from Go modules once and kept in a cache.

use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest as _, Sha256};

use crate::error::{LabError, Result, file};

/// The version of Kubernetes that `kube/go.mod` names.
pub const VERSION: &str = "v1.34.4";

/// The path of the built program; builds it first when the cache has none of these sources. A cold build
/// takes five minutes on two cores.
///
/// # Errors
/// When Go is missing, the build fails, or the cache cannot be written.
pub fn ensure() -> Result<PathBuf> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("kube");
    let flags = linker_flags();
    let cache = cache_dir().join(format!("kube-{}", fingerprint(&sources, &flags)?));
    let program = cache.join("lab-kube");
    if program.exists() {
        return Ok(program);
    }
    std::fs::create_dir_all(&cache).map_err(file("cannot make the directory", &cache))?;
    // Under another name until it is whole: a second builder or a crash must not leave half a program.
    let draft = cache.join(format!("lab-kube.{}", std::process::id()));
    build(&sources, &flags, &draft)?;
    std::fs::rename(&draft, &program).map_err(file("cannot rename", &draft))?;
    Ok(program)
}

/// Tells every program its version, without which clients misjudge it, and leaves out what a debugger needs.
fn linker_flags() -> String {
    let server = "k8s.io/component-base/version";
    // What kubectl calls itself when it speaks to the API server.
    let client = "k8s.io/client-go/pkg/version";
    format!(
        "-s -w -X {server}.gitVersion={VERSION} -X {server}.gitMajor=1 -X {server}.gitMinor=34 \
         -X {server}.gitTreeState=clean -X {client}.gitVersion={VERSION}"
    )
}

fn build(sources: &Path, flags: &str, target: &Path) -> Result<()> {
    let failed = |why: String| LabError::Program { program: "go build".into(), why };
    let output = Command::new("go")
        .args(["build", "-trimpath", "-ldflags", flags, "-o"])
        .arg(target)
        .arg(".")
        .current_dir(sources)
        .env("CGO_ENABLED", "0")
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
    }
}

/// A short hash of everything the program is built from.
fn fingerprint(sources: &Path, flags: &str) -> Result<String> {
    let mut hash = Sha256::new_with_prefix(flags);
    for name in ["go.mod", "go.sum", "main.go"] {
        let path = sources.join(name);
        hash.update(std::fs::read(&path).map_err(file("cannot read", &path))?);
    }
    Ok(hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect())
}

fn cache_dir() -> PathBuf {
    let base = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(|| {
        let home = std::env::var_os("HOME")?;
        Some(PathBuf::from(home).join(".cache"))
    });
    base.unwrap_or_else(|| PathBuf::from("/var/cache")).join("unthrottle/lab")
}
