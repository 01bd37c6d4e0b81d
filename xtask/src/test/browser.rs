//! The part `browser`: the wizard in a real browser, by Playwright.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::{Counts, Ended, browser_is_missing};
use crate::build::{Profile, Wasm, build};
use crate::workspace::Workspace;
use crate::{Outcome, process, setup};

/// Builds the program as people get it (small wasm, budgets kept), and runs the project `wizard` on it and on the
/// gallery of all states.
pub fn run(workspace: &Workspace, filter: &[String]) -> Outcome<Ended> {
    if let Some(reason) = browser_is_missing() {
        return Ok(Ended::LeftOut(reason));
    }
    build(workspace, Profile::Debug, Wasm::Optimised)?;
    let gallery = gallery(workspace)?;
    let variables = [("UNTHROTTLE_GALLERY", &*gallery.to_string_lossy())];
    Ok(Ended::Ran(playwright(workspace, "wizard", filter, &variables)?))
}

/// Has the tests of `app` write out every page in every state. The same features as in the part `rust`, so that
/// nothing is compiled twice.
fn gallery(workspace: &Workspace) -> Outcome<PathBuf> {
    let folder = workspace.target.join("gallery");
    // A state that is gone must not be looked at for ever.
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let mut cargo = workspace.cargo(&["test", "--locked", "--quiet", "--test", "pages", "written_out"]);
    process::run(cargo.env("UNTHROTTLE_GALLERY", &folder))?;
    Ok(folder)
}

/// Runs one project of `end2end` with these variables besides, and counts.
pub fn playwright(
    workspace: &Workspace,
    project: &str,
    filter: &[String],
    variables: &[(&str, &str)],
) -> Outcome<Counts> {
    let folder = workspace.root.join("end2end");
    setup::npm_ci(&folder)?;
    let report = workspace.target.join(format!("{project}-report.json"));
    let mut node = std::process::Command::new("node");
    node.args(["node_modules/@playwright/test/cli.js", "test", "--reporter=list,json", "--project", project]);
    node.args(filter).current_dir(&folder);
    node.env("PLAYWRIGHT_JSON_OUTPUT_NAME", &report);
    node.env("UNTHROTTLE_BIN", workspace.program("debug", "unthrottle"));
    node.env("UNTHROTTLE_CHROMIUM", setup::chromium()?);
    node.envs(variables.iter().copied());
    // A report of an earlier run must not speak for this one.
    if report.exists() {
        fs::remove_file(&report)?;
    }
    let good = process::watch(&mut node, |_| ())?;
    let counts = counts(&serde_json::from_str(&fs::read_to_string(&report)?)?)?;
    if !good && counts.failed == 0 {
        return Err(format!("Playwright failed before a test of {project} did").into());
    }
    Ok(counts)
}

/// Reads `stats` of Playwright's JSON report. A test that passed at a second try, or not at all, has not passed.
fn counts(report: &Value) -> Outcome<Counts> {
    let number =
        |name: &str| report["stats"][name].as_u64().ok_or_else(|| format!("the report has no {name}"));
    Ok(Counts {
        passed: number("expected")?,
        failed: number("unexpected")? + number("flaky")? + number("skipped")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_a_test_that_passed_at_once_has_passed() {
        let report = json!({ "stats": { "expected": 7, "unexpected": 1, "flaky": 2, "skipped": 3 } });
        assert_eq!(counts(&report).unwrap(), Counts { passed: 7, failed: 6 });
        assert!(counts(&json!({})).is_err());
    }
}
