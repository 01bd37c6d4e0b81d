//! `docs`: the documentation that people who change the program read; a dead link is an error.

use crate::workspace::Workspace;
use crate::{Outcome, process};

/// Builds the documentation of the workspace's own crates, private items included.
pub fn docs(workspace: &Workspace) -> Outcome {
    let mut doc = workspace.cargo(&["doc", "--no-deps", "--document-private-items", "--locked"]);
    process::run(doc.env("RUSTDOCFLAGS", "--deny warnings"))?;
    println!("{}", workspace.target.join("doc/domain/index.html").display());
    Ok(())
}
