//! The control groups below which the node's pods live, on version 1, version 2 and mixtures.

use std::path::{Path, PathBuf};

use crate::error::{Result, file};
use crate::record::{Made, Record};

const ROOT: &str = "/sys/fs/cgroup";

/// Makes the group `name` in every hierarchy of this machine.
///
/// # Errors
/// When the kernel refuses.
pub fn make(record: &mut Record, name: &str) -> Result<()> {
    for hierarchy in hierarchies()? {
        let path = hierarchy.join(name);
        record.announce(Made::ControlGroup { path: path.clone() })?;
        std::fs::create_dir_all(&path).map_err(file("cannot make the control group", &path))?;
        // On version 1 a new cpuset is empty, and nothing can run in it until it is filled.
        for setting in ["cpuset.cpus", "cpuset.mems"] {
            let (theirs, ours) = (hierarchy.join(setting), path.join(setting));
            if let Ok(value) = std::fs::read(&theirs) {
                std::fs::write(&ours, value).map_err(file("cannot write", &ours))?;
            }
        }
    }
    Ok(())
}

/// Removes a control group and all below it. The kernel lets go of it only when its processes are gone.
///
/// # Errors
/// When something in it still runs.
pub fn remove(path: &Path) -> Result<()> {
    let Ok(entries) = std::fs::read_dir(path) else { return Ok(()) };
    for entry in entries.filter_map(std::result::Result::ok) {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove(&entry.path())?;
        }
    }
    std::fs::remove_dir(path).map_err(file("cannot remove the control group", path))
}

/// The mounted hierarchies: one on version 2, one per controller on version 1.
fn hierarchies() -> Result<Vec<PathBuf>> {
    let root = Path::new(ROOT);
    if root.join("cgroup.procs").exists() {
        return Ok(vec![root.to_owned()]);
    }
    let entries = std::fs::read_dir(root).map_err(file("cannot read", root))?;
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("cgroup.procs").exists() && !path.is_symlink())
        .collect();
    found.sort();
    Ok(found)
}
