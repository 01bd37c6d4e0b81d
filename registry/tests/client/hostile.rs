//! Servers that mean harm, or are broken as if they did.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use bytes::Bytes;
use domain::image::ImageReference;
use domain::problem::Problem;
use domain::registry::{Answer, Credentials, LimitHeaders, Reason, Registry as _, RegistryName};
use futures::stream;

use crate::server::{DIGEST_OF_NOTHING, Server, answer, challenge, client};

const TIME: Duration = Duration::from_secs(20);

fn image() -> ImageReference {
    "a/b:1".parse().unwrap()
}

/// The problem, told in four parts, with a status of 3 and without the secrets of these tests.
fn checked(problem: &Problem, code: &str) {
    assert_eq!((problem.code.as_str(), problem.kind.exit_status()), (code, 3), "{problem:?}");
    for part in [&problem.what, &problem.why, &problem.next, &problem.place] {
        assert!(!part.is_empty() && !part.contains("canary"), "{problem:?}");
    }
}

fn endless() -> Body {
    let chunk = Bytes::from_static(&[b'x'; 64 * 1024]);
    Body::from_stream(stream::repeat_with(move || Ok::<_, std::io::Error>(chunk.clone())))
}

/// A registry whose token service is its own, and which answers `then` to whoever has a token.
async fn with_token(then: impl Fn(&str) -> Response + Clone + Send + Sync + 'static) -> Server {
    Server::start(move |seen| match (seen.path.as_str(), &seen.authorization) {
        ("/token", _) => answer(200, &[], r#"{"token":"canary"}"#),
        (path, Some(_)) => then(path),
        _ => challenge(&format!("http://{}/token", seen.host)),
    })
    .await
}

#[tokio::test]
async fn a_token_does_not_follow_a_redirect_to_another_place() {
    let other = Server::start(|_| answer(200, &[], "")).await;
    let to = format!("http://{}/elsewhere", other.address);
    let server = with_token(move |_| answer(307, &[("location", &to)], "")).await;
    let reply = server.client().head(&image()).await.unwrap();
    assert!(reply.answer.found().is_some());
    assert!(reply.terms.from_elsewhere, "somebody else answered");
    assert_eq!(other.seen().len(), 1);
    assert_eq!(other.seen()[0].authorization, None);
}

#[tokio::test]
async fn a_token_is_not_given_again_after_a_detour() {
    let back = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let home = std::sync::Arc::clone(&back);
    let other = Server::start(move |_| answer(302, &[("location", &home.lock().unwrap())], "")).await;
    let to = format!("http://{}/", other.address);
    let server = with_token(move |_| answer(302, &[("location", &to)], "")).await;
    *back.lock().unwrap() = format!("http://{}/v2/back", server.address);
    let answer = server.client().head(&image()).await.unwrap().answer;
    assert!(
        matches!(&answer, Answer::Refused(refusal) if refusal.reason == Reason::NotAllowed),
        "{answer:?}"
    );
    let returned: Vec<_> = server.seen().into_iter().filter(|seen| seen.path == "/v2/back").collect();
    assert_eq!(returned.len(), 1);
    assert_eq!(returned[0].authorization, None);
}

#[tokio::test]
async fn a_redirect_to_a_stranger_without_tls_is_not_followed() {
    let other = Server::start(|_| answer(200, &[], "")).await;
    for to in [format!("http://localhost:{}/", other.address.port()), "file:///etc/passwd".to_owned()] {
        let server = with_token(move |_| answer(301, &[("location", &to)], "")).await;
        checked(&server.client().head(&image()).await.unwrap_err(), "registry_redirect");
    }
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn redirects_end() {
    let server = Server::start(|_| answer(302, &[("location", "/v2/again")], "")).await;
    checked(&server.client().head(&image()).await.unwrap_err(), "registry_redirect");
    assert_eq!(server.seen().len(), 6);
}

#[tokio::test]
async fn a_login_is_not_sent_to_a_stranger_without_tls() {
    let stranger = Server::start(|_| answer(200, &[], r#"{"token":"t"}"#)).await;
    let realm = format!("http://localhost:{}/token?canary", stranger.address.port());
    let redirects = Server::start({
        let realm = realm.clone();
        move |seen| match seen.path.as_str() {
            "/token" => answer(307, &[("location", &realm)], ""),
            _ => challenge(&format!("http://{}/token", seen.host)),
        }
    })
    .await;
    let names = Server::start(move |_| challenge(&realm)).await;
    for (server, code) in [(&names, "registry_realm"), (&redirects, "registry_redirect")] {
        let login = Credentials::new("ann", "canary").unwrap();
        let client = server.client().with_login(RegistryName::default(), login);
        checked(&client.head(&image()).await.unwrap_err(), code);
    }
    assert!(stranger.seen().is_empty());
}

#[tokio::test]
async fn a_token_service_may_not_send_a_login_on_even_on_its_own_host() {
    let other = Server::start(|_| answer(200, &[], r#"{"token":"t"}"#)).await;
    let to = format!("http://{}/token", other.address);
    let server = Server::start(move |seen| match seen.path.as_str() {
        "/token" => answer(307, &[("location", &to)], ""),
        _ => challenge(&format!("http://{}/token", seen.host)),
    })
    .await;
    checked(&server.client().head(&image()).await.unwrap_err(), "registry_redirect");
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn a_realm_that_is_no_url_is_told_and_not_followed() {
    for realm in ["", "canary", "//canary", "ftp://127.0.0.1/canary", "http://u:p@127.0.0.1/canary"] {
        let server = Server::start(move |_| challenge(realm)).await;
        checked(&server.client().head(&image()).await.unwrap_err(), "registry_realm");
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_registry_that_goes_on_asking_for_a_login_has_refused() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/token" => answer(200, &[], r#"{"token":"canary"}"#),
        _ => challenge(&format!("http://{}/token", seen.host)),
    })
    .await;
    let answer = server.client().manifest(&image()).await.unwrap().answer;
    assert!(matches!(answer, Answer::Refused(refusal) if refusal.reason == Reason::NotAllowed));
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn endless_bodies_are_cut_off() {
    let server = Server::start(|_| answer(200, &[], endless())).await;
    let problem = tokio::time::timeout(TIME, server.client().manifest(&image())).await.unwrap();
    checked(&problem.unwrap_err(), "registry_too_large");

    let server = Server::start(|seen| match seen.path.as_str() {
        "/token" => answer(200, &[], endless()),
        _ => challenge(&format!("http://{}/token", seen.host)),
    })
    .await;
    let problem = tokio::time::timeout(TIME, server.client().head(&image())).await.unwrap();
    checked(&problem.unwrap_err(), "registry_too_large");

    let server = Server::start(|_| answer(403, &[], endless())).await;
    let reply = tokio::time::timeout(TIME, server.client().greet(&RegistryName::default())).await.unwrap();
    let Answer::Refused(refusal) = reply.unwrap().answer else { panic!() };
    assert_eq!(refusal.said, None, "who talks without end has said nothing");
}

#[tokio::test]
async fn bytes_that_are_not_what_they_are_said_to_be_are_refused() {
    // The tag's digest is that of nothing, and something comes.
    let lies = |body: &'static str| {
        Server::start(move |seen| {
            let body = if seen.method == "HEAD" { "" } else { body };
            answer(200, &[("docker-content-digest", DIGEST_OF_NOTHING)], body)
        })
    };
    checked(&lies("canary").await.client().manifest(&image()).await.unwrap_err(), "registry_digest");
    let honest = lies("").await.client().manifest(&image()).await.unwrap().answer.found().unwrap();
    assert_eq!((honest.digest.as_str(), honest.bytes.len()), (DIGEST_OF_NOTHING, 0));

    // Another digest is asked for than is stated, and no digest is stated at all.
    let pinned: ImageReference = format!("a/b@sha256:{}", "0".repeat(64)).parse().unwrap();
    checked(&lies("").await.client().head(&pinned).await.unwrap_err(), "registry_digest");
    let silent = Server::start(|_| answer(200, &[], "canary")).await;
    checked(&silent.client().manifest(&pinned).await.unwrap_err(), "registry_digest");
    let unpinned = silent.client().manifest(&image()).await.unwrap().answer.found().unwrap();
    assert_eq!(unpinned.digest, lab::images::digest(b"canary"));
}

#[tokio::test]
async fn rubbish_in_headers_is_no_limit_and_no_digest() {
    let server = Server::start(|_| {
        let mut response = answer(200, &[("docker-content-digest", "sha256:../../etc/passwd")], "");
        for name in ["ratelimit-limit", "docker-ratelimit-source", "content-type", "retry-after"] {
            let value = HeaderValue::from_bytes(b"\xff\xfe").unwrap();
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
        response
    })
    .await;
    let reply = server.client().head(&image()).await.unwrap();
    assert_eq!(
        reply.terms.limit,
        LimitHeaders::Unreadable,
        "a header that cannot be read is not an absent one"
    );
    assert_eq!(reply.terms.counted, None);
    let head = reply.answer.found().unwrap();
    assert_eq!((head.digest, head.media_type), (None, None));
}

#[tokio::test]
async fn rubbish_for_a_challenge_is_a_refusal() {
    for value in ["", "Bearer", "Negotiate", "Digest realm=\"x\"", "\"\"\",=,="] {
        let server = Server::start(move |_| answer(401, &[("www-authenticate", value)], "")).await;
        let answer = server.client().head(&image()).await.unwrap().answer;
        assert!(
            matches!(answer, Answer::Refused(refusal) if refusal.reason == Reason::NotAllowed),
            "{value}"
        );
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_token_that_is_none_is_a_problem() {
    for body in ["", "null", "{}", r#"{"token":["canary"]}"#, "{\"token\":\"can\\r\\nary: x\"}"] {
        let server = Server::start(move |seen| match seen.path.as_str() {
            "/token" => answer(200, &[], body),
            _ => challenge(&format!("http://{}/token", seen.host)),
        })
        .await;
        checked(&server.client().head(&image()).await.unwrap_err(), "registry_token");
    }
}

#[tokio::test]
async fn web_pages_and_errors_are_told_as_what_they_are() {
    let page = [("content-type", "text/html; charset=utf-8")];
    let server = Server::start(move |_| answer(200, &page, "<html>log in: canary</html>")).await;
    checked(&server.client().head(&image()).await.unwrap_err(), "registry_answer");
    checked(&server.client().greet(&RegistryName::default()).await.unwrap_err(), "registry_answer");

    for status in [204, 302, 400, 418, 500, 503] {
        let server = Server::start(move |_| answer(status, &page, "<html>canary</html>")).await;
        checked(&server.client().head(&image()).await.unwrap_err(), "registry_answer");
        assert_eq!(server.seen().len(), 1, "{status}");
    }
    let nothing = Server::start(|_| answer(404, &[], "")).await;
    checked(&nothing.client().greet(&RegistryName::default()).await.unwrap_err(), "registry_answer");
}

#[tokio::test]
async fn nobody_there_is_a_problem_with_a_place() {
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let problem = client(address).head(&image()).await.unwrap_err();
    assert!(problem.place.starts_with(&format!("http://{address}")), "{problem:?}");
    assert!(problem.why.contains("refused"), "{problem:?}");
    checked(&problem, "registry_unreachable");
}
