//! What no pull secret reaches: pulls that no kubelet makes, or that controllers make for themselves.

use super::cluster::Here;
use crate::plan::{NotCovered, Risk};
use crate::remedy::Draft;

pub(super) fn note(here: &Here<'_>, draft: &mut Draft) {
    if !here.selection.is_everything() {
        return;
    }
    // Cortex's command line pulls its manager without any login, whatever `docker login` did before (trap T7).
    if let Some(version) = draft.cortex_version.filter(|version| !version.defaults_to_quay()) {
        draft.not_covered.push(NotCovered {
            image: format!("cortexlabs/manager:{version}"),
            place: "the computer that runs the cortex command".to_owned(),
            container: None,
            why: "Cortex's command line has the local Docker pull it, always without a login.".to_owned(),
            instead: format!(
                "Run docker login and docker pull cortexlabs/manager:{version} there beforehand, or set image_manager to \
                 quay.io/cortexlabs/manager:{version}."
            ),
        });
    }
    controllers(here, draft);
}

/// Controllers that ask the registry themselves (their documentations): no kubelet event shows it.
fn controllers(here: &Here<'_>, draft: &mut Draft) {
    let inventory = here.inventory();
    let labels = || inventory.service_accounts.iter().flat_map(|account| &account.users);
    let has = |kinds: &[&str]| {
        labels().any(|label| kinds.iter().any(|kind| label.starts_with(&format!("{kind} "))))
    };
    let is_knative = inventory.workloads.iter().any(|w| w.object.group == "serving.knative.dev");
    if is_knative {
        draft.risks.push(Risk {
            what: "Knative's controller asks Docker Hub for digests from its own pod.".to_owned(),
            why: "It does so with the pull secrets of the service's namespace, so it has the account too; a registry in \
                  registries-skipping-tag-resolving is not asked at all."
                .to_owned(),
        });
    }
    if has(&["TaskRun", "Workflow"]) {
        draft.risks.push(Risk {
            what: "Tekton's and Argo Workflows' controllers look up commands of images at Docker Hub.".to_owned(),
            why: "A step without a command makes its controller fetch the image's configuration: with the secrets of the \
                  pod's service account, or of the run's own pod template. Give steps a command to spare the look-up."
                .to_owned(),
        });
    }
}
