//! Registries: what is made is there, what is there is not made again, what is missing is not an error.

use std::time::Duration;

use domain::ports::ecr::{EcrRegistries as _, Making};

use super::{at, moto, registry};

#[tokio::test]
async fn a_repository_is_made_once_and_removed_while_it_is_empty() {
    let Some((_moto, aws)) = moto().await else { return };
    let (at, name) = (registry(), "docker-hub/library/nginx");
    assert_eq!(aws.repository(&at, name).await.unwrap(), None);
    assert_eq!(aws.make_repository(&at, name).await.unwrap(), Making::Made);
    assert_eq!(aws.make_repository(&at, name).await.unwrap(), Making::WasThere);
    let seen = aws.repository(&at, name).await.unwrap().unwrap();
    assert_eq!((seen.name.as_str(), seen.tags_are_fixed, seen.lifecycle), (name, false, None));
    let tags = aws.ecr.list_tags_for_resource().resource_arn(at.arn(name)).send().await.unwrap();
    let tags: Vec<_> = tags.tags().iter().map(|tag| (tag.key(), tag.value())).collect();
    assert_eq!(tags, [("made-by", "unthrottle")]);

    assert!(aws.remove_empty_repository(&at, name).await.unwrap());
    assert!(!aws.remove_empty_repository(&at, name).await.unwrap(), "it is gone already");
}

#[tokio::test]
async fn settings_of_others_are_seen_and_images_keep_their_repository() {
    let Some((_moto, aws)) = moto().await else { return };
    let (at, name) = (registry(), "mine/app");
    let made = aws.ecr.create_repository().repository_name(name);
    made.image_tag_mutability(aws_sdk_ecr::types::ImageTagMutability::Immutable).send().await.unwrap();
    let rule = r#"{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}"#;
    aws.ecr.put_lifecycle_policy().repository_name(name).lifecycle_policy_text(rule).send().await.unwrap();
    let seen = aws.repository(&at, name).await.unwrap().unwrap();
    assert!(seen.tags_are_fixed);
    assert!(seen.lifecycle.unwrap().contains("\"expire\""));

    let manifest = r#"{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"mediaType":"application/vnd.docker.container.image.v1+json","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":0},"layers":[]}"#;
    aws.ecr.put_image().repository_name(name).image_manifest(manifest).image_tag("1").send().await.unwrap();
    assert!(!aws.remove_empty_repository(&at, name).await.unwrap(), "it holds an image");
    assert!(aws.repository(&at, name).await.unwrap().is_some());
}

#[tokio::test]
async fn who_asks_and_a_login_are_told() {
    let Some((_moto, aws)) = moto().await else { return };
    let caller = aws.caller().await.unwrap();
    assert_eq!(caller.account, lab::moto::ACCOUNT);
    assert!(caller.arn.starts_with("arn:aws:"), "{caller:?}");
    let login = aws.login().await.unwrap();
    assert_eq!(login.credentials.username(), "AWS");
    assert!(!login.credentials.expose_password().is_empty());
    // moto's logins ended in 2015: an end that has passed is not believed.
    assert_eq!(login.good_for, Duration::from_secs(12 * 3_600));
    assert!(!format!("{login:?}").contains(login.credentials.expose_password()));
}

#[tokio::test]
async fn where_nobody_answers_that_is_said() {
    let problem = at("http://127.0.0.1:9").caller().await.unwrap_err();
    assert_eq!((problem.code.as_str(), problem.kind.exit_status()), ("aws_unreachable", 3), "{problem:?}");
    assert!(!format!("{problem:?}").contains("canary"));
}
