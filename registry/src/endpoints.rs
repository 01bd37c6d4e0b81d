//! Where registries are contacted: at their own hosts, or where the user says.

use std::collections::BTreeMap;
use std::net::IpAddr;

use domain::problem::Problem;
use domain::registry::{Endpoint, RegistryName};
use reqwest::Url;

use crate::problems;

/// Where Docker Hub serves its registry; `docker.io` is only its name.
const DOCKER_HUB: &str = "https://registry-1.docker.io";

/// The places that were named in place of registries' own (`--registry-endpoint`).
#[derive(Debug, Clone, Default)]
pub struct Endpoints {
    named: BTreeMap<RegistryName, String>,
}

impl Endpoints {
    /// Reads `HOST=URL` texts, each with the name of a registry as image references have it and an http or https
    /// URL. A path in the URL comes before `/v2/`.
    ///
    /// # Errors
    /// A problem with the input. It never quotes the URL, which may hold a password by mistake.
    pub fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, Problem> {
        let mut named = BTreeMap::new();
        for text in texts {
            let (host, url) = text.split_once('=').ok_or_else(problems::endpoint_without_host)?;
            let registry: RegistryName =
                host.parse().map_err(|error| problems::endpoint_of_nothing(host, &error))?;
            let url = checked(url).map_err(|why| problems::endpoint_url(host, why))?;
            if named.insert(registry, url).is_some() {
                return Err(problems::endpoint_twice(host));
            }
        }
        Ok(Self { named })
    }

    /// The endpoint of a registry: the named one, or its own. Registries on this machine are spoken to without
    /// TLS, all others only with it.
    pub(crate) fn of(&self, registry: &RegistryName) -> Endpoint {
        if let Some(url) = self.named.get(registry) {
            return Endpoint { url: url.clone(), named_by_user: true };
        }
        let url = if registry.is_docker_hub() {
            DOCKER_HUB.to_owned()
        } else {
            let here = Url::parse(&format!("http://{registry}")).is_ok_and(|url| is_this_machine(&url));
            format!("{}://{registry}", if here { "http" } else { "https" })
        };
        Endpoint { url, named_by_user: false }
    }
}

/// The URL without a slash at its end, or what is wrong with it.
fn checked(text: &str) -> Result<String, &'static str> {
    let url = Url::parse(text).map_err(|_| "It is not a URL.")?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err("It does not begin with http:// or https:// and a host.");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("It holds a user name or a password, which would be seen by everybody on this machine.");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("It holds a query or a fragment, which no registry's address has.");
    }
    let url = url.as_str().trim_end_matches('/');
    if url.ends_with("/v2") {
        return Err("It ends in /v2, which is added to every address anyway.");
    }
    Ok(url.to_owned())
}

/// Whether a URL leads to this machine.
pub(crate) fn is_this_machine(url: &Url) -> bool {
    url.host_str() == Some("localhost") || address(url).is_some_and(|address| address.is_loopback())
}

/// The address that stands in a URL in place of a name.
pub(crate) fn address(url: &Url) -> Option<IpAddr> {
    let host = url.host_str()?.trim_matches(['[', ']']);
    host.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(endpoints: &Endpoints, registry: &str) -> (String, bool) {
        let Endpoint { url, named_by_user } = endpoints.of(&registry.parse().unwrap());
        (url, named_by_user)
    }

    #[test]
    fn a_registry_is_where_its_name_says_or_where_the_user_says() {
        let endpoints =
            Endpoints::parse(["docker.io=http://127.0.0.1:5010/", "quay.io=https://proxy.example.com/quay/"]);
        let endpoints = endpoints.unwrap();
        let none = Endpoints::default();
        for (endpoints, registry, url, named) in [
            (&none, "docker.io", "https://registry-1.docker.io", false),
            (&none, "registry-1.docker.io", "https://registry-1.docker.io", false),
            (&none, "ghcr.io", "https://ghcr.io", false),
            (&none, "registry.example.com:8443", "https://registry.example.com:8443", false),
            (&none, "localhost:5000", "http://localhost:5000", false),
            (&none, "127.0.0.1:5000", "http://127.0.0.1:5000", false),
            (&none, "[::1]:5000", "http://[::1]:5000", false),
            (&endpoints, "docker.io", "http://127.0.0.1:5010", true),
            (&endpoints, "index.docker.io", "http://127.0.0.1:5010", true),
            (&endpoints, "quay.io", "https://proxy.example.com/quay", true),
            (&endpoints, "ghcr.io", "https://ghcr.io", false),
        ] {
            assert_eq!(of(endpoints, registry), (url.to_owned(), named), "{registry}");
        }
    }

    #[test]
    fn what_is_no_endpoint_is_refused_in_four_parts_without_quoting_the_url() {
        for text in [
            "docker.io",
            "=http://canary",
            "nginx=http://canary",
            "docker.io=canary",
            "docker.io=ftp://canary",
            "docker.io=unix:canary",
            "docker.io=http://user:canary@example.com",
            "docker.io=http://canary@example.com",
            "docker.io=http://example.com?canary",
            "docker.io=http://example.com/#canary",
            "docker.io=http://canary/v2/",
        ] {
            let problem = Endpoints::parse([text]).unwrap_err();
            assert_eq!((problem.code.as_str(), problem.kind.exit_status()), ("registry_endpoint", 2));
            for part in [&problem.what, &problem.why, &problem.next, &problem.place] {
                assert!(!part.is_empty() && !part.contains("canary"), "{text}: {problem:?}");
            }
        }
        let twice = ["docker.io=http://127.0.0.1:1", "index.docker.io=http://127.0.0.1:2"];
        assert_eq!(Endpoints::parse(twice).unwrap_err().code, "registry_endpoint");
    }
}
