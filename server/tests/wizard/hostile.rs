//! What others may try.

use axum::body::Body;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, ORIGIN};
use http::{Method, Request, StatusCode};

use crate::browser::{Browser, CLUSTER_YAML, throttled_pod};

/// Every kind of route, those without a session included.
const ROUTES: [&str; 9] = [
    "/",
    "/healthz",
    "/start",
    "/assets/x.css",
    "/runs",
    "/runs/x/connect",
    "/runs/x/events",
    "/runs/x/bundle.zip",
    "/nowhere",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_host_gets_nothing_anywhere() {
    let browser = Browser::inside().await;
    let mut requests = Vec::new();
    for route in ROUTES {
        for host in ["evil.example:8642", "127.0.0.1.evil.example", "localhost.", ""] {
            requests.push(Request::builder().uri(route).header(HOST, host).body(Body::empty()).unwrap());
        }
        requests.push(Request::builder().uri(route).body(Body::empty()).unwrap());
        let twice = Request::builder().uri(route).header(HOST, "127.0.0.1").header(HOST, "evil.example");
        requests.push(twice.body(Body::empty()).unwrap());
        let absolute = format!("http://evil.example{route}");
        requests.push(browser.request(Method::GET, &absolute).body(Body::empty()).unwrap());
    }
    for request in requests {
        let (uri, host) = (request.uri().clone(), request.headers().get(HOST).cloned());
        let answer = browser.send(request).await;
        assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{uri} {host:?}");
        assert!(answer.bytes.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_session_there_is_only_the_way_in() {
    let browser = Browser::outside();
    assert_eq!(browser.get("/healthz").await.status, StatusCode::OK);
    assert!(browser.get("/healthz").await.bytes.is_empty());
    for route in [
        "/",
        "/runs/x/connect",
        "/runs/x/events",
        "/runs/x/bundle.zip",
        "/nowhere",
        "/start",
        "/start?token=",
    ] {
        assert_eq!(browser.get(route).await.status, StatusCode::FORBIDDEN, "{route}");
    }
    for route in ["/runs", "/runs/x/connect", "/runs/x/connect/files", "/runs/x/remove"] {
        assert_eq!(browser.post(route, "").await.status, StatusCode::FORBIDDEN, "{route}");
    }
    let wrong = format!("{}0", browser.launch);
    assert_eq!(browser.get(&wrong).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_session_follows_the_port_the_browser_used() {
    let mut browser = Browser::outside();
    browser.host = "localhost:9999".to_owned();
    browser.sign_in().await;
    assert!(browser.cookie.as_ref().unwrap().starts_with("unthrottle-9999="));
    assert_eq!(browser.get("/").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_of_other_sites_are_refused() {
    let browser = Browser::inside().await;
    for (name, value) in [
        ("origin", "http://evil.example"),
        ("origin", "http://127.0.0.1:9"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let request = browser.request(Method::POST, "/runs").header(name, value).body(Body::empty()).unwrap();
        assert_eq!(browser.send(request).await.status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
    assert!(browser.get("/").await.text().contains("No runs yet"), "nothing was made");
    let own = browser.request(Method::POST, "/runs").header(ORIGIN, "http://127.0.0.1:8642");
    let own = own.header("sec-fetch-site", "same-origin").body(Body::empty()).unwrap();
    assert_eq!(browser.send(own).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_changes_nothing() {
    let browser = Browser::inside().await;
    let run = browser.run_of(&[("cluster.yaml", CLUSTER_YAML)]).await;
    browser.post(&format!("{run}/remedy"), "remedy=quay").await;
    browser.post(&format!("{run}/configure"), "set.cortex-version=0.22.1").await;
    let stored = || {
        let store = store::Store::open(browser.folder.path()).unwrap();
        domain::ports::RunStore::list(&store).unwrap()
    };
    let before = stored();
    for page in ["", "/connect", "/detect", "/remedy", "/configure", "/review", "/apply", "/verify"] {
        browser.get(&format!("{run}{page}")).await;
    }
    for file in ["bundle.zip", "bundle.tar.gz", "report.html", "events"] {
        assert_eq!(browser.get(&format!("{run}/{file}")).await.status, StatusCode::OK, "{file}");
    }
    for action in ["scan", "cancel", "remove"] {
        let status = browser.get(&format!("{run}/{action}")).await.status;
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{action}");
    }
    assert_eq!(stored(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn markup_of_a_cluster_stays_text() {
    let browser = Browser::inside().await;
    let run = browser.run_of(&[("pods.json", &throttled_pod())]).await;
    for page in ["detect", "remedy", "report.html"] {
        let html = browser.get(&format!("{run}/{page}")).await.text();
        assert!(!html.contains("<script>alert"), "{page}");
    }
    let html = browser.get(&format!("{run}/detect")).await.text();
    assert!(html.contains("&lt;script&gt;alert"), "it is shown, as text");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_tells_the_browser_to_be_strict() {
    let browser = Browser::inside().await;
    for path in ["/", "/healthz", "/nowhere", "/runs/x/detect", "/start"] {
        let answer = browser.get(path).await;
        let policy = answer.headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe-inline"), "{path}");
        assert_eq!(answer.headers[CACHE_CONTROL], "no-store", "{path}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(answer.headers["referrer-policy"], "same-origin", "{path}");
        assert!(!answer.text().contains(" style=") && !answer.text().contains("<script>"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_is_answered_not_fallen_over() {
    let browser = Browser::inside().await;
    let run = browser.new_run().await;
    for step in ["connect", "detect", "remedy", "configure", "review", "apply", "verify"] {
        for form in [
            "",
            "=&&=%ff%zz",
            "source=cluster&context=%00",
            "source=paste&pasted=%00%01",
            "remedy=x",
            "{\"a\":1}",
        ] {
            let status = browser.post(&format!("{run}/{step}"), form).await.status;
            assert_eq!(status, StatusCode::SEE_OTHER, "{step} {form}");
            browser.until_read(&run).await;
        }
        let status = browser.get(&format!("{run}/{step}")).await.status;
        assert!(status.is_success() || status.is_redirection(), "{step}: {status}");
    }
    assert_eq!(browser.post("/runs/x/configure", "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.post(&format!("{run}/nostep"), "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/runs/..%2F..%2Fetc/detect").await.status, StatusCode::NOT_FOUND);
}
