//! Templates that name pull secrets of their own: pods made from them take nothing from their account, so the
//! template itself gets the secret.

use super::cluster::{Here, left, on_docker_hub};
use super::lists::append;
use crate::diagnosis::Workload;
use crate::plan::{LeftImage, Risk};
use crate::remedy::{Draft, ObjectChange, SecretDraft, Wave, running};
use crate::rollout::{Effect, effect};
use crate::workload::PodSpec;

/// Adds every selected workload whose template names secrets and not ours.
pub(super) fn plan(here: &Here<'_>, secret: &mut SecretDraft, draft: &mut Draft) {
    let inventory = here.inventory();
    for workload in inventory.workloads.iter().filter(|w| here.selection.takes(&w.object)) {
        if !needs_it(workload, &here.account.name) {
            continue;
        }
        if here.is_ending(workload.object.namespace.as_deref()) {
            draft.not_covered.extend(left(
                &workload.object,
                &workload.spec,
                "Its namespace is being deleted, so no secret can be made in it.",
                "Nothing needs it: its pods go with the namespace.",
            ));
        } else if workload.object.kind == "Job" {
            draft.not_covered.extend(left(
                &workload.object,
                &workload.spec,
                "It names pull secrets of its own, and a job's template cannot change.",
                "Make the job again with the secret's name added to its imagePullSecrets.",
            ));
        } else if workload.object.kind == "Pod" {
            draft.not_covered.extend(left(
                &workload.object,
                &workload.spec,
                "It names pull secrets of its own, and those of a pod cannot change.",
                "Add the secret's name to imagePullSecrets in its manifest, and make it again.",
            ));
        } else if here.running.leaves(workload) {
            leave(workload, draft);
        } else {
            add(here, workload, secret, draft);
        }
    }
}

/// Whether the template of a workload has to name the secret itself.
pub(super) fn needs_it(workload: &Workload, name: &String) -> bool {
    let own = &workload.spec.image_pull_secrets;
    !own.is_empty() && !own.contains(name) && on_docker_hub(&workload.spec).next().is_some()
}

fn leave(workload: &Workload, draft: &mut Draft) {
    let images = on_docker_hub(&workload.spec).map(|container| LeftImage {
        container: container.name.clone(),
        image: container.image.clone(),
        path: container.pointer.clone(),
        to: None,
    });
    running::leave(workload, images.collect(), draft);
}

fn add(here: &Here<'_>, workload: &Workload, secret: &mut SecretDraft, draft: &mut Draft) {
    let Some(list) = list_of(&workload.spec) else { return };
    secret.namespaces.extend(workload.object.namespace.clone());
    let (patch, inverse) = append(&list, &workload.spec.image_pull_secrets, &here.account.name);
    draft.object_changes.push(ObjectChange {
        target: workload.object.clone(),
        patch,
        inverse,
        images: Vec::new(),
        wave: Wave::Workloads,
        says: says(workload).to_owned(),
        why: vec![(
            list,
            "Its template names pull secrets of its own, so what its service account lends is ignored."
                .to_owned(),
        )],
    });
    let label = workload.object.label();
    if let Some(owner) = &workload.managed_by {
        draft.risks.push(Risk {
            what: format!("{label} is written by {owner}."),
            why: "It may take the secret out of the template again. Add its name where the template comes from."
                .to_owned(),
        });
    }
    if effect(workload) != Effect::Nothing {
        draft.risks.push(Risk {
            what: format!("{label} makes its pods anew, those that run too."),
            why: "A template's pull secrets cannot change without that. On a node that does not hold the image each new \
                  pod pulls once, with the account. Leave it out of the objects to change (`--only`) where that is not wanted now."
                .to_owned(),
        });
    }
}

/// The list beside the containers: the pod spec stands where its images do.
fn list_of(spec: &PodSpec) -> Option<String> {
    let image = &spec.containers.first()?.pointer;
    let start = image.rfind("/spec/")?;
    Some(format!("{}/spec/imagePullSecrets", image.get(..start)?))
}

fn says(workload: &Workload) -> &'static str {
    match (workload.object.kind.as_str(), workload.update_strategy.as_deref()) {
        (_, Some("OnDelete")) => {
            "Running pods stay as they are until you delete them; waiting ones are made anew."
        }
        ("Deployment", Some("Recreate")) => "All its pods stop before the new ones start.",
        ("Deployment" | "Rollout", _) => "Its pods are replaced by new ones, a few at a time.",
        ("DaemonSet", _) => "Its pods are replaced node by node.",
        ("StatefulSet", _) => {
            "Its pods are replaced one after another, the last one first; waiting ones are made anew."
        }
        ("CronJob", _) => "Nothing restarts; the next job starts with the secret.",
        _ => "Running pods stay as they are; pods made from now on name the secret.",
    }
}
