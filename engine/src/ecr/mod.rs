//! Amazon ECR before a plan is carried out: what is there, what has to be made, and making it.
//!
//! Looking changes nothing, and says every call that making would be. Making is told deed by deed, so that whoever keeps
//! a record can take back exactly what was made; done again, it makes nothing twice. What is to be made is decided in
//! [`domain::ecr::preparation`].

mod login;
mod target;

pub use login::Renewed;
pub use target::{Target, make_missing, missing, targets};

use std::collections::BTreeSet;

use domain::ecr::preparation::{Deed, Found, Preparation, prepare};
use domain::plan::{EcrSide, EcrWay};
use domain::ports::ecr::{EcrCaches, EcrRegistries, Making};
use domain::problem::Problem;
use domain::registry::Credentials;

/// What preparing stands on: ECR in the region of the plan.
#[derive(Clone, Copy)]
pub struct Ports<'a> {
    /// Registries.
    pub registries: &'a dyn EcrRegistries,
    /// Caches.
    pub caches: &'a dyn EcrCaches,
}

/// Looks at what a plan needs in ECR, and changes nothing.
///
/// # Errors
/// When the credentials are of another account than the plan's, when AWS cannot be asked, and for what `prepare` says.
pub async fn look(side: &EcrSide, ports: Ports<'_>) -> Result<Preparation, Problem> {
    right_account(side, ports.registries).await?;
    let mut found = Found::default();
    match side.way {
        EcrWay::Copy => {
            for name in &side.repositories {
                let seen = ports.registries.repository(&side.registry, name).await?;
                found.repositories.extend(seen.map(|seen| (name.clone(), seen)));
            }
        }
        EcrWay::Cache => {
            found.secret = ports.caches.secret(secret(side)).await?;
            found.template = ports.caches.has_template(&side.prefix).await?;
            found.upstream = ports.caches.upstream(&side.prefix).await?;
        }
    }
    prepare(side, &found)
}

/// Makes what is missing, in order, and tells each thing that was really made. A cache is tried at the end. `account` is
/// the Docker Hub account for a secret that has to be made.
///
/// # Errors
/// Where AWS refuses; what was made until then has been told. When a secret is to be made of no account, and when ECR
/// says that the cache does not work.
pub async fn carry_out(
    preparation: &Preparation,
    side: &EcrSide,
    account: Option<&Credentials>,
    ports: Ports<'_>,
    made: &mut (dyn FnMut(&Deed) + Send),
) -> Result<(), Problem> {
    right_account(side, ports.registries).await?;
    for deed in &preparation.deeds {
        let making = match deed {
            Deed::Repository { name } => ports.registries.make_repository(&side.registry, name).await?,
            Deed::Secret { name } => ports.caches.make_secret(name, account.ok_or_else(no_account)?).await?,
            Deed::KeepSecret { name } => {
                ports.caches.keep_secret(name).await?;
                Making::Made
            }
            Deed::Template { prefix } => ports.caches.make_template(prefix).await?,
            Deed::Cache { prefix, secret } => {
                let seen = ports.caches.secret(secret).await?.ok_or_else(|| no_secret(secret))?;
                ports.caches.make_cache(prefix, &seen.arn).await?
            }
        };
        if making == Making::Made {
            made(deed);
        }
    }
    if side.way == EcrWay::Cache {
        ports.caches.try_cache(&side.prefix).await?.map_err(|why| does_not_work(&side.prefix, &why))?;
    }
    Ok(())
}

/// Takes back what was made, the last first: but for repositories that a workload names, or that hold an image. Gives
/// what stays.
///
/// # Errors
/// Where AWS refuses; what was taken back until then is gone, and to try again does no harm.
pub async fn take_back(
    made: &[Deed],
    side: &EcrSide,
    in_use: &BTreeSet<String>,
    ports: Ports<'_>,
) -> Result<Vec<Deed>, Problem> {
    right_account(side, ports.registries).await?;
    let deeds = domain::ecr::preparation::undo(made, in_use);
    let mut stays: Vec<Deed> = made.iter().filter(|deed| !deeds.contains(deed)).cloned().collect();
    for deed in deeds {
        match &deed {
            Deed::Repository { name } => {
                if !ports.registries.remove_empty_repository(&side.registry, name).await? {
                    stays.push(deed);
                }
            }
            Deed::Secret { name } | Deed::KeepSecret { name } => ports.caches.remove_secret(name).await?,
            Deed::Template { prefix } => ports.caches.remove_template(prefix).await?,
            Deed::Cache { prefix, .. } => ports.caches.remove_cache(prefix).await?,
        }
    }
    Ok(stays)
}

fn secret(side: &EcrSide) -> &str {
    side.secret_name.as_deref().unwrap_or_default()
}

/// A plan names its account: nothing is looked at or made in another one by mistake.
async fn right_account(side: &EcrSide, registries: &dyn EcrRegistries) -> Result<(), Problem> {
    let caller = registries.caller().await?;
    if caller.account == side.registry.account() {
        return Ok(());
    }
    let why = format!("They are of account {} ({}).", caller.account, caller.arn);
    let next = "Name a profile of the right account in AWS_PROFILE, or make the plan for this account.";
    let what =
        format!("The AWS credentials are not of account {}, which the plan is for.", side.registry.account());
    Err(Problem::bad_input("ecr_other_account", what, why, next).at(side.host.clone()))
}

fn no_account() -> Problem {
    let (what, why) = ("The cache's secret cannot be made.", "No Docker Hub account was given for it.");
    Problem::bad_input("ecr_cache_account", what, why, "Give user name and access token.").at("--username")
}

fn no_secret(name: &str) -> Problem {
    let why = "It was there a moment ago, or was just made; somebody has removed it.";
    Problem::outside("ecr_no_secret", "The cache's secret is not there.", why, "Run the same command again.")
        .at(name)
}

fn does_not_work(prefix: &str, why: &str) -> Problem {
    let why: String = domain::evidence::mask(why).chars().take(300).collect();
    let next = "Check user name and access token in the secret, then run the same command again.";
    let what = "Amazon ECR says that the cache does not work.";
    Problem::outside("ecr_cache_broken", what, format!("It says: {why}"), next).at(prefix)
}
