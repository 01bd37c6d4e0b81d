//! A Helm release: the lines that upgrade it, and a post-renderer for images that its values do not reach.

use domain::owners::{Change, Owner, Target, set_argument};
use domain::plan::Plan;
use domain::shell::{line, word};

use super::files::{Piece, is_in_list};

/// What the post-renderer's kustomization takes for its resource.
pub(super) const RENDERED: &str = "rendered.yaml";
const SCRIPT: &str = "post-render.sh";

/// The post-renderer: a program for Helm 3, which is a plugin for Helm 4 (Helm documentation, "Postrenderer
/// plugins").
pub(super) fn scripts(owner: &Owner) -> [Piece; 2] {
    let script = format!(
        "#!/bin/sh\n\
         # Reads the rendered chart, gives it back with the images of the kustomization beside this file.\n\
         set -eu\n\
         here=$(cd \"$(dirname \"$0\")\" && pwd)\n\
         work=$(mktemp -d)\n\
         trap 'rm -rf \"$work\"' EXIT\n\
         cat > \"$work/{RENDERED}\"\n\
         cp \"$here\"/kust*.yaml \"$work/\"\n\
         kubectl kustomize \"$work\"\n"
    );
    let plugin = format!(
        "apiVersion: v1\n\
         type: postrenderer/v1\n\
         name: {}\n\
         version: 0.1.0\n\
         runtime: subprocess\n\
         runtimeConfig:\n\
         \x20 platformCommand:\n\
         \x20 - command: ${{HELM_PLUGIN_DIR}}/{SCRIPT}\n",
        plugin(owner)
    );
    [
        Piece { name: "plugin.yaml", text: plugin, executable: false },
        Piece { name: SCRIPT, text: script, executable: true },
    ]
}

/// The plugin's name.
pub(super) fn plugin(owner: &Owner) -> String {
    format!("unthrottle-{}", owner.id)
}

/// The line that upgrades the release as it is, with all that the owner's changes need; `None` where the
/// release is not known. Run in the bundle's folder.
pub(super) fn upgrade(plan: &Plan, owner: &Owner) -> Option<String> {
    let release = owner.place.release.as_ref()?;
    let mut words = vec!["helm".to_owned(), "upgrade".to_owned(), word(&release.name)];
    words.push("\"${CHART:?set it to the chart of this release}\"".to_owned());
    if let Some(context) = &plan.context {
        words.push(line(&["--kube-context", context]));
    }
    if let Some(namespace) = &release.namespace {
        words.push(line(&["-n", namespace]));
    }
    if let Some(version) = owner.place.chart.as_deref().and_then(version) {
        words.push(line(&["--version", &version]));
    }
    words.push("--reuse-values".to_owned());
    for change in &owner.changes {
        words.extend(options(owner, change));
    }
    Some(words.join(" "))
}

fn options(owner: &Owner, change: &Change) -> Vec<String> {
    let folder = format!("owners/{}", owner.id);
    match change.into {
        Target::HelmValues => {
            let (in_lists, others): (Vec<_>, Vec<_>) =
                change.values.iter().partition(|value| is_in_list(value));
            let file = (!others.is_empty()).then(|| format!("-f {folder}/values.yaml"));
            let set = in_lists.into_iter().map(|value| line(&["--set-string", &set_argument(value)]));
            file.into_iter().chain(set).collect()
        }
        Target::HelmPostRenderer => vec![format!("--post-renderer {folder}/{SCRIPT}")],
        _ => Vec::new(),
    }
}

/// The version in label `helm.sh/chart`, in which `_` stands for `+` (Helm: `helm create`'s own template).
fn version(chart: &str) -> Option<String> {
    let at = chart.rmatch_indices('-').map(|(at, _)| at + 1);
    let digit = |at: &usize| chart.as_bytes().get(*at).is_some_and(u8::is_ascii_digit);
    // A version has two dots: the hyphen before it is the last one that leaves both behind it.
    let whole = |at: &usize| chart.get(*at..).is_some_and(|text| text.matches('.').count() >= 2);
    let start = at.filter(digit).find(whole)?;
    Some(chart.get(start..)?.replace('_', "+"))
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn the_version_of_a_chart_label() {
        for (label, wanted) in [
            ("nginx-15.1.0", Some("15.1.0")),
            ("kube-state-metrics-5.2.1-rc.1", Some("5.2.1-rc.1")),
            ("a-1-2.0.0_build.7", Some("2.0.0+build.7")),
            ("web-app-1.2.0-1.beta", Some("1.2.0-1.beta")),
            ("nginx", None),
            ("nginx-", None),
        ] {
            assert_eq!(version(label).as_deref(), wanted, "{label}");
        }
    }
}
