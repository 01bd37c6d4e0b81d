//! `lint`: formatting, then clippy for what runs here and for what runs in the browser.

use crate::setup::{self, WASM};
use crate::workspace::Workspace;
use crate::{Outcome, process};

/// Fails on the first thing that is not as it should be.
pub fn lint(workspace: &Workspace) -> Outcome {
    process::run(&mut workspace.cargo(&["fmt", "--all", "--check"]))?;
    process::run(&mut workspace.cargo(&["clippy", "--all-targets", "--locked", "--", "--deny", "warnings"]))?;
    setup::wasm_target()?;
    // Only ever compiled for wasm, so the call above has not seen it.
    let browser = ["clippy", "--package", "frontend", "--package", "app", "--features", "app/hydrate"];
    process::run(workspace.cargo(&browser).args(["--target", WASM, "--locked", "--", "--deny", "warnings"]))
}
