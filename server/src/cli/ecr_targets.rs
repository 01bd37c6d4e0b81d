//! Targets of `copy` in Amazon ECR: logged in to with AWS's own credentials, and their repositories made where missing.

use std::sync::Arc;

use aws::Aws;
use domain::copy::Order;
use domain::ports::copying::Repositories;
use domain::ports::ecr::EcrRegistries;
use domain::problem::Problem;
use domain::registry::{Credentials, RegistryName};
use engine::ecr::{Renewed, Target, make_missing, missing, targets};
use registry::Client;

use super::output::Output;

/// The registries of these orders, where those of ECR renew their logins by themselves. `given` has a login that somebody
/// gave for this copying: AWS is asked nothing about it. A registry that Docker's configuration has a login for needs no
/// credentials of AWS; where there are some, they go first.
pub(super) async fn logged_in(
    client: Client,
    orders: &[Order],
    given: Option<&RegistryName>,
    dry_run: bool,
    output: &Output,
) -> Result<Arc<dyn Repositories>, Problem> {
    let mut sources = Vec::new();
    for target in targets(orders).into_iter().filter(|target| Some(&target.name) != given) {
        let ecr = Aws::connect(target.registry.region()).await?;
        match prepare(&ecr, &target, dry_run, output).await {
            Ok(()) => sources.push((target.name, Arc::new(ecr) as Arc<dyn EcrRegistries>)),
            Err(problem) if problem.code == "aws_no_credentials" && client.has_login(&target.name) => {}
            Err(problem) => return Err(problem),
        }
    }
    if sources.is_empty() {
        return Ok(Arc::new(client));
    }
    Ok(Arc::new(Renewed::new(sources, move |logins| Arc::new(with_all(&client, logins)))))
}

async fn prepare(ecr: &Aws, target: &Target, dry_run: bool, output: &Output) -> Result<(), Problem> {
    let (names, word) = if dry_run {
        (missing(ecr, target).await?.into_iter().collect(), "would make")
    } else {
        (make_missing(ecr, target).await?, "made")
    };
    for name in names {
        output.note(&format!("{word} the repository {}/{name}", target.name));
    }
    Ok(())
}

fn with_all(client: &Client, logins: Vec<(RegistryName, Credentials)>) -> Client {
    logins.into_iter().fold(client.clone(), |client, (name, login)| client.with_login(name, login))
}
