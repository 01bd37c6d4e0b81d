//! Service accounts: whose pull secrets the pods with images on Docker Hub are given.
//!
//! The API server copies an account's list into a pod when the pod is made, and only into one that names no
//! pull secret itself (Kubernetes: `plugin/pkg/admission/serviceaccount`). A pod's list alone therefore does
//! not tell whether it is the pod's own or its account's.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{PodFact, ServiceAccountFact};
use crate::owners::keeper;
use crate::workload::{ObjectRef, PodSpec};

use super::conclude::{label_of, on_docker_hub};
use super::fold::Fold;
use super::images::User;
use super::types::ServiceAccount;

/// The account of a pod that names none.
const DEFAULT: &str = "default";

/// Namespace and name.
type Key = (String, String);

/// Accounts as they are, and which pods came with which pull secrets under them.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    seen: BTreeMap<Key, ServiceAccountFact>,
    /// Only pods with images on Docker Hub, by account and by the pull secrets they have.
    pods: BTreeMap<(Key, Vec<String>), BTreeSet<User>>,
}

impl Accounts {
    pub(super) fn take(&mut self, account: ServiceAccountFact) {
        let namespace = account.object.namespace.clone().unwrap_or_default();
        self.seen.insert((namespace, account.object.name.clone()), account);
    }

    /// Notes a pod that may pull again: a finished one does not, and a static one has no account.
    pub(super) fn used_by(&mut self, pod: &PodFact, user: User) {
        let is_over = matches!(pod.phase.as_deref(), Some("Succeeded" | "Failed"));
        if is_over || pod.mirror || !on_docker_hub(&pod.spec) {
            return;
        }
        let key = (key(&pod.namespace, &pod.spec), pod.spec.image_pull_secrets.clone());
        self.pods.entry(key).or_default().insert(user);
    }

    pub(super) fn forget_pods(&mut self) {
        self.pods.clear();
    }

    pub(super) fn forget_accounts(&mut self) {
        self.seen.clear();
    }
}

/// The accounts that lend their pull secrets to something with an image on Docker Hub, sorted.
pub(super) fn lending(fold: &Fold) -> Vec<ServiceAccount> {
    let mut users: BTreeMap<&Key, BTreeSet<String>> = BTreeMap::new();
    let templates: Vec<(Key, String)> = fold
        .workloads
        .values()
        .filter(|workload| on_docker_hub(&workload.spec) && workload.spec.image_pull_secrets.is_empty())
        .map(|workload| {
            let namespace = workload.object.namespace.as_deref().unwrap_or_default();
            (key(namespace, &workload.spec), workload.object.label())
        })
        .collect();
    for (key, label) in &templates {
        users.entry(key).or_default().insert(label.clone());
    }
    for ((key, secrets), pods) in &fold.accounts.pods {
        let lent = fold.accounts.seen.get(key).map(|account| &account.image_pull_secrets);
        if !secrets.is_empty() && lent != Some(secrets) {
            continue;
        }
        // A template that was seen says itself whether it names secrets of its own.
        let labels = pods.iter().map(|user| label_of(fold, user));
        let unseen: Vec<String> = labels.filter(|label| !fold.workloads.contains_key(label)).collect();
        if !unseen.is_empty() {
            users.entry(key).or_default().extend(unseen);
        }
    }
    users.into_iter().map(|(key, users)| account(fold, key, users)).collect()
}

fn account(fold: &Fold, key: &Key, users: BTreeSet<String>) -> ServiceAccount {
    let (namespace, name) = key;
    let seen = fold.accounts.seen.get(key);
    ServiceAccount {
        object: seen.map_or_else(|| reference(namespace, name), |account| account.object.clone()),
        image_pull_secrets: seen.map(|account| account.image_pull_secrets.clone()),
        managed_by: seen
            .and_then(|account| keeper(Some(namespace), &account.labels, &account.annotations))
            .map(|keeper| keeper.to_string()),
        users: users.into_iter().collect(),
        origin: seen.and_then(|account| account.origin.clone()),
    }
}

fn reference(namespace: &str, name: &str) -> ObjectRef {
    ObjectRef {
        group: String::new(),
        version: "v1".to_owned(),
        kind: "ServiceAccount".to_owned(),
        namespace: Some(namespace.to_owned()),
        name: name.to_owned(),
        uid: None,
    }
}

fn key(namespace: &str, spec: &PodSpec) -> Key {
    (namespace.to_owned(), spec.service_account.clone().unwrap_or_else(|| DEFAULT.to_owned()))
}
