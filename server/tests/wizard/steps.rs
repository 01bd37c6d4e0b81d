//! The way from Start to Verify by forms alone.

use http::StatusCode;

use crate::browser::{Browser, CLUSTER_YAML, throttled_pod};

#[tokio::test(flavor = "multi_thread")]
async fn files_lead_to_a_bundle_without_script() {
    let browser = Browser::inside().await;
    let files: [(&str, &[u8]); 2] = [("cluster.yaml", CLUSTER_YAML), ("pods.json", &throttled_pod())];
    let run = browser.run_of(&files).await;
    assert_eq!(browser.get(&run).await.location(), format!("{run}/remedy"), "resumes after the verdict");
    assert!(browser.get(&format!("{run}/detect")).await.text().contains("toomanyrequests"));

    assert_eq!(
        browser.post(&format!("{run}/remedy"), "remedy=quay").await.location(),
        format!("{run}/configure")
    );
    let wanting = browser.post(&format!("{run}/configure"), "set.cortex-version=").await;
    assert_eq!(wanting.location(), format!("{run}/configure"), "the version is still asked for");
    assert!(browser.get(&format!("{run}/configure")).await.text().contains("Error:"));
    let planned = browser.post(&format!("{run}/configure"), "set.cortex-version=0.22.1").await;
    assert_eq!(planned.location(), format!("{run}/review"));
    assert!(
        browser.get(&format!("{run}/review")).await.words().contains("quay.io/cortexlabs/operator:0.22.1")
    );
    assert_eq!(browser.get(&format!("{run}/apply")).await.status, StatusCode::OK);

    let zip = browser.get(&format!("{run}/bundle.zip")).await;
    assert_eq!(zip.headers["content-type"], "application/zip");
    assert!(
        zip.headers["content-disposition"]
            .to_str()
            .unwrap()
            .starts_with("attachment; filename=\"unthrottle-")
    );
    assert_eq!(
        zip.bytes,
        browser.get(&format!("{run}/bundle.zip")).await.bytes,
        "the same run, the same bytes"
    );

    let taken = browser.post(&format!("{run}/apply"), "form=tar.gz").await;
    assert_eq!(taken.location(), format!("{run}/bundle.tar.gz"));
    assert_eq!(browser.get(&run).await.location(), format!("{run}/verify"));
    assert_eq!(zip.bytes, browser.get(&format!("{run}/bundle.zip")).await.bytes, "taking it changes no byte");

    let checked = browser.post(&format!("{run}/verify"), "action=check").await;
    assert_eq!(checked.location(), format!("{run}/verify"));
    assert!(browser.get(&format!("{run}/verify")).await.text().contains("There is no cluster to check."));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_practice_cluster_leads_to_a_bundle() {
    let browser = Browser::inside().await;
    let started = browser.post("/runs", "source=demo").await;
    let run = started.location().strip_suffix("/detect").unwrap().to_owned();
    browser.until_read(&run).await;
    let page = browser.get(&format!("{run}/detect")).await.text();
    assert!(page.contains("Practice cluster.") && page.contains("toomanyrequests"));
    browser.post(&format!("{run}/remedy"), "remedy=quay").await;
    let configured = browser.post(&format!("{run}/configure"), "").await;
    assert_eq!(configured.location(), format!("{run}/review"), "the cluster tells its Cortex version");
    let objects = planned(&browser, &run);
    assert!(objects.contains(&"Deployment default/api-iris-classifier".to_owned()), "it waits: {objects:?}");
    assert!(!objects.contains(&"Deployment default/operator".to_owned()), "it runs: {objects:?}");
    for object in objects {
        assert!(browser.get(&format!("{run}/review")).await.words().contains(&object), "{object}");
    }
    assert_eq!(browser.get(&format!("{run}/bundle.zip")).await.status, StatusCode::OK);
}

/// The stored plan of a run.
fn plan(browser: &Browser, run: &str) -> domain::plan::Plan {
    let store = store::Store::open(browser.folder.path()).unwrap();
    let run = domain::ports::RunStore::load(&store, run.strip_prefix("/runs/").unwrap()).unwrap().unwrap();
    run.plan.unwrap()
}

/// The objects that it changes.
fn planned(browser: &Browser, run: &str) -> Vec<String> {
    plan(browser, run).steps.into_iter().map(|step| step.target.label()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_is_changed_only_when_it_is_chosen_and_first_aid_is_one_press() {
    let browser = Browser::inside().await;
    let started = browser.post("/runs", "source=demo").await;
    let run = started.location().strip_suffix("/detect").unwrap().to_owned();
    browser.until_read(&run).await;
    browser.post(&format!("{run}/remedy"), "remedy=ecr-cache").await;
    let aws = "set.account=111122223333&set.region=us-east-1";
    browser.post(&format!("{run}/configure"), aws).await;
    let left = plan(&browser, &run).left_running;
    let first = left.first().expect("something runs in the practice cluster");
    assert!(!planned(&browser, &run).contains(&first.place));
    let configure = browser.get(&format!("{run}/configure")).await.text();
    assert!(configure.contains("Pods of these run. Changing them makes their pods anew."));
    let review = browser.get(&format!("{run}/review")).await;
    assert!(review.words().contains("Left running") && review.words().contains("What it pulls"));

    let chosen = format!("{aws}&running={}", first.choose.replace('/', "%2F"));
    assert_eq!(browser.post(&format!("{run}/configure"), &chosen).await.location(), format!("{run}/review"));
    assert!(planned(&browser, &run).contains(&first.place));
    let wrong = format!("{aws}&running=all");
    assert_eq!(
        browser.post(&format!("{run}/configure"), &wrong).await.location(),
        format!("{run}/configure")
    );

    let button = configure.split("name=\"first\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let urgent = button.expect("first aid is on the page");
    let pressed = format!("{aws}&offered=9&first={}", urgent.replace('/', "%2F"));
    browser.post(&format!("{run}/configure"), &pressed).await;
    let alone = planned(&browser, &run);
    assert_eq!(alone.len(), 1, "{alone:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_object_can_be_chosen_and_none_is_refused() {
    let browser = Browser::inside().await;
    let started = browser.post("/runs", "source=demo").await;
    let run = started.location().strip_suffix("/detect").unwrap().to_owned();
    browser.until_read(&run).await;
    browser.post(&format!("{run}/remedy"), "remedy=quay").await;
    let none = browser.post(&format!("{run}/configure"), "offered=9").await;
    assert_eq!(none.location(), format!("{run}/configure"));
    let page = browser.get(&format!("{run}/configure")).await.text();
    assert!(page.contains("There is nothing to change."), "{page}");
    let one =
        browser.post(&format!("{run}/configure"), "offered=9&only=Deployment%2Fdefault%2Foperator").await;
    assert_eq!(one.location(), format!("{run}/review"));
    assert_eq!(planned(&browser, &run), ["Deployment default/operator"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn pasted_output_is_read_like_a_file() {
    let browser = Browser::inside().await;
    let run = browser.new_run().await;
    let pasted = "source=paste&pasted=apiVersion%3A+v1%0D%0Akind%3A+Pod%0D%0Ametadata%3A%0D%0A++name%3A+web%0D%0A++namespace%3A+shop%0D%0Aspec%3A%0D%0A++containers%3A%0D%0A++-+name%3A+c%0D%0A++++image%3A+nginx%0D%0A";
    assert_eq!(browser.post(&format!("{run}/connect"), pasted).await.location(), format!("{run}/detect"));
    browser.until_read(&run).await;
    let page = browser.get(&format!("{run}/detect")).await.text();
    assert!(page.contains("nginx"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_context_that_is_not_in_the_kubeconfig_is_not_contacted() {
    let browser = Browser::inside().await;
    let run = browser.new_run().await;
    let answer = browser.post(&format!("{run}/connect"), "source=cluster&context=evil&namespaces=").await;
    assert_eq!(answer.location(), format!("{run}/connect"));
    let page = browser.get(&format!("{run}/connect")).await.text();
    assert!(page.contains("Error:"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_step_leads_to_where_the_run_stands() {
    let browser = Browser::inside().await;
    let run = browser.new_run().await;
    for step in ["detect", "remedy", "configure", "review", "apply", "verify"] {
        assert_eq!(
            browser.get(&format!("{run}/{step}")).await.location(),
            format!("{run}/connect"),
            "{step}"
        );
    }
    assert_eq!(browser.get(&format!("{run}/bundle.zip")).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(browser.get(&format!("{run}/report.html")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_run_is_gone_and_removing_it_twice_is_fine() {
    let browser = Browser::inside().await;
    let run = browser.new_run().await;
    assert_eq!(browser.post(&format!("{run}/remove"), "").await.location(), "/");
    assert_eq!(browser.post(&format!("{run}/remove"), "").await.location(), "/");
    assert_eq!(browser.get(&format!("{run}/connect")).await.status, StatusCode::NOT_FOUND);
}
