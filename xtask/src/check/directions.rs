//! Who may know whom.

use std::collections::BTreeSet;

use serde_json::Value;

/// What the dependencies of one crate may be.
struct Rule {
    /// The crate.
    of: &'static str,
    /// Crates of this workspace that it may know.
    knows: &'static [&'static str],
    /// All it may know of the outside, or `None` where that is judged by [`HOMES`] alone.
    outside: Option<&'static [&'static str]>,
    why: &'static str,
}

const RULES: [Rule; 10] = [
    Rule {
        of: "domain",
        knows: &[],
        outside: Some(&["async-trait", "base64", "secrecy", "serde", "serde_json", "thiserror"]),
        why: "decisions are pure: no I/O, no clock, no runtime, and they compile for the browser",
    },
    Rule { of: "manifests", knows: &["domain"], outside: None, why: "bytes in, bytes out" },
    Rule {
        of: "engine",
        knows: &["domain", "manifests"],
        outside: None,
        why: "use cases see the outside through the domain's ports only",
    },
    Rule { of: "cluster", knows: &["domain", "manifests"], outside: None, why: ADAPTER },
    Rule { of: "registry", knows: &["domain"], outside: None, why: ADAPTER },
    Rule { of: "aws", knows: &["domain"], outside: None, why: ADAPTER },
    Rule { of: "store", knows: &["domain", "manifests"], outside: None, why: ADAPTER },
    Rule {
        of: "app",
        knows: &["domain"],
        outside: None,
        why: "a page is a function of values from the domain",
    },
    Rule {
        of: "frontend",
        knows: &["app"],
        outside: Some(&["leptos", "wasm-bindgen"]),
        why: "what lives in the cdylib is kept, used or not",
    },
    Rule {
        of: "server",
        knows: &["app", "aws", "cluster", "domain", "engine", "manifests", "registry", "store"],
        outside: None,
        why: "the program carries neither chores nor the lab",
    },
];

const ADAPTER: &str = "an adapter implements ports; it knows no other adapter and no use case";

/// Outside crates (a name, or the beginning of one before `*`) whose types may not leave the crates named.
const HOMES: [(&str, &[&str], &str); 8] = [
    ("kube*", &["cluster"], "Kubernetes' client types stay behind the port"),
    ("k8s-openapi", &["cluster"], "Kubernetes' client types stay behind the port"),
    ("aws-*", &["aws"], "AWS types stay behind the port"),
    ("reqwest", &["registry"], "there is one HTTP client to registries"),
    ("rusqlite", &["store"], "what a run is stored in is nobody else's business"),
    ("leptos*", &["app", "frontend"], "the server hands over views and gets HTML"),
    ("axum*", &["server", "lab"], "only the server answers requests"),
    (
        "tokio*",
        &["cluster", "registry", "engine", "server", "store", "lab"],
        "decisions, parsers and pages wait for nothing",
    ),
];

/// Never in the browser: none of it works there, or it costs more bytes than the page.
const NOT_IN_THE_BROWSER: [&str; 14] = [
    "tokio*",
    "hyper*",
    "axum*",
    "tower*",
    "kube*",
    "k8s-openapi",
    "aws-*",
    "rustls*",
    "ring",
    "reqwest",
    "rusqlite",
    "serde-saphyr*",
    "granit-parser*",
    "manifests",
];

/// Compares the manifests of our crates with [`RULES`] and [`HOMES`]. Tests may use what they like.
pub fn between_crates(metadata: &Value) -> Vec<String> {
    let empty = Vec::new();
    let packages = metadata["packages"].as_array().unwrap_or(&empty);
    let own: Vec<&Value> = packages.iter().filter(|package| package["source"].is_null()).collect();
    let is_own = |name: &str| own.iter().any(|package| package["name"] == *name);

    let mut findings = Vec::new();
    for package in &own {
        let of = text(&package["name"]);
        let rule = RULES.iter().find(|rule| rule.of == of);
        let dependencies = package["dependencies"].as_array().unwrap_or(&empty);
        let normal = dependencies.iter().filter(|dependency| dependency["kind"].is_null());
        for name in normal.map(|dependency| text(&dependency["name"])).collect::<BTreeSet<_>>() {
            if let Some(rule) = rule {
                let allowed = if is_own(name) { Some(rule.knows) } else { rule.outside };
                if allowed.is_some_and(|allowed| !allowed.contains(&name)) {
                    findings.push(format!("{of} depends on {name}: {}", rule.why));
                }
            }
            for (pattern, homes, why) in HOMES {
                if matches(pattern, name) && !homes.contains(&of) {
                    findings.push(format!("{of} depends on {name}: {why}"));
                }
            }
        }
    }
    let missing = RULES.iter().filter(|rule| !is_own(rule.of));
    findings.extend(missing.map(|rule| format!("there is a rule for {}, but no such crate", rule.of)));
    findings
}

/// Looks for what the browser's tree must not hold. `tree` has one `name version` a line.
///
/// `regex` is in that tree, since leptos_config needs it to read Cargo.toml on a server. Nothing in the
/// browser calls it, so the linker drops it; the size budget would tell.
pub fn in_the_browser(tree: &str) -> Vec<String> {
    let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    if !names.contains("app") {
        return vec!["cargo tree does not name app, so nothing was checked".to_owned()];
    }
    let banned = names.iter().filter(|name| NOT_IN_THE_BROWSER.iter().any(|pattern| matches(pattern, name)));
    banned
        .map(|name| {
            format!("{name} would be compiled for the browser: cargo tree -i {name} shows through whom")
        })
        .collect()
}

/// Whether `pattern` names `name`: exactly, or by its beginning when it ends in `*`.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == pattern,
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A workspace that keeps all rules, but for what `domain` and `server` depend on besides.
    fn workspace(domain: &[&str], server: &[(&str, Option<&str>)]) -> Value {
        let depends = |names: &[(&str, Option<&str>)]| -> Vec<Value> {
            names.iter().map(|(name, kind)| json!({ "name": name, "kind": kind })).collect()
        };
        let mut packages: Vec<Value> =
            RULES.iter().map(|rule| json!({ "name": rule.of, "source": null })).collect();
        packages.push(json!({ "name": "lab", "source": null }));
        packages[0]["dependencies"] =
            json!(depends(&domain.iter().map(|name| (*name, None)).collect::<Vec<_>>()));
        let at = RULES.iter().position(|rule| rule.of == "server").unwrap();
        packages[at]["dependencies"] = json!(depends(server));
        json!({ "packages": packages })
    }

    #[test]
    fn a_broken_direction_is_told_with_its_reason() {
        let found = between_crates(&workspace(&["serde", "tokio", "engine"], &[]));
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].starts_with("domain depends on engine: decisions are pure"), "{found:?}");
        assert!(found[2].ends_with("wait for nothing"), "{found:?}");
    }

    #[test]
    fn tests_may_use_what_they_like() {
        let found = between_crates(&workspace(&["serde"], &[("kube", Some("dev")), ("lab", Some("dev"))]));
        assert_eq!(found, [""; 0]);
        assert_eq!(between_crates(&workspace(&[], &[("kube-client", None), ("lab", None)])).len(), 2);
    }

    #[test]
    fn a_rule_without_its_crate_is_a_finding() {
        assert_eq!(between_crates(&json!({ "packages": [] })).len(), RULES.len());
    }

    #[test]
    fn the_browser_holds_no_server() {
        assert_eq!(in_the_browser("frontend v0.1.0\napp v0.1.0 (path)\nregex v1.13.2\n"), [""; 0]);
        assert_eq!(in_the_browser("app v0.1.0\ntokio-util v0.7.1\naws-config v1.0.0\n").len(), 2);
        assert_eq!(in_the_browser("").len(), 1, "an empty tree proves nothing");
    }
}
