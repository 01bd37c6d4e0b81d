//! Pull secrets that are there already: whether a kubelet would use ours beside them, and what each is good for.
//!
//! They are only looked into where somebody has said so, and never edited: what hides our key is named, with the
//! way on. The order in which keys are tried is [`keyring`](crate::keyring)'s alone.

use std::collections::{BTreeMap, BTreeSet};

use super::answers::{Account, READ_SECRETS};
use super::cluster::Here;
use super::held_words::{self, Seen};
use crate::diagnosis::{Scan, SourceKind};
use crate::equivalents::Survey;
use crate::held::{Found, HeldSecret, SecretName};
use crate::image::ImageReference;
use crate::keyring::{Candidate, Keyring, Outline, Reach, Unusable, Why};
use crate::plan::{FoundSecret, NotCovered};
use crate::problem::Problem;
use crate::remedy::{Answers, Draft};

/// Whether the secrets may be looked into.
///
/// # Errors
/// When somebody allows it where nothing can be looked into.
pub(super) fn is_allowed(answers: &Answers, scan: &Scan) -> Result<bool, Problem> {
    let (why, next) =
        match (answers.set.get(READ_SECRETS).map(|text| text.trim()), scan.diagnosis.source.kind) {
            (None | Some("" | "no"), _) => return Ok(false),
            (Some("yes"), SourceKind::Cluster) => return Ok(true),
            (Some("yes"), SourceKind::Files) => (
                "Files are read here, and of a Secret in a file the data is never read.",
                "Leave it out, or plan from the live cluster with --context.",
            ),
            (Some("yes"), SourceKind::Demo) => (
                "The practice cluster is a recording without Secrets.",
                "Leave it out, or plan for a live cluster.",
            ),
            (Some(_), _) => ("It is either yes or no.", "Choose one of them."),
        };
    Err(Problem::bad_input("answer_wrong", "No pull secret can be looked into.", why, next).at(READ_SECRETS))
}

/// The secrets that a plan has to know, when somebody allows it: those that pods with images on Docker Hub are given,
/// by their service account or by their template.
pub(super) fn names(here: &Here<'_>) -> BTreeSet<SecretName> {
    lists(here).iter().flat_map(List::secrets).collect()
}

/// One list of pull secrets, and what is pulled with it.
struct List<'a> {
    /// What holds it: `ServiceAccount shop/default`.
    label: String,
    namespace: &'a str,
    names: &'a [String],
    /// Labels of those who pull with it.
    users: Vec<&'a str>,
}

impl List<'_> {
    fn secrets(&self) -> impl Iterator<Item = SecretName> {
        self.names.iter().map(|name| self.secret(name))
    }

    fn secret(&self, name: &str) -> SecretName {
        SecretName { namespace: self.namespace.to_owned(), name: name.to_owned() }
    }
}

/// The selected lists, with ours in it or not. An account that was not seen has none that could be read.
fn lists<'a>(here: &Here<'a>) -> Vec<List<'a>> {
    let inventory = here.inventory();
    let is_there = |namespace: Option<&str>| !here.is_ending(namespace);
    let accounts = inventory.service_accounts.iter().filter_map(|account| {
        let is_selected = here.selection.takes(&account.object)
            || account.users.iter().any(|label| here.selection.takes_label(label));
        let namespace =
            account.object.namespace.as_deref().filter(|name| is_selected && is_there(Some(*name)))?;
        let names = account.image_pull_secrets.as_deref()?;
        let users = account.users.iter().map(String::as_str).collect();
        Some(List { label: account.object.label(), namespace, names, users })
    });
    let templates = inventory.workloads.iter().map(|workload| (&workload.object, &workload.spec, None));
    // The list of a pod is copied into it when it is made: it tells more only where ours is in it already.
    let pods = inventory.stuck.iter().filter(|pod| pod.spec.image_pull_secrets.contains(&here.account.name));
    let pods = pods.map(|pod| (&pod.object, &pod.spec, Some(&pod.owner)));
    let own = templates.chain(pods).filter_map(|(object, spec, owner)| {
        let is_selected =
            here.selection.takes(object) || owner.is_some_and(|owner| here.selection.takes(owner));
        let namespace = object.namespace.as_deref().filter(|name| is_selected && is_there(Some(*name)))?;
        let names = spec.image_pull_secrets.as_slice();
        Some(List { label: object.label(), namespace, names, users: Vec::new() })
            .map(|list| (list, object, owner))
    });
    let own = own.map(|(list, object, owner)| {
        let labels = here.labels_of(owner.unwrap_or(object));
        List { users: labels, ..list }
    });
    accounts.chain(own).filter(|list| !list.names.is_empty()).collect()
}

/// Notes what was found in the secrets, and which images ours does not reach beside them.
pub(super) fn note(here: &Here<'_>, survey: &Survey, draft: &mut Draft) {
    let Some(held) = &survey.pull_secrets else { return };
    let known: BTreeMap<&SecretName, &Found> = held.iter().map(|held| (&held.secret, &held.found)).collect();
    let mut seen: BTreeMap<SecretName, Seen> = BTreeMap::new();
    for list in lists(here) {
        for secret in list.secrets() {
            seen.entry(secret).or_default().lists.insert(list.label.clone());
        }
        for (image, written, user) in pulled_with(here, &list) {
            let outcome = outcome(here.account, &list, &known, &image);
            for candidate in &outcome.before {
                let seen = seen.entry(list.secret(&candidate.place.secret)).or_default();
                if candidate.empty { seen.asks_without = true } else { seen.goes_first = true }
            }
            if let Some(in_the_way) = outcome.in_the_way {
                let secret = list.secret(in_the_way.secret());
                let (why, instead) = held_words::not_reached(&in_the_way, &secret, &list.label);
                let seen = seen.entry(secret).or_default();
                if let InTheWay::Hides(place) = in_the_way {
                    seen.hides.insert(place.key);
                }
                draft.not_covered.push(NotCovered {
                    image: written.to_owned(),
                    place: user.to_owned(),
                    container: None,
                    why,
                    instead,
                });
            }
        }
    }
    draft.found_secrets = held
        .iter()
        .filter_map(|HeldSecret { secret, found }| {
            let seen = seen.get(secret)?;
            let is_ours = secret.name == here.account.name;
            Some(held_words::finding(secret, found, seen, is_ours))
        })
        .collect::<Vec<FoundSecret>>();
}

/// Images on Docker Hub that are pulled with a list: as reference, as written, and by whom.
fn pulled_with<'a>(here: &Here<'a>, list: &List<'a>) -> Vec<(ImageReference, &'a str, &'a str)> {
    let mut pulled = Vec::new();
    for exposed in &here.scan.diagnosis.exposure {
        let Ok(image) = exposed.normalized.parse::<ImageReference>() else { continue };
        let users = list.users.iter().filter(|user| exposed.workloads.iter().any(|label| label == *user));
        pulled.extend(users.map(|user| (image.clone(), exposed.image.as_str(), *user)));
    }
    pulled
}

/// What becomes of our key for one image.
struct Outcome {
    /// What is tried before it.
    before: Vec<Candidate>,
    in_the_way: Option<InTheWay>,
}

/// What keeps the kubelet from ever using our key.
pub(super) enum InTheWay {
    /// A key that matches directly: ours is the last resort.
    Hides(crate::keyring::Place),
    /// A secret that cannot be read: then nothing is pulled at all.
    Spoils(Unusable),
}

impl InTheWay {
    fn secret(&self) -> &str {
        match self {
            Self::Hides(place) => &place.secret,
            Self::Spoils(unusable) => &unusable.secret,
        }
    }
}

/// What is not known is left out: it is told beside.
fn outcome(
    account: &Account,
    list: &List<'_>,
    known: &BTreeMap<&SecretName, &Found>,
    image: &ImageReference,
) -> Outcome {
    let outlines: Vec<(&str, Outline)> = list
        .names
        .iter()
        .filter_map(|name| Some((name.as_str(), known.get(&list.secret(name))?.outline()?)))
        .collect();
    let others: Vec<(&str, &Outline)> =
        outlines.iter().filter(|(name, _)| *name != account.name).map(|(name, held)| (*name, held)).collect();
    let nothing = Outcome { before: Vec::new(), in_the_way: None };
    match Keyring::of_outlines(&others) {
        Err(unusable) => Outcome { in_the_way: Some(InTheWay::Spoils(unusable)), ..nothing },
        Ok(keyring) => match keyring.reach(&account.name, &account.secret().key, image) {
            Reach::Tried { after, .. } => Outcome { before: after, ..nothing },
            Reach::NotTried { why: Some(Why::LastResort { by }) } => {
                Outcome { in_the_way: Some(InTheWay::Hides(by)), ..nothing }
            }
            Reach::NotTried { .. } => nothing,
        },
    }
}
