//! One reading: what was told so far, what was refused, and where lists may be read.

use std::collections::{BTreeMap, BTreeSet};

use domain::facts::{Fact, ListOf, NotSeen};
use domain::ports::{Cancel, FactSink};
use domain::run::Progress;
use domain::workload::ObjectRef;

use super::deployers::Marks;
use super::lists::{List, effect};

pub(super) struct Session<'a> {
    pub(super) sink: &'a mut dyn FactSink,
    cancel: &'a Cancel,
    /// Namespaces the user named; empty means all.
    only: &'a [String],
    /// Namespaces that were listed.
    listed: BTreeSet<String>,
    /// Resources that may not be listed across namespaces, by group and name.
    denied: BTreeSet<(String, &'static str)>,
    /// Lists of which at least one page came.
    served: BTreeSet<ListOf>,
    refused: BTreeMap<String, String>,
    lone_replica_sets: Vec<ObjectRef>,
    /// Whose marks workloads carry.
    pub(super) marks: Marks,
}

impl<'a> Session<'a> {
    pub(super) fn new(sink: &'a mut dyn FactSink, cancel: &'a Cancel, only: &'a [String]) -> Self {
        Self {
            sink,
            cancel,
            only,
            listed: BTreeSet::new(),
            denied: BTreeSet::new(),
            served: BTreeSet::new(),
            refused: BTreeMap::new(),
            lone_replica_sets: Vec::new(),
            marks: Marks::default(),
        }
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    pub(super) fn begin(&mut self, list: ListOf) {
        self.lone_replica_sets.clear();
        if list == ListOf::Namespaces {
            self.listed.clear();
        }
        self.sink.fact(Fact::ListBegins(list));
    }

    /// Hands a fact on and remembers what later questions depend on.
    pub(super) fn give(&mut self, fact: Fact) {
        match &fact {
            // The identity was given with all that is known of the cluster.
            Fact::Cluster(cluster) if cluster.name.is_empty() => return,
            Fact::Namespace(name) => {
                self.listed.insert(name.clone());
            }
            Fact::Owner { controller: None, object, .. } if object.kind == "ReplicaSet" => {
                self.lone_replica_sets.push(object.clone());
            }
            Fact::Workload(workload) => self.marks.note(workload),
            _ => {}
        }
        self.sink.fact(fact);
    }

    pub(super) fn give_as_is(&mut self, fact: Fact) {
        self.sink.fact(fact);
    }

    pub(super) fn take_lone_replica_sets(&mut self) -> Vec<ObjectRef> {
        std::mem::take(&mut self.lone_replica_sets)
    }

    pub(super) fn not_seen(&mut self, not_seen: NotSeen) {
        self.refused.insert(not_seen.what.clone(), not_seen.why.clone());
        self.sink.fact(Fact::NotSeen(not_seen));
    }

    pub(super) fn progress(&mut self, of: ListOf, done: u64, total: Option<u64>) {
        self.sink.progress(Progress { phase: format!("reading {}", of.label()), done, total, early: None });
    }

    /// Where a list is read: `None` is across all namespaces.
    pub(super) fn scope_of(&self, list: &List) -> Vec<Option<String>> {
        if self.only.is_empty() || !list.namespaced {
            return vec![None];
        }
        self.only.iter().cloned().map(Some).collect()
    }

    pub(super) fn deny(&mut self, list: &List) {
        self.denied.insert((list.group(), list.resource));
    }

    pub(super) fn is_denied(&self, list: &List) -> bool {
        self.denied.contains(&(list.group(), list.resource))
    }

    /// Namespaces to try one by one: those listed, else the context's own.
    pub(super) fn known_namespaces(&self, home: &str) -> Vec<String> {
        if self.listed.is_empty() { vec![home.to_owned()] } else { self.listed.iter().cloned().collect() }
    }

    pub(super) fn saw_all_namespaces(&self) -> bool {
        self.served.contains(&ListOf::Namespaces)
    }

    pub(super) fn served(&mut self, of: ListOf) {
        self.served.insert(of);
    }

    /// Tells which parts of a list were refused, with the rule that would allow them.
    pub(super) fn refused(&mut self, list: &List, namespaces: &[Option<String>]) {
        for namespace in namespaces {
            let why = format!(
                "The cluster refuses it to this user (403). A rule that would allow it: {}.",
                list.rule()
            );
            let what = list.place(namespace.as_deref());
            self.gap(list.of, NotSeen { what, why, effect: effect(list.of).to_owned() });
        }
    }

    /// Tells that a list was read in a few namespaces only, since all others are unknown.
    pub(super) fn only_in(&mut self, list: &List, namespaces: &[String]) {
        let why = format!(
            "Neither this list across namespaces nor the list of namespaces is allowed (403). Read only: {}. A rule that would allow it: {}.",
            namespaces.join(", "),
            list.rule()
        );
        self.gap(list.of, NotSeen { what: list.place(None), why, effect: effect(list.of).to_owned() });
    }

    /// No verdict waits for service accounts, for who writes an object again, or for stores of secrets.
    pub(super) fn gap(&mut self, of: ListOf, not_seen: NotSeen) {
        if matches!(of, ListOf::ServiceAccounts | ListOf::Deployers | ListOf::SecretStores) {
            self.sink.fact(Fact::NotSeenForPlans(not_seen));
        } else {
            self.not_seen(not_seen);
        }
    }

    /// True when neither pods nor workloads nor events could be read.
    pub(super) fn got_nothing(&self) -> bool {
        ![ListOf::Pods, ListOf::Workloads, ListOf::Events].iter().any(|of| self.served.contains(of))
    }

    /// Why nothing could be read, in one sentence.
    pub(super) fn refusals(&self) -> String {
        let what: Vec<&str> = self.refused.keys().map(String::as_str).collect();
        format!("It refuses to this user (403): {}.", what.join(", "))
    }
}
