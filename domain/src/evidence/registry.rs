//! Which registry a host belongs to, as far as that is public knowledge.

/// Docker Hub's name in image references and in explanations.
pub(super) const DOCKER_HUB: &str = "docker.io";

/// Hosts of other public registries; a leading dot stands for any host below.
const OTHERS: [&str; 17] = [
    "ghcr.io",
    "quay.io",
    ".quay.io",
    "public.ecr.aws",
    ".amazonaws.com",
    ".azurecr.io",
    "mcr.microsoft.com",
    ".mcr.microsoft.com",
    "gcr.io",
    ".gcr.io",
    ".pkg.dev",
    "registry.k8s.io",
    ".k8s.io",
    "registry.gitlab.com",
    ".redhat.io",
    ".redhat.com",
    "nvcr.io",
];

/// Pages of Docker's that messages link to; their names say nothing about who was asked.
const PAGES: [&str; 3] = ["www.docker.com", "docs.docker.com", "docker.com"];

/// Whether the host serves Docker Hub: any below `docker.io`, and the hosts of `docker.com` that hand out layers.
pub(super) fn is_docker_hub(host: &str) -> bool {
    let host = without_port(host);
    host == DOCKER_HUB
        || host.ends_with(".docker.io")
        || (host.ends_with(".docker.com") && !PAGES.contains(&host))
}

/// Whether the host is a public registry other than Docker Hub.
pub(super) fn is_other_public(host: &str) -> bool {
    let host = without_port(host);
    OTHERS.iter().any(|known| if known.starts_with('.') { host.ends_with(known) } else { host == *known })
}

/// Whether the host is a page for people instead of a registry.
pub(super) fn is_page(host: &str) -> bool {
    PAGES.contains(&host) || host == "aka.ms" || host.ends_with("docs.gitlab.com") || host == "github.com"
}

/// The name to show: all of Docker Hub's hosts are `docker.io`.
pub(super) fn name(host: &str) -> &str {
    if is_docker_hub(host) { DOCKER_HUB } else { host }
}

fn without_port(host: &str) -> &str {
    host.split_once(':').map_or(host, |(name, _)| name)
}
