//! `run`: from a fresh clone to the open wizard.

use std::process::Command;

use crate::Outcome;
use crate::build::{Profile, Wasm, build};
use crate::workspace::Workspace;

/// Builds what is missing, then becomes the program.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Outcome {
    build(workspace, Profile::Debug, Wasm::Plain)?;
    replace_by(Command::new(workspace.program("debug", "unthrottle")).args(arguments))
}

/// Puts the program in our place, so that Ctrl-C and the exit status are its own.
#[cfg(unix)]
fn replace_by(command: &mut Command) -> Outcome {
    use std::os::unix::process::CommandExt as _;
    let error = command.exec();
    Err(format!("{} did not start: {error}", command.get_program().to_string_lossy()).into())
}

#[cfg(not(unix))]
fn replace_by(command: &mut Command) -> Outcome {
    crate::process::run(command)
}
