//! The same for clusters that have Kyverno: a rewriting policy and a guard, as its `ClusterPolicy`.
//!
//! Kyverno compares texts, so every spelling of an image is listed; for a cache two patterns do. Tests parse these
//! files but have no Kyverno to run them on, and the files say so.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use domain::cluster_wide::{ClusterWide, Renaming, spellings};
use domain::plan::Plan;

use super::{GUARD_BY_KYVERNO, REWRITE_BY_KYVERNO, comment};

/// Which Kyverno this is for.
const WHICH: &str = "\
For Kyverno 1.11 to 1.19; ClusterPolicy was announced to be gone from 1.20 on. Unlike the API server's own policies this
was not run before it was given out: apply it with --dry-run=server first, and try it on one Pod.";

/// `cluster-wide/kyverno-cluster-policy.yaml`.
pub(super) fn rewriting(plan: &Plan, wide: &ClusterWide) -> String {
    let what = match wide.renaming {
        Renaming::Each => "Names exactly the images of the plan anew",
        Renaming::Prefix(_) => "Has every image on Docker Hub pulled through the cache",
    };
    let head = comment(&format!(
        "{what}, while Pods are made. Manifests and templates stay as they are.\n\
         An alternative to the plan's steps, and not one of them; also to mutating-admission-policy.yaml.\n\
         Plan {digest}\n\
         \n\
         {WHICH}\n\
         \n\
         Risk: templates and Pods then name different images. Kyverno is asked for every new Pod; while it is down, Pods\n\
         are made as they are written. A Pod that runs is not changed. Ephemeral containers are out of its reach.\n\
         \n\
         Undo: kubectl delete -f {REWRITE_BY_KYVERNO}\n\
         Pods keep the names they were made with until they are made anew.",
        digest = plan.digest,
    ));
    let rule = rule(wide);
    format!(
        "{head}\
         apiVersion: kyverno.io/v1\n\
         kind: ClusterPolicy\n\
         metadata:\n\
         \x20 name: unthrottle-docker-hub\n\
         \x20 annotations:\n\
         \x20   # Pods only: templates stay what their manifests say.\n\
         \x20   pod-policies.kyverno.io/autogen-controllers: none\n\
         spec:\n\
         \x20 # Without an answer from Kyverno the Pod is made as it was written.\n\
         \x20 failurePolicy: Ignore\n\
         \x20 background: false\n\
         \x20 rules:\n{rule}"
    )
}

/// Where a Pod names images: the list, where an element of it names one, and how a patch of that is written.
const PLACES: [(&str, &str, &str); 3] = [
    ("request.object.spec.containers || `[]`", "element.image", "containers"),
    ("request.object.spec.initContainers || `[]`", "element.image", "initContainers"),
    ("request.object.spec.volumes[?image] || `[]`", "element.image.reference", "volumes"),
];

/// The one rule, so that the table is there once.
fn rule(wide: &ClusterWide) -> String {
    let mut out = "    - name: docker-hub-images\n\
         \x20     match:\n\
         \x20       any:\n\
         \x20         - resources:\n\
         \x20             kinds: [Pod]\n\
         \x20             operations: [CREATE]\n"
        .to_owned();
    if !wide.left_alone.is_empty() {
        let _ = write!(
            out,
            "      exclude:\n\
             \x20       any:\n\
             \x20         - resources:\n\
             \x20             namespaces: [{}]\n",
            wide.left_alone.join(", ")
        );
    }
    if wide.renaming == Renaming::Each {
        let _ = write!(
            out,
            "      context:\n\
             \x20       - name: moved\n\
             \x20         variable:\n\
             \x20           value:\n\
             {}",
            entries(&every_spelling(wide))
        );
    }
    out.push_str("      mutate:\n        foreach:\n");
    for (list, image, field) in PLACES {
        match &wide.renaming {
            Renaming::Each => {
                let new_name = format!("lookup(moved, {image})");
                let _ = write!(
                    out,
                    "          - list: \"{list}\"\n\
                     \x20           preconditions:\n\
                     \x20             all:\n\
                     \x20               - key: \"{{{{ {new_name} || '' }}}}\"\n\
                     \x20                 operator: NotEquals\n\
                     \x20                 value: \"\"\n\
                     {}",
                    patch(field, &new_name),
                );
            }
            Renaming::Prefix(prefix) => {
                for (pattern, path) in PATTERNS {
                    let _ = write!(
                        out,
                        "          - list: \"{list}\"\n\
                         \x20           preconditions:\n\
                         \x20             all:\n\
                         \x20               - key: \"{{{{ regex_match('{pattern}', {image}) && !starts_with({image}, 'localhost/') }}}}\"\n\
                         \x20                 operator: Equals\n\
                         \x20                 value: true\n\
                         {}",
                        patch(field, &format!("regex_replace_all('{pattern}', {image}, '{prefix}{path}')")),
                    );
                }
            }
        }
    }
    out
}

/// The change of one element, by its name.
fn patch(field: &str, new_name: &str) -> String {
    let image = match field {
        "volumes" => format!("image:\n                      reference: \"{{{{ {new_name} }}}}\""),
        _ => format!("image: \"{{{{ {new_name} }}}}\""),
    };
    format!(
        "            patchStrategicMerge:\n\
         \x20             spec:\n\
         \x20               {field}:\n\
         \x20                 - name: \"{{{{ element.name }}}}\"\n\
         \x20                   {image}\n"
    )
}

/// Official images, with or without their namespace, and all others: the first part of a name without a host holds
/// neither dot, colon nor capital.
const PATTERNS: [(&str, &str); 2] = [
    ("^(?:(?:index[.])?docker[.]io/)?(?:library/)?([^/]+)$", "library/$1"),
    ("^(?:(?:index[.])?docker[.]io/)?([a-z0-9_-]+/.+)$", "$1"),
];

/// Every spelling of every moved image, with its new name.
fn every_spelling(wide: &ClusterWide) -> BTreeMap<String, &str> {
    let all = wide
        .moved
        .iter()
        .flat_map(|(name, to)| spellings(name).into_iter().map(move |spelling| (spelling, to.as_str())));
    all.collect()
}

fn entries(map: &BTreeMap<String, &str>) -> String {
    map.iter().map(|(from, to)| format!("              \"{from}\": \"{to}\"\n")).collect()
}

/// `guard/kyverno-cluster-policy.yaml`.
pub(super) fn guarding(plan: &Plan, wide: &ClusterWide) -> String {
    let head = comment(&format!(
        "Reports whatever names an image that this plan moved. It refuses nothing.\n\
         Plan {digest}\n\
         \n\
         {WHICH}\n\
         \n\
         Risk: none for what runs. Results are in policy reports: kubectl get policyreports -A\n\
         Kyverno derives the same rule for Deployments and everything else that makes Pods.\n\
         \n\
         Undo: kubectl delete -f {GUARD_BY_KYVERNO}",
        digest = plan.digest,
    ));
    let images: String =
        every_spelling(wide).keys().map(|image| format!("                      - \"{image}\"\n")).collect();
    format!(
        "{head}\
         apiVersion: kyverno.io/v1\n\
         kind: ClusterPolicy\n\
         metadata:\n\
         \x20 name: unthrottle-docker-hub-guard\n\
         spec:\n\
         \x20 # Enforce would refuse them.\n\
         \x20 validationFailureAction: Audit\n\
         \x20 # What is there already is reported, too.\n\
         \x20 background: true\n\
         \x20 rules:\n\
         \x20   - name: no-image-that-was-moved\n\
         \x20     match:\n\
         \x20       any:\n\
         \x20         - resources:\n\
         \x20             kinds: [Pod]\n\
         \x20     validate:\n\
         \x20       message: An image is pulled from Docker Hub that this cluster moved away from there.\n\
         \x20       foreach:\n\
         \x20         - list: \"request.object.spec.[initContainers, ephemeralContainers, containers][]\"\n\
         \x20           deny:\n\
         \x20             conditions:\n\
         \x20               any:\n\
         \x20                 - key: \"{{{{ element.image }}}}\"\n\
         \x20                   operator: AnyIn\n\
         \x20                   value:\n\
         {images}"
    )
}
