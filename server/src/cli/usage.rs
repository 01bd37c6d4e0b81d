//! From arguments to a command, and what to say when they make none.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, FromArgMatches as _};
use domain::problem::Problem;

use super::Cli;
use super::output::Output;

/// Parses the arguments. Help and version are printed here; so is what is wrong, in the four parts of every
/// problem.
pub(super) fn parse(args: Vec<OsString>) -> Result<Cli, ExitCode> {
    let json = wants_json(&args);
    let command = Cli::command().bin_name(called(&args));
    let parsed = command
        .try_get_matches_from(with_default_command(args))
        .and_then(|matches| Cli::from_arg_matches(&matches));
    parsed.map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // Nobody listens any more when printing help fails.
            let _ = error.print();
            ExitCode::SUCCESS
        }
        _ => {
            let problem = problem(&error);
            Output::plain(json).problem(&problem);
            ExitCode::from(problem.kind.exit_status())
        }
    })
}

/// The name in help texts: as a kubectl plugin it is called by two words.
fn called(args: &[OsString]) -> &'static str {
    let name = args.first().and_then(|path| Path::new(path).file_stem()).and_then(OsStr::to_str);
    if name == Some("kubectl-unthrottle") { "kubectl unthrottle" } else { "unthrottle" }
}

/// `unthrottle` and `unthrottle --port 0` mean `unthrottle serve …`.
fn with_default_command(mut args: Vec<OsString>) -> Vec<OsString> {
    let root = Cli::command();
    let names: Vec<&str> = root.get_subcommands().map(clap::Command::get_name).chain(["help"]).collect();
    let is_known = |arg: &OsString| arg.to_str().is_some_and(|arg| names.contains(&arg));
    let asks = |arg: &OsString| matches!(arg.to_str(), Some("-h" | "--help" | "-V" | "--version"));
    let bare_word = args.get(1).is_some_and(|arg| !arg.as_encoded_bytes().starts_with(b"-"));
    if !bare_word && !args.iter().skip(1).any(|arg| is_known(arg) || asks(arg)) {
        args.insert(1.min(args.len()), OsString::from("serve"));
    }
    args
}

/// Whether the arguments ask for JSON, told without understanding the rest of them.
fn wants_json(args: &[OsString]) -> bool {
    let words: Vec<&str> = args.iter().filter_map(|arg| arg.to_str()).collect();
    let apart = words.windows(2).any(|pair| matches!(pair, ["-o" | "--output", "json"]));
    apart || words.iter().any(|word| matches!(*word, "-ojson" | "-o=json" | "--output=json"))
}

fn problem(error: &clap::Error) -> Problem {
    let rendered = error.render().to_string();
    let said: Vec<&str> = rendered
        .lines()
        .map(str::trim)
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"))
        .filter(|line| !line.is_empty())
        .collect();
    let why = said.join(" ");
    let usage = rendered.lines().find_map(|line| line.trim().strip_prefix("Usage: "));
    let next = match usage {
        Some(usage) => format!("Write it as: {usage}. --help explains every option."),
        None => "See --help for every option.".to_owned(),
    };
    Problem::bad_input(
        "usage",
        "The command line could not be understood.",
        why.trim_start_matches("error: "),
        next,
    )
    .at(place(error))
}

/// The argument that is wrong, where one is.
fn place(error: &clap::Error) -> String {
    match error.get(ContextKind::InvalidArg).or_else(|| error.get(ContextKind::InvalidSubcommand)) {
        Some(ContextValue::String(argument)) => argument.clone(),
        Some(ContextValue::Strings(arguments)) => arguments.join(" "),
        _ => "command line".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<OsString> {
        text.split_whitespace().map(OsString::from).collect()
    }

    #[test]
    fn no_command_means_serve() {
        for (given, wanted) in [
            ("unthrottle", "unthrottle serve"),
            ("unthrottle --port 0", "unthrottle serve --port 0"),
            ("unthrottle --help", "unthrottle --help"),
            ("unthrottle -V", "unthrottle -V"),
            ("unthrottle -o json scan --demo", "unthrottle -o json scan --demo"),
            ("unthrottle scna", "unthrottle scna"),
        ] {
            assert_eq!(with_default_command(words(given)), words(wanted), "{given}");
        }
    }

    #[test]
    fn json_is_asked_for_in_any_spelling() {
        for (given, wanted) in [
            ("unthrottle scan -o json", true),
            ("unthrottle --output=json scna", true),
            ("unthrottle scan -ojson", true),
            ("unthrottle scan -o text json", false),
        ] {
            assert_eq!(wants_json(&words(given)), wanted, "{given}");
        }
    }

    #[test]
    fn a_kubectl_plugin_is_called_by_two_words() {
        assert_eq!(called(&words("/usr/bin/kubectl-unthrottle")), "kubectl unthrottle");
        assert_eq!(called(&words("./unthrottle")), "unthrottle");
    }
}
