//! `lab`: hands over to the lab's own program.

use crate::workspace::Workspace;
use crate::{Outcome, process};

/// Runs the lab with these arguments.
pub fn lab(workspace: &Workspace, arguments: &[String]) -> Outcome {
    process::run(workspace.cargo(&["run", "--quiet", "--package", "lab", "--"]).args(arguments))
}
