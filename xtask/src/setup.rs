//! What has to be on the machine: installed when that is ours to do, else named with what to do.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::workspace::Workspace;
use crate::{Outcome, process};

/// The Rust target that the islands are compiled for.
pub const WASM: &str = "wasm32-unknown-unknown";

/// Makes sure that rustc can compile for wasm. `rust-toolchain.toml` asks rustup for it, so mostly it is there.
pub fn wasm_target() -> Outcome {
    let sysroot = process::read(Command::new("rustc").args(["--print", "sysroot"]))?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(WASM).exists() {
        return Ok(());
    }
    process::run(Command::new("rustup").args(["target", "add", WASM]))
        .map_err(|problem| format!("{problem}. The web part needs the Rust target {WASM}").into())
}

/// Whether Node is there.
pub fn has_node() -> bool {
    Command::new("node").arg("--version").output().is_ok_and(|output| output.status.success())
}

/// Binaryen's `wasm-opt` in the locked version, or `None` without Node.
pub fn wasm_opt(workspace: &Workspace) -> Outcome<Option<PathBuf>> {
    if !has_node() {
        println!("Node is not installed, so the wasm stays as the compiler made it.");
        return Ok(None);
    }
    let home = workspace.target.join("site/tools");
    fs::create_dir_all(&home)?;
    for name in ["package.json", "package-lock.json"] {
        let (from, to) = (workspace.root.join("xtask/assets").join(name), home.join(name));
        if fs::read(&from)? != fs::read(&to).unwrap_or_default() {
            fs::copy(from, to)?;
        }
    }
    npm_ci(&home)?;
    Ok(Some(home.join("node_modules/.bin/wasm-opt")))
}

/// Installs what `package-lock.json` in `folder` names, unless that is what was installed last.
pub fn npm_ci(folder: &Path) -> Outcome {
    let wanted = fs::read(folder.join("package-lock.json"))?;
    let stamp = folder.join("node_modules/.installed-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    process::run(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder))?;
    Ok(fs::write(stamp, wanted)?)
}

/// The browser of the tests, installed where that is ours to do.
///
/// # Errors
/// With what to do, when there is none.
pub fn chromium() -> Outcome<PathBuf> {
    let browser = std::env::var_os("UNTHROTTLE_CHROMIUM").map_or("/usr/bin/chromium".into(), PathBuf::from);
    if !browser.exists() {
        debian_package("chromium")?;
    }
    if browser.exists() {
        return Ok(browser);
    }
    Err("Chromium is missing; install it, or name it in UNTHROTTLE_CHROMIUM".into())
}

/// Installs the distribution project's own registry, which the registry client is tested against, where that is
/// possible; elsewhere those tests say that it is missing.
pub fn docker_registry() -> Outcome {
    program("docker-registry")
}

/// Installs skopeo, which copying is measured beside.
pub fn skopeo() -> Outcome {
    program("skopeo")
}

/// Installs a program that has the name of its package, unless it is there.
fn program(name: &str) -> Outcome {
    let search = std::env::var_os("PATH").unwrap_or_default();
    let is_there = std::env::split_paths(&search).any(|folder| folder.join(name).exists());
    if is_there { Ok(()) } else { debian_package(name) }
}

/// Installs the AWS that the tests ask, moto, into the user's cache, in the version that the lab names. Where there is no
/// Python, the tests say that it is missing.
pub fn moto(workspace: &Workspace) -> Outcome {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let Some(cache) = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache"))) else {
        return Ok(());
    };
    let (folder, wanted) = (cache.join("unthrottle/moto"), workspace.root.join("end2end/lab/moto.txt"));
    let stamp = folder.join(".installed");
    if fs::read(&stamp).is_ok_and(|installed| fs::read(&wanted).is_ok_and(|wanted| wanted == installed)) {
        return Ok(());
    }
    if !Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success()) {
        return Ok(());
    }
    process::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    let mut pip = Command::new(folder.join("bin/pip"));
    process::run(pip.args(["install", "--quiet", "--disable-pip-version-check", "-r"]).arg(&wanted))?;
    Ok(fs::copy(wanted, stamp).map(|_| ())?)
}

/// Installs a package as root on Debian; elsewhere nothing happens.
fn debian_package(name: &str) -> Outcome {
    if !is_root() || !Path::new("/etc/debian_version").exists() {
        return Ok(());
    }
    process::run(Command::new("apt-get").arg("update"))?;
    process::run(Command::new("apt-get").args(["install", "--yes", "--no-install-recommends", name]))
}

/// Whether this runs as root on Linux, which the lab needs for network namespaces and containers.
pub fn is_root() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let uids = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    uids.and_then(|uids| uids.split_whitespace().nth(1)) == Some("0")
}
