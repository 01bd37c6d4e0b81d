//! `explain`: names the cause of pull-failure messages given on stdin (INTERFACE §2).

use std::io::{self, BufRead as _, Read as _};

use clap::Args;
use domain::evidence::explain;
use domain::problem::Problem;
use serde::Deserialize;

use super::Status;
use super::output::Output;

/// Names the cause of pull-failure messages on stdin; prints one JSON object a line
///
/// Each line of stdin is {"message": "…", "image": "…"}, where image may be missing, or a bare message.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// Take all of stdin as one message
    #[arg(long)]
    text: bool,
}

#[derive(Debug, Deserialize)]
struct Line {
    message: String,
    image: Option<String>,
}

impl Explain {
    pub(super) fn run(&self, output: &Output) -> Result<Status, Problem> {
        let mut stdin = io::stdin().lock();
        if self.text {
            let mut bytes = Vec::new();
            stdin.read_to_end(&mut bytes).map_err(|error| not_read(&error))?;
            output.json(&explain(&String::from_utf8_lossy(&bytes), None))?;
            return Ok(Status::Done);
        }
        for line in stdin.split(b'\n') {
            let bytes = line.map_err(|error| not_read(&error))?;
            let text = String::from_utf8_lossy(&bytes);
            let text = text.strip_suffix('\r').unwrap_or(&text);
            let Line { message, image } =
                serde_json::from_str(text).unwrap_or_else(|_| Line { message: text.to_owned(), image: None });
            output.json(&explain(&message, image.as_deref()))?;
        }
        Ok(Status::Done)
    }
}

fn not_read(error: &io::Error) -> Problem {
    let why = format!("The system says: {error}.");
    Problem::bad_input("stdin", "The messages could not be read.", why, "Give them on stdin.").at("stdin")
}
