//! What the machine must have, and installing it where that is possible.

use std::path::Path;

use nix::unistd::Uid;

use crate::error::{LabError, Result};
use crate::process::run;

/// Programs by path or name, and the Debian packages that hold them.
const NEEDED: [(&str, &str); 12] = [
    ("containerd", "containerd"),
    ("ctr", "containerd"),
    ("runc", "runc"),
    ("/usr/lib/cni/bridge", "containernetworking-plugins"),
    ("docker-registry", "docker-registry"),
    ("/bin/busybox", "busybox-static"),
    ("iptables", "iptables"),
    ("ip", "iproute2"),
    ("unshare", "util-linux"),
    ("mount", "mount"),
    ("bash", "bash"),
    ("go", "golang-go"),
];

/// Makes sure that everything the lab needs is there; as root on Debian it installs what is missing. Go
/// is never installed: Kubernetes needs a newer one than Debian has.
///
/// # Errors
/// When not root, or when something is missing and cannot be installed; the error lists it.
pub fn setup() -> Result<()> {
    if !Uid::effective().is_root() {
        return Err(LabError::NotRoot);
    }
    let installable: Vec<&str> =
        missing().into_iter().map(|(_, package)| package).filter(|&package| package != "golang-go").collect();
    if !installable.is_empty() && is_there("apt-get") {
        let install = ["install", "--yes", "--no-install-recommends"];
        let arguments: Vec<&str> = install.into_iter().chain(installable).collect();
        run("apt-get", &["update"])?;
        run("apt-get", &arguments)?;
    }
    let missing = missing();
    if missing.is_empty() {
        return Ok(());
    }
    let (programs, mut packages): (Vec<_>, Vec<_>) = missing.into_iter().unzip();
    packages.dedup();
    Err(LabError::Missing { programs, packages })
}

fn missing() -> Vec<(&'static str, &'static str)> {
    NEEDED.into_iter().filter(|(program, _)| !is_there(program)).collect()
}

fn is_there(program: &str) -> bool {
    if program.starts_with('/') {
        return Path::new(program).exists();
    }
    let search = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&search).any(|dir| dir.join(program).exists())
}
