//! Asking for the pull limit by a button, of the lab's Docker Hub.

use std::sync::Arc;

use lab::front::Style;
use lab::in_process::InProcess;
use registry::{Client, Endpoints};

use crate::browser::{Browser, throttled_pod};

async fn browser_with(docker_hub: &str) -> Browser {
    let endpoint = format!("docker.io=http://{docker_hub}");
    let client = Client::new(Endpoints::parse([endpoint.as_str()]).unwrap()).unwrap();
    let mut browser = Browser::asking(Some(Arc::new(client)));
    browser.sign_in().await;
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_of_this_machine_is_asked_for_by_a_button() {
    let front =
        InProcess::start(Style::DockerHub, &[("ratelimitpreview/test", "latest", "{}")]).await.unwrap();
    let browser = browser_with(&front.front.to_string()).await;
    let detect = format!("{}/detect", browser.run_of(&[("pods.json", &throttled_pod())]).await);
    let before = browser.get(&detect).await.text();
    assert!(before.contains("Not measured") && before.contains("value=\"measure\""), "{before}");
    assert_eq!(front.log().await.unwrap().len(), 0, "nothing was asked yet");

    assert_eq!(browser.post(&detect, "action=measure").await.location(), detect);
    let after = browser.get(&detect).await.text();
    assert!(after.contains("of 100 pulls left") && after.contains("127.0.0.1"), "{after}");
    assert!(front.log().await.unwrap().iter().all(|entry| !entry.counted), "it cost no pull");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_is_a_problem_of_the_step_and_keeps_the_verdict() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let browser = browser_with(&nobody.to_string()).await;
    let detect = format!("{}/detect", browser.run_of(&[("pods.json", &throttled_pod())]).await);
    assert_eq!(browser.post(&detect, "action=measure").await.location(), detect);
    let page = browser.get(&detect).await.text();
    assert!(
        page.contains("Error:") && page.contains("toomanyrequests") && page.contains("Not measured"),
        "{page}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_practice_cluster_asks_nobody() {
    let front = InProcess::start(Style::DockerHub, &[]).await.unwrap();
    let browser = browser_with(&front.front.to_string()).await;
    let started = browser.post("/runs", "source=demo").await;
    let run = started.location().strip_suffix("/detect").unwrap().to_owned();
    browser.until_read(&run).await;
    let detect = format!("{run}/detect");
    assert!(!browser.get(&detect).await.text().contains("value=\"measure\""));
    browser.post(&detect, "action=measure").await;
    assert!(browser.get(&detect).await.text().contains("Docker Hub is not asked for this run."));
    assert_eq!(front.log().await.unwrap().len(), 0);
}
