//! What was found in pull secrets that are there already, in words.

use std::collections::BTreeSet;

use super::held::InTheWay;
use crate::held::{Found, SecretName};
use crate::keyring::{KeyOutline, Outline};
use crate::plan::{FoundSecret, SecretEffect};

/// What one secret turned out to do, over all lists that name it and all images pulled with them.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Labels of what names it.
    pub(super) lists: BTreeSet<String>,
    /// Its keys that hide ours.
    pub(super) hides: BTreeSet<String>,
    /// A login in it is tried before ours.
    pub(super) goes_first: bool,
    /// An entry of it without a login is tried before ours.
    pub(super) asks_without: bool,
}

/// Why ours is not used for an image, and what can be done instead.
pub(super) fn not_reached(in_the_way: &InTheWay, secret: &SecretName, list: &str) -> (String, String) {
    match in_the_way {
        InTheWay::Hides(place) => (
            format!(
                "The key {} in secret {secret} matches it directly, so the kubelet never asks the account's key.",
                place.key
            ),
            format!(
                "Take that key out of the secret, or the secret out of the list of {list}, if nothing private needs it. \
                 Its owner has to: it is not edited here."
            ),
        ),
        InTheWay::Spoils(unusable) => (
            format!("The kubelet cannot read secret {secret}, and then pulls nothing: {}.", unusable.defect),
            format!(
                "Make that secret again with kubectl create secret docker-registry, or take it out of the list of {list}."
            ),
        ),
    }
}

/// A secret as the plan tells of it.
pub(super) fn finding(secret: &SecretName, found: &Found, seen: &Seen, is_ours: bool) -> FoundSecret {
    let (effect, says, instead) = judge(secret, found, seen, is_ours);
    let keys = match found.outline() {
        Some(Outline::Keys { keys }) => keys.iter().map(shown).collect(),
        _ => Vec::new(),
    };
    let named_by = seen.lists.iter().cloned().collect();
    FoundSecret { secret: secret.to_string(), named_by, keys, effect, says, instead }
}

fn shown(key: &KeyOutline) -> String {
    let note = match (key.empty, key.named) {
        (true, _) => " (no login)",
        (false, true) => "",
        (false, false) => " (no user name)",
    };
    format!("{}{note}", key.key)
}

type Judgement = (SecretEffect, String, Option<String>);

fn judge(secret: &SecretName, found: &Found, seen: &Seen, is_ours: bool) -> Judgement {
    let harmless = |says: &str| (SecretEffect::None, says.to_owned(), None);
    match found {
        Found::Refused => (
            SecretEffect::Unknown,
            "The cluster refuses it to this user (403), so whether it hides the account's key is not known.".to_owned(),
            Some(format!("A rule that would allow it: {}.", secret.rule())),
        ),
        Found::NotAsked => (
            SecretEffect::Unknown,
            "Looking was stopped before its turn, so whether it hides the account's key is not known.".to_owned(),
            Some("Plan again, and let it end.".to_owned()),
        ),
        Found::Missing if is_ours => harmless("It is named already and not there yet; the plan's lines make it."),
        Found::Missing => (
            SecretEffect::None,
            "It is named and not there. The kubelet goes on without it and leaves the event \
             FailedToRetrieveImagePullSecret."
                .to_owned(),
            Some("Make it, or take its name out of the list.".to_owned()),
        ),
        Found::OtherType { secret_type } => (
            SecretEffect::None,
            format!("Its type is {}, which is no pull secret: the kubelet passes it over.", shown_type(secret_type)),
            Some(
                "If it should be one, make it again with kubectl create secret docker-registry: a Secret's type cannot \
                 change."
                    .to_owned(),
            ),
        ),
        Found::Empty => {
            (SecretEffect::None, "It holds no logins.".to_owned(), Some("Make it again, or leave it out.".to_owned()))
        }
        Found::PullSecret { outline: Outline::Unusable { defect }, .. } => (
            SecretEffect::Spoils,
            format!("The kubelet cannot read it: {defect}. It then pulls no image for pods that name it."),
            Some("Make it again with kubectl create secret docker-registry, or take its name out of the list.".to_owned()),
        ),
        Found::PullSecret { outline: Outline::Keys { keys }, helper, ended } => {
            let (effect, says, instead) = of_keys(keys, seen, is_ours);
            let helper = helper.then_some(
                "It leaves logins to a helper program (credsStore or credHelpers), which no kubelet runs: it logs in \
                 nowhere that way."
                    .to_owned(),
            );
            let ended = ended.iter().map(|host| {
                format!("Its login for {host} must have ended: those of Amazon ECR live for 12 hours, and it is older.")
            });
            let all: Vec<String> = [says].into_iter().chain(helper).chain(ended).collect();
            (effect, all.join(" "), instead)
        }
    }
}

/// A type is chosen by whoever made the Secret.
fn shown_type(secret_type: &str) -> &str {
    if secret_type.is_empty() { "empty" } else { secret_type }
}

fn of_keys(keys: &[KeyOutline], seen: &Seen, is_ours: bool) -> Judgement {
    let ours_is_there = keys.iter().any(|key| key.address() == Some("index.docker.io") && !key.empty);
    if is_ours {
        return match ours_is_there {
            true => (
                SecretEffect::None,
                "It is there with a login. Whether Docker Hub still takes that, unthrottle quota tells."
                    .to_owned(),
                None,
            ),
            false => (
                SecretEffect::None,
                "It is there and holds no login for Docker Hub under the key that is used here.".to_owned(),
                Some(
                    "Make it again with the lines under Rotation, or choose another secret-name.".to_owned(),
                ),
            ),
        };
    }
    if !seen.hides.is_empty() {
        let keys: Vec<&str> = seen.hides.iter().map(String::as_str).collect();
        return (
            SecretEffect::Hides,
            format!(
                "Its key {} matches images of Docker Hub directly; the account's key is a last resort, so the kubelet never \
                 asks it.",
                keys.join(", ")
            ),
            Some(
                "Its owner has to take that key out, or its name out of the list, if nothing private needs it; it is not \
                 edited here."
                    .to_owned(),
            ),
        );
    }
    match (seen.goes_first, seen.asks_without) {
        (true, _) => (
            SecretEffect::First,
            "It has a login for Docker Hub of its own, which is tried first; the account's is tried when that one is \
             refused."
                .to_owned(),
            None,
        ),
        (false, true) => (
            SecretEffect::First,
            "It has an entry for Docker Hub without a login, which is tried first: those pulls count on the address, and \
             the account's login is tried when they are refused."
                .to_owned(),
            Some("Take that entry out, so that the account is used at once.".to_owned()),
        ),
        (false, false) if keys.is_empty() => (SecretEffect::None, "It holds no logins.".to_owned(), None),
        (false, false) => {
            (SecretEffect::None, "It is for other registries or repositories: ours is used beside it.".to_owned(), None)
        }
    }
}
