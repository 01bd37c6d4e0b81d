//! Licences and banned crates, by `deny.toml`: the file cargo-deny reads, of which we read two lists.

use std::fs;

use serde_json::Value;

use super::spdx;
use crate::Outcome;
use crate::workspace::Workspace;

/// Every package of the lock file, whether this machine would compile it or not.
pub fn check(workspace: &Workspace, metadata: &Value) -> Outcome<Vec<String>> {
    let policy = Policy::read(&fs::read_to_string(workspace.root.join("deny.toml"))?)?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata names no packages")?;
    Ok(packages.iter().flat_map(|package| policy.judge(package)).collect())
}

/// What `deny.toml` says.
#[derive(Debug)]
struct Policy {
    licences: Vec<String>,
    banned: Vec<String>,
}

impl Policy {
    fn read(toml: &str) -> Outcome<Self> {
        Ok(Self { licences: list(toml, "licenses", "allow")?, banned: list(toml, "bans", "deny")? })
    }

    fn judge(&self, package: &Value) -> Vec<String> {
        let name = package["name"].as_str().unwrap_or_default();
        let mut findings = Vec::new();
        match package["license"].as_str() {
            Some(licence) if spdx::is_allowed(licence, &self.licences) => {}
            Some(licence) => {
                findings.push(format!("{name} is under {licence}, which deny.toml does not allow"));
            }
            None => findings.push(format!("{name} names no licence")),
        }
        if self.banned.iter().any(|banned| banned == name) {
            findings.push(format!("{name} is banned by deny.toml, which says why"));
        }
        findings
    }
}

/// The strings of `key = [...]` in `[section]`; of tables in the list, their `crate` or `name`. Enough for a file of our own.
fn list(toml: &str, section: &str, key: &str) -> Outcome<Vec<String>> {
    let missing = || format!("deny.toml has no list {key} in [{section}]");
    let from = toml.find(&format!("[{section}]\n")).ok_or_else(missing)?;
    let section = toml.get(from..).unwrap_or_default();
    let mut lines = section.lines().skip(1).take_while(|line| !line.starts_with('[')).map(str::trim);
    lines.find(|line| *line == format!("{key} = [")).ok_or_else(missing)?;
    let items = lines.take_while(|line| *line != "]").filter(|line| !line.starts_with('#'));
    Ok(items.filter_map(|line| line.split('"').nth(1)).map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const TOML: &str = "[licenses]\nconfidence-threshold = 0.9\nallow = [\n    # said twice\n    \"MIT\",\n]\n\n\
                        [bans]\nmultiple-versions = \"allow\"\ndeny = [\n    { crate = \"openssl-sys\", reason = \"one TLS\" },\n]\n";

    #[test]
    fn both_lists_are_read() {
        let policy = Policy::read(TOML).unwrap();
        assert_eq!(
            (policy.licences, policy.banned),
            (vec!["MIT".to_owned()], vec!["openssl-sys".to_owned()])
        );
        assert!(
            Policy::read("[bans]\ndeny = [\n]\n").is_err(),
            "a list that is not found is not an empty list"
        );
    }

    #[test]
    fn each_package_is_judged() {
        let policy = Policy::read(TOML).unwrap();
        assert_eq!(policy.judge(&json!({ "name": "serde", "license": "MIT OR Apache-2.0" })), [""; 0]);
        assert_eq!(policy.judge(&json!({ "name": "openssl-sys", "license": "MIT" })).len(), 1);
        assert_eq!(policy.judge(&json!({ "name": "x", "license": null })).len(), 1);
        assert_eq!(policy.judge(&json!({ "name": "x", "license": "OpenSSL" })).len(), 1);
    }
}
