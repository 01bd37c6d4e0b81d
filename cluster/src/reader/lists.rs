//! The lists that are read, in their order, as data.

use domain::facts::ListOf;
use manifests::objects::TypeMeta;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::ask::Question;

/// Objects a page.
const PAGE: u32 = 500;
/// How often a group is started again after the server forgot its place.
pub(super) const RESTARTS: u32 = 4;

/// One resource, and which of its objects.
#[derive(Debug, Clone, Copy)]
pub(super) struct List {
    pub(super) of: ListOf,
    /// `/api/v1`, or `/apis/` with group and version.
    root: &'static str,
    kind: &'static str,
    /// Plural name.
    pub(super) resource: &'static str,
    pub(super) namespaced: bool,
    selector: Option<&'static str>,
    only_metadata: bool,
}

/// Lists that replace one another when one of them has to start again. Each entry names alternatives, of
/// which the first that the server knows is read.
pub(super) struct Group {
    pub(super) of: ListOf,
    pub(super) lists: Vec<Vec<List>>,
}

/// The cheap questions: what can prove a refused pull at once.
pub(super) const FIRST: [(ListOf, fn() -> List); 2] = [
    (ListOf::Events, || List { selector: Some("involvedObject.kind=Pod,reason=Failed"), ..EVENTS }),
    (ListOf::Pods, || List { selector: Some("status.phase=Pending"), ..PODS }),
];

/// Everything, in the order of reading: what is short and needed to understand the rest comes first.
pub(super) const GROUPS: [fn() -> Group; 7] = [
    || Group { of: ListOf::Namespaces, lists: vec![vec![NAMESPACES]] },
    || Group { of: ListOf::Nodes, lists: vec![vec![NODES]] },
    || Group { of: ListOf::Workloads, lists: workloads() },
    || Group { of: ListOf::Owners, lists: vec![vec![REPLICA_SETS]] },
    || Group { of: ListOf::Pods, lists: vec![vec![PODS]] },
    || Group {
        of: ListOf::Events,
        lists: EVENT_SELECTORS.map(|of| vec![List { selector: Some(of), ..EVENTS }]).to_vec(),
    },
    || Group { of: ListOf::ServiceAccounts, lists: vec![vec![SERVICE_ACCOUNTS]] },
];

/// Events that tell of pulls. Asking for all others as well would be several times as much.
const EVENT_SELECTORS: [&str; 3] = [
    "involvedObject.kind=Pod,reason=Failed",
    "involvedObject.kind=Pod,reason=BackOff",
    "involvedObject.kind=Pod,reason=Pulled",
];

const PODS: List = List {
    of: ListOf::Pods,
    root: "/api/v1",
    kind: "Pod",
    resource: "pods",
    namespaced: true,
    selector: None,
    only_metadata: false,
};
const EVENTS: List = List { of: ListOf::Events, kind: "Event", resource: "events", ..PODS };
const NODES: List = List { of: ListOf::Nodes, kind: "Node", resource: "nodes", namespaced: false, ..PODS };
const NAMESPACES: List =
    List { of: ListOf::Namespaces, kind: "Namespace", resource: "namespaces", namespaced: false, ..PODS };
const DEPLOYMENTS: List = List {
    of: ListOf::Workloads,
    root: "/apis/apps/v1",
    kind: "Deployment",
    resource: "deployments",
    ..PODS
};
const REPLICA_SETS: List = List {
    of: ListOf::Owners,
    root: "/apis/apps/v1",
    kind: "ReplicaSet",
    resource: "replicasets",
    only_metadata: true,
    ..PODS
};
pub(super) const CONFIG_MAPS: List =
    List { of: ListOf::ConfigMaps, kind: "ConfigMap", resource: "configmaps", ..PODS };

const SERVICE_ACCOUNTS: List =
    List { of: ListOf::ServiceAccounts, kind: "ServiceAccount", resource: "serviceaccounts", ..PODS };

/// What makes pods. A CronJob is `batch/v1` since Kubernetes 1.21 and `batch/v1beta1` before (Kubernetes
/// changelog 1.21); a cluster without Argo Rollouts answers 404.
fn workloads() -> Vec<Vec<List>> {
    const BATCH: &str = "/apis/batch/v1";
    let cron_jobs = List { root: BATCH, kind: "CronJob", resource: "cronjobs", ..DEPLOYMENTS };
    vec![
        vec![DEPLOYMENTS],
        vec![List { kind: "StatefulSet", resource: "statefulsets", ..DEPLOYMENTS }],
        vec![List { kind: "DaemonSet", resource: "daemonsets", ..DEPLOYMENTS }],
        vec![cron_jobs, List { root: "/apis/batch/v1beta1", ..cron_jobs }],
        vec![List { root: BATCH, kind: "Job", resource: "jobs", ..DEPLOYMENTS }],
        vec![List {
            root: "/api/v1",
            kind: "ReplicationController",
            resource: "replicationcontrollers",
            ..DEPLOYMENTS
        }],
        vec![List {
            root: "/apis/argoproj.io/v1alpha1",
            kind: "Rollout",
            resource: "rollouts",
            ..DEPLOYMENTS
        }],
    ]
}

impl List {
    /// A list of objects by which Argo CD or Flux knows what to write.
    pub(super) fn of_deployers(root: &'static str, kind: &'static str, resource: &'static str) -> Self {
        Self { of: ListOf::Deployers, root, kind, resource, ..PODS }
    }

    /// Stores of External Secrets, of which the names matter alone.
    pub(super) fn of_stores(
        root: &'static str,
        kind: &'static str,
        resource: &'static str,
        namespaced: bool,
    ) -> Self {
        Self { of: ListOf::SecretStores, root, kind, resource, namespaced, only_metadata: true, ..PODS }
    }

    /// Kind of the items.
    pub(super) fn kind(&self) -> TypeMeta {
        let api_version = self.root.trim_start_matches("/apis/").trim_start_matches("/api/");
        TypeMeta::new(api_version, self.kind)
    }

    /// API group; empty for the core group.
    pub(super) fn group(&self) -> String {
        self.kind().group
    }

    /// The same list, of objects of one name.
    pub(super) fn named(self, selector: &'static str) -> Self {
        Self { selector: Some(selector), ..self }
    }

    /// Asks for a page. Without a `resourceVersion` the first page is read from the store in pages too, so the
    /// server never has to build the whole list (Kubernetes documentation, "API Concepts", large results).
    pub(super) fn question(&self, namespace: Option<&str>, token: Option<&str>) -> Question {
        let Self { root, resource, .. } = self;
        let mut path = match namespace {
            Some(namespace) => format!("{root}/namespaces/{namespace}/{resource}?limit={PAGE}"),
            None => format!("{root}/{resource}?limit={PAGE}"),
        };
        for (key, value) in [("fieldSelector", self.selector), ("continue", token)] {
            if let Some(value) = value {
                path.push_str(&format!("&{key}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
            }
        }
        Question { path, what: self.place(namespace), verb: "list", accept: self.accept(), body: None }
    }

    /// `pods (all namespaces)`, `pods in namespace shop`, `nodes`.
    pub(super) fn place(&self, namespace: Option<&str>) -> String {
        match namespace {
            Some(namespace) => format!("{} in namespace {namespace}", self.resource),
            None if self.namespaced => format!("{} (all namespaces)", self.resource),
            None => self.resource.to_owned(),
        }
    }

    fn accept(&self) -> &'static str {
        if self.only_metadata {
            // In the order of preference; the last one is for servers before 1.15.
            "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,\
             application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1beta1,\
             application/json"
        } else {
            super::JSON
        }
    }

    /// The RBAC rule that would allow the list, on one line of YAML.
    pub(super) fn rule(&self) -> String {
        format!(
            "{{apiGroups: [\"{}\"], resources: [\"{}\"], verbs: [\"list\"]}}",
            self.group(),
            self.resource
        )
    }
}

/// What follows when a list cannot be seen.
pub(super) fn effect(of: ListOf) -> &'static str {
    match of {
        ListOf::Namespaces => "Namespaces are counted by the objects met in them.",
        ListOf::Nodes => "It is unknown by which addresses the nodes reach Docker Hub.",
        ListOf::Pods => "Containers that fail there are not counted, so Docker Hub's limit may hurt unseen.",
        ListOf::Events => "Failures of the past, and causes that a pod's status has lost, are not known.",
        ListOf::Workloads => "Their images are known only where pods show them, and no plan can change them.",
        ListOf::Owners => "The Deployment of a pod is concluded from names.",
        ListOf::ConfigMaps => "Cortex is recognised by its images alone.",
        ListOf::Deployers => {
            "No verdict needs them; the repository in which a change belongs may not be named."
        }
        ListOf::SecretStores => {
            "No verdict needs them; for External Secrets a plan then names no store of yours."
        }
        ListOf::ServiceAccounts => {
            "The verdict does not need them; which pull secrets they lend is known only where a plan's patch tests it."
        }
    }
}
