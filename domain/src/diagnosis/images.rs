//! Images on Docker Hub: who uses them, where, and how many pulls that may cost.

use std::collections::{BTreeMap, BTreeSet};

use crate::image::{ImageReference, PullPolicy};
use crate::time::Timestamp;
use crate::workload::{ContainerImage, Controller};

use super::types::Range;

/// The window of Docker Hub's limit, as documented: six hours (facts: docker/docs, usage/pulls).
const WINDOW_SECONDS: u64 = 6 * 60 * 60;

/// Uses of one image, from pods.
#[derive(Debug, Default)]
pub(super) struct ImageUse {
    /// How often each spelling was met.
    spellings: BTreeMap<String, u32>,
    /// UIDs of the controllers of pods that use it, or `namespace/name` of a bare pod.
    pub(super) users: BTreeSet<User>,
    /// Starts by node: node number, creation time in seconds, whether the pull policy asks every time.
    starts: Vec<(u32, u64, bool)>,
    /// Digests that pods run under this name.
    pub(super) running: BTreeSet<String>,
    /// At least one user pulls it without any pull secret on the pod.
    pub(super) bare: bool,
}

/// Who uses an image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum User {
    /// The workload whose template names it, as `Kind namespace/name`.
    Template(String),
    /// A pod's controller, and their namespace.
    Controlled { namespace: String, controller: Controller },
    /// A bare pod, as `Pod namespace/name`.
    Bare(String),
}

impl User {
    /// Who uses what a pod uses.
    pub(super) fn of(namespace: &str, pod: &str, controller: Option<&Controller>) -> Self {
        match controller {
            Some(controller) => {
                Self::Controlled { namespace: namespace.to_owned(), controller: controller.clone() }
            }
            None => Self::Bare(format!("Pod {namespace}/{pod}")),
        }
    }

    /// Namespace and controller, of a pod that has one.
    pub(super) fn controller(&self) -> Option<(&str, &Controller)> {
        match self {
            Self::Controlled { namespace, controller } => Some((namespace, controller)),
            Self::Template(_) | Self::Bare(_) => None,
        }
    }
}

/// All Docker Hub images of a scan by normalized reference.
#[derive(Debug, Default)]
pub(super) struct Images {
    pub(super) by_reference: BTreeMap<String, ImageUse>,
    node_numbers: BTreeMap<String, u32>,
}

impl Images {
    /// Notes that a template names an image.
    pub(super) fn in_template(&mut self, image: &ContainerImage, workload: &str, has_secrets: bool) {
        if let Some((_, entry)) = self.entry(&image.image) {
            entry.users.insert(User::Template(workload.to_owned()));
            entry.bare |= !has_secrets;
        }
    }

    /// Notes that a pod on a node uses an image; `image_id` is the runtime's name for what it runs, empty until
    /// it was pulled.
    pub(super) fn in_pod(
        &mut self,
        image: &ContainerImage,
        image_id: &str,
        user: User,
        node: Option<&str>,
        created_at: Option<&Timestamp>,
        has_secrets: bool,
    ) {
        let next = u32::try_from(self.node_numbers.len()).unwrap_or(u32::MAX);
        let node = node.map(|name| match self.node_numbers.get(name) {
            Some(&number) => number,
            None => *self.node_numbers.entry(name.to_owned()).or_insert(next),
        });
        let always = match image.pull_policy.as_deref() {
            Some(policy) => policy == "Always",
            None => image
                .image
                .parse::<ImageReference>()
                .is_ok_and(|r| r.default_pull_policy() == PullPolicy::Always),
        };
        if let Some((reference, entry)) = self.entry(&image.image) {
            entry.users.insert(user);
            entry.bare |= !has_secrets;
            entry.runs(&reference, image_id);
            if let Some(node) = node {
                entry.starts.push((node, created_at.map_or(0, Timestamp::unix), always));
            }
        }
    }

    /// Joins what templates say to what pods say. Only one side knows nodes, so numbers need no translation.
    pub(super) fn join(&mut self, templates: Self) {
        for (reference, other) in templates.by_reference {
            let entry = self.by_reference.entry(reference).or_default();
            for (spelling, count) in other.spellings {
                *entry.spellings.entry(spelling).or_default() += count;
            }
            entry.users.extend(other.users);
            entry.bare |= other.bare;
        }
    }

    /// The entry of an image, when it is on Docker Hub.
    fn entry(&mut self, image: &str) -> Option<(ImageReference, &mut ImageUse)> {
        let reference: ImageReference = image.parse().ok()?;
        if !reference.is_docker_hub() {
            return None;
        }
        let entry = self.by_reference.entry(reference.normalized()).or_default();
        *entry.spellings.entry(image.to_owned()).or_default() += 1;
        Some((reference, entry))
    }
}

impl ImageUse {
    /// Notes the digest that runs, if the runtime pulled it under the very name that its pod gives. An image that
    /// was loaded by hand has no such digest.
    fn runs(&mut self, reference: &ImageReference, image_id: &str) {
        let Some((_, digest)) = image_id.rsplit_once('@') else { return };
        // Thousands of pods run the same: only a digest not met yet is worth reading its name.
        if self.running.contains(digest) {
            return;
        }
        // The CRI's spelling, and the one that dockershim put before it.
        let pulled = image_id.trim_start_matches("docker-pullable://").parse::<ImageReference>();
        if pulled.is_ok_and(|pulled| pulled.repository() == reference.repository()) {
            self.running.insert(digest.to_owned());
        }
    }

    /// The most frequent spelling; the first in order among equals.
    pub(super) fn spelling(&self) -> &str {
        self.spellings
            .iter()
            .max_by(|(a, x), (b, y)| x.cmp(y).then_with(|| b.cmp(a)))
            .map_or("", |(spelling, _)| spelling)
    }

    /// Nodes that hold a pod with it.
    pub(super) fn nodes(&self) -> u32 {
        let nodes: BTreeSet<u32> = self.starts.iter().map(|(node, ..)| *node).collect();
        u32::try_from(nodes.len()).unwrap_or(u32::MAX)
    }

    /// Pulls in the last six hours, and why: at least one for every node whose first pod with the image is
    /// that young; at most one for every start in that time, when the policy asks the registry every time and
    /// the runtime answers with a GET (CRI-O and Docker do, containerd asks by HEAD, which is free).
    pub(super) fn estimate(&self, now: &Timestamp, head_is_free: bool) -> (Range, Vec<String>) {
        let since = now.unix().saturating_sub(WINDOW_SECONDS);
        let mut first_on_node: BTreeMap<u32, u64> = BTreeMap::new();
        for (node, created, _) in &self.starts {
            let first = first_on_node.entry(*node).or_insert(*created);
            *first = (*first).min(*created);
        }
        let new_nodes = first_on_node.values().filter(|first| **first >= since).count();
        let young = self.starts.iter().filter(|(_, created, _)| *created >= since);
        let asked_again = young.clone().filter(|(_, _, always)| *always).count();
        let low = u32::try_from(new_nodes).unwrap_or(u32::MAX);
        let high = if head_is_free { low } else { low.max(u32::try_from(asked_again).unwrap_or(u32::MAX)) };
        let mut why = Vec::new();
        if new_nodes > 0 {
            let nodes = if new_nodes == 1 { "1 node".to_owned() } else { format!("{new_nodes} nodes") };
            why.push(format!("its first pod came to {nodes} in the last six hours"));
        }
        if self.starts.iter().any(|(_, _, always)| *always) {
            why.push(
                if head_is_free {
                    "pull policy Always: every start asks Docker Hub, by a request that containerd sends as HEAD and that is not counted"
                } else {
                    "pull policy Always: every start asks Docker Hub again, cached or not"
                }
                .to_owned(),
            );
        }
        if why.is_empty() {
            why.push("a new node, or one that cleaned its disk, has to pull it".to_owned());
        }
        (Range { low, high }, why)
    }
}
