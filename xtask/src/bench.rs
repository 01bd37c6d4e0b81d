//! `bench`: what the program costs, beside what else could be used. Prints ratios and never fails over a time:
//! machines are noisy. Memory and bytes are exact enough to be held to their budgets.

mod copy;
mod cost;
mod dump;
mod start;

use crate::Outcome;
use crate::build::{Profile, Wasm, build};
use crate::workspace::Workspace;

/// Runs the benches named, or all, on the program as people get it.
pub fn bench(workspace: &Workspace, named: &[String]) -> Outcome {
    const ALL: [&str; 3] = ["start", "dump", "copy"];
    if let Some(unknown) = named.iter().find(|name| !ALL.contains(&name.as_str())) {
        return Err(format!("{unknown} is no bench; the benches are {}", ALL.join(", ")).into());
    }
    build(workspace, Profile::Release, Wasm::Optimised)?;
    let program = workspace.program("release", "unthrottle");
    let folder = workspace.target.join("bench");
    std::fs::create_dir_all(&folder)?;
    for name in ALL.iter().filter(|name| named.is_empty() || named.iter().any(|wanted| wanted == *name)) {
        println!("\n== {name}");
        match *name {
            "start" => start::run(&program, &folder)?,
            "copy" => copy::run(workspace, &program, &folder)?,
            _ => dump::run(&program, &folder)?,
        }
    }
    Ok(())
}
