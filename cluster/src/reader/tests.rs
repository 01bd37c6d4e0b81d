use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use domain::facts::Fact;
use serde_json::{Value, json};

use super::*;
use crate::fake::{Reply, client, list, ok, pod, read, status};
use crate::recording::{Recording, json_response};

fn page_of(items: &[Value], next: Option<&str>, rest: u64) -> Reply {
    ok(&json!({"metadata": {"continue": next, "remainingItemCount": rest}, "items": items}))
}

#[tokio::test]
async fn an_empty_cluster_is_asked_for_this_in_this_order() {
    let (client, log) = client(|_| None);
    let seen = read(client, &[]).await;
    seen.result.as_ref().unwrap();
    let log = log.lock().unwrap();
    let (reviews, rest): (Vec<&String>, Vec<&String>) =
        log.iter().partition(|request| request.starts_with("POST"));
    assert_eq!(reviews.len(), 13);
    let selector = "&fieldSelector=involvedObject%2Ekind%3DPod%2Creason%3D";
    let expected = [
        "/version".to_owned(),
        "/api/v1/namespaces/kube-system".to_owned(),
        format!("/api/v1/events?limit=500{selector}Failed"),
        "/api/v1/pods?limit=500&fieldSelector=status%2Ephase%3DPending".to_owned(),
        "/api/v1/namespaces?limit=500".to_owned(),
        "/api/v1/nodes?limit=500".to_owned(),
        "/apis/apps/v1/deployments?limit=500".to_owned(),
        "/apis/apps/v1/statefulsets?limit=500".to_owned(),
        "/apis/apps/v1/daemonsets?limit=500".to_owned(),
        "/apis/batch/v1/cronjobs?limit=500".to_owned(),
        "/apis/batch/v1/jobs?limit=500".to_owned(),
        "/api/v1/replicationcontrollers?limit=500".to_owned(),
        "/apis/argoproj.io/v1alpha1/rollouts?limit=500".to_owned(),
        "/apis/apps/v1/replicasets?limit=500".to_owned(),
        "/api/v1/pods?limit=500".to_owned(),
        format!("/api/v1/events?limit=500{selector}Failed"),
        format!("/api/v1/events?limit=500{selector}BackOff"),
        format!("/api/v1/events?limit=500{selector}Pulled"),
        "/api/v1/serviceaccounts?limit=500".to_owned(),
        "/api/v1/namespaces/default/configmaps/env-vars".to_owned(),
        "/api/v1/namespaces/default/configmaps/cluster-config".to_owned(),
        "/api/v1/configmaps?limit=500&fieldSelector=metadata%2Ename%3Denv%2Dvars".to_owned(),
        "/api/v1/configmaps?limit=500&fieldSelector=metadata%2Ename%3Dcluster%2Dconfig".to_owned(),
        "/apis/external-secrets.io".to_owned(),
    ];
    let expected: Vec<String> = expected.iter().map(|path| format!("GET {path}")).collect();
    assert_eq!(rest, expected.iter().collect::<Vec<_>>());
    assert_eq!(seen.requests.len(), log.len(), "every request is told");
    assert!(!log.iter().any(|request| request.contains("/secrets") || request.contains("secretstores")));
    let Some(Fact::Cluster(cluster)) = seen.facts.first() else { panic!("{:?}", seen.facts) };
    assert_eq!(cluster.kubernetes_version.as_deref(), Some("v1.34.4"));
    assert_eq!(cluster.uid.as_deref(), Some("uid-kube-system"));
    assert_eq!(cluster.name, "fake");
}

#[tokio::test]
async fn pages_follow_one_another_and_progress_knows_the_total() {
    let (client, _) = client(|request| {
        Some(match request.strip_prefix("GET /api/v1/pods?limit=500")? {
            "" => page_of(&[pod("a"), pod("b")], Some("t/1="), 3),
            "&continue=t%2F1%3D" => page_of(&[pod("c"), pod("d")], Some("t2"), 1),
            "&continue=t2" => page_of(&[pod("e")], None, 0),
            _ => return None,
        })
    });
    let seen = read(client, &[]).await;
    assert_eq!(seen.pods(), 5);
    let totals: Vec<_> = seen
        .progress
        .iter()
        .filter(|p| p.phase == "reading pods" && p.done > 0)
        .map(|p| (p.done, p.total))
        .collect();
    assert_eq!(totals, [(2, Some(5)), (4, Some(5)), (5, Some(5))]);
}

#[tokio::test]
async fn a_forgotten_place_starts_the_list_again() {
    let firsts = AtomicUsize::new(0);
    let (client, _) = client(move |request| {
        Some(match request.strip_prefix("GET /api/v1/pods?limit=500")? {
            "" => match firsts.fetch_add(1, Ordering::Relaxed) {
                0 => page_of(&[pod("gone"), pod("b")], Some("old"), 1),
                _ => page_of(&[pod("b")], Some("new"), 1),
            },
            "&continue=old" => status(410),
            "&continue=new" => page_of(&[pod("c")], None, 0),
            _ => return None,
        })
    });
    let seen = read(client, &[]).await;
    assert_eq!(seen.pods(), 2, "what the first attempt gave is void");
    let begins = seen.facts.iter().filter(|fact| matches!(fact, Fact::ListBegins(ListOf::Pods))).count();
    assert_eq!(begins, 2);
    assert!(seen.not_seen().is_empty());
}

#[tokio::test]
async fn a_place_that_is_always_forgotten_is_told() {
    let (client, _) = client(|request| match request.strip_prefix("GET /api/v1/pods?limit=500")? {
        "" => Some(page_of(&[pod("a")], Some("t"), 1)),
        "&continue=t" => Some(status(410)),
        _ => None,
    });
    let seen = read(client, &[]).await;
    seen.result.as_ref().unwrap();
    assert_eq!(seen.not_seen()[0].what, "pods");
    assert!(seen.not_seen()[0].why.contains("410"));
}

#[tokio::test]
async fn an_expired_login_ends_the_reading() {
    let (client, log) = client(|request| request.starts_with("GET /version").then(|| status(401)));
    let seen = read(client, &[]).await;
    assert_eq!(seen.problem().code, "cluster_unauthorized");
    assert_eq!(seen.problem().place, "fake:6443");
    assert_eq!(log.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_refused_everywhere_is_read_namespace_by_namespace() {
    let (client, _) = client(|request| {
        let path = request.strip_prefix("GET ")?;
        let named = |name: &str| json!({"metadata": {"name": name}});
        if path == "/api/v1/namespaces?limit=500" {
            return Some(list(&json!([named("open"), named("closed")])));
        }
        let refused =
            path.starts_with("/api/v1/events?") || path.starts_with("/api/v1/namespaces/closed/events");
        let event = json!([{"metadata": {}, "involvedObject": {"kind": "Pod", "name": "p", "uid": "u"}, "reason": "Failed"}]);
        match () {
            () if refused => Some(status(403)),
            () if path.starts_with("/api/v1/namespaces/open/events") && path.ends_with("Failed") => {
                Some(list(&event))
            }
            () => None,
        }
    });
    let seen = read(client, &[]).await;
    seen.result.as_ref().unwrap();
    assert!(seen.facts.iter().any(|fact| matches!(fact, Fact::Event(event) if event.pod_uid == "u")));
    let not_seen = seen.not_seen();
    assert!(not_seen.iter().all(|not_seen| not_seen.what == "events in namespace closed"), "{not_seen:?}");
    let rule = r#"{apiGroups: [""], resources: ["events"], verbs: ["list"]}"#;
    assert!(not_seen[0].why.contains(rule), "{}", not_seen[0].why);
}

#[tokio::test]
async fn without_a_list_of_namespaces_the_contexts_own_is_read_and_the_gap_is_told() {
    let (client, log) = client(|request| {
        let across =
            !request.contains("/namespaces/") && !request.contains("/version") && request.starts_with("GET");
        across.then(|| status(403))
    });
    let seen = read(client, &[]).await;
    seen.result.as_ref().unwrap();
    assert!(log.lock().unwrap().contains(&"GET /api/v1/namespaces/home/pods?limit=500".to_owned()));
    let pods = seen.not_seen().into_iter().find(|not_seen| not_seen.what == "pods (all namespaces)").unwrap();
    assert!(pods.why.contains("Read only: home."), "{}", pods.why);
}

#[tokio::test]
async fn a_user_who_may_read_nothing_is_told_so() {
    let (client, _) =
        client(|request| (request.starts_with("GET") && !request.contains("/version")).then(|| status(403)));
    let seen = read(client, &[]).await;
    assert_eq!(seen.problem().code, "cluster_forbidden");
    assert!(seen.problem().why.contains("pods (all namespaces)"), "{}", seen.problem().why);
    let identity =
        seen.not_seen().into_iter().find(|not_seen| not_seen.what.contains("kube-system")).unwrap();
    assert!(identity.why.contains("resourceNames"));
}

#[tokio::test]
async fn what_a_review_denies_is_not_asked_across_namespaces() {
    let (client, log) = client(|request| {
        let denied = request.starts_with("POST") && request.contains(r#""resource":"nodes""#);
        denied.then(|| ok(&json!({"status": {"allowed": false}})))
    });
    let seen = read(client, &[]).await;
    assert!(!log.lock().unwrap().iter().any(|request| request.contains("/nodes")));
    assert_eq!(seen.not_seen()[0].what, "nodes");
}

#[tokio::test]
async fn old_clusters_have_cron_jobs_elsewhere() {
    let (client, _) = client(|request| {
        let cron = json!([{"metadata": {"name": "nightly", "namespace": "shop", "uid": "u"},
            "spec": {"jobTemplate": {"spec": {"template": {"spec": {"containers": [{"name": "c", "image": "busybox"}]}}}}}}]);
        match request {
            "GET /apis/batch/v1/cronjobs?limit=500" => Some(status(404)),
            "GET /apis/batch/v1beta1/cronjobs?limit=500" => Some(list(&cron)),
            "GET /apis/argoproj.io/v1alpha1/rollouts?limit=500" => Some(status(404)),
            _ => None,
        }
    });
    let seen = read(client, &[]).await;
    let labels: Vec<_> = seen
        .facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Workload(workload) => Some((workload.object.label(), workload.object.api_version())),
            _ => None,
        })
        .collect();
    assert_eq!(labels, [("CronJob shop/nightly".to_owned(), "batch/v1beta1".to_owned())]);
    assert!(seen.not_seen().is_empty(), "a 404 is an answer");
}

#[tokio::test]
async fn a_busy_server_is_asked_again_and_the_wait_is_told() {
    let asked = AtomicUsize::new(0);
    let (client, _) = client(move |request| {
        (request == "GET /api/v1/nodes?limit=500").then(|| match asked.fetch_add(1, Ordering::Relaxed) {
            0 => {
                let mut busy = status(429);
                busy.headers_mut().insert("retry-after", http::HeaderValue::from_static("7"));
                busy
            }
            1 => status(503),
            _ => list(&json!([{"metadata": {"name": "n1"}}])),
        })
    });
    let seen = read(client, &[]).await;
    seen.result.as_ref().unwrap();
    assert!(seen.facts.iter().any(|fact| matches!(fact, Fact::Node(_))));
    let waits = seen.progress.iter().filter(|progress| progress.phase.contains("asks to wait")).count();
    assert_eq!(waits, 2);
    assert_eq!(seen.requests.iter().filter(|request| *request == "list nodes").count(), 3);
}

#[tokio::test]
async fn a_server_that_stays_busy_ends_the_reading() {
    let (client, _) = client(|request| request.contains("/api/v1/nodes").then(|| status(504)));
    let seen = read(client, &[]).await;
    assert_eq!(seen.problem().code, "cluster_busy");
    assert!(seen.problem().why.contains("504") && seen.problem().why.contains("3 times"));
}

#[tokio::test]
async fn a_login_page_is_not_taken_for_an_answer() {
    for at in ["GET /version", "GET /api/v1/pods?limit=500"] {
        let page = Reply::new("<!DOCTYPE html><title>Log in</title>".into());
        let (client, _) = client(move |request| (request == at).then(|| page.clone()));
        let seen = read(client, &[]).await;
        assert_eq!(seen.problem().code, "cluster_answer", "{at}");
        assert!(seen.problem().why.contains("web page"), "{}", seen.problem().why);
    }
}

#[tokio::test]
async fn silence_has_an_end() {
    let service = tower::service_fn(|_: http::Request<kube::client::Body>| async {
        tokio::time::sleep(Duration::from_secs(60)).await;
        Ok::<_, std::convert::Infallible>(status(200))
    });
    let seen = read(kube::Client::new(service, "default"), &[]).await;
    assert_eq!(seen.problem().code, "cluster_unreachable");
}

#[tokio::test]
async fn only_the_named_namespaces_are_read() {
    let (client, log) = client(|_| None);
    let seen = read(client, &["shop", "pay"]).await;
    seen.result.as_ref().unwrap();
    let log = log.lock().unwrap();
    let mut elsewhere = log
        .iter()
        .filter(|request| !request.contains("/namespaces/shop") && !request.contains("/namespaces/pay"));
    assert_eq!(
        elsewhere.by_ref().cloned().collect::<Vec<_>>(),
        [
            "GET /version",
            "GET /api/v1/namespaces/kube-system",
            "GET /api/v1/nodes?limit=500",
            "GET /apis/external-secrets.io"
        ]
    );
    let namespaces = seen.facts.iter().filter(|fact| matches!(fact, Fact::Namespace(_))).count();
    assert_eq!(namespaces, 2);
}

#[tokio::test]
async fn a_namespace_that_does_not_exist_is_the_users_mistake() {
    let (client, _) = client(|request| (request == "GET /api/v1/namespaces/shpo").then(|| status(404)));
    let seen = read(client, &["shpo"]).await;
    assert_eq!((seen.problem().code.as_str(), seen.problem().kind.exit_status()), ("namespace_missing", 2));
}

#[tokio::test]
async fn replica_sets_of_their_own_are_asked_for_whole() {
    let (client, _) = client(|request| {
        let owner = json!([{"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": "d", "controller": true}]);
        let whole = json!({"metadata": {"name": "alone", "namespace": "shop", "uid": "b"},
            "spec": {"template": {"spec": {"containers": [{"name": "c", "image": "redis"}]}}}});
        match request {
            "GET /apis/apps/v1/replicasets?limit=500" => Some(list(&json!([
                {"metadata": {"name": "web-1", "namespace": "shop", "uid": "a", "ownerReferences": owner}},
                {"metadata": {"name": "alone", "namespace": "shop", "uid": "b"}},
            ]))),
            "GET /apis/apps/v1/namespaces/shop/replicasets/alone" => Some(ok(&whole)),
            _ => None,
        }
    });
    let seen = read(client, &[]).await;
    let workloads: Vec<_> = seen
        .facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Workload(workload) => Some(workload.object.label()),
            _ => None,
        })
        .collect();
    assert_eq!(workloads, ["ReplicaSet shop/alone"]);
    let links =
        seen.facts.iter().filter(|fact| matches!(fact, Fact::Owner { controller: Some(_), .. })).count();
    assert_eq!(links, 1);
}

#[tokio::test]
async fn cortex_is_found_in_default_and_elsewhere() {
    let map =
        json!({"metadata": {"name": "env-vars", "namespace": "ml"}, "data": {"CORTEX_VERSION": "0.28.0"}});
    for at in [
        "GET /api/v1/namespaces/default/configmaps/env-vars",
        "GET /api/v1/configmaps?limit=500&fieldSelector=metadata%2Ename%3Denv%2Dvars",
    ] {
        let map = map.clone();
        let (client, _) = client(move |request| {
            (request == at).then(|| if at.contains('?') { list(&json!([map])) } else { ok(&map) })
        });
        let seen = read(client, &[]).await;
        let found = seen.facts.iter().filter(|fact| matches!(fact, Fact::CortexConfigMap(_))).count();
        assert_eq!(found, 1, "{at}");
    }
}

#[tokio::test]
async fn a_recording_answers_like_the_cluster_it_was_made_of() {
    let special = |request: &str| match request {
        "GET /api/v1/pods?limit=500" => Some(page_of(&[pod("a")], Some("t"), 1)),
        "GET /api/v1/pods?limit=500&continue=t" => {
            let mut second = pod("b");
            second["metadata"]["managedFields"] = json!([{"manager": "kubelet"}]);
            Some(page_of(&[second], None, 0))
        }
        // What a server says of an API group it does not have.
        "GET /apis/argoproj.io/v1alpha1/rollouts?limit=500" => {
            Some(json_response(404, &json!("404 page not found\n")))
        }
        _ => None,
    };
    let live = read(client(special).0, &[]).await;
    let cluster = ClusterFact { name: "fake".to_owned(), ..ClusterFact::default() };
    let recording = crate::record::take(client(special).0, cluster, "home".to_owned()).await.unwrap();
    let bytes = recording.to_gz().unwrap();
    let again = Recording::from_gz(&bytes).unwrap();
    assert_eq!(again.to_gz().unwrap(), bytes);
    assert!(!format!("{again:?}").contains("managedFields"));
    let replayed = read(again.client(), &[]).await;
    assert_eq!(replayed.facts, live.facts);
    assert_eq!(replayed.requests, live.requests);
    assert!(Recording::from_gz(b"not a recording").is_err());
}

#[tokio::test]
async fn reading_stops_between_two_requests() {
    let (client, log) = client(|_| None);
    let cancel = Cancel::default();
    cancel.cancel();
    let reader = ClusterReader::over(
        client,
        ClusterFact::default(),
        Vec::new(),
        "home".to_owned(),
        crate::fake::PATIENCE,
    );
    let mut seen =
        crate::fake::Seen { facts: Vec::new(), progress: Vec::new(), requests: Vec::new(), result: Ok(()) };
    reader.read(&cancel, &mut seen).await.unwrap();
    assert_eq!(log.lock().unwrap().len(), 2, "version and identity at most");
}
