//! How well Amazon ECR fits, and what it asks.

use std::collections::BTreeSet;

use super::target::{self, Target};
use crate::diagnosis::Scan;
use crate::plan::EcrWay;
use crate::remedy::{Draft, Fit, FitLevel, Question, RemedyKind, cortex_version, rewrite, running};

/// The comparison's lines for this cluster, before anything is answered.
pub fn fit(way: EcrWay, scan: &Scan) -> Fit {
    let draft = preview(way, scan);
    let moved = draft.as_ref().map_or(0, |draft| draft.images().len());
    let left: BTreeSet<&str> =
        draft.iter().flat_map(|draft| &draft.not_covered).map(|left| left.image.as_str()).collect();
    let of = |n: usize| if n == 1 { "1 image".to_owned() } else { format!("{n} images") };
    let elsewhere = nodes_are_elsewhere(scan);
    let (level, headline) = match (&draft, moved, left.len()) {
        (None, ..) => (FitLevel::Partly, "Fits once you say which Cortex version this is".to_owned()),
        (Some(_), 0, 0) => (FitLevel::NothingToChange, "Nothing to change".to_owned()),
        (Some(_), 0, n) => (FitLevel::CannotHelp, format!("None of {} can be reached", of(n))),
        (Some(_), n, 0) if !elsewhere => (FitLevel::Fits, of(n)),
        (Some(_), n, 0) => (FitLevel::Partly, format!("{}, but the nodes are not on AWS", of(n))),
        (Some(_), n, stay) => (FitLevel::Partly, format!("{n} of {}", of(n + stay))),
    };
    let does_not = match left.len() {
        0 if elsewhere => {
            "Nodes outside of AWS have no role that may pull: each needs a credential helper.".to_owned()
        }
        0 => "Nothing found here is left on Docker Hub.".to_owned(),
        n => format!("{} that no change reaches; each is listed with another way.", of(n)),
    };
    let words = words(way);
    Fit {
        remedy: words.remedy,
        level,
        headline,
        fixes: format!("{} would come from your own registry on Amazon ECR{}.", of(moved), words.how),
        does_not,
        interrupts: running::interrupts(scan),
        costs: words.costs.to_owned(),
        risk: words.risk.to_owned(),
        undo: words.undo.to_owned(),
    }
}

struct Words {
    remedy: RemedyKind,
    how: &'static str,
    costs: &'static str,
    risk: &'static str,
    undo: &'static str,
}

fn words(way: EcrWay) -> Words {
    match way {
        EcrWay::Copy => Words {
            remedy: RemedyKind::EcrCopy,
            how: ", where they were copied before",
            costs: "Storage by gigabyte and month, and what a NAT gateway or interface endpoint takes for pulls. Copying \
                    itself costs one Docker Hub pull for each image and platform.",
            risk: "A copy stands still: a tag that moves on Docker Hub has to be copied again.",
            undo: "Every change has its exact inverse in the bundle; the repositories stay until you delete them.",
        },
        EcrWay::Cache => Words {
            remedy: RemedyKind::EcrCache,
            how: ", which fetches each once",
            costs: "A Docker Hub account for the cache, storage by gigabyte and month, and what a NAT gateway or \
                    interface endpoint takes for pulls.",
            risk: "The cache pulls as one account, whose limit then holds for everyone: a free one allows 200 pulls in \
                   six hours.",
            undo: "Every change has its exact inverse in the bundle; the rule, its secret and its repositories stay until \
                   you delete them.",
        },
    }
}

/// What would move, whatever account and region are answered later. `None` while the Cortex version is open.
fn preview(way: EcrWay, scan: &Scan) -> Option<Draft> {
    let all = running::all(scan);
    let version = cortex_version::resolve(scan, &all).ok()?;
    rewrite::draft(scan, &all, version, &Target::any(way)?).ok()
}

/// Whether nodes were seen and none of them is an instance of EC2.
pub(super) fn nodes_are_elsewhere(scan: &Scan) -> bool {
    let mut ids = scan.inventory.nodes.iter().filter_map(|node| node.provider_id.as_deref()).peekable();
    ids.peek().is_some() && !ids.any(|id| id.starts_with("aws://"))
}

/// What Configure asks.
pub fn questions(way: EcrWay, scan: &Scan) -> Vec<Question> {
    let ask = |key: &str, label: &str, help: &str, found| Question {
        key: key.to_owned(),
        label: label.to_owned(),
        help: help.to_owned(),
        found,
        choices: Vec::new(),
    };
    let usual = |value: &str| Some((value.to_owned(), String::new()));
    let account = target::found(scan).map(|(registry, from)| (registry.account().to_owned(), from));
    let mut questions = vec![
        ask(
            target::ACCOUNT,
            "AWS account",
            "Twelve digits: the account whose registry the nodes may pull from. \
             `aws sts get-caller-identity --query Account --output text` prints yours.",
            account,
        ),
        ask(
            target::REGION,
            "Region",
            "The region of the nodes: pulls within a region are not charged as transfer.",
            target::region_found(scan),
        ),
        ask(
            target::PREFIX,
            "Prefix of the repositories",
            "nginx becomes PREFIX/library/nginx, so that copies of Docker Hub stay apart from your own images.",
            usual(target::USUAL_PREFIX),
        ),
    ];
    if way == EcrWay::Copy {
        questions.extend(platforms(scan));
    }
    if way == EcrWay::Cache {
        questions.push(ask(
            target::SECRET_NAME,
            "Secret in AWS Secrets Manager",
            "Holds the Docker Hub user name and access token. ECR asks that its name begins with \
             ecr-pullthroughcache/. The token itself is never asked here.",
            usual(target::USUAL_SECRET),
        ));
    }
    questions.extend(cortex_version::question(scan));
    questions
}

/// Whether to leave platforms out is a question only where it is known which ones.
fn platforms(scan: &Scan) -> Option<Question> {
    let nodes: Vec<String> = scan.inventory.platforms().iter().map(ToString::to_string).collect();
    (!nodes.is_empty()).then(|| Question {
        key: target::PLATFORMS.to_owned(),
        label: "Platforms to copy".to_owned(),
        help: format!(
            "The nodes seen here are {}. Copying only what they need costs fewer pulls and less storage, but gives images \
             of several platforms another digest than on Docker Hub, and a node of another platform that joins later \
             finds no image. Images that are pinned by digest are copied whole in any case.",
            nodes.join(", ")
        ),
        found: Some((target::ALL_PLATFORMS.to_owned(), String::new())),
        choices: vec![target::ALL_PLATFORMS.to_owned(), target::NEEDED_PLATFORMS.to_owned()],
    })
}
