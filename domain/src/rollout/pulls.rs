//! What carrying a plan out pulls, and from where.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::diagnosis::{Range, Scan};
use crate::image::{ImageReference, PullPolicy};
use crate::plan::{EcrWay, Op, Plan, Step};
use crate::workload::{ContainerImage, PodSpec};

use super::batches::{MOST_NEW_PODS, pods_of, workload_of};
use super::urgent::is_spent;

/// As many platforms as Docker Official Images are built for as a rule. Copying an image, or the first pull through
/// a cache, reads each of them, and Docker Hub counts each (docker/docs, usage/pulls).
const PLATFORMS: u32 = 8;

/// What carrying a plan out pulls: estimates, low and high, by what Docker Hub counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pulls {
    /// From Docker Hub, counted on the addresses that nodes leave by, or on that of the machine that copies.
    pub docker_hub: Range,
    /// From Docker Hub, counted on an account.
    pub account: Range,
    /// From the new places.
    pub new_place: Range,
    /// From Docker Hub, on the nodes' addresses, if all of it is taken back.
    pub taken_back: Range,
    /// Pods that begin to pull.
    pub pods: u32,
    /// How many of them at a time at most, where a single workload has not more.
    pub at_a_time: u32,
    /// What was left of the limit when the cluster was read; null when that was not measured.
    pub remaining: Option<u32>,
    /// Whether Docker Hub refused pulls then, or nothing was left.
    pub spent: bool,
}

/// Which change comes first within its wave: what waits before what runs, the most stuck pods first; then what
/// pulls least from Docker Hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn {
    waiting: Reverse<u32>,
    docker_hub: u32,
}

/// The turn of one step.
pub fn turn(step: &Step, scan: &Scan) -> Turn {
    let waiting = workload_of(&step.target, scan).map_or(0, |workload| workload.waiting_pods);
    let mut stay = Tally::default();
    after(step, scan, &mut stay, &mut Tally::default());
    Turn { waiting: Reverse(waiting), docker_hub: stay.range(nodes(scan)).high }
}

/// What this plan costs.
pub fn of_plan(plan: &Plan, scan: &Scan) -> Pulls {
    let (mut stay, mut new, mut back) = (Tally::default(), Tally::default(), Tally::default());
    for step in &plan.steps {
        after(step, scan, &mut stay, &mut new);
        before(step, scan, &mut back);
    }
    let nodes = nodes(scan);
    let (mut docker_hub, mut account) = match plan.pull_secret {
        Some(_) => (Range::default(), stay.range(nodes)),
        None => (stay.range(nodes), Range::default()),
    };
    let copies = number(plan.copies.len());
    add(&mut docker_hub, Range { low: copies, high: copies.saturating_mul(PLATFORMS) });
    if plan.ecr.as_ref().is_some_and(|ecr| ecr.way == EcrWay::Cache) {
        let images = number(new.0.len());
        add(&mut account, Range { low: images, high: images.saturating_mul(PLATFORMS) });
    }
    Pulls {
        docker_hub,
        account,
        new_place: new.range(nodes),
        taken_back: back.range(nodes),
        pods: plan.steps.iter().fold(0, |sum: u32, step| sum.saturating_add(pods_of(step, scan))),
        at_a_time: MOST_NEW_PODS,
        remaining: scan.diagnosis.budget.remaining_at_nodes(),
        spent: is_spent(&scan.diagnosis),
    }
}

fn nodes(scan: &Scan) -> u32 {
    match scan.inventory.nodes.len() {
        0 => u32::MAX,
        n => number(n),
    }
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn add(range: &mut Range, more: Range) {
    range.low = range.low.saturating_add(more.low);
    range.high = range.high.saturating_add(more.high);
}

/// What the pods of a step pull once it is carried out: images that stay on Docker Hub, and those of new places.
fn after(step: &Step, scan: &Scan, stay: &mut Tally, new: &mut Tally) {
    let Some(of) = Pods::of(step, scan) else { return };
    for container in &of.spec.containers {
        let moved = step.images.iter().find(|moved| {
            moved.container == container.name && moved.kind == container.kind && moved.from == container.image
        });
        match moved {
            Some(moved) => new.add(&moved.to, of.pods, of.asks_each_time(container), true),
            None if !of.in_place => {
                stay.add_of_hub(container, &of);
            }
            None => {}
        }
    }
}

/// What they pull from Docker Hub when the step is taken back. A pod that was made anew stays as it is.
fn before(step: &Step, scan: &Scan, back: &mut Tally) {
    if step.op != Op::Patch {
        return;
    }
    let Some(of) = Pods::of(step, scan) else { return };
    let moved = |container: &&ContainerImage| {
        !of.in_place || step.images.iter().any(|moved| moved.container == container.name)
    };
    of.spec.containers.iter().filter(moved).for_each(|container| back.add_of_hub(container, &of));
}

/// The pods that a step makes pull.
struct Pods<'a> {
    pods: u32,
    spec: &'a PodSpec,
    /// Whether they stay and only their waiting containers try again.
    in_place: bool,
    /// Images that they wait for, as written.
    waits_for: BTreeSet<&'a str>,
    head_is_free: bool,
}

impl<'a> Pods<'a> {
    fn of(step: &Step, scan: &'a Scan) -> Option<Self> {
        let inventory = &scan.inventory;
        let spec = if step.target.kind == "Pod" {
            let stuck = inventory.stuck.iter().find(|pod| pod.object == step.target).map(|pod| &pod.spec);
            let lone = || inventory.pods.iter().find(|pod| pod.object == step.target).map(|pod| &pod.spec);
            stuck.or_else(lone)?
        } else {
            &workload_of(&step.target, scan)?.spec
        };
        let target = &step.target;
        let waits_for = scan.diagnosis.findings.iter().filter(|finding| finding.current).filter(|finding| {
            let is_it = match target.kind.as_str() {
                "Pod" => finding.pod == target.name,
                kind => finding.workload.kind == kind && finding.workload.name == target.name,
            };
            is_it && Some(&finding.namespace) == target.namespace.as_ref()
        });
        // containerd asks for a tag by HEAD, which is not counted (facts of `diagnosis::images`).
        let is_containerd = |runtime: &Option<String>| {
            runtime.as_deref().is_some_and(|runtime| runtime.starts_with("containerd"))
        };
        Some(Self {
            pods: pods_of(step, scan),
            spec,
            in_place: step.op == Op::Patch && step.target.kind == "Pod",
            waits_for: waits_for.map(|finding| finding.image.as_str()).collect(),
            head_is_free: !inventory.nodes.is_empty()
                && inventory.nodes.iter().all(|node| is_containerd(&node.container_runtime)),
        })
        .filter(|of| of.pods > 0)
    }

    /// Whether each start of the container costs a pull, cached or not.
    fn asks_each_time(&self, container: &ContainerImage) -> bool {
        let always = match container.pull_policy.as_deref() {
            Some(policy) => policy == "Always",
            None => container
                .image
                .parse::<ImageReference>()
                .is_ok_and(|image| image.default_pull_policy() == PullPolicy::Always),
        };
        always && !self.head_is_free
    }
}

/// Uses of images by the pods that are to start.
#[derive(Default)]
struct Tally(BTreeMap<String, Use>);

#[derive(Default)]
struct Use {
    /// Pods that pull unless their node holds the image.
    cached: u32,
    /// Pods that pull in any case.
    each_time: u32,
    /// Whether it is known that at least one node does not hold it.
    missing: bool,
}

impl Tally {
    fn add(&mut self, image: &str, pods: u32, each_time: bool, missing: bool) {
        let entry = self.0.entry(image.to_owned()).or_default();
        let count = if each_time { &mut entry.each_time } else { &mut entry.cached };
        *count = count.saturating_add(pods);
        entry.missing |= missing;
    }

    fn add_of_hub(&mut self, container: &ContainerImage, of: &Pods<'_>) {
        let Ok(image) = container.image.parse::<ImageReference>() else { return };
        if image.is_docker_hub() {
            let missing = of.waits_for.contains(container.image.as_str());
            self.add(&image.normalized(), of.pods, of.asks_each_time(container), missing);
        }
    }

    /// A node pulls an image once and keeps it.
    fn range(&self, nodes: u32) -> Range {
        let mut range = Range::default();
        for Use { cached, each_time, missing } in self.0.values() {
            let low = (*each_time).max(u32::from(*missing));
            add(&mut range, Range { low, high: low.max(each_time.saturating_add((*cached).min(nodes))) });
        }
        range
    }
}
