//! The front over real HTTP, before a small storage, with a clock that is moved by hand.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use http::{HeaderMap, Method, StatusCode, header};
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Front, Style};

const MANIFEST: &str = r#"{"schemaVersion":2}"#;

/// A storage with one repository, `library/nginx`, and one tag, `1.27`. As docker-registry does, it has no
/// manifest for a client that accepts none of its types.
async fn storage(request: Request) -> Response {
    let accepts = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let accepts = accepts.unwrap_or_default().contains("application/vnd.oci.image.index.v1+json");
    match request.uri().path() {
        "/v2/" => StatusCode::OK.into_response(),
        "/v2/library/nginx/tags/list" => r#"{"tags":["1.27"]}"#.into_response(),
        "/v2/library/nginx/manifests/1.27" if accepts => MANIFEST.into_response(),
        "/v2/library/nginx/blobs/sha256:00" => "layer".into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

struct World {
    public: SocketAddr,
    admin: SocketAddr,
    seconds: Arc<AtomicI64>,
}

struct Got {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Got {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

async fn listen(routes: Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
    address
}

impl World {
    async fn new(style: Style) -> Self {
        let storage = listen(Router::new().fallback(storage)).await;
        let seconds = Arc::new(AtomicI64::new(0));
        let hand = Arc::clone(&seconds);
        let clock = Arc::new(move || Timestamp::from_second(hand.load(Ordering::Relaxed)).unwrap());
        let front = Front::new(style, storage.port(), clock);
        let world = Self {
            public: listen(front.public_routes()).await,
            admin: listen(front.admin_routes()).await,
            seconds,
        };
        world
            .put(
                "/limits",
                &json!({ "anonymous": { "pulls": 2, "window_seconds": 60 },
            "account": { "pulls": 1, "window_seconds": 60 } }),
            )
            .await;
        world
            .put(
                "/accounts",
                &json!({ "free-user": { "password": "right" },
            "rich": { "password": "right", "paid": true } }),
            )
            .await;
        world
    }

    async fn put(&self, path: &str, body: &Value) {
        let got = send(Method::PUT, self.admin, path, &[("content-type", "application/json")], body).await;
        assert_eq!(got.status, StatusCode::NO_CONTENT, "{}", got.body);
    }

    async fn token(&self, account: Option<(&str, &str)>) -> Got {
        let path = "/token?service=registry.docker.io&scope=repository:library/nginx:pull";
        let basic = account.map(|(name, password)| {
            let text = format!("{name}:{password}");
            format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text))
        });
        let headers: Vec<_> = basic.iter().map(|basic| ("authorization", basic.as_str())).collect();
        send(Method::GET, self.public, path, &headers, &Value::Null).await
    }

    /// A request for the manifest with a fresh token.
    async fn manifest(&self, method: Method, account: Option<&str>) -> Got {
        let token = self.token(account.map(|name| (name, "right"))).await.json();
        let bearer = format!("Bearer {}", token["token"].as_str().unwrap());
        let path = "/v2/library/nginx/manifests/1.27";
        send(method, self.public, path, &[("authorization", &bearer)], &Value::Null).await
    }

    async fn log(&self) -> Vec<Value> {
        let got = send(Method::GET, self.admin, "/log", &[], &Value::Null).await;
        got.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

async fn send(method: Method, to: SocketAddr, path: &str, headers: &[(&str, &str)], body: &Value) -> Got {
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    let mut request = Request::builder().method(method).uri(format!("http://{to}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let client = Client::builder(TokioExecutor::new()).build_http();
    let (parts, body) = client.request(request.body(body).unwrap()).await.unwrap().into_parts();
    let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    Got { status: parts.status, headers: parts.headers, body }
}

#[tokio::test]
async fn without_a_token_there_is_a_challenge_that_names_the_host_asked() {
    let world = World::new(Style::DockerHub).await;
    let path = "/v2/library/nginx/manifests/1.27";
    let got = send(Method::GET, world.public, path, &[], &Value::Null).await;
    assert_eq!(got.status, StatusCode::UNAUTHORIZED);
    let expected = format!(
        "Bearer realm=\"http://{}/token\",service=\"registry.docker.io\",scope=\"repository:library/nginx:pull\"",
        world.public
    );
    assert_eq!(got.header("www-authenticate"), expected);
    assert_eq!(got.header("docker-ratelimit-source"), "127.0.0.1");
    assert_eq!(got.header("ratelimit-remaining"), "");
    assert_eq!(got.json()["errors"][0]["code"], "UNAUTHORIZED");
}

#[tokio::test]
async fn gets_are_counted_heads_are_free_and_the_window_rolls() {
    let world = World::new(Style::DockerHub).await;
    let head = world.manifest(Method::HEAD, None).await;
    assert_eq!((head.status, head.header("ratelimit-limit")), (StatusCode::OK, "2;w=60"));
    assert_eq!(head.header("ratelimit-remaining"), "2;w=60");
    assert_eq!(head.header("content-length"), MANIFEST.len().to_string());

    let first = world.manifest(Method::GET, None).await;
    assert_eq!((first.status, first.body.as_str()), (StatusCode::OK, MANIFEST));
    assert_eq!(first.header("ratelimit-remaining"), "1;w=60");
    world.seconds.store(30, Ordering::Relaxed);
    assert_eq!(world.manifest(Method::GET, None).await.header("ratelimit-remaining"), "0;w=60");

    let refused = world.manifest(Method::GET, None).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(
        refused.json(),
        json!({ "errors": [{ "code": "TOOMANYREQUESTS", "message": "You have reached your unauthenticated \
            pull rate limit. https://www.docker.com/increase-rate-limit" }] })
    );
    let head = world.manifest(Method::HEAD, None).await;
    assert_eq!((head.status, head.header("ratelimit-remaining")), (StatusCode::OK, "0;w=60"));

    // The first pull leaves the window, the second is still in it.
    world.seconds.store(60, Ordering::Relaxed);
    assert_eq!(world.manifest(Method::GET, None).await.status, StatusCode::OK);
    assert_eq!(world.manifest(Method::GET, None).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn accounts_have_their_own_limit_and_paying_ones_none() {
    let world = World::new(Style::DockerHub).await;
    let free = world.manifest(Method::GET, Some("free-user")).await;
    assert_eq!(free.header("ratelimit-limit"), "1;w=60");
    assert_eq!(free.header("docker-ratelimit-source"), "free-user");
    let refused = world.manifest(Method::GET, Some("free-user")).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    let message = refused.json()["errors"][0]["message"].as_str().unwrap().to_owned();
    assert!(
        message.starts_with("You have reached your pull rate limit as 'free-user': dckr_jti_"),
        "{message}"
    );
    assert!(
        message.ends_with(
            "=. You may increase the limit by upgrading. https://www.docker.com/increase-rate-limit"
        )
    );

    for _ in 0..3 {
        let rich = world.manifest(Method::GET, Some("rich")).await;
        assert_eq!((rich.status, rich.header("ratelimit-limit")), (StatusCode::OK, ""));
    }
    assert_eq!(world.manifest(Method::HEAD, None).await.header("ratelimit-remaining"), "2;w=60");
}

#[tokio::test]
async fn tokens_are_for_the_repository_they_were_asked_for_and_live_five_minutes() {
    let world = World::new(Style::DockerHub).await;
    let token = world.token(None).await.json();
    assert_eq!(token["expires_in"], 300);
    let bearer = format!("Bearer {}", token["token"].as_str().unwrap());
    let ask = async |path| {
        send(Method::HEAD, world.public, path, &[("authorization", bearer.as_str())], &Value::Null).await
    };
    let other = ask("/v2/library/busybox/manifests/latest").await;
    assert_eq!(other.status, StatusCode::UNAUTHORIZED);
    assert!(other.header("www-authenticate").ends_with(",error=\"insufficient_scope\""));
    assert_eq!(ask("/v2/").await.status, StatusCode::OK);
    world.seconds.store(300, Ordering::Relaxed);
    assert_eq!(ask("/v2/library/nginx/manifests/1.27").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn wrong_passwords_and_locked_accounts_get_no_token() {
    let world = World::new(Style::DockerHub).await;
    assert_eq!(world.token(Some(("free-user", "wrong"))).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.token(Some(("nobody", "right"))).await.status, StatusCode::UNAUTHORIZED);
    let form = "grant_type=password&username=rich&password=right&scope=repository:library/nginx:pull";
    let url = format!("http://{}/token", world.public);
    let client = crate::http_client::HttpClient::default();
    let kind = "application/x-www-form-urlencoded";
    let answer = client.send(Method::POST, &url, kind, form.into()).await.unwrap();
    assert!(serde_json::from_slice::<Value>(&answer.body).unwrap()["access_token"].is_string());

    world.put("/limits", &json!({ "login_locked": ["rich"] })).await;
    assert_eq!(world.token(Some(("rich", "right"))).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_missing_tag_costs_nothing_and_exempt_repositories_never_do() {
    let world = World::new(Style::DockerHub).await;
    let token = world.token(None).await.json();
    let bearer = format!("Bearer {}", token["token"].as_str().unwrap());
    let path = "/v2/library/nginx/manifests/none";
    let missing = send(Method::GET, world.public, path, &[("authorization", &bearer)], &Value::Null).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert_eq!(missing.header("ratelimit-remaining"), "2;w=60");

    world
        .put("/limits", &json!({ "anonymous": { "pulls": 0, "window_seconds": 60 }, "exempt": ["library/"] }))
        .await;
    let exempt = world.manifest(Method::GET, None).await;
    assert_eq!((exempt.status, exempt.header("ratelimit-limit")), (StatusCode::OK, ""));
}

#[tokio::test]
async fn the_abuse_limit_is_plain_text_and_spares_nobody() {
    let world = World::new(Style::DockerHub).await;
    world.put("/limits", &json!({ "abuse": true })).await;
    let got = world.manifest(Method::HEAD, Some("rich")).await;
    assert_eq!(got.status, StatusCode::TOO_MANY_REQUESTS);
    let got = world.manifest(Method::GET, Some("rich")).await;
    assert_eq!((got.body.as_str(), got.header("retry-after")), ("Too Many Requests", "60"));
    assert!(got.header("content-type").starts_with("text/plain"));
}

#[tokio::test]
async fn a_plain_registry_asks_for_nothing_and_still_keeps_the_log() {
    let world = World::new(Style::Plain).await;
    let path = "/v2/library/nginx/manifests/1.27";
    for _ in 0..3 {
        let got = send(Method::GET, world.public, path, &[], &Value::Null).await;
        assert_eq!((got.status, got.header("ratelimit-limit")), (StatusCode::OK, ""));
    }
    let log = world.log().await;
    assert_eq!(log.len(), 3);
    assert_eq!(log[0]["kind"], "manifest");
    assert_eq!(log[0]["counted"], false);
}

#[tokio::test]
async fn the_log_tells_who_asked_what_and_what_it_cost_until_it_is_reset() {
    let world = World::new(Style::DockerHub).await;
    world.manifest(Method::GET, Some("free-user")).await;
    world.manifest(Method::GET, Some("free-user")).await;
    let log = world.log().await;
    let brief: Vec<_> = log
        .iter()
        .map(|entry| (entry["kind"].clone(), entry["status"].clone(), entry["counted"].clone()))
        .collect();
    assert_eq!(
        brief,
        [
            (json!("token"), json!(200), json!(false)),
            (json!("manifest"), json!(200), json!(true)),
            (json!("token"), json!(200), json!(false)),
            (json!("manifest"), json!(429), json!(false)),
        ]
    );
    assert_eq!(log[3]["principal"], "account:free-user");
    assert_eq!(log[3]["source"], "127.0.0.1");
    assert_eq!(log[3]["reference"], "1.27");

    let accounts = send(Method::GET, world.admin, "/accounts", &[], &Value::Null).await;
    assert_eq!(accounts.json(), json!({ "free-user": { "paid": false }, "rich": { "paid": true } }));
    send(Method::POST, world.admin, "/reset", &[], &Value::Null).await;
    assert!(world.log().await.is_empty());
    assert_eq!(world.manifest(Method::GET, Some("free-user")).await.status, StatusCode::OK);
}
