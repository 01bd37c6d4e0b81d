//! Which questions registries are asked, and which not: real ones count and limit them.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use domain::equivalents::{Inquiry, Sighting, Survey};
use domain::image::ImageReference;
use domain::ports::Cancel;
use domain::problem::Problem;
use domain::registry::{
    Answer, Endpoint, Head, Manifest, Reason, Refusal, Registry, RegistryName, Reply, Terms,
};
use engine::survey::ask;
use serde_json::json;

const A: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

fn index() -> Vec<u8> {
    let entry = |os: &str, architecture: &str, variant: Option<&str>| {
        let platform = json!({ "os": os, "architecture": architecture, "variant": variant });
        json!({ "digest": A, "size": 7, "platform": platform })
    };
    let entries = [
        entry("linux", "arm64", Some("v8")),
        entry("linux", "amd64", None),
        entry("unknown", "unknown", None),
    ];
    json!({ "schemaVersion": 2, "manifests": entries }).to_string().into_bytes()
}

/// Digests by image; a registry that is full refuses everything. Notes what it is asked.
#[derive(Default)]
struct Registries {
    images: BTreeMap<&'static str, &'static str>,
    full: Vec<&'static str>,
    unreachable: Vec<&'static str>,
    asked: Mutex<Vec<String>>,
}

impl Registries {
    fn note(&self, verb: &str, image: &ImageReference) {
        self.asked.lock().unwrap().push(format!("{verb} {}", image.familiar()));
    }

    fn answer<T>(&self, image: &ImageReference, found: impl FnOnce(&str) -> T) -> Result<Reply<T>, Problem> {
        let name = RegistryName::of(image);
        if self.unreachable.contains(&name.as_str()) {
            return Err(
                Problem::outside("gone", "It cannot be reached.", "No route.", "Wait.").at(name.as_str())
            );
        }
        let answer = if self.full.contains(&name.as_str()) {
            let reason = Reason::TooManyRequests { before_login: false };
            Answer::Refused(Refusal { reason, said: None, retry_after_seconds: None })
        } else {
            let digest = image.digest().or_else(|| self.images.get(image.familiar().as_str()).copied());
            digest.map_or(Answer::NotThere, |digest| Answer::Found(found(digest)))
        };
        Ok(Reply { answer, terms: Terms::default() })
    }
}

#[async_trait]
impl Registry for Registries {
    fn endpoint(&self, registry: &RegistryName) -> Endpoint {
        Endpoint { url: format!("https://{registry}"), named_by_user: false }
    }

    async fn greet(&self, _registry: &RegistryName) -> Result<Reply<()>, Problem> {
        panic!("nobody has to be greeted")
    }

    async fn head(&self, image: &ImageReference) -> Result<Reply<Head>, Problem> {
        self.note("HEAD", image);
        self.answer(image, |digest| Head { digest: Some(digest.to_owned()), media_type: None, size: None })
    }

    async fn manifest(&self, image: &ImageReference) -> Result<Reply<Manifest>, Problem> {
        self.note("GET", image);
        self.answer(image, |digest| Manifest { digest: digest.to_owned(), media_type: None, bytes: index() })
    }
}

async fn asked(registries: &Registries, images: &[&str], survey: &mut Survey) -> Vec<String> {
    let inquiries: Vec<Inquiry> =
        images.iter().filter_map(|image| Inquiry::about(&image.parse().unwrap())).collect();
    ask(registries, &inquiries, survey, &Cancel::default(), &mut |_| {}).await;
    std::mem::take(&mut *registries.asked.lock().unwrap())
}

#[tokio::test]
async fn docker_hub_is_asked_by_head_alone_and_nobody_further_once_it_is_proven() {
    let images =
        [("datadog/agent:7", A), ("gcr.io/datadoghq/agent:7", B), ("public.ecr.aws/datadog/agent:7", A)];
    let registries = Registries { images: images.into(), ..Registries::default() };
    let mut survey = Survey::default();
    let asked_for = asked(&registries, &["datadog/agent:7"], &mut survey).await;
    assert_eq!(
        asked_for,
        ["HEAD datadog/agent:7", "HEAD gcr.io/datadoghq/agent:7", "HEAD public.ecr.aws/datadog/agent:7"]
    );
    assert!(
        asked(&registries, &["datadog/agent:7"], &mut survey).await.is_empty(),
        "what is known is not asked"
    );
}

#[tokio::test]
async fn a_pinned_digest_needs_no_word_of_docker_hub() {
    let registries = Registries::default();
    let pinned = format!("nginx:1.27@{A}");
    let asked_for = asked(&registries, &[&pinned], &mut Survey::default()).await;
    assert_eq!(asked_for, [format!("HEAD public.ecr.aws/docker/library/nginx:1.27@{A}")]);
}

#[tokio::test]
async fn of_another_build_the_platforms_are_asked() {
    let images = [("nginx:1", A), ("public.ecr.aws/docker/library/nginx:1", B)];
    let registries = Registries { images: images.into(), ..Registries::default() };
    let mut survey = Survey::default();
    let asked_for = asked(&registries, &["nginx:1"], &mut survey).await;
    assert_eq!(asked_for.last().unwrap(), "GET public.ecr.aws/docker/library/nginx:1");
    let platforms = vec!["linux/amd64".to_owned(), "linux/arm64/v8".to_owned()];
    assert_eq!(
        survey.of(&"public.ecr.aws/docker/library/nginx:1".parse().unwrap()),
        Some(&Sighting::Found { digest: Some(B.to_owned()), platforms })
    );
}

#[tokio::test]
async fn a_registry_that_refuses_or_is_gone_is_asked_once() {
    for gone in [false, true] {
        let mut registries =
            Registries { images: [("nginx:1", A), ("redis:7", A)].into(), ..Registries::default() };
        let list = if gone { &mut registries.unreachable } else { &mut registries.full };
        list.push("public.ecr.aws");
        let mut survey = Survey::default();
        let asked_for = asked(&registries, &["nginx:1", "redis:7"], &mut survey).await;
        assert_eq!(asked_for, ["HEAD nginx:1", "HEAD public.ecr.aws/docker/library/nginx:1", "HEAD redis:7"]);
        let second: ImageReference = "public.ecr.aws/docker/library/redis:7".parse().unwrap();
        assert!(
            matches!(survey.of(&second), Some(Sighting::NotSaid { why }) if !why.is_empty()),
            "{survey:?}"
        );
        registries.full.clear();
        registries.unreachable.clear();
        let again = asked(&registries, &["nginx:1", "redis:7"], &mut survey).await;
        assert_eq!(
            again,
            ["HEAD public.ecr.aws/docker/library/nginx:1", "HEAD public.ecr.aws/docker/library/redis:7"],
            "what was not answered is asked again"
        );
    }
}
