//! One change instead of many: what could give a plan's images their new names without touching a manifest, and what
//! would notice a manifest that names Docker Hub again.
//!
//! Decides only: which images, in which namespaces, by which kind of policy this server has, and whether the nodes
//! could do it. None of it is a step of the plan. Must not know how policies are written down.

mod name;
mod namespaces;
mod nodes;
mod server;

use std::collections::{BTreeMap, BTreeSet};

pub use name::{hub_name, spellings};
pub use nodes::{NodeMirror, Nodes};
pub use server::Offer;

use crate::cortex::quay_copy;
use crate::diagnosis::Scan;
use crate::image::ImageReference;
use crate::plan::{EcrWay, Edit, Plan};

/// What stands beside a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterWide {
    /// How an image on Docker Hub gets its new name.
    pub renaming: Renaming,
    /// The images that the plan moves, by their names on Docker Hub ([`hub_name`]), with their new names.
    pub moved: BTreeMap<String, String>,
    /// Names on Docker Hub that the plan knows to stay there: a guard says nothing about them.
    pub staying: BTreeSet<String>,
    /// Namespaces that the plan touches, where nothing else should come from Docker Hub either.
    pub covered: BTreeSet<String>,
    /// Namespaces that a rewriting policy leaves alone.
    pub left_alone: Vec<&'static str>,
    /// Whether this server has `MutatingAdmissionPolicy`.
    pub rewriting: Offer,
    /// Whether it has `ValidatingAdmissionPolicy`.
    pub guarding: Offer,
    /// Whether the nodes could ask another registry in Docker Hub's place.
    pub nodes: Nodes,
}

/// How an image on Docker Hub gets its new name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Renaming {
    /// Exactly the images of the plan: only these have a copy.
    Each,
    /// Any image, by putting this before its name on Docker Hub; it ends in a slash.
    Prefix(String),
}

impl ClusterWide {
    /// What stands beside this plan; `None` when the plan gives no image another name.
    pub fn of(plan: &Plan, scan: &Scan) -> Option<Self> {
        let moved = moved(plan);
        let cache = plan.ecr.as_ref().filter(|ecr| ecr.way == EcrWay::Cache);
        if !plan.change_needed || moved.is_empty() {
            return None;
        }
        let touched = namespaces::touched(plan);
        let version = scan.inventory.cluster.kubernetes_version.as_deref();
        let version = version.or(scan.diagnosis.source.kubernetes_version.as_deref());
        Some(Self {
            renaming: match cache {
                Some(ecr) => Renaming::Prefix(format!("{}/{}/", ecr.host, ecr.prefix)),
                None => Renaming::Each,
            },
            staying: staying(plan, &moved),
            left_alone: namespaces::left_alone(&touched),
            covered: touched,
            rewriting: server::rewriting(version),
            guarding: server::guarding(version),
            nodes: nodes::decide(plan, scan),
            moved,
        })
    }

    /// The new name of an image as a Pod spells it; `None` when it keeps its name. This is what the policies compute
    /// in the API server.
    pub fn new_name(&self, image: &str) -> Option<String> {
        let name = hub_name(image)?;
        match &self.renaming {
            Renaming::Each => self.moved.get(&name).cloned(),
            Renaming::Prefix(prefix) => Some(format!("{prefix}{name}")),
        }
    }
}

/// What stays on Docker Hub by the plan and is not renamed for pods made later either.
fn staying(plan: &Plan, moved: &BTreeMap<String, String>) -> BTreeSet<String> {
    let names = plan.not_covered.iter().filter_map(|left| hub_name(&left.image));
    names.filter(|name| !moved.contains_key(name)).collect()
}

/// Every image that the plan moves: in its steps, its edits and its copies, and in what it leaves running.
fn moved(plan: &Plan) -> BTreeMap<String, String> {
    let steps = plan.steps.iter().flat_map(|step| &step.images).map(|image| (image.from.clone(), &image.to));
    let edits = plan.edits.iter().filter_map(|edit| Some((before(plan, edit)?, &edit.to)));
    // A copy is named in full, also where a file left a key out and no old name is written anywhere.
    let copies = plan.copies.iter().map(|copy| (copy.source.clone(), &copy.target));
    // A policy renames pods that are made from now on: that restarts nothing.
    let left = plan.left_running.iter().flat_map(|left| &left.images);
    let left = left.filter_map(|image| Some((image.image.clone(), image.to.as_ref()?)));
    copies
        .chain(left.filter(|(_, to)| plan.leads_somewhere(to)))
        .chain(edits)
        .chain(steps)
        .filter_map(|(from, to)| {
            let to: ImageReference = to.parse().ok()?;
            (!to.is_docker_hub()).then_some(())?;
            Some((hub_name(&from)?, to.as_written().to_owned()))
        })
        .collect()
}

/// The name that an edit replaces. Where it fills a key that was empty or absent, Cortex's own default stood there: the
/// same path on Docker Hub.
fn before(plan: &Plan, edit: &Edit) -> Option<String> {
    if let Some(from) = edit.from.as_ref().filter(|from| !from.is_empty()) {
        return Some(from.clone());
    }
    if let Some(ecr) = &plan.ecr {
        let path = edit.to.strip_prefix(&ecr.host)?.strip_prefix('/')?.strip_prefix(&ecr.prefix)?;
        return path.strip_prefix('/').map(str::to_owned);
    }
    let default: ImageReference = edit.to.strip_prefix("quay.io/")?.parse().ok()?;
    let copy = quay_copy(&default).ok()?;
    (copy.as_written() == edit.to).then(|| default.as_written().to_owned())
}

#[cfg(test)]
mod tests;
