//! The command line: one file for each command. Decides nothing; calls the use cases and prints.

mod completions;
mod copy;
mod docker_config;
mod ecr_targets;
mod explain;
mod image;
mod output;
mod plan;
mod progress;
mod quota;
mod registries;
mod runs;
mod scan;
mod serve;
mod source;
mod usage;
mod verify;

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::problem::Problem;
use tracing_subscriber::EnvFilter;

use self::output::Output;
use crate::memory;

/// Finds out whether Docker Hub's pull limits hurt a Kubernetes cluster, proves it, and plans the way out.
#[derive(Debug, Parser)]
#[command(name = "unthrottle", version, propagate_version = true, arg_required_else_help = false)]
#[command(after_help = "Without a command, the wizard is started in the browser (unthrottle serve).\n\n\
    Exit status: 0 done; 1 found what --fail-on names, or verification failed; 2 wrong usage or input;\n\
    3 the cluster or a registry could not be reached or refused; 4 stopped part-way, run the same command again.")]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
struct Global {
    /// Format of the result on stdout
    #[arg(short, long, global = true, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    output: Format,
    /// Folder of stored runs [default: the platform's data folder]
    #[arg(long, global = true, env = "UNTHROTTLE_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Format of the log on stderr
    #[arg(long, global = true, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    log_format: Format,
    /// Log more: -v what is done, -vv every step
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// Log errors only, and show no progress
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Never colour the text
    #[arg(long, global = true)]
    no_color: bool,
}

/// Text for people or JSON for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    Scan(scan::Scan),
    Explain(explain::Explain),
    Image(image::Image),
    Quota(quota::Quota),
    Plan(plan::Plan),
    Copy(copy::Copy),
    Verify(verify::Verify),
    Runs(runs::Runs),
    Completions(completions::Completions),
}

/// How a command ended, beside its printed result (INTERFACE §1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Done,
    /// It ran and found what it was asked to fail on.
    Found,
    /// Wrong input, already reported in the result.
    BadInput,
    /// A part was refused or could not be reached, already reported in the result.
    Refused,
    /// Stopped part-way.
    Stopped,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(match status {
            Status::Done => 0,
            Status::Found => 1,
            Status::BadInput => 2,
            Status::Refused => 3,
            Status::Stopped => 4,
        })
    }
}

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    let args: Vec<OsString> = env::args_os().collect();
    // Before anything is read that could be a secret.
    if let Err(error) = memory::forbid_core_files() {
        let problem = may_leave_core(&error);
        Output::plain(false).problem(&problem);
        return ExitCode::from(problem.kind.exit_status());
    }
    let cli = match usage::parse(args) {
        Ok(cli) => cli,
        Err(status) => return status,
    };
    let output = Output::new(&cli.global);
    log_to_stderr(&cli.global);
    match run(cli, &output) {
        Ok(status) => status.into(),
        Err(problem) => {
            output.problem(&problem);
            ExitCode::from(problem.kind.exit_status())
        }
    }
}

fn run(cli: Cli, output: &Output) -> Result<Status, Problem> {
    let global = &cli.global;
    match cli.command {
        Command::Explain(command) => command.run(output),
        Command::Image(command) => command.run(output),
        Command::Completions(command) => command.run(output),
        Command::Runs(command) => command.run(global, output),
        Command::Serve(command) => in_runtime(command.run(global, output)),
        Command::Scan(command) => in_runtime(command.run(global, output)),
        Command::Quota(command) => in_runtime(command.run(output)),
        Command::Plan(command) => in_runtime(command.run(global, output)),
        Command::Copy(command) => in_runtime(command.run(global, output)),
        Command::Verify(command) => in_runtime(command.run(global, output)),
    }
}

fn may_leave_core(error: &std::io::Error) -> Problem {
    let why = format!("The system does not let it forbid core files of itself: {error}.");
    let what = "The program did not start, since a crash could write what it holds in memory to a file.";
    Problem::outside(
        "core_files",
        what,
        why,
        "Start it without the sandbox or container rule that keeps it from that.",
    )
}

fn in_runtime(command: impl Future<Output = Result<Status, Problem>>) -> Result<Status, Problem> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| {
        let why = format!("The system says: {error}.");
        Problem::outside("no_runtime", "The program could not start its threads.", why, "Try again.")
    })?;
    let result = runtime.block_on(command);
    // A thread that still waits for an answer of the outside must not hold up the end.
    runtime.shutdown_background();
    result
}

/// Logs never hold bodies, query strings or secrets; `RUST_LOG` takes the usual directives. The cluster client
/// logs what it also returns, and that is told as a problem: once is enough, except to whoever asks for more.
fn log_to_stderr(global: &Global) {
    let level = match (global.quiet, global.verbose) {
        (true, _) => "error,kube_client=off",
        (false, 0) => "warn,kube_client=off",
        (false, 1) => "info",
        (false, _) => "debug",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match global.log_format {
        Format::Json => log.json().init(),
        Format::Text => log.with_ansi(output::stderr_takes_colour(global.no_color)).init(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn verify_cli() {
        super::Cli::command().debug_assert();
    }
}
