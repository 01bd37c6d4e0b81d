//! Docker Hub's names without their host, so that every spelling of an image is one name.

use std::collections::BTreeSet;

use crate::image::ImageReference;

/// What an image is called on Docker Hub: `library/nginx:1.27` for `nginx:1.27`, `docker.io/nginx:1.27` and
/// `index.docker.io/library/nginx:1.27`. A digest stays; without tag and digest it is `latest`. `None` for other
/// registries and for what is no reference.
pub fn hub_name(image: &str) -> Option<String> {
    let image: ImageReference = image.parse().ok()?;
    if !image.is_docker_hub() {
        return None;
    }
    let full = image.normalized();
    let path = full.strip_prefix(image.domain())?.strip_prefix('/')?;
    Some(if image.path().contains('/') { path.to_owned() } else { format!("library/{path}") })
}

/// The usual ways to write a name on Docker Hub, sorted: for tools that compare texts. Left out are the names of Docker's
/// machines (`registry-1.docker.io`), which nobody writes into manifests.
pub fn spellings(name: &str) -> BTreeSet<String> {
    let without_tag = name.strip_suffix(":latest").filter(|rest| !rest.contains(':'));
    let mut all = BTreeSet::new();
    for name in [Some(name), without_tag].into_iter().flatten() {
        let short = name.strip_prefix("library/").filter(|short| !short.contains('/'));
        for spelling in [Some(name), short].into_iter().flatten() {
            all.extend(["", "docker.io/", "index.docker.io/"].map(|host| format!("{host}{spelling}")));
        }
    }
    all
}
