//! `build`: wasm, script and style first, then the program with all of it inside.

use std::fs;

use crate::setup::{self, WASM};
use crate::workspace::Workspace;
use crate::{Outcome, process};

/// How the program is compiled. The web assets of each have a folder of their own, which `server/build.rs`
/// finds by the same name.
#[derive(Clone, Copy, PartialEq)]
pub enum Profile {
    /// Quick to build.
    Debug,
    /// What people get.
    Release,
}

/// Whether the wasm goes through `wasm-opt`.
#[derive(Clone, Copy, PartialEq)]
pub enum Wasm {
    /// As the compiler made it: a quarter of a minute sooner.
    Plain,
    /// Small, and held to its budget.
    Optimised,
}

/// The most that the program may weigh, in bytes.
const BINARY_BUDGET: u64 = 40_000_000;

/// Builds the program with its web assets. Cargo and the assets' key decide what really has to be done.
pub fn build(workspace: &Workspace, profile: Profile, wasm: Wasm) -> Outcome {
    assets(workspace, profile, wasm)?;
    match profile {
        // Chosen by target and not by package, so that the features are those of `cargo test` and the
        // dependencies are compiled once for both.
        Profile::Debug => process::run(&mut workspace.cargo(&["build", "--bin", "unthrottle"])),
        Profile::Release => {
            process::run(&mut workspace.cargo(&["build", "--package", "server", "--release"]))?;
            weigh(workspace)
        }
    }
}

fn assets(workspace: &Workspace, profile: Profile, wasm: Wasm) -> Outcome {
    setup::wasm_target()?;
    process::run(&mut workspace.cargo(&[
        "build",
        "--package",
        "frontend",
        "--target",
        WASM,
        "--profile",
        "wasm",
    ]))?;

    let site = workspace.target.join("site");
    let mut make = workspace.cargo(&["run", "--quiet", "--package", "webassets", "--"]);
    make.arg("--wasm").arg(workspace.target.join(WASM).join("wasm/frontend.wasm"));
    make.arg("--starter").arg(workspace.root.join("frontend/islands.js"));
    make.arg("--style").arg(workspace.root.join("style"));
    make.arg("--cache").arg(site.join("optimised"));
    make.arg("--out").arg(site.join(match profile {
        Profile::Debug => "debug",
        Profile::Release => "release",
    }));
    if wasm == Wasm::Optimised
        && let Some(program) = setup::wasm_opt(workspace)?
    {
        make.arg("--wasm-opt").arg(program);
    }
    process::run(&mut make)
}

fn weigh(workspace: &Workspace) -> Outcome {
    let program = workspace.program("release", "unthrottle");
    let bytes = fs::metadata(&program)?.len();
    println!("{}: {bytes} bytes of {BINARY_BUDGET}", program.display());
    if bytes > BINARY_BUDGET { Err("the program is over its budget".into()) } else { Ok(()) }
}
