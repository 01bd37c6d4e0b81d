//! Amazon ECR in its own words: registries by account and region, their hosts, what a repository may be called.
//!
//! Must not know of images to move, nor of any AWS client.

pub mod preparation;

use std::fmt;

use serde::{Deserialize, Serialize};

/// A part of AWS with its own names (AWS's partitions, by the regions they hold).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Partition {
    /// Commercial regions.
    Aws,
    /// China.
    AwsCn,
    /// GovCloud.
    AwsUsGov,
    /// European Sovereign Cloud.
    AwsEusc,
}

impl Partition {
    fn of(region: &str) -> Self {
        match region.split('-').next() {
            Some("cn") => Self::AwsCn,
            Some("us") if region.starts_with("us-gov-") => Self::AwsUsGov,
            Some("eusc") => Self::AwsEusc,
            _ => Self::Aws,
        }
    }

    /// The second part of an ARN.
    pub fn word(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::AwsCn => "aws-cn",
            Self::AwsUsGov => "aws-us-gov",
            Self::AwsEusc => "aws-eusc",
        }
    }

    /// What registry hosts end in (ECR's endpoint rules, botocore's `ecr` model).
    fn suffix(self) -> &'static str {
        match self {
            Self::Aws | Self::AwsUsGov => "amazonaws.com",
            Self::AwsCn => "amazonaws.com.cn",
            Self::AwsEusc => "amazonaws.eu",
        }
    }
}

/// The private registry of an account in a region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Registry {
    account: String,
    region: String,
}

/// Why there is no such registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoRegistry {
    /// Not twelve digits.
    #[error("An AWS account is twelve digits.")]
    Account,
    /// Not of the form of a region.
    #[error("A region is written like eu-west-1.")]
    Region,
}

impl Registry {
    /// The registry of an account in a region.
    ///
    /// # Errors
    /// When one of them cannot be what it should be. Whether it exists is for AWS to say.
    pub fn new(account: &str, region: &str) -> Result<Self, NoRegistry> {
        if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NoRegistry::Account);
        }
        let parts: Vec<&str> = region.split('-').collect();
        let word = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
        let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        match parts.split_last() {
            Some((last, words)) if words.len() >= 2 && words.iter().all(word) && number(last) => {
                Ok(Self { account: account.to_owned(), region: region.to_owned() })
            }
            _ => Err(NoRegistry::Region),
        }
    }

    /// The registry that a host names, dual-stack and FIPS spellings included
    /// (the pattern of Amazon's own credential provider for the kubelet).
    pub fn from_host(host: &str) -> Option<Self> {
        let (account, rest) = host.split_once('.')?;
        let rest = rest.strip_prefix("dkr.ecr").or_else(|| rest.strip_prefix("dkr-ecr"))?;
        let rest = rest.strip_prefix("-fips").unwrap_or(rest).strip_prefix('.')?;
        let (region, suffix) = rest.split_once('.')?;
        let known =
            ["amazonaws.com", "amazonaws.com.cn", "amazonaws.eu", "on.aws", "on.amazonwebservices.com.cn"];
        known.contains(&suffix).then(|| Self::new(account, region).ok()).flatten()
    }

    /// The registry beside an EKS cluster: same account, same region. Kubeconfigs that the AWS command line
    /// writes name their contexts by the cluster's ARN.
    pub fn beside_cluster(arn: &str) -> Option<Self> {
        let mut parts = arn.strip_prefix("arn:")?.split(':');
        let (_, service, region, account) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let is_cluster = service == "eks" && parts.next()?.starts_with("cluster/");
        is_cluster.then(|| Self::new(account, region).ok()).flatten()
    }

    /// Twelve digits.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Such as `eu-west-1`.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The partition the region is in.
    pub fn partition(&self) -> Partition {
        Partition::of(&self.region)
    }

    /// Where images are pulled from. IPv6-only nodes need the dual-stack host instead.
    pub fn host(&self) -> String {
        format!("{}.dkr.ecr.{}.{}", self.account, self.region, self.partition().suffix())
    }

    /// The ARN of a repository, or of several by a pattern.
    pub fn arn(&self, repository: &str) -> String {
        let (partition, Self { account, region }) = (self.partition().word(), self);
        format!("arn:{partition}:ecr:{region}:{account}:repository/{repository}")
    }

    /// Whether a pull-through cache for Docker Hub is offered there (ECR user guide, pull-through cache:
    /// not in China nor in GovCloud).
    pub fn caches_docker_hub(&self) -> bool {
        !matches!(self.partition(), Partition::AwsCn | Partition::AwsUsGov)
    }

    /// Whether this is one of Amazon's own accounts that serve EKS add-ons: it says nothing about whose cluster
    /// it is (Amazon EKS user guide, container image registries).
    pub fn is_of_amazon(&self) -> bool {
        const COMMON: [&str; 3] = ["602401143452", "918309763551", "961992271922"];
        COMMON.contains(&self.account.as_str())
    }
}

impl fmt::Display for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host())
    }
}

/// Whether a repository may be called this: ECR's pattern
/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/…)*`, 2 to 256 characters.
pub fn is_repository_name(name: &str) -> bool {
    (2..=256).contains(&name.len()) && name.split('/').all(is_component)
}

/// Runs of letters and digits between single separators: `.`, `_`, `__`, or any number of `-`.
fn is_component(text: &str) -> bool {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let mut separators = text.split(is_word).filter(|between| !between.is_empty());
    text.starts_with(is_word)
        && text.ends_with(is_word)
        && separators.all(|between| matches!(between, "." | "_" | "__") || between.bytes().all(|b| b == b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_by_region() {
        for (region, host, partition) in [
            ("eu-west-1", "111122223333.dkr.ecr.eu-west-1.amazonaws.com", "aws"),
            ("us-gov-west-1", "111122223333.dkr.ecr.us-gov-west-1.amazonaws.com", "aws-us-gov"),
            ("cn-north-1", "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn", "aws-cn"),
            ("eusc-de-east-1", "111122223333.dkr.ecr.eusc-de-east-1.amazonaws.eu", "aws-eusc"),
        ] {
            let registry = Registry::new("111122223333", region).unwrap();
            assert_eq!((registry.host().as_str(), registry.partition().word()), (host, partition));
            assert_eq!(Registry::from_host(host), Some(registry));
        }
        for host in
            ["111122223333.dkr-ecr.eu-west-1.on.aws", "111122223333.dkr.ecr-fips.eu-west-1.amazonaws.com"]
        {
            assert_eq!(Registry::from_host(host).unwrap().region(), "eu-west-1", "{host}");
        }
        for host in
            ["public.ecr.aws", "1111.dkr.ecr.eu-west-1.amazonaws.com", "x.dkr.ecr.eu-west-1.example.com", ""]
        {
            assert_eq!(Registry::from_host(host), None, "{host}");
        }
    }

    #[test]
    fn an_account_and_a_region_have_a_form() {
        for (account, region, wanted) in [
            ("11112222333", "eu-west-1", NoRegistry::Account),
            ("11112222333x", "eu-west-1", NoRegistry::Account),
            ("111122223333", "europe", NoRegistry::Region),
            ("111122223333", "eu-west-1a", NoRegistry::Region),
            ("111122223333", "eu-west-", NoRegistry::Region),
            ("111122223333", "eu-west-1; rm", NoRegistry::Region),
        ] {
            assert_eq!(Registry::new(account, region), Err(wanted), "{account} {region}");
        }
    }

    #[test]
    fn the_cluster_tells_account_and_region() {
        let registry = Registry::beside_cluster("arn:aws:eks:eu-west-1:111122223333:cluster/prod").unwrap();
        assert_eq!((registry.account(), registry.region()), ("111122223333", "eu-west-1"));
        for other in
            ["prod", "arn:aws:iam::111122223333:role/x", "arn:aws:eks:eu-west-1:111122223333:nodegroup/x"]
        {
            assert_eq!(Registry::beside_cluster(other), None, "{other}");
        }
    }

    #[test]
    fn names_that_a_repository_may_have() {
        for good in ["docker-hub/library/nginx", "a1", "1password/connect", "a__b", "a---b", "a.b/c_d"] {
            assert!(is_repository_name(good), "{good}");
        }
        for bad in ["a", "A/b", "a//b", "/a", "a/", "a..b", "a___b", "-a", "a-", "a b", "", "a_.b"] {
            assert!(!is_repository_name(bad), "{bad}");
        }
        assert!(!is_repository_name(&"a".repeat(257)));
    }
}
