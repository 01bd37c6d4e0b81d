//! Takes facts one at a time and keeps what a verdict and a plan need.
//!
//! Memory follows the number of images, workloads, owners and failing containers, with a few bytes for each
//! pod; a pod's own text is dropped as soon as it was looked at.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::explain;
use crate::facts::{
    ClusterFact, CortexConfigMap, CortexFile, Fact, ListOf, NodeFact, NotSeen, Origin, PodFact, WorkloadFact,
};
use crate::owners::{Deployer, ValuesFile};
use crate::time::Timestamp;
use crate::workload::{ContainerKind, Controller, ObjectRef, PodSpec};

use super::accounts::Accounts;
use super::conclude::on_docker_hub;
use super::failing::{EventLog, Waiting, waiting};
use super::images::{Images, User};
use super::owners::{Owners, is_built_in};
use super::types::{Scan, SourceKind};

/// A scan under way.
#[derive(Debug)]
pub struct Fold {
    pub(super) kind: SourceKind,
    pub(super) cluster: ClusterFact,
    pub(super) namespaces: BTreeSet<String>,
    pub(super) namespaces_met: BTreeSet<String>,
    pub(super) ending: BTreeSet<String>,
    pub(super) accounts: Accounts,
    pub(super) nodes: BTreeMap<String, NodeFact>,
    pub(super) pods: Pods,
    pub(super) events: EventLog,
    pub(super) events_seen: bool,
    pub(super) workloads: BTreeMap<String, WorkloadFact>,
    pub(super) template_images: Images,
    pub(super) owners: Owners,
    pub(super) config_maps: Vec<CortexConfigMap>,
    pub(super) cortex_files: Vec<CortexFile>,
    pub(super) files: BTreeSet<String>,
    /// Those of the files in which an image could stand.
    pub(super) understood: BTreeSet<String>,
    /// Objects of Argo CD and Flux by label, and Helm values files by name.
    pub(super) deployers: BTreeMap<String, Deployer>,
    pub(super) values: BTreeMap<String, ValuesFile>,
    /// The version of External Secrets that is served, and its stores by label.
    pub(super) external_secrets: Option<String>,
    pub(super) secret_stores: BTreeMap<String, ObjectRef>,
    pub(super) not_seen: BTreeSet<NotSeen>,
    /// What only plans need.
    pub(super) not_seen_for_plans: BTreeSet<NotSeen>,
}

/// What the pod list gave.
#[derive(Debug, Default)]
pub(super) struct Pods {
    /// A pod can come twice, from two files or two pages; it counts once.
    seen: BTreeSet<Box<str>>,
    pub(super) count: u32,
    pub(super) containers: u32,
    pub(super) images: Images,
    pub(super) failing: Vec<FailingPod>,
    /// How many pods with images on Docker Hub each controller has that have not ended.
    pub(super) alive: BTreeMap<User, u32>,
}

/// A pod with at least one container that waits for its image.
#[derive(Debug)]
pub(super) struct FailingPod {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) uid: String,
    pub(super) cortex_api: bool,
    pub(super) controller: Option<Controller>,
    pub(super) node: Option<String>,
    pub(super) mirror: bool,
    pub(super) terminating: bool,
    pub(super) spec: PodSpec,
    pub(super) waiting: Vec<Waiting>,
    pub(super) origin: Option<Origin>,
}

impl FailingPod {
    pub(super) fn user(&self) -> User {
        User::of(&self.namespace, &self.name, self.controller.as_ref())
    }
}

impl Fold {
    /// An empty fold.
    pub fn new(kind: SourceKind) -> Self {
        Self {
            kind,
            cluster: ClusterFact::default(),
            namespaces: BTreeSet::new(),
            namespaces_met: BTreeSet::new(),
            ending: BTreeSet::new(),
            accounts: Accounts::default(),
            nodes: BTreeMap::new(),
            pods: Pods::default(),
            events: EventLog::default(),
            events_seen: false,
            workloads: BTreeMap::new(),
            template_images: Images::default(),
            owners: Owners::default(),
            config_maps: Vec::new(),
            cortex_files: Vec::new(),
            files: BTreeSet::new(),
            understood: BTreeSet::new(),
            deployers: BTreeMap::new(),
            values: BTreeMap::new(),
            external_secrets: None,
            secret_stores: BTreeMap::new(),
            not_seen: BTreeSet::new(),
            not_seen_for_plans: BTreeSet::new(),
        }
    }

    /// Takes one fact.
    pub fn take(&mut self, fact: Fact) {
        match fact {
            Fact::ListBegins(list) => self.begin(list),
            Fact::Cluster(cluster) => self.cluster = cluster,
            Fact::Namespace(name) => {
                self.namespaces.insert(name);
            }
            Fact::NamespaceEnds(name) => {
                self.ending.insert(name);
            }
            Fact::ServiceAccount(account) => self.accounts.take(account),
            Fact::Node(node) => {
                self.nodes.insert(node.name.clone(), node);
            }
            Fact::Pod(pod) => self.pod(pod),
            Fact::Workload(workload) => self.workload(workload),
            Fact::Owner { uid, controller, object } => self.owners.learn(uid, object, controller),
            Fact::Event(event) => {
                self.events_seen = true;
                self.events.take(&event);
            }
            Fact::CortexConfigMap(map) => {
                self.config_maps.retain(|present| present.object.label() != map.object.label());
                self.config_maps.push(map);
            }
            Fact::CortexFile(file) => self.cortex_files.push(file),
            Fact::File { name, relevant } => {
                if relevant {
                    self.understood.insert(name.clone());
                }
                self.files.insert(name);
            }
            Fact::Deployer(deployer) => {
                self.deployers.insert(deployer.object.label(), deployer);
            }
            Fact::ExternalSecrets { version } => self.external_secrets = Some(version),
            Fact::SecretStore(store) => {
                self.secret_stores.insert(store.label(), store);
            }
            Fact::Values(values) => match self.values.get_mut(&values.file) {
                Some(known) => known.images.extend(values.images),
                None => {
                    self.values.insert(values.file.clone(), values);
                }
            },
            Fact::NotSeen(not_seen) => {
                self.not_seen.insert(not_seen);
            }
            Fact::NotSeenForPlans(not_seen) => {
                self.not_seen_for_plans.insert(not_seen);
            }
        }
    }

    /// An early finding for the progress line. It may only be positive: before everything was read, silence
    /// proves nothing.
    pub fn early(&self) -> Option<String> {
        let now: usize = self.pods.failing.iter().map(|pod| self.throttled_in(pod)).sum();
        let seen = self.events.past_throttles(&BTreeSet::new()).count();
        match now.max(seen) {
            0 => None,
            1 => Some("Docker Hub refuses pulls: 1 container so far.".to_owned()),
            n => Some(format!("Docker Hub refuses pulls: {n} containers so far.")),
        }
    }

    /// Concludes. `collected_at` is when reading ended, by the caller's clock or the recording's own time.
    pub fn finish(self, collected_at: Timestamp) -> Scan {
        super::conclude::conclude(self, collected_at)
    }

    fn throttled_in(&self, pod: &FailingPod) -> usize {
        let refused = |waiting: &&Waiting| {
            explain(&waiting.message, Some(&waiting.container.image)).cause.is_docker_hub_limit()
                || self
                    .events
                    .of(&pod.uid, &waiting.container.name)
                    .is_some_and(|events| events.explanation.cause.is_docker_hub_limit())
        };
        pod.waiting.iter().filter(refused).count()
    }

    /// A list starts: what it gave before is void.
    fn begin(&mut self, list: ListOf) {
        match list {
            ListOf::Namespaces => {
                self.namespaces.clear();
                self.ending.clear();
            }
            ListOf::Nodes => self.nodes.clear(),
            ListOf::Pods => {
                self.pods = Pods::default();
                self.accounts.forget_pods();
            }
            ListOf::Events => self.events.clear(),
            ListOf::Workloads => {
                self.workloads.clear();
                self.template_images = Images::default();
            }
            ListOf::Owners => self.owners.forget(&["ReplicaSet"]),
            ListOf::ConfigMaps => self.config_maps.clear(),
            ListOf::ServiceAccounts => self.accounts.forget_accounts(),
            ListOf::Deployers => self.deployers.clear(),
            ListOf::SecretStores => self.secret_stores.clear(),
        }
    }

    fn pod(&mut self, pod: PodFact) {
        let identity =
            if pod.uid.is_empty() { format!("{}/{}", pod.namespace, pod.name) } else { pod.uid.clone() };
        if !self.pods.seen.insert(identity.into_boxed_str()) {
            return;
        }
        self.namespaces_met.insert(pod.namespace.clone());
        self.pods.count += 1;
        let user = User::of(&pod.namespace, &pod.name, pod.controller.as_ref());
        let has_secrets = !pod.spec.image_pull_secrets.is_empty();
        for container in &pod.spec.containers {
            self.pods.containers += u32::from(container.kind != ContainerKind::ImageVolume);
            let status = pod.statuses.iter().find(|status| status.name == container.name);
            self.pods.images.in_pod(
                container,
                status.map_or("", |status| &status.image_id),
                user.clone(),
                pod.node.as_deref(),
                pod.created_at.as_ref(),
                has_secrets,
            );
        }
        let is_over = matches!(pod.phase.as_deref(), Some("Succeeded" | "Failed"));
        if !is_over && !pod.terminating && pod.controller.is_some() && on_docker_hub(&pod.spec) {
            *self.pods.alive.entry(user.clone()).or_default() += 1;
        }
        if let Some(authored) = authored(&pod) {
            self.workloads.insert(authored.object.label(), authored);
        }
        self.accounts.used_by(&pod, user);
        let waiting = waiting(&pod);
        if !waiting.is_empty() {
            self.pods.failing.push(FailingPod {
                cortex_api: pod.labels.contains_key("apiName"),
                namespace: pod.namespace,
                name: pod.name,
                uid: pod.uid,
                controller: pod.controller,
                node: pod.node,
                mirror: pod.mirror,
                terminating: pod.terminating,
                spec: pod.spec,
                waiting,
                origin: pod.origin,
            });
        }
    }

    fn workload(&mut self, workload: WorkloadFact) {
        if let Some(namespace) = &workload.object.namespace {
            self.namespaces_met.insert(namespace.clone());
        }
        if let Some(uid) = &workload.object.uid {
            self.owners.learn(uid.clone(), workload.object.clone(), workload.controller.clone());
        }
        // What a built-in controller makes (a Deployment's ReplicaSets, old revisions among them) says nothing
        // that its owner does not say better.
        if workload.controller.as_ref().is_some_and(is_built_in) {
            return;
        }
        let label = workload.object.label();
        let has_secrets = !workload.spec.image_pull_secrets.is_empty();
        for container in &workload.spec.containers {
            self.template_images.in_template(container, &label, has_secrets);
        }
        self.workloads.insert(label, workload);
    }
}

/// A pod that somebody wrote in a manifest, as the object it is: a place to change like any template.
fn authored(pod: &PodFact) -> Option<WorkloadFact> {
    let origin = pod.origin.as_ref().filter(|origin| !origin.live && pod.controller.is_none())?;
    Some(WorkloadFact {
        object: ObjectRef {
            group: String::new(),
            version: "v1".to_owned(),
            kind: "Pod".to_owned(),
            namespace: Some(pod.namespace.clone()),
            name: pod.name.clone(),
            uid: None,
        },
        labels: pod.labels.clone(),
        annotations: BTreeMap::new(),
        controller: None,
        spec: pod.spec.clone(),
        replicas: None,
        present: None,
        update_strategy: None,
        origin: Some(origin.clone()),
    })
}

/// Whether a changed template of this object replaces its pods, stuck ones too. A StatefulSet waits for a
/// broken pod instead of replacing it (Kubernetes documentation, StatefulSet, "Forced rollback"); a Job's
/// template cannot change; a ReplicaSet leaves its pods alone.
pub(crate) fn replaces_stuck_pods(object: &ObjectRef, update_strategy: Option<&str>) -> bool {
    matches!(object.kind.as_str(), "Deployment" | "DaemonSet" | "Rollout")
        && update_strategy != Some("OnDelete")
}
