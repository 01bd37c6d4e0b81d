//! Service accounts: the secret is added to the list that each one lends.

use super::cluster::{Here, left};
use super::lists::append;
use crate::cortex::service_accounts;
use crate::diagnosis::{ServiceAccount, SourceKind};
use crate::plan::Risk;
use crate::remedy::{Draft, ObjectChange, SecretDraft, Wave};
use crate::workload::ObjectRef;

const LIST: &str = "/imagePullSecrets";

/// Adds the accounts that were found to lend their secrets, and those that Cortex's version is known to have
/// where only its files were given.
pub(super) fn plan(here: &Here<'_>, secret: &mut SecretDraft, draft: &mut Draft) {
    let found = here.inventory().service_accounts.iter().filter(|account| is_selected(here, account));
    for account in found {
        if here.is_ending(account.object.namespace.as_deref()) {
            ending(here, account, draft);
        } else {
            lend(here, account, &runs(account), secret, draft);
        }
    }
    for (account, runs) in of_cortex(here, draft) {
        lend(here, &account, &runs, secret, draft);
    }
}

/// An account that is named itself, or one of whose users is.
fn is_selected(here: &Here<'_>, account: &ServiceAccount) -> bool {
    here.selection.takes(&account.object)
        || account.users.iter().any(|label| here.selection.takes_label(label))
}

fn lend(here: &Here<'_>, account: &ServiceAccount, runs: &str, secret: &mut SecretDraft, draft: &mut Draft) {
    let name = &here.account.name;
    let present = account.image_pull_secrets.as_deref().unwrap_or_default();
    if present.contains(name) {
        return;
    }
    secret.namespaces.extend(account.object.namespace.clone());
    let (patch, inverse) = append(LIST, present, name);
    let label = account.object.label();
    let note = match (account.image_pull_secrets.as_deref(), present.len()) {
        (None, _) => {
            " Its list was not seen: the patch holds only if it is empty, and changes nothing otherwise."
        }
        (Some(_), 0) => "",
        (Some(_), 1) => " The secret in its list stays.",
        (Some(_), _) => " The secrets in its list stay.",
    };
    draft.object_changes.push(ObjectChange {
        target: account.object.clone(),
        patch,
        inverse,
        images: Vec::new(),
        wave: Wave::ServiceAccounts,
        says: format!(
            "Pods made from now on under this account pull with the secret. Nothing restarts.{note}"
        ),
        why: vec![(LIST.to_owned(), format!("Under it pull from Docker Hub: {runs}."))],
    });
    if let Some(owner) = &account.managed_by {
        draft.risks.push(Risk {
            what: format!("{label} is written by {owner}."),
            why: "It may put the list back as it was. Add the secret's name where it takes the account from."
                .to_owned(),
        });
    }
}

/// Who pulls under the account: a few by name, the rest by number.
fn runs(account: &ServiceAccount) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<&str> = account.users.iter().take(SHOWN).map(String::as_str).collect();
    match account.users.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn ending(here: &Here<'_>, account: &ServiceAccount, draft: &mut Draft) {
    let inventory = here.inventory();
    let users = inventory.workloads.iter().filter(|w| account.users.contains(&w.object.label()));
    for workload in users {
        draft.not_covered.extend(left(
            &workload.object,
            &workload.spec,
            "Its namespace is being deleted, so no secret can be made in it.",
            "Nothing needs it: its pods go with the namespace.",
        ));
    }
}

/// The accounts of Cortex that were not met: all of them where only its files were given, and the one of APIs
/// that are deployed later in a cluster.
fn of_cortex(here: &Here<'_>, draft: &Draft) -> Vec<(ServiceAccount, String)> {
    let inventory = here.inventory();
    let Some(version) = draft.cortex_version.filter(|_| here.selection.is_everything()) else {
        return Vec::new();
    };
    let only_files =
        here.scan.diagnosis.source.kind == SourceKind::Files && !inventory.cortex_files.is_empty();
    if !only_files && here.scan.diagnosis.cortex.is_none() {
        return Vec::new();
    }
    let met = |namespace: &str, name: &str| {
        inventory.service_accounts.iter().any(|account| {
            account.object.namespace.as_deref() == Some(namespace) && account.object.name == name
        })
    };
    let is_for_apis = |namespace: &str, name: &str| namespace == "default" && name == "default";
    service_accounts(version)
        .into_iter()
        .filter(|account| !met(account.namespace, account.name))
        .filter(|account| only_files || is_for_apis(account.namespace, account.name))
        .map(|account| {
            let object = ObjectRef {
                group: String::new(),
                version: "v1".to_owned(),
                kind: "ServiceAccount".to_owned(),
                namespace: Some(account.namespace.to_owned()),
                name: account.name.to_owned(),
                uid: None,
            };
            let unmet = ServiceAccount {
                object,
                image_pull_secrets: None,
                managed_by: None,
                users: Vec::new(),
                origin: None,
            };
            (unmet, account.runs.to_owned())
        })
        .collect()
}
