//! What has to be made in Amazon ECR before a plan is carried out, by what is there already.
//!
//! Decides only. Must not know how AWS is asked.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::plan::{EcrSide, EcrWay, Risk};
use crate::ports::ecr::{EcrRepository, SecretSeen};
use crate::problem::Problem;

/// Docker Hub's host, as rules name it (ECR API, `CreatePullThroughCacheRule`).
const DOCKER_HUB: &str = "registry-1.docker.io";

/// One thing to make.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "make", rename_all = "snake_case")]
pub enum Deed {
    /// A repository.
    Repository {
        /// Its name.
        name: String,
    },
    /// The secret with the Docker Hub account.
    Secret {
        /// Its name.
        name: String,
    },
    /// Keep the secret, which was to be deleted.
    KeepSecret {
        /// Its name.
        name: String,
    },
    /// The template for repositories of the cache.
    Template {
        /// What their names begin with.
        prefix: String,
    },
    /// The rule of the cache.
    Cache {
        /// What the names of its repositories begin with.
        prefix: String,
        /// The secret it logs in with.
        secret: String,
    },
}

impl Deed {
    /// The call that does it, in AWS's words, and about what.
    pub fn call(&self) -> (&'static str, &str) {
        match self {
            Self::Repository { name } => ("ecr:CreateRepository", name),
            Self::Secret { name } => ("secretsmanager:CreateSecret", name),
            Self::KeepSecret { name } => ("secretsmanager:RestoreSecret", name),
            Self::Template { prefix } => ("ecr:CreateRepositoryCreationTemplate", prefix),
            Self::Cache { prefix, .. } => ("ecr:CreatePullThroughCacheRule", prefix),
        }
    }
}

/// What was found at AWS.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Repositories of the plan that are there, by name.
    pub repositories: BTreeMap<String, EcrRepository>,
    /// The secret.
    pub secret: Option<SecretSeen>,
    /// Whether the template is there.
    pub template: bool,
    /// The host that a cache with the plan's prefix fetches from.
    pub upstream: Option<String>,
}

/// What is to be done, and what has to be known before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preparation {
    /// In the order in which it is done; empty where all is there.
    pub deeds: Vec<Deed>,
    /// What of that which is there already can get in the way.
    pub risks: Vec<Risk>,
}

/// What a plan's side in ECR lacks.
///
/// # Errors
/// When the prefix of the cache belongs to another registry's.
pub fn prepare(side: &EcrSide, found: &Found) -> Result<Preparation, Problem> {
    let risks = found.repositories.values().flat_map(risks).collect();
    let deeds = match side.way {
        EcrWay::Copy => {
            let missing = side.repositories.iter().filter(|name| !found.repositories.contains_key(*name));
            missing.map(|name| Deed::Repository { name: name.clone() }).collect()
        }
        EcrWay::Cache => cache(side, found)?,
    };
    Ok(Preparation { deeds, risks })
}

fn cache(side: &EcrSide, found: &Found) -> Result<Vec<Deed>, Problem> {
    let secret = side.secret_name.clone().unwrap_or_default();
    let prefix = side.prefix.clone();
    let account = match &found.secret {
        None => Some(Deed::Secret { name: secret.clone() }),
        Some(seen) if seen.is_going => Some(Deed::KeepSecret { name: secret.clone() }),
        Some(_) => None,
    };
    let rule = match found.upstream.as_deref() {
        None => Some(Deed::Cache { prefix: prefix.clone(), secret }),
        Some(DOCKER_HUB) => None,
        Some(other) => {
            let shown: String = other.chars().take(100).collect();
            return Err(Problem::bad_input(
                "ecr_prefix_taken",
                format!("The prefix {prefix} is that of another cache."),
                format!("Amazon ECR fetches what is below it from {shown}."),
                "Make the plan with another prefix.",
            )
            .at("prefix"));
        }
    };
    let template = (!found.template).then_some(Deed::Template { prefix });
    Ok(account.into_iter().chain(template).chain(rule).collect())
}

fn risks(repository: &EcrRepository) -> Vec<Risk> {
    let EcrRepository { name, tags_are_fixed, lifecycle } = repository;
    let fixed = tags_are_fixed.then(|| Risk {
        what: format!("The repository {name} does not let tags move."),
        why: "An image that is there under its tag stays; to copy another one over it is refused.".to_owned(),
    });
    let expires = lifecycle.as_deref().is_some_and(|text| text.contains("\"expire\""));
    let expiring = expires.then(|| Risk {
        what: format!("The repository {name} has a lifecycle policy that deletes images."),
        why: "It may delete one that pods will need again. Have it spare what is in use: sinceImagePulled is the safer \
              kind of rule."
            .to_owned(),
    });
    fixed.into_iter().chain(expiring).collect()
}

/// What may be taken away again of that which was made, the last first. A repository stays while a workload names it,
/// or holds anything: that is for a person to judge.
pub fn undo(made: &[Deed], in_use: &BTreeSet<String>) -> Vec<Deed> {
    let is_needed = |deed: &&Deed| matches!(deed, Deed::Repository { name } if in_use.contains(name));
    made.iter().rev().filter(|deed| !is_needed(deed)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ecr::Registry;

    fn side(way: EcrWay) -> EcrSide {
        let registry = Registry::new("111122223333", "eu-west-1").unwrap();
        EcrSide {
            way,
            host: registry.host(),
            registry,
            prefix: "docker-hub".to_owned(),
            repositories: ["a", "b"].map(|name| format!("docker-hub/{name}")).into(),
            node_platforms: Vec::new(),
            secret_name: (way == EcrWay::Cache).then(|| "ecr-pullthroughcache/x".to_owned()),
        }
    }

    fn repository(name: &str) -> EcrRepository {
        EcrRepository { name: name.to_owned(), tags_are_fixed: false, lifecycle: None }
    }

    #[test]
    fn only_what_is_missing_is_made() {
        let name = || "docker-hub/b".to_owned();
        let mut found = Found::default();
        found.repositories.insert("docker-hub/a".to_owned(), repository("docker-hub/a"));
        let preparation = prepare(&side(EcrWay::Copy), &found).unwrap();
        assert_eq!(preparation.deeds, [Deed::Repository { name: name() }]);
        assert_eq!(preparation.deeds[0].call(), ("ecr:CreateRepository", "docker-hub/b"));
        found.repositories.insert(name(), repository("docker-hub/b"));
        assert_eq!(prepare(&side(EcrWay::Copy), &found).unwrap(), Preparation::default());
    }

    #[test]
    fn a_cache_is_made_from_its_secret_on() {
        let calls = |found: &Found| {
            let preparation = prepare(&side(EcrWay::Cache), found).unwrap();
            preparation.deeds.iter().map(|deed| deed.call().0.to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(
            calls(&Found::default()),
            [
                "secretsmanager:CreateSecret",
                "ecr:CreateRepositoryCreationTemplate",
                "ecr:CreatePullThroughCacheRule"
            ]
        );
        let secret = |is_going| Some(SecretSeen { arn: "arn".to_owned(), is_going });
        let whole = Found {
            secret: secret(false),
            template: true,
            upstream: Some(DOCKER_HUB.to_owned()),
            ..Found::default()
        };
        assert_eq!(calls(&whole), [""; 0]);
        let going = Found { secret: secret(true), ..whole.clone() };
        assert_eq!(calls(&going), ["secretsmanager:RestoreSecret"]);
        let taken = Found { upstream: Some("quay.io".to_owned()), ..whole };
        assert_eq!(prepare(&side(EcrWay::Cache), &taken).unwrap_err().code, "ecr_prefix_taken");
    }

    #[test]
    fn what_can_get_in_the_way_is_told() {
        let mut found = Found::default();
        let lifecycle = Some(r#"{"rules":[{"action":{"type":"expire"}}]}"#.to_owned());
        let repository = EcrRepository { tags_are_fixed: true, lifecycle, ..repository("docker-hub/a") };
        found.repositories.insert("docker-hub/a".to_owned(), repository);
        assert_eq!(prepare(&side(EcrWay::Copy), &found).unwrap().risks.len(), 2);
    }

    #[test]
    fn what_a_workload_names_is_not_taken_away() {
        let made = ["a", "b"].map(|name| Deed::Repository { name: name.to_owned() });
        let [a, b] = made.clone();
        assert_eq!(undo(&made, &BTreeSet::new()), [b.clone(), a]);
        assert_eq!(undo(&made, &BTreeSet::from(["a".to_owned()])), [b]);
    }
}
