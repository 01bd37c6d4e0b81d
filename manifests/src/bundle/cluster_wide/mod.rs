//! The folders `cluster-wide/` and `guard/`: what could do the plan's work with one change, and what would notice a
//! way back to Docker Hub. They stand beside the plan; none of its lines uses them.
//!
//! What to offer is decided in [`domain::cluster_wide`]; here it is written down, as files that an engineer can read
//! before applying them. Nothing in them is text of a cluster that was not checked to be an image or a name.

mod cel;
mod guard;
mod kyverno;
mod nodes;
mod readme;
mod rewrite;

use domain::cluster_wide::ClusterWide;
use domain::diagnosis::Scan;
use domain::plan::Plan;

pub(super) use readme::section;

use super::file;
use crate::archive::BundleFile;

const REWRITE: &str = "cluster-wide/mutating-admission-policy.yaml";
const REWRITE_BY_KYVERNO: &str = "cluster-wide/kyverno-cluster-policy.yaml";
const GUARD: &str = "guard/validating-admission-policy.yaml";
const GUARD_BY_KYVERNO: &str = "guard/kyverno-cluster-policy.yaml";

/// All files of both folders; nothing for a plan that gives no image another name.
pub(super) fn files(plan: &Plan, scan: &Scan) -> Vec<BundleFile> {
    let Some(wide) = ClusterWide::of(plan, scan) else { return Vec::new() };
    let mut files = vec![
        (REWRITE_BY_KYVERNO.to_owned(), kyverno::rewriting(plan, &wide)),
        (GUARD_BY_KYVERNO.to_owned(), kyverno::guarding(plan, &wide)),
    ];
    files.extend(wide.rewriting.version().map(|v| (REWRITE.to_owned(), rewrite::write(plan, &wide, v))));
    files.extend(wide.guarding.version().map(|v| (GUARD.to_owned(), guard::write(plan, &wide, v))));
    files.extend(nodes::files(plan, &wide));
    files.into_iter().map(|(path, text)| file(path, text.into_bytes())).collect()
}

/// Lines of text as YAML comments.
fn comment(lines: &str) -> String {
    let line = |line: &str| if line.is_empty() { "#\n".to_owned() } else { format!("# {line}\n") };
    lines.lines().map(line).collect()
}

/// Every line so many spaces further in, without a line break at the end: the body of a block scalar.
fn indent(text: &str, by: usize) -> String {
    let pad = " ".repeat(by);
    text.lines().map(|line| format!("{pad}{line}")).collect::<Vec<_>>().join("\n")
}
