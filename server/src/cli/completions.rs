//! `completions`: what a shell needs to complete our options.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;
use domain::problem::Problem;

use super::output::Output;
use super::{Cli, Status};

/// Prints the completions of a shell
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self, output: &Output) -> Result<Status, Problem> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "unthrottle", &mut script);
        output.text(&String::from_utf8_lossy(&script))?;
        Ok(Status::Done)
    }
}
