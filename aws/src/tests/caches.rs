//! Caches, their templates and the account's settings against the stand-in; their secrets against moto.

use domain::ports::ecr::{EcrCaches as _, EcrRegistries as _, Making};
use domain::registry::Credentials;
use serde_json::{Value, json};

use super::{at, moto, stand_in};

const ARN: &str =
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ecr-pullthroughcache/docker-hub-a1b2c3";

#[tokio::test]
async fn a_cache_is_made_tried_and_removed() {
    let (ecr, url) = stand_in::serve().await;
    let aws = at(&url);
    assert_eq!(aws.upstream("docker-hub").await.unwrap(), None);
    assert_eq!(aws.make_cache("docker-hub", ARN).await.unwrap(), Making::Made);
    assert_eq!(aws.make_cache("docker-hub", ARN).await.unwrap(), Making::WasThere);
    assert_eq!(aws.upstream("docker-hub").await.unwrap().as_deref(), Some("registry-1.docker.io"));
    assert_eq!(
        ecr.lock().unwrap().rules["docker-hub"],
        json!({
            "ecrRepositoryPrefix": "docker-hub", "upstreamRegistryUrl": "registry-1.docker.io",
            "upstreamRegistry": "docker-hub", "credentialArn": ARN,
        })
    );
    assert_eq!(aws.try_cache("docker-hub").await.unwrap(), Ok(()));
    ecr.lock().unwrap().failure = Some("The credentials are wrong.".to_owned());
    assert_eq!(aws.try_cache("docker-hub").await.unwrap(), Err("The credentials are wrong.".to_owned()));
    for _ in 0..2 {
        aws.remove_cache("docker-hub").await.unwrap();
    }
    assert_eq!(aws.upstream("docker-hub").await.unwrap(), None);
}

#[tokio::test]
async fn a_template_and_the_mounting_of_layers() {
    let (_ecr, url) = stand_in::serve().await;
    let aws = at(&url);
    assert!(!aws.has_template("docker-hub").await.unwrap());
    assert_eq!(aws.make_template("docker-hub").await.unwrap(), Making::Made);
    assert_eq!(aws.make_template("docker-hub").await.unwrap(), Making::WasThere);
    assert!(aws.has_template("docker-hub").await.unwrap());
    for _ in 0..2 {
        aws.remove_template("docker-hub").await.unwrap();
    }
    assert!(!aws.mounts_blobs().await.unwrap());
    aws.let_blobs_be_mounted().await.unwrap();
    assert!(aws.mounts_blobs().await.unwrap());
}

#[tokio::test]
async fn refusals_over_the_wire_are_told_by_their_meaning() {
    let (ecr, url) = stand_in::serve().await;
    let aws = at(&url);
    for (code, ours, status) in [
        ("AccessDeniedException", "aws_not_allowed", 3),
        ("ExpiredTokenException", "aws_login_expired", 4),
        ("LimitExceededException", "aws_quota", 3),
        ("UnableToAccessSecretException", "ecr_secret_closed", 3),
        ("UnsupportedUpstreamRegistryException", "ecr_cache_not_offered", 3),
        ("ServerException", "aws_fault", 3),
    ] {
        ecr.lock().unwrap().refuses = Some(code);
        let problem = aws.make_cache("docker-hub", ARN).await.unwrap_err();
        assert_eq!(
            (problem.code.as_str(), problem.kind.exit_status()),
            (ours, status),
            "{code}: {problem:?}"
        );
        assert_eq!(problem.place, "ecr:CreatePullThroughCacheRule docker-hub in eu-west-1");
    }
    ecr.lock().unwrap().refuses = Some("ExpiredTokenException");
    assert!(aws.upstream("docker-hub").await.unwrap_err().next.contains("`aws sso login --profile ops`"));
}

#[tokio::test]
async fn a_secret_has_the_keys_that_caches_read() {
    let Some((_moto, aws)) = moto().await else { return };
    let name = "ecr-pullthroughcache/docker-hub";
    assert_eq!(aws.secret(name).await.unwrap(), None);
    let account = Credentials::new("acme", "canary\"token").unwrap();
    assert_eq!(aws.make_secret(name, &account).await.unwrap(), Making::Made);
    let other = Credentials::new("other", "token").unwrap();
    assert_eq!(aws.make_secret(name, &other).await.unwrap(), Making::WasThere);
    let seen = aws.secret(name).await.unwrap().unwrap();
    assert!(seen.arn.contains(name) && !seen.is_going, "{seen:?}");
    let held = aws.secrets.get_secret_value().secret_id(name).send().await.unwrap();
    let held: Value = serde_json::from_str(held.secret_string().unwrap()).unwrap();
    assert_eq!(held, json!({ "username": "acme", "accessToken": "canary\"token" }));

    aws.remove_secret(name).await.unwrap();
    assert!(aws.secret(name).await.unwrap().unwrap().is_going);
    aws.keep_secret(name).await.unwrap();
    assert!(!aws.secret(name).await.unwrap().unwrap().is_going);
}
