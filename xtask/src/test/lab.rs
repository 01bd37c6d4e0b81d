//! The part `lab`: stories in a cluster that is really throttled.

use super::browser::playwright;
use super::{Counts, Ended, browser_is_missing};
use crate::build::{Profile, Wasm, build};
use crate::workspace::Workspace;
use crate::{Outcome, process, setup};

/// Starts the lab, runs the project `stories` against it, and takes the lab down whatever happened.
pub fn run(workspace: &Workspace, filter: &[String]) -> Outcome<Ended> {
    if !setup::is_root() {
        return Ok(Ended::LeftOut("it needs root on Linux".to_owned()));
    }
    if let Some(reason) = browser_is_missing() {
        return Ok(Ended::LeftOut(reason));
    }
    build(workspace, Profile::Debug, Wasm::Optimised)?;
    process::run(&mut workspace.cargo(&["build", "--bin", "lab"]))?;
    let lab = workspace.program("debug", "lab");
    let told = stories(workspace, filter);
    let down = process::run(std::process::Command::new(&lab).arg("down"));
    let counts = told?;
    down?;
    Ok(Ended::Ran(counts))
}

fn stories(workspace: &Workspace, filter: &[String]) -> Outcome<Counts> {
    let lab = workspace.program("debug", "lab");
    process::run(std::process::Command::new(&lab).arg("up"))?;
    playwright(workspace, "stories", filter, &[("UNTHROTTLE_LAB", &lab.to_string_lossy())])
}
