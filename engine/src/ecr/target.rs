//! Repositories that copies go to: which, and making those that are missing.

use std::collections::{BTreeMap, BTreeSet};

use domain::copy::Order;
use domain::ecr::Registry;
use domain::ports::ecr::{EcrRegistries, Making};
use domain::problem::Problem;
use domain::registry::RegistryName;

/// A registry of ECR that is copied to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// As images name it.
    pub name: RegistryName,
    /// Whose it is, and where.
    pub registry: Registry,
    /// The repositories that are copied to.
    pub repositories: BTreeSet<String>,
}

/// What of the targets is in ECR, sorted by name.
pub fn targets(orders: &[Order]) -> Vec<Target> {
    let mut targets: BTreeMap<RegistryName, Target> = BTreeMap::new();
    for image in orders.iter().map(|order| &order.target) {
        let Some(registry) = Registry::from_host(image.domain()) else { continue };
        let name = RegistryName::of(image);
        let target = targets.entry(name.clone());
        let target = target.or_insert(Target { name, registry, repositories: BTreeSet::new() });
        target.repositories.insert(image.path().to_owned());
    }
    targets.into_values().collect()
}

/// The repositories of a target that are not there.
///
/// # Errors
/// When AWS cannot be asked.
pub async fn missing(ecr: &dyn EcrRegistries, target: &Target) -> Result<BTreeSet<String>, Problem> {
    let mut missing = BTreeSet::new();
    for name in &target.repositories {
        if ecr.repository(&target.registry, name).await?.is_none() {
            missing.insert(name.clone());
        }
    }
    Ok(missing)
}

/// Makes the repositories of a target that are not there; gives the names of those that it made.
///
/// # Errors
/// Where AWS refuses. Those that were made stay, and are not made again.
pub async fn make_missing(ecr: &dyn EcrRegistries, target: &Target) -> Result<Vec<String>, Problem> {
    let mut made = Vec::new();
    for name in missing(ecr, target).await? {
        if ecr.make_repository(&target.registry, &name).await? == Making::Made {
            made.push(name);
        }
    }
    Ok(made)
}
