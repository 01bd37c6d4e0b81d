//! The ports against moto, which is an AWS for tests, and where it has no answer against a stand-in for those calls.

mod caches;
mod registries;
mod stand_in;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_ecr::config::{Credentials, SharedCredentialsProvider};
use domain::ecr::Registry;
use lab::moto::Moto;

use crate::{Aws, http};

const REGION: &str = "eu-west-1";

/// AWS at an address of this machine.
pub(super) fn at(url: &str) -> Aws {
    let keys = Credentials::new("key", "canary-secret-key", None, None, "test");
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .endpoint_url(url)
        .credentials_provider(SharedCredentialsProvider::new(keys))
        .http_client(http::client(&|_| None).unwrap())
        .retry_config(aws_config::retry::RetryConfig::disabled())
        .build();
    Aws::of(&config, "ops")
}

/// AWS as moto plays it; `None` where moto is not installed.
pub(super) async fn moto() -> Option<(Moto, Aws)> {
    let moto = Moto::start().await.unwrap();
    if moto.is_none() {
        assert_ne!(
            std::env::var("CI").as_deref(),
            Ok("true"),
            "moto is not installed: cargo xtask test does it"
        );
        eprintln!("moto is not installed: cargo xtask test does it");
    }
    moto.map(|moto| {
        let aws = at(&moto.url());
        (moto, aws)
    })
}

pub(super) fn registry() -> Registry {
    Registry::new(lab::moto::ACCOUNT, REGION).unwrap()
}
