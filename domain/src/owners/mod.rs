//! Who writes an object again after a change by hand, and what to write at that place instead.
//!
//! A live object made by Helm, Argo CD, Flux or an operator is a copy: the change belongs where the copy is
//! made from. The [`mark`] on an object and the [`Deployer`]s of the cluster tell who and where, [`of_plan`]
//! turns the images that a plan moves into what a person would write there. Must not know how files of a bundle
//! look, nor how any of these tools is run.
//!
//! Reading order: `facts` (what was seen) → `marks` → `resolve` (who) → `changes` (what to write), which
//! speaks kustomize (`images`, `custom`) and Helm (`chart`, `values`).

mod address;
mod changes;
mod chart;
mod custom;
mod facts;
mod images;
mod marks;
mod resolve;
mod types;
mod values;

use std::collections::{BTreeMap, BTreeSet};

pub use address::public_address;
pub use custom::{image_fields, image_paths, is_custom};
pub use facts::{
    Application, ApplicationSource, Deployer, HelmRelease, Kustomization, Owners, Renderer, Role, Source,
    SourceRef, ValuesFile,
};
pub use images::name as image_name;
pub(crate) use marks::keeper;
pub use marks::{Keeper, Mark, mark};
pub use types::{
    Change, FieldPatch, ImageEntry, ImageField, Kept, Owner, Place, Release, Target, ValueChange,
};
pub use values::{Field, ImageValue, Key, images_in, looks_like_values, set_argument, set_path};

use crate::diagnosis::{Inventory, Workload};
use crate::plan::{Edit, LeftRunning};
use crate::workload::ContainerKind;
use changes::Task;
use images::Moved;
use resolve::{Found, resolve};

/// Who would revert the images that these edits move in live objects, and what to write there instead; sorted
/// by name. `running` are the workloads whose pods run and are not to be made anew by the plan itself. Objects of given manifests are not among them: there the edited file is the place.
pub fn of_plan(inventory: &Inventory, edits: &[Edit], running: &[LeftRunning]) -> Vec<Owner> {
    let owners = &inventory.owners;
    let mut tasks: BTreeMap<String, (Found<'_>, Task<'_>)> = BTreeMap::new();
    for workload in inventory.workloads.iter().filter(|w| w.origin.as_ref().is_none_or(|origin| origin.live))
    {
        let label = workload.object.label();
        let Some(mark) = owners.marks.get(&label) else { continue };
        let Some(found) = resolve(owners, mark, &workload.object) else { continue };
        let task = &mut tasks.entry(found.who.clone()).or_insert_with(|| (found, Task::default())).1;
        gather(workload, &label, mark, edits, task);
    }
    tasks.retain(|_, (_, task)| !task.moved.is_empty());
    let charts = tasks.values().filter(|(found, _)| changes::uses_a_chart(found)).count();
    let mut ids = BTreeSet::new();
    tasks
        .into_values()
        .map(|(found, task)| {
            let restarts = running.iter().filter(|left| task.objects.contains(&left.place));
            let restarts = restarts.map(|left| left.place.clone()).collect();
            let owner = changes::owner(owners, &found, &task, charts == 1, unique(&found.who, &mut ids));
            Owner { restarts, ..owner }
        })
        .collect()
}

/// Who keeps an object that carries no mark but a label, for Argo CDs that track by it.
pub(crate) fn by_label(
    owners: &Owners,
    mark: Option<&Mark>,
    workload: &crate::facts::WorkloadFact,
) -> Option<String> {
    let found = resolve(owners, mark?, &workload.object)?;
    found.application.is_some().then_some(found.who)
}

/// Sorts the images of a workload into those that move and those that stay.
fn gather<'a>(workload: &'a Workload, label: &str, mark: &'a Mark, edits: &'a [Edit], task: &mut Task<'a>) {
    for container in &workload.spec.containers {
        let edit = edits.iter().find(|edit| {
            edit.object.as_deref() == Some(label)
                && edit.object_path.as_deref() == Some(container.pointer.as_str())
                && edit.from.as_deref() == Some(container.image.as_str())
        });
        match edit {
            None => task.stay.push(&container.image),
            Some(edit) => {
                task.objects.insert(label.to_owned());
                task.moved.push(Moved {
                    object: &workload.object,
                    pointer: &container.pointer,
                    from: &container.image,
                    to: &edit.to,
                    in_containers: !matches!(
                        container.kind,
                        ContainerKind::ImageVolume | ContainerKind::Ephemeral
                    ),
                    made_from: mark.made_from.as_ref(),
                });
            }
        }
    }
}

/// A folder's name of it, in letters that mean nothing to a shell or a file system.
fn unique(who: &str, taken: &mut BTreeSet<String>) -> String {
    const LONGEST: usize = 80;
    let mut slug = String::new();
    for c in who.chars().take(LONGEST) {
        match c.to_ascii_lowercase() {
            c if c.is_ascii_alphanumeric() => slug.push(c),
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    let slug = slug.trim_end_matches('-');
    let slug = if slug.is_empty() { "owner" } else { slug };
    let mut id = slug.to_owned();
    for number in 2.. {
        if taken.insert(id.clone()) {
            break;
        }
        id = format!("{slug}-{number}");
    }
    id
}

#[cfg(test)]
mod tests;
