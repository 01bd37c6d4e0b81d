//! Running other programs, and saying which.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use crate::Outcome;

/// Prints the command, runs it, and fails when it fails.
pub fn run(command: &mut Command) -> Outcome {
    println!("$ {}", line(command));
    let status = command.status().map_err(|error| cannot_start(command, &error))?;
    if status.success() { Ok(()) } else { Err(format!("{} ended with {status}", line(command)).into()) }
}

/// Prints the command and runs it; shows its output line by line and hands each line to `see`. Answers whether
/// it ended well.
pub fn watch(command: &mut Command, mut see: impl FnMut(&str)) -> Outcome<bool> {
    println!("$ {}", line(command));
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| cannot_start(command, &error))?;
    if let Some(output) = child.stdout.take() {
        for text in BufReader::new(output).lines() {
            let text = text?;
            println!("{text}");
            see(&text);
        }
    }
    Ok(child.wait()?.success())
}

/// Runs the command quietly and gives what it printed.
pub fn read(command: &mut Command) -> Outcome<String> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| cannot_start(command, &error))?;
    if !output.status.success() {
        return Err(format!("{} ended with {}", line(command), output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn cannot_start(command: &Command, error: &std::io::Error) -> String {
    format!("{} did not start: {error}", command.get_program().to_string_lossy())
}

/// The command as a person would type it.
fn line(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    let words = std::iter::once(name).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
