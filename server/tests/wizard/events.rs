//! Server-sent events, as the page and as a reader that comes back get them.

use axum::body::Body;
use http::{Method, StatusCode};

use crate::browser::{Browser, CLUSTER_YAML};

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_ends_with_the_page_of_the_result() {
    let browser = Browser::inside().await;
    let run = browser.run_of(&[("cluster.yaml", CLUSTER_YAML)]).await;
    let answer = browser.get(&format!("{run}/events")).await;
    assert_eq!(answer.headers["content-type"], "text/event-stream");
    assert_eq!(answer.headers["x-accel-buffering"], "no");
    assert!(answer.text().contains(&format!("event: done\ndata: {run}/detect\n")), "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_comes_back_is_told_the_end() {
    let browser = Browser::inside().await;
    let run = browser.run_of(&[("cluster.yaml", CLUSTER_YAML)]).await;
    for id in ["0", "18446744073709551615", "x", ""] {
        let request = browser.request(Method::GET, &format!("{run}/events")).header("last-event-id", id);
        let answer = browser.send(request.body(Body::empty()).unwrap()).await;
        assert!(answer.text().contains("event: done"), "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_not_there_has_no_events() {
    let browser = Browser::inside().await;
    assert_eq!(browser.get("/runs/x/events").await.status, StatusCode::NOT_FOUND);
}
