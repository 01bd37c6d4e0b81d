//! A key of a pull secret: what is left of it after the kubelet has cut it, and which images it matches.

use crate::evidence::mask;

use super::url::Address;

/// The key under which the kubelet keeps Docker Hub's credentials as the last resort.
pub(super) const FALLBACK: &str = "index.docker.io";

/// A key as the kubelet's keyring knows it.
#[derive(Debug)]
pub(super) struct Key {
    /// Host and path, by which keys are ordered and taken for the same; `None` for a key that is no address,
    /// which the kubelet leaves out.
    normalised: Option<String>,
    /// The same once more taken apart, as the kubelet does for each image.
    address: Option<Address>,
}

impl Key {
    /// Cuts off the scheme, and a leading `/v1` or `/v2` of the path if a slash follows
    /// (`BasicDockerKeyring.Add`).
    pub fn read(written: &str) -> Self {
        let address = written.strip_prefix("https://").or_else(|| written.strip_prefix("http://"));
        let normalised = Address::parse(address.unwrap_or(written)).map(|Address { host, path }| {
            let versions = ["/v1", "/v2"];
            let cut = versions.iter().find_map(|version| path.strip_prefix(version));
            match cut.filter(|rest| rest.starts_with('/')).unwrap_or(&path) {
                "/" => host,
                path => host + path,
            }
        });
        Self::compared(normalised)
    }

    /// A key of which only what the kubelet compares was kept.
    pub fn compared(normalised: Option<String>) -> Self {
        let address = normalised.as_deref().and_then(Address::parse);
        Self { normalised, address }
    }

    pub fn normalised(&self) -> Option<&str> {
        self.normalised.as_deref()
    }

    pub fn address(&self) -> Option<&Address> {
        self.address.as_ref()
    }

    /// Whether it is the last resort, which is found by its whole text.
    pub fn is_fallback(&self) -> bool {
        self.normalised() == Some(FALLBACK)
    }

    /// Whether it matches the repository: the same port, hosts of as many labels that match one by one, and a
    /// path that is the beginning of the other's, be it in the middle of a name (`URLsMatch`).
    pub fn matches(&self, repository: &Address) -> bool {
        self.address().is_some_and(|key| {
            let ((host, port), (other_host, other_port)) = (key.host_and_port(), repository.host_and_port());
            port == other_port && repository.path.starts_with(&key.path) && host_matches(host, other_host)
        })
    }
}

/// Whether a host with `*` in some labels matches another, without regard to ports.
pub(super) fn host_matches(pattern: &str, host: &str) -> bool {
    pattern.split('.').count() == host.split('.').count()
        && pattern.split('.').zip(host.split('.')).all(|(pattern, label)| label_matches(pattern, label))
}

/// `*` is any number of characters (`filepath.Match`). Its other signs cannot stand in a host, except brackets
/// around an IPv6 address without a port: these are a set of characters to it, so such a key is dead.
fn label_matches(pattern: &str, label: &str) -> bool {
    if pattern.contains('[') {
        return false;
    }
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == label };
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    let Some(inner) = label.strip_prefix(start).and_then(|label| label.strip_suffix(end)) else {
        return false;
    };
    // The leftmost place for each part leaves most to the next.
    let mut left = inner;
    middle.split('*').all(|part| match left.find(part) {
        Some(at) => {
            left = &left[at + part.len()..];
            true
        }
        None => false,
    })
}

/// The key as it may be shown: without what stands before an `@`, as in `user:password@docker.io`, and without
/// what else [`mask`] takes out.
pub(super) fn without_login(written: &str) -> String {
    match written.rsplit_once('@') {
        Some((_, host)) => format!("•••••@{}", mask(host)),
        None => mask(written),
    }
}
