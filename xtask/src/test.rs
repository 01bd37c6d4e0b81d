//! `test`: everything that can be wrong, part by part, with one closing line for all.

mod browser;
mod lab;
mod rust;

use std::env;
use std::time::Instant;

use crate::workspace::Workspace;
use crate::{Outcome, setup};

/// How many tests ended how.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
struct Counts {
    passed: u64,
    failed: u64,
}

/// What became of one part.
enum Ended {
    /// It ran to its end.
    Ran(Counts),
    /// It cannot run on this machine, for this reason.
    LeftOut(String),
}

/// The parts, in the order in which they run: the quick ones first.
const PARTS: [&str; 3] = ["rust", "browser", "lab"];

/// Runs the parts named, or all. What follows `--` chooses single tests by name.
pub fn test(workspace: &Workspace, arguments: &[String]) -> Outcome {
    let mut halves = arguments.splitn(2, |argument| argument == "--");
    let named = halves.next().unwrap_or_default();
    let filter = halves.next().unwrap_or_default();
    if let Some(unknown) = named.iter().find(|name| !PARTS.contains(&name.as_str())) {
        return Err(format!("{unknown} is no part; the parts are {}", PARTS.join(", ")).into());
    }
    let begun = Instant::now();
    let mut total = Counts::default();
    let mut left_out = 0;
    let mut summary = Vec::new();
    for part in PARTS.iter().filter(|part| named.is_empty() || named.iter().any(|name| name == *part)) {
        println!("\n== {part}");
        let part_begun = Instant::now();
        let ended = match *part {
            "rust" => rust::run(workspace, filter),
            "browser" => browser::run(workspace, filter),
            _ => lab::run(workspace, filter),
        };
        let seconds = part_begun.elapsed().as_secs();
        match ended {
            Ok(Ended::Ran(counts)) => {
                total.passed += counts.passed;
                total.failed += counts.failed;
                summary
                    .push(format!("{part}: {} passed, {} failed, {seconds} s", counts.passed, counts.failed));
            }
            Ok(Ended::LeftOut(reason)) => {
                left_out += 1;
                summary.push(format!("{part}: left out, {reason}"));
            }
            Err(problem) => {
                total.failed += 1;
                summary.push(format!("{part}: {problem}, {seconds} s"));
            }
        }
    }
    println!("\n{}\n", summary.join("\n"));
    // On a person's machine a part may be impossible; where a change is judged, nothing may go unsaid.
    let strict = env::var("CI").is_ok_and(|value| value == "true");
    let good = total.failed == 0 && !(strict && left_out > 0);
    println!(
        "test result: {}. {} passed; {} failed; 0 ignored; 0 measured; {left_out} parts left out; finished in {:.2}s",
        if good { "ok" } else { "FAILED" },
        total.passed,
        total.failed,
        begun.elapsed().as_secs_f64(),
    );
    match (good, total.failed) {
        (true, _) => Ok(()),
        (false, 0) => Err("a part was left out, and CI is true".into()),
        (false, failed) => Err(format!("{failed} failed").into()),
    }
}

/// Why tests in a browser are impossible here, if they are.
fn browser_is_missing() -> Option<String> {
    if !setup::has_node() {
        return Some("Node is not installed".to_owned());
    }
    setup::chromium().err().map(|problem| problem.to_string())
}
