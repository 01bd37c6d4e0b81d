//! Quota: how much of its pull limit a principal has left, asked without spending any of it.

use domain::problem::Problem;
use domain::registry::{Credentials, Quota, Registry, RegistryName};

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
