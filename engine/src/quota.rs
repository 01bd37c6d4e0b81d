//! Quota: how much of its pull limit a principal has left, asked without spending any of it.

use domain::problem::Problem;
use domain::registry::{AccountTest, Credentials, Logins, Quota, Registry, RegistryName};

/// Asks a registry. At Docker Hub that is one HEAD of the image that Docker keeps for the question, which counts no
/// pull; any other registry is only greeted, which tries a login all the same.
///
/// `login` is what `registry` was made with. The answer is that of this machine's address, or of the account:
/// nodes may have another address.
///
/// # Errors
/// When the registry cannot be reached, or refuses for another reason than a limit.
pub async fn ask(
    registry: &dyn Registry,
    name: &RegistryName,
    login: Option<&Credentials>,
) -> Result<Quota, Problem> {
    let endpoint = registry.endpoint(name);
    match name.preview_image() {
        Some(image) => Quota::judge(name.clone(), endpoint, login, &registry.head(&image).await?),
        None => Quota::judge(name.clone(), endpoint, login, &registry.greet(name).await?),
    }
}

/// Tries a login at Docker Hub, and how many pulls it has, without spending one.
///
/// # Errors
/// When Docker Hub cannot be reached, or does not take the login.
pub async fn try_account(registries: &dyn Logins, login: Credentials) -> Result<AccountTest, Problem> {
    let docker_hub = RegistryName::default();
    let client = registries.logged_in(docker_hub.clone(), login.clone());
    let quota = ask(&*client, &docker_hub, Some(&login)).await?;
    Ok(AccountTest::of(&quota, &login))
}
