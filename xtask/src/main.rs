//! Every chore of this project: `cargo xtask COMMAND`. One file a command; light to compile, so that asking
//! for help is quick. Knows the workspace from the outside only: it runs cargo, Node and the built programs.
#![expect(clippy::print_stdout, reason = "a command-line program")]

mod bench;
mod build;
mod check;
mod docs;
mod lab;
mod lint;
mod process;
mod run;
mod setup;
mod test;
mod workspace;

use std::error::Error;
use std::process::ExitCode;

use workspace::Workspace;

/// What can go wrong is told to a developer and to nobody else, so a sentence is enough.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const HELP: &str = "\
Usage: cargo xtask COMMAND

  run [--demo] [ARGS…]         build what is missing and start the program with ARGS (none: the wizard)
  test [PART…] [-- FILTER]     all tests, or the parts named: rust, browser, lab
  build [--release]            the program with its web assets, within their budgets
  lint                         formatting and lints, host and wasm; a warning is an error
  check                        dependency directions, licences, words that do not belong here
  bench [NAME…]                what the program costs, beside others: start, dump, copy
  lab ARGS…                    the throttled cluster; `cargo xtask lab --help` tells more
  docs                         the documentation of all crates, private items included
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", [].as_slice()),
    };
    match perform(command, rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            println!("cargo xtask {command}: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn perform(command: &str, arguments: &[String]) -> Outcome {
    if matches!(command, "help" | "--help" | "-h") {
        println!("{HELP}");
        return Ok(());
    }
    let workspace = Workspace::find()?;
    match (command, arguments) {
        ("run", _) => run::run(&workspace, arguments),
        ("test", _) => test::test(&workspace, arguments),
        ("build", []) => build::build(&workspace, build::Profile::Debug, build::Wasm::Optimised),
        ("build", [flag]) if flag == "--release" => {
            build::build(&workspace, build::Profile::Release, build::Wasm::Optimised)
        }
        ("lint", []) => lint::lint(&workspace),
        ("check", []) => check::check(&workspace),
        ("bench", _) => bench::bench(&workspace, arguments),
        ("lab", _) => lab::lab(&workspace, arguments),
        ("docs", []) => docs::docs(&workspace),
        ("build" | "lint" | "check" | "docs", _) => {
            Err(format!("takes no {}\n\n{HELP}", arguments.join(" ")).into())
        }
        _ => Err(format!("there is no such command\n\n{HELP}").into()),
    }
}
