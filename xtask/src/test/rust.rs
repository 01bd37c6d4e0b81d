//! The part `rust`: `cargo test` of everything but the wasm.

use super::{Counts, Ended};
use crate::workspace::Workspace;
use crate::{Outcome, process, setup};

/// Runs them all, also past a failure, and adds up what each test binary says.
pub fn run(workspace: &Workspace, filter: &[String]) -> Outcome<Ended> {
    setup::docker_registry()?;
    setup::moto(workspace)?;
    let mut counts = Counts::default();
    let mut cargo = workspace.cargo(&["test", "--no-fail-fast", "--locked"]);
    let good = process::watch(cargo.args(filter), |line| counts.add(line))?;
    // A test that does not compile ends badly without a count.
    if !good && counts.failed == 0 {
        return Err("cargo test failed before a test did".into());
    }
    Ok(Ended::Ran(counts))
}

impl Counts {
    /// Adds the closing line of one test binary: `test result: ok. 3 passed; 0 failed; …`.
    fn add(&mut self, line: &str) {
        let Some((_, numbers)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        for item in numbers.split("; ") {
            match item.split_once(' ') {
                Some((number, "passed")) => self.passed += number.parse().unwrap_or(0),
                Some((number, "failed")) => self.failed += number.parse().unwrap_or(0),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_add_up() {
        let mut counts = Counts::default();
        for line in [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 7 filtered out; finished in 0.00s",
            "test result: FAILED. 10 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        ] {
            counts.add(line);
        }
        assert_eq!(counts, Counts { passed: 13, failed: 2 });
    }
}
