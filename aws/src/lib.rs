//! Amazon Web Services: ECR, who asks (STS), and the secret of a cache (Secrets Manager).
//!
//! [`Aws`] implements [`domain::ports::ecr`]. It is the only place that names AWS's types, and decides nothing: it asks,
//! and says what an answer is. Requests that AWS turns away for now are repeated by its own client, a few times and with
//! growing pauses; nothing else is.
//!
//! All of AWS's own variables and files hold (`AWS_PROFILE`, `AWS_ENDPOINT_URL`, `AWS_USE_FIPS_ENDPOINT`, …), besides
//! what all our clients heed: the system's trust store, `HTTPS_PROXY` and `NO_PROXY`. No credential is kept anywhere
//! but in AWS's client.

mod caches;
mod http;
mod problems;
mod registries;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_ecr::config::AppName;
use domain::problem::Problem;

/// How often a request is sent that AWS turns away for now.
const TRIES: u32 = 5;

/// AWS in one region, as whoever the environment says we are.
#[derive(Debug, Clone)]
pub struct Aws {
    ecr: aws_sdk_ecr::Client,
    secrets: aws_sdk_secretsmanager::Client,
    sts: aws_sdk_sts::Client,
    /// Whom to name where a login has to be renewed.
    profile: String,
    region: String,
}

impl Aws {
    /// AWS in a region. Reads AWS's configuration and contacts nobody yet.
    ///
    /// # Errors
    /// When the proxy or the certificates that the environment names cannot be used.
    pub async fn connect(region: &str) -> Result<Self, Problem> {
        let http = http::client(&|name| std::env::var(name).ok())?;
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            .retry_config(RetryConfig::standard().with_max_attempts(TRIES))
            .http_client(http);
        if let Ok(name) = AppName::new("unthrottle") {
            loader = loader.app_name(name);
        }
        let profile = std::env::var("AWS_PROFILE").ok().filter(|name| !name.is_empty());
        Ok(Self::of(&loader.load().await, profile.as_deref().unwrap_or("default")))
    }

    fn of(config: &SdkConfig, profile: &str) -> Self {
        Self {
            ecr: aws_sdk_ecr::Client::new(config),
            secrets: aws_sdk_secretsmanager::Client::new(config),
            sts: aws_sdk_sts::Client::new(config),
            profile: profile.to_owned(),
            region: config.region().map(ToString::to_string).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests;
