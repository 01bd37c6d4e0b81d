//! What no file may say: where the packages came from on some machine, and where that machine keeps them.

use std::env;
use std::fs;
use std::process::Command;

use crate::workspace::Workspace;
use crate::{Outcome, process};

/// Package registries: a mirror or a proxy must be a matter of configuration, so no file names one.
const REGISTRIES: [&str; 8] = [
    "index.crates.io",
    "static.crates.io",
    "registry.npmjs.org",
    "registry.yarnpkg.com",
    "proxy.golang.org",
    "sum.golang.org",
    "pypi.org",
    "files.pythonhosted.org",
];

/// Reads every tracked text file. Cargo writes its own lock file, and this file holds the list.
pub fn check(workspace: &Workspace) -> Outcome<Vec<String>> {
    let files = process::read(Command::new("git").arg("ls-files").current_dir(&workspace.root))?;
    let machine = machine_paths(workspace);
    let mut findings = Vec::new();
    for name in
        files.lines().filter(|name| !name.ends_with("Cargo.lock") && !name.ends_with("check/words.rs"))
    {
        // Pictures and recordings are no text; a file that was removed and not yet committed is none at all.
        let Ok(text) = fs::read_to_string(workspace.root.join(name)) else { continue };
        findings.extend(in_text(name, &text, &machine));
    }
    Ok(findings)
}

/// The paths of this machine that could have slipped into a file.
fn machine_paths(workspace: &Workspace) -> Vec<String> {
    let mut paths = vec![workspace.root.display().to_string(), workspace.target.display().to_string()];
    paths.extend(env::var("CARGO_HOME").ok());
    paths.retain(|path| path.len() > 4);
    paths
}

fn in_text(name: &str, text: &str, machine: &[String]) -> Vec<String> {
    let mut findings = Vec::new();
    for (line, content) in text.lines().enumerate() {
        let place = format!("{name}:{}", line + 1);
        for registry in REGISTRIES.iter().filter(|registry| content.contains(**registry)) {
            findings.push(format!("{place} names {registry}: which registry is used is configuration"));
        }
        for path in machine.iter().filter(|path| content.contains(path.as_str())) {
            findings.push(format!("{place} names {path}: a path of this machine"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registries_and_machine_paths_are_found_with_their_line() {
        let machine = ["/home/somebody/unthrottle".to_owned()];
        let text = "fine\nget it from https://proxy.golang.org/x\ncd /home/somebody/unthrottle/app\n";
        let found = in_text("notes.md", text, &machine);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("notes.md:2 names proxy.golang.org"), "{found:?}");
        assert!(found[1].starts_with("notes.md:3 names /home/somebody"), "{found:?}");
    }
}
