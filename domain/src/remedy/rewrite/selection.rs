//! `--only`: which objects a plan may touch.

use crate::diagnosis::Scan;
use crate::problem::Problem;
use crate::workload::ObjectRef;

/// The objects somebody asked for; all when nothing was named.
pub(super) struct Selection<'a>(&'a [String]);

impl<'a> Selection<'a> {
    /// # Errors
    /// When a name matches nothing that could be changed.
    pub(super) fn new(only: &'a [String], scan: &Scan) -> Result<Self, Problem> {
        let objects: Vec<&ObjectRef> = objects(scan).collect();
        match only.iter().find(|name| !objects.iter().any(|object| object.matches_only(name))) {
            None => Ok(Self(only)),
            Some(name) => Err(Problem::bad_input(
                "only_matches_nothing",
                format!("{name} is not among the objects that pull from Docker Hub."),
                "Either there is no such object, or none of its images comes from Docker Hub.",
                "Write it as KIND/NAMESPACE/NAME, for example Deployment/default/operator; `unthrottle scan` lists them.",
            )
            .at(name.clone())),
        }
    }

    pub(super) fn is_everything(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn takes(&self, object: &ObjectRef) -> bool {
        self.0.is_empty() || self.0.iter().any(|name| object.matches_only(name))
    }
}

fn objects(scan: &Scan) -> impl Iterator<Item = &ObjectRef> {
    let inventory = &scan.inventory;
    let workloads = inventory.workloads.iter().map(|workload| &workload.object);
    let pods = inventory.pods.iter().flat_map(|pod| [&pod.object, &pod.owner]);
    workloads.chain(pods).chain(inventory.cluster_config.iter().map(|map| &map.object))
}
