//! `--only`: which objects get the account.

use crate::diagnosis::Scan;
use crate::problem::Problem;
use crate::workload::ObjectRef;

/// The objects somebody asked for; all when nothing was named.
pub(super) struct Selection<'a> {
    only: &'a [String],
    /// Labels of the objects that were named.
    labels: Vec<String>,
}

impl<'a> Selection<'a> {
    /// # Errors
    /// When a name matches nothing that pulls from Docker Hub.
    pub(super) fn new(only: &'a [String], scan: &Scan) -> Result<Self, Problem> {
        let mut labels = Vec::new();
        for name in only {
            let mut named = objects(scan).filter(|object| object.matches_only(name)).peekable();
            if named.peek().is_none() {
                return Err(Problem::bad_input(
                    "only_matches_nothing",
                    format!("{name} is not among the objects that pull from Docker Hub."),
                    "Either there is no such object, or none of its images comes from Docker Hub.",
                    "Write it as KIND/NAMESPACE/NAME, for example ServiceAccount/default/default; `unthrottle scan` \
                     lists the workloads.",
                )
                .at(name.clone()));
            }
            labels.extend(named.map(ObjectRef::label));
        }
        Ok(Self { only, labels })
    }

    pub(super) fn is_everything(&self) -> bool {
        self.only.is_empty()
    }

    pub(super) fn takes(&self, object: &ObjectRef) -> bool {
        self.takes_label(&object.label())
    }

    pub(super) fn takes_label(&self, label: &str) -> bool {
        self.is_everything() || self.labels.iter().any(|known| known == label)
    }
}

fn objects(scan: &Scan) -> impl Iterator<Item = &ObjectRef> {
    let inventory = &scan.inventory;
    let accounts = inventory.service_accounts.iter().map(|account| &account.object);
    let workloads = inventory.workloads.iter().map(|workload| &workload.object);
    let pods = inventory.stuck.iter().flat_map(|pod| [&pod.object, &pod.owner]);
    let lone = inventory.pods.iter().flat_map(|pod| [&pod.object, &pod.owner]);
    accounts.chain(workloads).chain(pods).chain(lone)
}
