//! `check`: what the compiler cannot see. Each rule says why it is there when it is broken.

mod directions;
mod licences;
mod spdx;
mod words;

use std::process::Command;

use crate::workspace::Workspace;
use crate::{Outcome, process};

/// Runs all checks and fails when one of them found something.
pub fn check(workspace: &Workspace) -> Outcome {
    let metadata = workspace.metadata()?;
    let checks = [
        ("dependency directions", directions::between_crates(&metadata)),
        ("the browser's dependencies", directions::in_the_browser(&browser_tree(workspace)?)),
        ("licences and banned crates", licences::check(workspace, &metadata)?),
        ("words", words::check(workspace)?),
    ];
    let mut broken = 0;
    for (name, findings) in checks {
        println!("{name}: {}", if findings.is_empty() { "ok" } else { "broken" });
        for finding in &findings {
            println!("  {finding}");
        }
        broken += findings.len();
    }
    advisories(workspace)?;
    if broken == 0 { Ok(()) } else { Err(format!("{broken} broken rules").into()) }
}

/// Names of the packages that are compiled for the browser, one a line. Asked of `cargo tree`, since
/// `cargo metadata` joins the features of all crates.
fn browser_tree(workspace: &Workspace) -> Outcome<String> {
    let mut tree = workspace.cargo(&["tree", "--package", "frontend", "--target", crate::setup::WASM]);
    process::read(tree.args(["--edges", "normal", "--prefix", "none", "--format", "{p}", "--locked"]))
}

/// Known vulnerabilities need a database from the network, so they are asked for only where cargo-deny is
/// installed; the rest of its work we do ourselves, from the same `deny.toml`.
fn advisories(workspace: &Workspace) -> Outcome {
    let installed = Command::new("cargo-deny").arg("--version").output().is_ok();
    if installed {
        return process::run(&mut workspace.cargo(&["deny", "check"]));
    }
    println!(
        "advisories: not asked, they need cargo-deny and the network (cargo install --locked cargo-deny)"
    );
    Ok(())
}
