//! Where things are: the source tree, cargo's target folder, and the cargo to call.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::{Outcome, process};

/// The source tree and where cargo builds it.
pub struct Workspace {
    /// The root of the source tree.
    pub root: PathBuf,
    /// Cargo's target folder, wherever configuration put it.
    pub target: PathBuf,
}

impl Workspace {
    /// Asks cargo.
    ///
    /// The package's folder is the one `cargo run` names: checkouts that share a target folder share this
    /// program too, and what it was compiled in may be another checkout than the one it is called in.
    pub fn find() -> Outcome<Self> {
        let package = env::var_os("CARGO_MANIFEST_DIR").ok_or("call it as `cargo xtask`")?;
        let manifest = Path::new(&package).with_file_name("Cargo.toml");
        let metadata = metadata(&manifest, &["--no-deps"])?;
        let folder = |name: &str| -> Outcome<PathBuf> {
            Ok(metadata[name].as_str().ok_or_else(|| format!("cargo metadata gives no {name}"))?.into())
        };
        Ok(Self { root: folder("workspace_root")?, target: folder("target_directory")? })
    }

    /// All packages and how they depend on each other, as `cargo metadata` tells it.
    pub fn metadata(&self) -> Outcome<Value> {
        metadata(&self.root.join("Cargo.toml"), &["--locked"])
    }

    /// A cargo call in the root.
    pub fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = cargo();
        command.args(arguments).current_dir(&self.root);
        command
    }

    /// A program that cargo built.
    pub fn program(&self, profile: &str, name: &str) -> PathBuf {
        self.target.join(profile).join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }
}

/// The cargo that runs us, or the one on the path, without what `cargo run` told us about ourselves.
///
/// Build scripts that look at such variables (ring's does) would run again whenever somebody changes between
/// `cargo xtask` and plain cargo, and half of the tree with them.
fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let ours = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_str().is_some_and(ours)) {
        command.env_remove(name);
    }
    command
}

fn metadata(manifest: &Path, arguments: &[&str]) -> Outcome<Value> {
    let mut command = cargo();
    command.args(["metadata", "--format-version=1", "--manifest-path"]).arg(manifest).args(arguments);
    Ok(serde_json::from_str(&process::read(&mut command)?)?)
}
