//! Ways to log in that the lab's Docker Hub does not have.

use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::evidence::RateLimit;
use domain::registry::{Answer, Credentials, Reason, Registry as _, RegistryName};

use crate::server::{Seen, Server, answer, challenge};

fn ann() -> Credentials {
    Credentials::new("ann", "canary").unwrap()
}

fn reason<T: std::fmt::Debug>(answer: Answer<T>) -> Reason {
    match answer {
        Answer::Refused(refusal) => refusal.reason,
        other => panic!("{other:?}"),
    }
}

/// A registry that wants name and password each time, as Amazon's does.
fn basic(seen: &Seen) -> Response {
    let right = format!("Basic {}", STANDARD.encode("ann:canary"));
    if seen.authorization.as_deref() == Some(&right) {
        return answer(200, &[], "");
    }
    answer(
        401,
        &[("www-authenticate", "Basic realm=\"x\"")],
        r#"{"errors":[{"message":"ann: canary is wrong"}]}"#,
    )
}

#[tokio::test]
async fn basic_authentication_is_given_when_it_is_asked_for() {
    let server = Server::start(basic).await;
    let image = "a/b:1".parse().unwrap();
    let client = server.client().with_login(RegistryName::default(), ann());
    for _ in 0..2 {
        assert!(client.head(&image).await.unwrap().answer.found().is_some());
    }
    assert_eq!(server.seen().len(), 3, "the second question brings it along");
    assert_eq!(server.seen()[0].authorization, None, "nothing is given before it is asked for");

    assert_eq!(
        reason(server.client().greet(&RegistryName::default()).await.unwrap().answer),
        Reason::LoginNeeded
    );
    let wrong = Credentials::new("ann", "guess").unwrap();
    let wrong = server.client().with_login(RegistryName::default(), wrong);
    assert_eq!(reason(wrong.greet(&RegistryName::default()).await.unwrap().answer), Reason::LoginRefused);
}

#[tokio::test]
async fn what_a_registry_repeats_of_a_login_is_masked() {
    let server = Server::start(|_| {
        answer(403, &[], r#"{"errors":[{"message":"user annabella with canary may not"}]}"#)
    })
    .await;
    let login = Credentials::new("annabella", "canary").unwrap();
    let client = server.client().with_login(RegistryName::default(), login);
    let Answer::Refused(refusal) = client.greet(&RegistryName::default()).await.unwrap().answer else {
        panic!()
    };
    assert_eq!(refusal.said.as_deref(), Some("user a••••• with ••••• may not"));
}

#[tokio::test]
async fn a_login_is_for_one_registry_and_asks_for_reading_only() {
    let server = Server::start(|seen| match (seen.path.as_str(), &seen.authorization) {
        ("/token", _) => answer(200, &[], r#"{"access_token":"t"}"#),
        (_, Some(_)) => answer(200, &[], ""),
        _ => {
            let value = format!(
                "Bearer realm=\"http://{}/token?from=here\",service=\"s\",scope=\"repository:a/b:pull,push\"",
                seen.host
            );
            answer(401, &[("www-authenticate", &value)], "")
        }
    })
    .await;
    let elsewhere = server.client().with_login("quay.io".parse().unwrap(), ann());
    assert!(elsewhere.head(&"a/b".parse().unwrap()).await.unwrap().answer.found().is_some());
    let here = server.client().with_login(RegistryName::default(), ann());
    assert!(here.head(&"a/b".parse().unwrap()).await.unwrap().answer.found().is_some());

    let tokens: Vec<_> = server.seen().into_iter().filter(|seen| seen.path == "/token").collect();
    assert_eq!(tokens.len(), 2);
    assert_eq!(tokens[0].authorization, None, "another registry's login is not used");
    assert_eq!(tokens[1].authorization, Some(format!("Basic {}", STANDARD.encode("ann:canary"))));
    for token in tokens {
        assert_eq!(token.query, "from=here&service=s&scope=repository%3Aa%2Fb%3Apull");
    }
}

#[tokio::test]
async fn the_limit_in_a_token_comes_back_as_a_hint() {
    let claims = r#"{"access":[{"parameters":{"pull_limit":"100","pull_limit_interval":"21600"}}]}"#;
    let token = format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims));
    let server = Server::start(move |seen| match (seen.path.as_str(), &seen.authorization) {
        ("/token", _) => answer(200, &[], format!(r#"{{"token":"{token}"}}"#)),
        (_, Some(_)) => answer(200, &[], ""),
        _ => challenge(&format!("http://{}/token", seen.host)),
    })
    .await;
    let terms = server.client().head(&"a/b".parse().unwrap()).await.unwrap().terms;
    let limit = RateLimit { limit: 100, remaining: None, window_seconds: 21_600 };
    assert_eq!(
        (terms.token_limit, terms.token_service.as_deref()),
        (Some(limit), Some("registry.docker.io"))
    );
}

#[tokio::test]
async fn a_dead_token_is_replaced_once() {
    let server = Server::start(|seen| match (seen.path.as_str(), seen.authorization.as_deref()) {
        ("/token", _) => answer(200, &[], r#"{"token":"t"}"#),
        ("/v2/a/b/manifests/gone", _) | (_, None) => challenge(&format!("http://{}/token", seen.host)),
        _ => answer(200, &[], ""),
    })
    .await;
    let client = server.client();
    client.head(&"a/b:1".parse().unwrap()).await.unwrap();
    assert_eq!(server.seen().len(), 3);
    let answer = client.head(&"a/b:gone".parse().unwrap()).await.unwrap().answer;
    assert_eq!(reason(answer), Reason::NotAllowed);
    assert_eq!(server.seen().len(), 6, "with the old token, for a new one, with the new one; then no more");
}
