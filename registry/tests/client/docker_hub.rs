//! The lab's Docker Hub: tokens, counting, limits and refusals as the real one has them.

use domain::evidence::{RateLimit, Throttle};
use domain::image::ImageReference;
use domain::registry::{
    Answer, Counted, Credentials, LimitHeaders, Reason, Refusal, Registry as _, RegistryName,
};
use lab::front::{Allowance, Kind, Rules, Style};
use lab::in_process::InProcess;
use registry::Client;

use crate::server::client;

const MANIFEST: &str = r#"{"schemaVersion":2,"config":{"digest":"sha256:00"}}"#;

fn image() -> ImageReference {
    "nginx:1.27".parse().unwrap()
}

async fn hub() -> (InProcess, Client) {
    let hub = InProcess::start(Style::DockerHub, &[("library/nginx", "1.27", MANIFEST)]).await.unwrap();
    let accounts = [("free-user", "right", false), ("rich", "right", true)];
    hub.set_accounts(&accounts).await.unwrap();
    let client = client(hub.front);
    (hub, client)
}

fn logged_in(client: &Client, name: &str, password: &str) -> Client {
    client.with_login(RegistryName::default(), Credentials::new(name, password).unwrap())
}

async fn two_pulls(hub: &InProcess) {
    let two = Some(Allowance { pulls: 2, window_seconds: 3_600 });
    hub.set_limits(&Rules { anonymous: two, account: two, ..Rules::default() }).await.unwrap();
}

fn told(remaining: u32) -> LimitHeaders {
    LimitHeaders::Told(RateLimit { limit: 2, remaining: Some(remaining), window_seconds: 3_600 })
}

fn refusal<T: std::fmt::Debug>(answer: Answer<T>) -> Refusal {
    match answer {
        Answer::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn asking_is_free_and_a_manifest_costs_one_pull() {
    let (hub, client) = hub().await;
    two_pulls(&hub).await;
    for _ in 0..3 {
        let reply = client.head(&image()).await.unwrap();
        assert_eq!(reply.terms.limit, told(2));
        assert_eq!(reply.terms.counted, Some(Counted::Address("127.0.0.1".to_owned())));
        assert_eq!(reply.terms.token_service.as_deref(), Some("registry.docker.io"));
        let head = reply.answer.found().unwrap();
        assert_eq!(head.digest.unwrap(), lab::images::digest(MANIFEST.as_bytes()));
        assert_eq!(head.size, Some(MANIFEST.len() as u64));
        assert_eq!(head.media_type.as_deref(), Some(lab::images::MANIFEST));
    }
    let reply = client.manifest(&image()).await.unwrap();
    assert_eq!(reply.terms.limit, told(1));
    assert_eq!(reply.answer.found().unwrap().bytes, MANIFEST.as_bytes());

    let log = hub.log().await.unwrap();
    assert_eq!(log.iter().filter(|entry| entry.counted).count(), 1);
    let tokens = log.iter().filter(|entry| entry.kind == Kind::Token).count();
    assert_eq!(tokens, 1, "a token is used as long as it lives");
}

#[tokio::test]
async fn a_spent_limit_is_an_answer_and_nothing_is_tried_again() {
    let (hub, client) = hub().await;
    two_pulls(&hub).await;
    for _ in 0..2 {
        assert!(client.manifest(&image()).await.unwrap().answer.found().is_some());
    }
    let reply = client.head(&image()).await.unwrap();
    assert!(reply.answer.found().is_some(), "a HEAD is answered although nothing is left");
    assert_eq!(reply.terms.limit, told(0));

    let before = hub.log().await.unwrap().len();
    let reply = client.manifest(&image()).await.unwrap();
    let refusal = refusal(reply.answer);
    assert_eq!(refusal.reason, Reason::TooManyRequests { before_login: false });
    assert!(
        refusal.said.as_deref().unwrap().starts_with("You have reached your unauthenticated pull rate limit")
    );
    assert_eq!(refusal.throttle(&RegistryName::default()), Some(Throttle::PullLimit));
    assert_eq!(hub.log().await.unwrap().len() - before, 2, "one HEAD and one GET");
}

#[tokio::test]
async fn accounts_are_counted_by_themselves_and_never_named_in_clear() {
    let (hub, client) = hub().await;
    two_pulls(&hub).await;
    let free = logged_in(&client, "free-user", "right");
    for _ in 0..2 {
        free.manifest(&image()).await.unwrap();
    }
    let reply = free.manifest(&image()).await.unwrap();
    assert_eq!(reply.terms.counted, Some(Counted::Account("f•••••".to_owned())));
    let refusal = refusal(reply.answer);
    let said = refusal.said.unwrap();
    assert!(said.contains("pull rate limit as") && !said.contains("free-user"), "{said}");
    assert!(!said.contains("bGFiLXRva2Vu"), "the token's id is masked too: {said}");

    assert_eq!(client.head(&image()).await.unwrap().terms.limit, told(2), "the address has spent nothing");
    let rich = logged_in(&client, "rich", "right").head(&image()).await.unwrap();
    assert_eq!(rich.terms.limit, LimitHeaders::Absent);
    assert!(rich.answer.found().is_some());
}

#[tokio::test]
async fn wrong_logins_and_too_many_of_them_are_told_apart() {
    let (hub, client) = hub().await;
    let wrong = logged_in(&client, "free-user", "canary");
    let refused = refusal(wrong.head(&image()).await.unwrap().answer);
    assert_eq!(refused.reason, Reason::LoginRefused);
    assert_eq!(refused.said.as_deref(), Some("incorrect username or password"));
    assert_eq!(
        refusal(wrong.greet(&RegistryName::default()).await.unwrap().answer).reason,
        Reason::LoginRefused
    );

    let right = logged_in(&wrong, "free-user", "right");
    assert!(right.greet(&RegistryName::default()).await.unwrap().answer.found().is_some());

    let locked = Rules { login_locked: ["rich".to_owned()].into(), ..Rules::default() };
    hub.set_limits(&locked).await.unwrap();
    let refused = refusal(logged_in(&client, "rich", "right").head(&image()).await.unwrap().answer);
    assert_eq!(refused.reason, Reason::LoginLimit);
}

#[tokio::test]
async fn the_abuse_limit_comes_before_any_login() {
    let (hub, client) = hub().await;
    hub.set_limits(&Rules { abuse: true, ..Rules::default() }).await.unwrap();
    let refused = refusal(client.head(&image()).await.unwrap().answer);
    assert_eq!(refused.reason, Reason::TooManyRequests { before_login: true });
    assert_eq!(refused.retry_after_seconds, Some(60));
    assert_eq!(refused.throttle(&RegistryName::default()), Some(Throttle::AbuseLimit));
}

#[tokio::test]
async fn what_is_missing_costs_nothing() {
    let (hub, client) = hub().await;
    let tag: ImageReference = "nginx:none".parse().unwrap();
    assert_eq!(client.manifest(&tag).await.unwrap().answer, Answer::NotThere);
    let repository: ImageReference = "nobody/nothing".parse().unwrap();
    let refused = refusal(client.manifest(&repository).await.unwrap().answer);
    assert_eq!(refused.reason, Reason::NotAllowed);
    let log = hub.log().await.unwrap();
    assert!(log.iter().all(|entry| entry.method != "GET" || entry.kind == Kind::Token), "{log:?}");
}
