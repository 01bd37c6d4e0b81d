//! What goes to stdout and stderr: the result there, everything else here.

use std::io::{self, IsTerminal as _, Write as _};

use domain::problem::Problem;
use serde::Serialize;
use serde_json::json;

use super::{Format, Global};

/// How a command prints.
pub(super) struct Output {
    json: bool,
    quiet: bool,
    colour: bool,
}

/// What a word means, for its colour. The word says the same without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Good,
    Warning,
    Bad,
}

impl Output {
    pub(super) fn new(global: &Global) -> Self {
        Self {
            json: global.output == Format::Json,
            quiet: global.quiet,
            colour: io::stdout().is_terminal() && may_colour(global.no_color),
        }
    }

    /// For when the options could not be read.
    pub(super) fn plain(json: bool) -> Self {
        Self { json, quiet: false, colour: false }
    }

    pub(super) fn is_json(&self) -> bool {
        self.json
    }

    /// Whether progress may be shown: somebody looks, and has not asked for silence.
    pub(super) fn shows_progress(&self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }

    /// The result as one line of JSON.
    pub(super) fn json(&self, value: &impl Serialize) -> Result<(), Problem> {
        let text = serde_json::to_string(value).map_err(|error| {
            let why = format!("It has no form in JSON: {error}.");
            Problem::bad_input("not_json", "The result could not be printed.", why, "Please report this.")
        })?;
        self.text(&format!("{text}\n"))
    }

    /// The result as text, with its line ends.
    pub(super) fn text(&self, text: &str) -> Result<(), Problem> {
        let mut stdout = io::stdout().lock();
        match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
            // Whoever closed the pipe has read enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            Err(error) => {
                let why = format!("The system says: {error}.");
                let next = "Write it somewhere else.";
                Err(Problem::bad_input("stdout", "The result could not be printed.", why, next).at("stdout"))
            }
            Ok(()) => Ok(()),
        }
    }

    /// A line beside the result.
    pub(super) fn note(&self, text: &str) {
        if !self.quiet {
            // Without a stderr there is nobody to tell.
            let _ = writeln!(io::stderr().lock(), "{text}");
        }
    }

    /// A problem: JSON on stdout where JSON was asked for, else text on stderr.
    pub(super) fn problem(&self, problem: &Problem) {
        if self.json {
            // The exit status tells as well.
            let _ = self.json(&json!({ "error": problem }));
        } else {
            let _ = write!(io::stderr().lock(), "{}", four_parts("error", problem));
        }
    }

    /// A problem that does not end the command.
    pub(super) fn warning(&self, problem: &Problem) {
        if !self.quiet {
            let _ = write!(io::stderr().lock(), "{}", four_parts("warning", problem));
        }
    }

    /// Words in their tone's colour, where colours are shown.
    pub(super) fn toned(&self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Good => "32",
            Tone::Warning => "33",
            Tone::Bad => "31",
        };
        if self.colour { format!("\u{1b}[1;{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// A problem in its four parts.
pub(super) fn four_parts(word: &str, problem: &Problem) -> String {
    let mut text = format!("{word}: {}\n  why:   {}\n  next:  {}\n", problem.what, problem.why, problem.next);
    if !problem.place.is_empty() {
        text.push_str(&format!("  where: {}\n", problem.place));
    }
    visible(&text)
}

/// Rows with aligned columns, each row indented by two blanks. The last column is not padded.
pub(super) fn table(rows: &[Vec<String>]) -> String {
    let flat = |row: &Vec<String>| row.iter().map(|cell| cell.replace('\n', " ")).collect::<Vec<_>>();
    let rows: Vec<_> = rows.iter().map(flat).collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        format!("  {}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    visible(&rows.iter().map(line).collect::<String>())
}

/// Adds a titled table to a text, unless it has no rows.
pub(super) fn section(text: &mut String, title: &str, rows: impl Iterator<Item = Vec<String>>) {
    let rows: Vec<_> = rows.collect();
    if !rows.is_empty() {
        text.push_str(&format!("\n{title}\n{}", table(&rows)));
    }
}

/// Text from a cluster must not move the cursor or ring the bell.
pub(super) fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

pub(super) fn stderr_takes_colour(refused: bool) -> bool {
    io::stderr().is_terminal() && may_colour(refused)
}

/// `NO_COLOR`, when set to anything, asks for none (no-color.org).
fn may_colour(refused: bool) -> bool {
    !refused && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_lines_have_no_blanks_at_their_end() {
        let rows = [vec!["a".to_owned(), "b\nc".to_owned()], vec!["long".to_owned(), String::new()]];
        assert_eq!(table(&rows), "  a     b c\n  long\n");
    }

    #[test]
    fn escape_sequences_of_a_cluster_are_shown_not_obeyed() {
        let problem = Problem::bad_input("x", "\u{1b}[2Jgone", "why", "next").at("pod\u{7}");
        let text = four_parts("error", &problem);
        assert!(!text.contains('\u{1b}') && !text.contains('\u{7}'), "{text:?}");
        assert!(text.starts_with("error: \u{fffd}[2Jgone\n  why:   why\n  next:  next\n  where: pod"));
    }
}
