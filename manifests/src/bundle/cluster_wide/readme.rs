//! The two sections of the readme about what stands beside the plan.

use domain::cluster_wide::{ClusterWide, Nodes, Offer, Renaming};
use domain::diagnosis::Scan;
use domain::plan::Plan;
use domain::workload::ObjectRef;

use super::super::commands;
use super::super::readme::{Text, code, plain};
use super::{GUARD, GUARD_BY_KYVERNO, REWRITE, REWRITE_BY_KYVERNO, nodes};

/// Adds the sections; nothing for a plan that gives no image another name.
pub(in super::super) fn section(plan: &Plan, scan: &Scan, text: &mut Text) {
    let Some(wide) = ClusterWide::of(plan, scan) else { return };
    text.heading(2, "One change instead of many");
    text.paragraph(
        "The lines above change each place that names an image. These files do the same at one place for the whole \
         cluster, beside those lines and not as a part of them: nothing of this plan applies them. Take one of them at \
         most, and read its first lines, which say its risk and its undo.",
    );
    rewriting(plan, &wide, text);
    on_nodes(&wide, text);
    text.heading(2, "A guard against drifting back");
    guarding(plan, &wide, text);
}

fn rewriting(plan: &Plan, wide: &ClusterWide, text: &mut Text) {
    let what = match &wide.renaming {
        Renaming::Each => format!(
            "the {} that this plan moves, in every spelling of Docker Hub",
            match wide.moved.len() {
                1 => "image".to_owned(),
                n => format!("{n} images"),
            }
        ),
        Renaming::Prefix(prefix) => format!("every image on Docker Hub, to {}", code(prefix)),
    };
    let but = if wide.left_alone.is_empty() {
        String::new()
    } else {
        format!(", except in {}", wide.left_alone.join(", "))
    };
    text.heading(3, "In the API server");
    text.paragraph(&format!(
        "A policy renames {what}, while Pods are made{but}. Risk: templates keep their old names, so a Deployment and \
         its Pods differ, and a policy that allows registries by name has to allow the new one. Pods that are there keep their names; whatever waits has to be made anew, by `kubectl rollout \
         restart`, in turns.",
    ));
    match wide.rewriting {
        Offer::Missing => text.paragraph(&format!(
            "This API server has no MutatingAdmissionPolicy: it came with Kubernetes 1.32, is always there from 1.36 on, \
             and Amazon EKS does not switch it on before. With Kyverno the same is in {}.",
            code(REWRITE_BY_KYVERNO)
        )),
        Offer::SwitchedOn(version) => text.paragraph(&format!(
            "This API server has it as {version}, if it was started with it; otherwise this line fails with \"no matches \
             for kind\". With Kyverno the same is in {}.",
            code(REWRITE_BY_KYVERNO)
        )),
        Offer::Served(_) => {
            text.paragraph(&format!("With Kyverno instead the same is in {}.", code(REWRITE_BY_KYVERNO)));
        }
        Offer::Assumed(_) => text.paragraph(&format!(
            "The server's version is not known. The file is for Kubernetes 1.36 and later and says what to change for \
             1.32 to 1.35. With Kyverno the same is in {}.",
            code(REWRITE_BY_KYVERNO)
        )),
    }
    let file = if wide.rewriting == Offer::Missing { REWRITE_BY_KYVERNO } else { REWRITE };
    text.shell(&[apply(plan, file)]);
    text.paragraph("Undo; Pods made afterwards come from Docker Hub again:");
    text.shell(&[undo(plan, file)]);
}

fn on_nodes(wide: &ClusterWide, text: &mut Text) {
    text.heading(3, "On the nodes");
    match &wide.nodes {
        Nodes::Cannot(why) => {
            text.paragraph(&format!("containerd's mirrors are no way here. {}", plain(why)));
        }
        Nodes::Mirror(mirror) => {
            text.paragraph(&format!(
                "containerd asks {} in Docker Hub's place; no object changes, and static Pods come from there too. \
                 `hosts.toml` is the setting itself. ECR wants a login, so the kubelet's credential provider has to answer \
                 for docker.io as well: the other files do both, for nodes made from then on. EKS Auto Mode takes no user \
                 data and cannot do it.",
                code(&mirror.url())
            ));
            text.items(
                [
                    ("eks-al2023-user-data.mime", "launch template of a managed node group with Amazon Linux 2023"),
                    ("eks-al2-user-data.mime", "the same with Amazon Linux 2"),
                    ("karpenter-al2023.yaml", "`kubectl patch ec2nodeclass NAME --type=merge --patch-file` this file, with the name of the class"),
                    ("bottlerocket.toml", "settings of Bottlerocket, with a risk of its own"),
                ]
                .into_iter()
                .map(|(name, what)| format!("{}: {what}", code(&format!("{}/{name}", nodes::FOLDER)))),
            );
            text.paragraph(
                "Risk: without the login, or without the cache, no image of Docker Hub starts on such a node; Amazon Linux \
                 does not fall back to Docker Hub, on purpose. Undo: take it out of the launch template or the class and \
                 replace the nodes.",
            );
        }
    }
}

fn guarding(plan: &Plan, wide: &ClusterWide, text: &mut Text) {
    text.paragraph(
        "A policy warns whoever names an image that this plan moved, or in a namespace of the plan another image on Docker \
         Hub, in a Pod or in a template, and notes it in the audit log. It refuses nothing, and knows the images that \
         stay. Beside the renaming policy it also warns about templates, which keep their old names there.",
    );
    let file = if wide.guarding == Offer::Missing { GUARD_BY_KYVERNO } else { GUARD };
    if wide.guarding == Offer::Missing {
        text.paragraph(
            "This API server has no ValidatingAdmissionPolicy, which came with Kubernetes 1.28 and is always there from 1.30 \
             on. These lines are for Kyverno, which reports in its policy reports, and only the images that were moved.",
        );
    } else {
        text.paragraph(&format!(
            "With Kyverno instead: {}, which reports the moved images only.",
            code(GUARD_BY_KYVERNO)
        ));
    }
    text.shell(&[apply(plan, file)]);
    text.paragraph("Undo:");
    text.shell(&[undo(plan, file)]);
}

fn apply(plan: &Plan, file: &str) -> String {
    commands::kubectl(plan, &without_namespace(), &["apply", "--server-side", "-f", file])
}

fn undo(plan: &Plan, file: &str) -> String {
    commands::kubectl(plan, &without_namespace(), &["delete", "--ignore-not-found", "-f", file])
}

/// What the files hold belongs to no namespace.
fn without_namespace() -> ObjectRef {
    ObjectRef {
        group: String::new(),
        version: String::new(),
        kind: String::new(),
        namespace: None,
        name: String::new(),
        uid: None,
    }
}
