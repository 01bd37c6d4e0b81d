//! Which registry, under which names: the answers, and what the inputs tell of them.

use std::collections::BTreeSet;

use crate::copy::Platform;
use crate::cortex::Version;
use crate::diagnosis::Scan;
use crate::ecr::{NoRegistry, Registry, is_repository_name};
use crate::image::ImageReference;
use crate::plan::EcrWay;
use crate::problem::Problem;
use crate::remedy::rewrite::{Destination, Move};
use crate::remedy::{Answers, cortex_version};

pub(super) const ACCOUNT: &str = "account";
pub(super) const REGION: &str = "region";
pub(super) const PREFIX: &str = "prefix";
pub(super) const SECRET_NAME: &str = "secret-name";
pub(super) const PLATFORMS: &str = "platforms";

/// The answers that the copying way takes.
pub const KEYS_OF_COPY: [&str; 5] = [ACCOUNT, REGION, PREFIX, PLATFORMS, cortex_version::KEY];
/// The answers that the cache takes.
pub const KEYS_OF_CACHE: [&str; 5] = [ACCOUNT, REGION, PREFIX, SECRET_NAME, cortex_version::KEY];

/// The prefix that AWS's own guide uses for Docker Hub. It also spares names that begin with a digit.
pub(super) const USUAL_PREFIX: &str = "docker-hub";
/// Secrets for caches have to begin with this (ECR user guide, pull-through cache).
const SECRET_PREFIX: &str = "ecr-pullthroughcache/";
pub(super) const USUAL_SECRET: &str = "ecr-pullthroughcache/docker-hub";
/// Whole images, so that digests stay what they are.
pub(super) const ALL_PLATFORMS: &str = "all";
/// The platforms of the nodes that were seen.
pub(super) const NEEDED_PLATFORMS: &str = "needed";

/// Where images go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    way: EcrWay,
    pub(super) registry: Registry,
    pub(super) prefix: String,
    pub(super) secret_name: Option<String>,
    /// The only platforms to copy; empty for all.
    pub(super) platforms: BTreeSet<Platform>,
}

impl Target {
    /// By the answers, else as found.
    ///
    /// # Errors
    /// When account or region is neither answered nor found, or an answer cannot be what it should be.
    pub(super) fn resolve(way: EcrWay, scan: &Scan, answers: &Answers) -> Result<Self, Problem> {
        let found = found(scan);
        let answer = |key: &str, found: Option<&str>| {
            let given = answers.set.get(key).map(|text| text.trim()).filter(|text| !text.is_empty());
            given.or(found).map(str::to_owned)
        };
        let account = answer(ACCOUNT, found.as_ref().map(|(registry, _)| registry.account()))
            .ok_or_else(|| missing(ACCOUNT, "aws sts get-caller-identity --query Account --output text"))?;
        let region = answer(REGION, region_found(scan).as_ref().map(|(region, _)| region.as_str()))
            .ok_or_else(|| missing(REGION, "aws configure get region"))?;
        let registry = Registry::new(&account, &region).map_err(|why| match why {
            NoRegistry::Account => wrong(ACCOUNT, &account, why.to_string()),
            NoRegistry::Region => wrong(REGION, &region, why.to_string()),
        })?;
        let prefix = answer(PREFIX, Some(USUAL_PREFIX)).unwrap_or_default();
        check_prefix(way, &prefix)?;
        let secret_name = match way {
            EcrWay::Copy => None,
            EcrWay::Cache => {
                let name = answer(SECRET_NAME, Some(USUAL_SECRET)).unwrap_or_default();
                check_secret(&name)?;
                Some(name)
            }
        };
        let platforms = platforms(scan, answer(PLATFORMS, None).as_deref())?;
        Ok(Self { way, registry, prefix, secret_name, platforms })
    }

    /// A registry that stands in for the one that is not known yet, to count what would move.
    pub(super) fn any(way: EcrWay) -> Option<Self> {
        let registry = Registry::new("000000000000", "us-east-1").ok()?;
        let (prefix, platforms) = (USUAL_PREFIX.to_owned(), BTreeSet::new());
        Some(Self { way, registry, prefix, secret_name: None, platforms })
    }

    /// # Errors
    /// When ECR offers no such cache there, or this Cortex takes images from its own region only.
    pub(super) fn serves(&self, scan: &Scan, version: Option<Version>) -> Result<(), Problem> {
        if self.way == EcrWay::Cache && !self.registry.caches_docker_hub() {
            let region = self.registry.region();
            return Err(Problem::bad_input(
                "ecr_cache_not_offered",
                format!("Amazon ECR has no pull-through cache for Docker Hub in {region}."),
                "AWS offers it neither in China nor in GovCloud.",
                "Use the remedy ecr-copy there, or another region.",
            )
            .at(REGION));
        }
        let cortex = scan.diagnosis.cortex.as_ref().and_then(|cortex| cortex.region.as_deref());
        match (version, cortex) {
            (Some(version), Some(region)) if version.minor <= 31 && region != self.registry.region() => {
                Err(Problem::bad_input(
                    "ecr_other_region",
                    format!("Cortex {version} refuses images from ECR in {}.", self.registry.region()),
                    format!("Up to 0.31 it takes API images from ECR only out of its own account and region, {region}."),
                    format!("Set region to {region}, and account to the cluster's own."),
                )
                .at(REGION))
            }
            _ => Ok(()),
        }
    }

    fn reason(&self) -> &'static str {
        match self.way {
            EcrWay::Copy => "the copy in Amazon ECR is your own.",
            EcrWay::Cache => "Amazon ECR fetches it once and keeps it.",
        }
    }

    /// The image on Docker Hub that a name at this target stands for.
    pub(super) fn source_of(&self, image: &ImageReference) -> Option<ImageReference> {
        let path = image.path().strip_prefix(&self.prefix)?.strip_prefix('/')?;
        image.with_repository("docker.io", path).ok()
    }
}

impl Destination for Target {
    fn decide(&self, image: &ImageReference) -> Move {
        let name = format!("{}/{}", self.prefix, image.path());
        if !is_repository_name(&name) {
            return Move::Stays(format!("Amazon ECR allows no repository called {name}."));
        }
        match image.with_repository(&self.registry.host(), &name) {
            Ok(moved) => Move::To { name: moved.as_written().to_owned(), reason: self.reason().to_owned() },
            Err(error) => Move::Stays(error.to_string()),
        }
    }

    fn instead(&self, image: &ImageReference) -> String {
        match self.decide(image) {
            Move::To { name, .. } => {
                format!("Name {name} in the live object once it runs, or wherever its manifest is made.")
            }
            Move::Stays(_) => "Pull it with a paid Docker Hub account through a pull secret.".to_owned(),
        }
    }
}

/// Account and region as the inputs tell them, and what tells it: the kubeconfig's context, when the AWS command
/// line wrote it, else an image that already comes from the account's own registry.
pub(super) fn found(scan: &Scan) -> Option<(Registry, String)> {
    let cluster = &scan.inventory.cluster;
    let named = cluster.context.iter().chain([&cluster.name]);
    let by_name = named.filter_map(|name| Registry::beside_cluster(name)).next();
    let images = || {
        let workloads = scan.inventory.workloads.iter().flat_map(|workload| &workload.spec.containers);
        let mut hosts = workloads.filter_map(|container| container.image.parse::<ImageReference>().ok());
        hosts
            .find_map(|image| Registry::from_host(image.domain()).filter(|registry| !registry.is_of_amazon()))
    };
    by_name
        .map(|registry| (registry, "the name of the context".to_owned()))
        .or_else(|| images().map(|registry| (registry, "an image that comes from ECR already".to_owned())))
}

/// The region besides: Cortex's configuration and the nodes know theirs also where the account is not told.
pub(super) fn region_found(scan: &Scan) -> Option<(String, String)> {
    let by_registry = found(scan).map(|(registry, from)| (registry.region().to_owned(), from));
    let cortex = scan.diagnosis.cortex.as_ref().and_then(|cortex| cortex.region.clone());
    let node = || {
        let on_aws = |id: &&str| id.starts_with("aws://");
        let mut ids =
            scan.inventory.nodes.iter().filter_map(|node| node.provider_id.as_deref()).filter(on_aws);
        // aws:///eu-west-1a/i-0abc: the zone is the region and a letter.
        let zone = ids.next()?.split('/').nth(3)?;
        Some(zone.trim_end_matches(|c: char| c.is_ascii_lowercase()).to_owned())
    };
    by_registry
        .or_else(|| cortex.map(|region| (region, "Cortex's configuration".to_owned())))
        .or_else(|| node().map(|region| (region, "a node's provider ID".to_owned())))
        .filter(|(region, _)| Registry::new("000000000000", region).is_ok())
}

/// The only platforms to copy; empty for all.
fn platforms(scan: &Scan, answer: Option<&str>) -> Result<BTreeSet<Platform>, Problem> {
    match answer.unwrap_or(ALL_PLATFORMS) {
        ALL_PLATFORMS => Ok(BTreeSet::new()),
        NEEDED_PLATFORMS => {
            let needed = scan.inventory.platforms();
            if needed.is_empty() { Err(no_node_seen()) } else { Ok(needed) }
        }
        other => {
            let why = format!("It is either {ALL_PLATFORMS} or {NEEDED_PLATFORMS}.");
            Err(wrong(PLATFORMS, other, why))
        }
    }
}

fn no_node_seen() -> Problem {
    Problem::bad_input(
        "ecr_platforms_unknown",
        "Which platforms the nodes need is not known.",
        "No node was seen that tells its operating system and processor.",
        format!("Scan with the right to list nodes, or set {PLATFORMS} to {ALL_PLATFORMS}."),
    )
    .at(PLATFORMS)
}

fn check_prefix(way: EcrWay, prefix: &str) -> Result<(), Problem> {
    // Rules of a pull-through cache take 2 to 30 characters, repositories leave room for the image's own name.
    let most = if way == EcrWay::Cache { 30 } else { 100 };
    if is_repository_name(prefix) && prefix.len() <= most {
        return Ok(());
    }
    let why =
        format!("It has to be a repository name of 2 to {most} small letters, digits and single separators.");
    Err(wrong(PREFIX, prefix, why))
}

fn check_secret(name: &str) -> Result<(), Problem> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "/_+=.@-".contains(c);
    match name.strip_prefix(SECRET_PREFIX) {
        Some(rest) if !rest.is_empty() && name.len() <= 512 && rest.chars().all(allowed) => Ok(()),
        _ => {
            Err(wrong(SECRET_NAME, name, format!("A secret for a cache has to begin with {SECRET_PREFIX}.")))
        }
    }
}

fn missing(key: &str, command: &str) -> Problem {
    Problem::bad_input(
        "ecr_answer_missing",
        format!("The AWS {key} of the registry is not known."),
        "Nothing in the input names it: neither the kubeconfig's context nor an image.",
        format!("Fill it in (`--set {key}=…`); `{command}` prints it."),
    )
    .at(key)
}

fn wrong(key: &str, value: &str, why: String) -> Problem {
    let shown: String = value.chars().take(60).collect();
    Problem::bad_input(
        "ecr_answer_wrong",
        format!("{shown:?} cannot be the {key} of an Amazon ECR registry."),
        why,
        "Correct it and go on.",
    )
    .at(key)
}
