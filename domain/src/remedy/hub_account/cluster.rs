//! What all parts of this remedy look at.

use super::answers::Account;
use super::selection::Selection;
use crate::diagnosis::{Inventory, Scan};
use crate::image::ImageReference;
use crate::plan::NotCovered;
use crate::remedy::running::Running;
use crate::workload::{ContainerImage, ObjectRef, PodSpec};

/// The scan, what of it is to be changed, and the account.
pub(super) struct Here<'a> {
    pub(super) scan: &'a Scan,
    pub(super) selection: Selection<'a>,
    pub(super) running: Running,
    pub(super) account: &'a Account,
}

impl<'a> Here<'a> {
    pub(super) fn inventory(&self) -> &'a Inventory {
        &self.scan.inventory
    }

    /// Nothing can be made in a namespace that is being deleted.
    pub(super) fn is_ending(&self, namespace: Option<&str>) -> bool {
        namespace.is_some_and(|name| self.scan.inventory.ending_namespaces.iter().any(|ends| ends == name))
    }

    /// The label of an object, as the diagnosis spells it for those who pull; none where it saw no pull.
    pub(super) fn labels_of(&self, object: &ObjectRef) -> Vec<&'a str> {
        let label = object.label();
        let all = self.scan.diagnosis.exposure.iter().flat_map(|exposed| &exposed.workloads);
        all.map(String::as_str).find(|known| *known == label).into_iter().collect()
    }

    pub(super) fn pulls_from_docker_hub(&self) -> bool {
        let inventory = &self.scan.inventory;
        !inventory.service_accounts.is_empty()
            || !inventory.workloads.is_empty()
            || !inventory.stuck.is_empty()
    }
}

/// The containers with an image on Docker Hub.
pub(super) fn on_docker_hub(spec: &PodSpec) -> impl Iterator<Item = &ContainerImage> {
    spec.containers.iter().filter(|c| c.image.parse::<ImageReference>().is_ok_and(|r| r.is_docker_hub()))
}

/// An entry for every image on Docker Hub that the account does not reach there.
pub(super) fn left<'a>(
    object: &'a ObjectRef,
    spec: &'a PodSpec,
    why: &'a str,
    instead: &'a str,
) -> impl Iterator<Item = NotCovered> + 'a {
    on_docker_hub(spec).map(move |container| NotCovered {
        image: container.image.clone(),
        place: object.label(),
        container: Some(container.name.clone()),
        why: why.to_owned(),
        instead: instead.to_owned(),
    })
}
