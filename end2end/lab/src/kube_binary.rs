//! The programs made of Kubernetes' own code, built from Go modules once and kept in a cache.

use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest as _, Sha256};

use crate::error::{LabError, Result, file};

/// The version of Kubernetes that `kube/go.mod` names.
pub const VERSION: &str = "v1.34.4";

/// A program of the Go module in `kube/`.
struct Program {
    /// The file's name.
    name: &'static str,
    /// Its directory in the cache begins with this; a hash follows.
    cached_as: &'static str,
    /// The folder of the module that holds its `main.go`.
    package: &'static str,
}

/// The path of the one program that holds all of Kubernetes; builds it first when the cache has none of these
/// sources. A cold build takes five minutes on two cores.
///
/// # Errors
/// When Go is missing, the build fails, or the cache cannot be written.
pub fn ensure() -> Result<PathBuf> {
    Program { name: "lab-kube", cached_as: "kube", package: "." }.ensure()
}

/// The path of the program that answers with the kubelet's keyring; `kube/keyring/main.go` says how to ask it.
///
/// # Errors
/// As [`ensure`].
pub fn ensure_keyring() -> Result<PathBuf> {
    Program { name: "lab-keyring", cached_as: "keyring", package: "./keyring" }.ensure()
}

impl Program {
    fn ensure(&self) -> Result<PathBuf> {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("kube");
        let flags = linker_flags();
        let cache = cache_dir().join(format!("{}-{}", self.cached_as, self.fingerprint(&sources, &flags)?));
        let program = cache.join(self.name);
        if program.exists() {
            return Ok(program);
        }
        std::fs::create_dir_all(&cache).map_err(file("cannot make the directory", &cache))?;
        // Under another name until it is whole: a second builder or a crash must not leave half a program.
        let draft = cache.join(format!("{}.{}", self.name, std::process::id()));
        build(&sources, self.package, &flags, &draft)?;
        std::fs::rename(&draft, &program).map_err(file("cannot rename", &draft))?;
        Ok(program)
    }

    /// A short hash of everything the program is built from.
    fn fingerprint(&self, sources: &Path, flags: &str) -> Result<String> {
        let mut hash = Sha256::new_with_prefix(flags);
        let main = Path::new(self.package).join("main.go");
        for name in [Path::new("go.mod"), Path::new("go.sum"), &main] {
            let path = sources.join(name);
            hash.update(std::fs::read(&path).map_err(file("cannot read", &path))?);
        }
        Ok(hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect())
    }
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

fn build(sources: &Path, package: &str, flags: &str, target: &Path) -> Result<()> {
    let failed = |why: String| LabError::Program { program: "go build".into(), why };
    let output = Command::new("go")
        .args(["build", "-trimpath", "-ldflags", flags, "-o"])
        .arg(target)
        .arg(package)
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

fn cache_dir() -> PathBuf {
    let base = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(|| {
        let home = std::env::var_os("HOME")?;
        Some(PathBuf::from(home).join(".cache"))
    });
    base.unwrap_or_else(|| PathBuf::from("/var/cache")).join("unthrottle/lab")
}
