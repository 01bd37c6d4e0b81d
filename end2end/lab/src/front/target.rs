//! What a request asks for, read from its path as the distribution specification lays it out, and where
//! it comes from.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use super::log::Kind;

/// The part of a registry that a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// What sort of thing is asked for.
    pub kind: Kind,
    /// The repository's name, without a host; empty for the registry itself.
    pub repository: String,
    /// Tag or digest; empty where the path has none.
    pub reference: String,
}

impl Target {
    /// Reads `/v2/…`; `None` for any other path.
    pub fn parse(path: &str) -> Option<Self> {
        let rest = path.strip_prefix("/v2")?;
        if rest.is_empty() || rest == "/" {
            return Some(Self { kind: Kind::Base, repository: String::new(), reference: String::new() });
        }
        let rest = rest.strip_prefix('/')?;
        [("/manifests/", Kind::Manifest), ("/blobs/", Kind::Blob), ("/tags/", Kind::Tags)]
            .into_iter()
            .find_map(|(mark, kind)| {
                // A repository may itself hold a component of that name, so the last mark decides. An
                // upload's path goes on after its mark and has no second one.
                let (repository, reference) = rest.rsplit_once(mark)?;
                Some(Self { kind, repository: repository.into(), reference: reference.into() })
            })
    }
}

/// The address that Docker counts anonymous pulls by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source(pub IpAddr);

impl Source {
    /// An IPv4 address as it is, also when it arrived mapped; of an IPv6 address the /64 network, which
    /// is what Docker shows in `docker-ratelimit-source`.
    #[must_use]
    pub fn of(peer: IpAddr) -> Self {
        match peer.to_canonical() {
            IpAddr::V6(address) => {
                let network = u128::from(address) & !u128::from(u64::MAX);
                Self(IpAddr::V6(Ipv6Addr::from(network)))
            }
            v4 @ IpAddr::V4(_) => Self(v4),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_repository_and_reference() {
        let target = Target::parse("/v2/cortexlabs/operator/manifests/0.22.1").unwrap();
        assert_eq!((target.kind, target.repository.as_str()), (Kind::Manifest, "cortexlabs/operator"));
        assert_eq!(target.reference, "0.22.1");
        assert_eq!(Target::parse("/v2/a/b/blobs/uploads/").unwrap().reference, "uploads/");
        assert_eq!(Target::parse("/v2/").unwrap().kind, Kind::Base);
        assert_eq!(Target::parse("/v2/a/tags/list").unwrap().kind, Kind::Tags);
        assert_eq!(Target::parse("/v2/x/manifests/y/manifests/z").unwrap().repository, "x/manifests/y");
        assert_eq!(Target::parse("/v1/search"), None);
    }

    #[test]
    fn an_ipv6_source_is_its_network() {
        let peer = "2001:41d0:801:2000:1:2:3:4".parse().unwrap();
        assert_eq!(Source::of(peer).to_string(), "2001:41d0:801:2000::");
        assert_eq!(Source::of("::ffff:198.18.64.1".parse().unwrap()).to_string(), "198.18.64.1");
    }
}
