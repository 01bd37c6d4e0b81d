//! The command lines that carry a plan out, check it and take it back: once for the readme, once as a script.

use std::collections::BTreeSet;

use domain::diagnosis::Scan;
use domain::plan::{Op, Plan, Step};
use domain::shell::{line, word};
use domain::workload::{ContainerKind, ObjectRef};

use super::account::{self, Make};
use super::pace;

/// The patch of a step, relative to the bundle.
pub(super) fn patch_file(step: &Step) -> String {
    format!("kubernetes/patches/{}.json", step.id)
}

/// What takes it back.
pub(super) fn inverse_file(step: &Step) -> String {
    format!("rollback/patches/{}.json", step.id)
}

/// The lines for all steps, in order.
pub(super) fn apply(plan: &Plan) -> Vec<String> {
    account::make(plan, Make::New).into_iter().chain(changes(plan)).collect()
}

/// One line for each step that changes what is there, in order, with lines between batches that wait.
pub(super) fn changes(plan: &Plan) -> Vec<String> {
    let line = |step: &Step| match step.op {
        Op::Patch => Some(patch(plan, step, &patch_file(step))),
        Op::ReplacePod => Some(account::replace_pod(plan, step)),
        Op::CreateSecret => None,
    };
    plan.steps.iter().flat_map(|step| pace::before(plan, step).into_iter().chain(line(step))).collect()
}

/// One line for each step that can be taken back, in reverse order: what names a secret before the secret.
pub(super) fn take_back(plan: &Plan) -> Vec<String> {
    let line = |step: &Step| match step.op {
        Op::Patch => Some(patch(plan, step, &inverse_file(step))),
        Op::ReplacePod => None,
        Op::CreateSecret => Some(account::delete(plan, step)),
    };
    plan.steps.iter().rev().filter_map(line).collect()
}

/// Waits for every workload that replaces its pods by itself, then prints what each changed object names and
/// where the pods' images came from.
pub(super) fn verify(plan: &Plan, scan: &Scan) -> Vec<String> {
    let waits = plan.steps.iter().filter(|step| can_be_waited_for(plan, scan, step));
    let waits = waits.map(|step| pace::rollout_status(plan, step));
    let named = plan.steps.iter().filter_map(|step| {
        let output = format!("jsonpath={}", images_of(step)?);
        let object = object(&step.target);
        Some(kubectl(plan, &step.target, &["get", &object, "--ignore-not-found", "-o", &output]))
    });
    let namespaces: BTreeSet<&Option<String>> =
        plan.steps.iter().map(|step| &step.target.namespace).collect();
    let pods = namespaces.into_iter().map(|namespace| {
        let any = ObjectRef {
            group: String::new(),
            version: "v1".to_owned(),
            kind: "Pod".to_owned(),
            namespace: namespace.clone(),
            name: String::new(),
            uid: None,
        };
        let output = format!("jsonpath={PULLED}");
        kubectl(plan, &any, &["get", "pods", "-o", &output])
    });
    if plan.pull_secret.is_some() {
        return waits.chain(account::verify(plan)).collect();
    }
    waits.chain(named).chain(pods).collect()
}

/// Pod, then each container with the digest that runs and the repository it was pulled from.
const PULLED: &str = "{range .items[*]}{.metadata.name}{\"\\n\"}\
    {range .status.initContainerStatuses[*]}{\"  \"}{.name}{\"  \"}{.imageID}{\"\\n\"}{end}\
    {range .status.containerStatuses[*]}{\"  \"}{.name}{\"  \"}{.imageID}{\"\\n\"}{end}{end}";

/// Whether `kubectl rollout status` ends for it: it knows three kinds and no `OnDelete`, and a pod that
/// waits for an image this plan leaves on Docker Hub may never be ready.
fn can_be_waited_for(plan: &Plan, scan: &Scan, step: &Step) -> bool {
    let label = step.target.label();
    let workload = scan.inventory.workloads.iter().find(|workload| workload.object == step.target);
    matches!(step.target.kind.as_str(), "Deployment" | "DaemonSet" | "StatefulSet")
        && step.target.group == "apps"
        && workload.and_then(|workload| workload.update_strategy.as_deref()) != Some("OnDelete")
        && plan.not_covered.iter().all(|left| left.place != label)
}

/// A JSONPath that prints container and image, for the lists that the step changes.
fn images_of(step: &Step) -> Option<String> {
    let first = step.patch.iter().find(|op| op.path.ends_with("/image"))?;
    let (spec, _) =
        first.path.split_once("/containers/").or_else(|| first.path.split_once("/initContainers/"))?;
    let spec = spec.replace('/', ".");
    let mut lists: Vec<&str> = step
        .images
        .iter()
        .map(|image| match image.kind {
            ContainerKind::Init | ContainerKind::Sidecar => "initContainers",
            _ => "containers",
        })
        .collect();
    lists.sort_unstable();
    lists.dedup();
    let print =
        |list: &str| format!("{{range {spec}.{list}[*]}}{{.name}}{{\"  \"}}{{.image}}{{\"\\n\"}}{{end}}");
    Some(lists.into_iter().map(print).collect())
}

/// The patch of one step. A pod may have ended since the scan, which is no failure.
fn patch(plan: &Plan, step: &Step, file: &str) -> String {
    let object = object(&step.target);
    let patch = kubectl(plan, &step.target, &["patch", &object, "--type=json", "--patch-file", file]);
    if step.target.kind != "Pod" {
        return patch;
    }
    let exists = kubectl(plan, &step.target, &["get", &object, "--ignore-not-found", "-o", "name"]);
    format!("if [ -n \"$({exists})\" ]; then {patch}; fi")
}

/// `kubectl` with the context and the namespace said explicitly.
pub(super) fn kubectl(plan: &Plan, target: &ObjectRef, words: &[&str]) -> String {
    let option = |name, value: Option<&'_ String>| value.map(|value| format!("{name} {}", word(value)));
    let context = option("--context", plan.context.as_ref());
    let namespace = option("-n", target.namespace.as_ref());
    let parts = [Some("kubectl".to_owned()), context, namespace, Some(line(words))];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// `deployment.v1.apps/name`: kind with version and group, as discovery resolves it without guessing.
pub(super) fn object(target: &ObjectRef) -> String {
    let kind = target.kind.to_ascii_lowercase();
    if target.group.is_empty() {
        format!("{kind}/{}", target.name)
    } else {
        format!("{kind}.{}.{}/{}", target.version, target.group, target.name)
    }
}

/// The same lines as a script with one argument.
pub(super) fn script(plan: &Plan, scan: &Scan) -> String {
    let body = |lines: Vec<String>, nothing: &str| {
        if lines.is_empty() {
            format!("  echo {}\n", word(nothing))
        } else {
            lines.iter().map(|l| format!("  {l}\n")).collect()
        }
    };
    let rotate = account::make(plan, Make::Again);
    let (rotate, word_for_it) = if rotate.is_empty() {
        (String::new(), "")
    } else {
        (format!("rotate() {{\n{}}}\n\n", body(rotate, "")), " | rotate")
    };
    let nothing = "Nothing to do in the cluster: this plan changes files, or nothing at all. See README.md.";
    format!(
        "#!/bin/sh\n\
         # Carries out the plan beside it with kubectl alone, in the order of README.md; stops at the first failure.\n\
         # Plan {digest}\n\
         set -eu\n\
         cd \"$(dirname \"$0\")\"\n\
         \n\
         apply() {{\n{apply}}}\n\
         \n\
         verify() {{\n{verify}}}\n\
         \n\
         rollback() {{\n{rollback}}}\n\
         \n\
         {rotate}\
         case \"${{1-}}\" in\n\
         \x20 apply | verify | rollback{word_for_it}) \"$1\" ;;\n\
         \x20 *)\n\
         \x20   echo \"usage: sh commands.sh apply|verify|rollback{usage}\" >&2\n\
         \x20   exit 2\n\
         \x20   ;;\n\
         esac\n",
        digest = plan.digest,
        usage = word_for_it.replace(' ', ""),
        apply = body(apply(plan), nothing),
        verify = body(verify(plan, scan), nothing),
        rollback = body(pace::warning(plan).into_iter().chain(take_back(plan)).collect(), nothing),
    )
}
