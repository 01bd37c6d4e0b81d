//! What can go wrong with an account. Only what applies.

use super::answers::{DEFAULT_NAME, personal_limit};
use super::cluster::Here;
use crate::plan::Risk;
use crate::remedy::{Draft, Wave};
use crate::workload::ObjectRef;

pub(super) fn note(here: &Here<'_>, draft: &mut Draft) {
    let account = here.account;
    let mut add = |what: String, why: &str| draft.risks.push(Risk { what, why: why.to_owned() });
    add(
        "A wrong or expired login is worse than none.".to_owned(),
        &format!(
            "The kubelet does not go back to pulling without a login when one is refused. {} Note when it expires, and \
             make the secrets again before that; the readme has the lines.",
            account.tested.as_deref().unwrap_or("Test the token before you apply.")
        ),
    );
    add(
        "New namespaces and new service accounts start without the secret.".to_owned(),
        "Each pod without it still counts on the address that all nodes behind it share. Plan again after adding one, or \
         give new namespaces the secret and the account's entry where they are made.",
    );
    add(
        "Applying needs rights that reading does not.".to_owned(),
        "To make secrets, and to patch the service accounts and templates named here. `kubectl auth can-i create secrets \
         -n NAMESPACE` tells; the readme asks for each. With a no, give the bundle to somebody who may.",
    );
    if account.organisation {
        add(
            "An organisation's access token pulls public images only if that was allowed when it was made."
                .to_owned(),
            "Docker Hub calls it read public repositories. Its user name is the organisation's name; with a person's \
             name it is refused.",
        );
    }
    if !account.paid {
        add("A personal account has a limit too.".to_owned(), &personal_limit());
    }
    if here.scan.diagnosis.cortex.is_some() && account.name == "registry-credentials" {
        add(
            "Cortex from 0.21 on reads a secret registry-credentials in namespace default.".to_owned(),
            "Its operator then sends this login to every registry but ECR when an API is deployed, quay.io included. \
             Another name, such as the usual one, avoids that.",
        );
    }
    let touched: Vec<ObjectRef> = draft.object_changes.iter().map(|change| change.target.clone()).collect();
    if shares_lists(draft) && draft.found_secrets.is_empty() {
        draft.risks.push(Risk {
            what: "Some lists hold other pull secrets as well.".to_owned(),
            why: "If one of those holds a key docker.io, even an empty one, the kubelet never looks at this account's. They \
                  were not read; `--set read-secrets=yes`, or the box at Configure, has them looked into on a live cluster."
                .to_owned(),
        });
    }
    let authored = authored(here, &touched);
    if let Some(first) = authored.first() {
        draft.risks.push(Risk {
            what: "The given manifests are not edited.".to_owned(),
            why: format!(
                "The lines patch the objects in the cluster. Add {} to imagePullSecrets in the manifest of {first} and the \
                 others too, so that a cluster made from them has it.",
                account.name
            ),
        });
    }
    if account.name != DEFAULT_NAME {
        draft.risks.push(Risk {
            what: format!("A secret named {} may be there already.", account.name),
            why: "It is never replaced: the line that makes it then fails and says so. Choose another name in that case."
                .to_owned(),
        });
    }
}

/// Whether the secret joins others in a list.
fn shares_lists(draft: &Draft) -> bool {
    let lists = draft.object_changes.iter().filter(|c| c.wave >= Wave::ServiceAccounts);
    lists.flat_map(|change| &change.patch).any(|op| op.path.ends_with("/-"))
}

/// Labels of changed objects that stand in given manifests.
fn authored(here: &Here<'_>, touched: &[ObjectRef]) -> Vec<String> {
    let inventory = here.inventory();
    let accounts = inventory.service_accounts.iter().map(|account| (&account.object, &account.origin));
    let workloads = inventory.workloads.iter().map(|workload| (&workload.object, &workload.origin));
    accounts
        .chain(workloads)
        .filter(|(object, origin)| {
            origin.as_ref().is_some_and(|origin| !origin.live) && touched.contains(object)
        })
        .map(|(object, _)| object.label())
        .collect()
}
