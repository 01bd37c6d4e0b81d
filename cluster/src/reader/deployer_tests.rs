use domain::facts::{Fact, NotSeen};
use serde_json::{Value, json};

use crate::fake::{Reply, Seen, client, list, read, status};

/// A Deployment with these marks.
fn marked(labels: &Value, annotations: &Value) -> Reply {
    list(
        &json!([{"metadata": {"name": "web", "namespace": "shop", "uid": "u", "labels": labels, "annotations": annotations},
        "spec": {"template": {"spec": {"containers": [{"name": "c", "image": "nginx"}]}}}}]),
    )
}

fn argo_cd() -> Reply {
    marked(&json!({}), &json!({"argocd.argoproj.io/tracking-id": "shop:apps/Deployment:shop/web"}))
}

fn flux() -> Reply {
    let labels = json!({"kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux-system"});
    marked(&labels, &json!({}))
}

const DEPLOYMENTS: &str = "GET /apis/apps/v1/deployments?limit=500";
const APPLICATIONS: &str = "GET /apis/argoproj.io/v1alpha1/applications?limit=500";

fn deployers(seen: &Seen) -> Vec<String> {
    let all = seen.facts.iter().filter_map(|fact| match fact {
        Fact::Deployer(deployer) => Some(deployer.object.label()),
        _ => None,
    });
    all.collect()
}

fn for_plans(seen: &Seen) -> Vec<&NotSeen> {
    let all = seen.facts.iter().filter_map(|fact| match fact {
        Fact::NotSeenForPlans(not_seen) => Some(not_seen),
        _ => None,
    });
    all.collect()
}

fn asked(log: &[String]) -> Vec<&str> {
    let of_tools = |request: &&String| request.contains("fluxcd.io") || request.contains("/applications");
    log.iter().filter(of_tools).map(|request| request.trim_start_matches("GET /apis/")).collect()
}

#[tokio::test]
async fn applications_are_read_where_argo_cd_left_its_mark() {
    let (client, log) = client(|request| match request {
        DEPLOYMENTS => Some(argo_cd()),
        APPLICATIONS => Some(list(&json!([{"metadata": {"name": "shop", "namespace": "argocd"},
            "spec": {"source": {"repoURL": "https://github.com/shop/deploy", "path": "apps"}}}]))),
        _ => None,
    });
    let seen = read(client, &[]).await;
    seen.result.as_ref().unwrap();
    assert_eq!(deployers(&seen), ["Application argocd/shop"]);
    assert_eq!(asked(&log.lock().unwrap()), ["argoproj.io/v1alpha1/applications?limit=500"]);
    assert!(seen.requests.contains(&"list applications (all namespaces)".to_owned()));
}

#[tokio::test]
async fn flux_is_read_in_the_version_that_is_served() {
    let (client, log) = client(|request| match request {
        DEPLOYMENTS => Some(flux()),
        "GET /apis/kustomize.toolkit.fluxcd.io/v1beta2/kustomizations?limit=500" => Some(list(
            &json!([{"metadata": {"name": "apps", "namespace": "flux-system"}, "spec": {"path": "./apps"}}]),
        )),
        _ if request.contains("fluxcd.io/v1/") || request.contains("fluxcd.io/v2") => Some(status(404)),
        _ => None,
    });
    let seen = read(client, &[]).await;
    seen.result.as_ref().unwrap();
    assert_eq!(deployers(&seen), ["Kustomization flux-system/apps"]);
    assert_eq!((seen.not_seen(), for_plans(&seen)), (vec![], vec![]), "a 404 is an answer");
    let log = log.lock().unwrap();
    let helm: Vec<_> = asked(&log).into_iter().filter(|request| request.contains("helmreleases")).collect();
    assert_eq!(helm.len(), 3);
}

#[tokio::test]
async fn a_refusal_is_told_where_the_marks_are_and_stops_nothing() {
    let (client, _) = client(|request| match request {
        DEPLOYMENTS => Some(argo_cd()),
        _ if request.contains("/applications") => Some(status(403)),
        _ => None,
    });
    let seen = read(client, &[]).await;
    seen.result.as_ref().unwrap();
    assert_eq!(seen.not_seen(), Vec::<&NotSeen>::new());
    let [gap] = for_plans(&seen)[..] else { panic!("{:?}", for_plans(&seen)) };
    assert_eq!(gap.what, "applications (all namespaces)");
    let rule = r#"{apiGroups: ["argoproj.io"], resources: ["applications"], verbs: ["list"]}"#;
    assert!(gap.why.contains(rule), "{}", gap.why);
}

#[tokio::test]
async fn a_label_alone_is_looked_after_in_silence() {
    let (client, log) = client(|request| match request {
        DEPLOYMENTS => Some(marked(&json!({"app.kubernetes.io/instance": "shop"}), &json!({}))),
        _ if request.contains("/applications") => Some(status(403)),
        _ => None,
    });
    let seen = read(client, &[]).await;
    seen.result.as_ref().unwrap();
    assert_eq!(asked(&log.lock().unwrap()).len(), 1);
    assert_eq!((seen.not_seen(), for_plans(&seen)), (vec![], vec![]));
}

#[tokio::test]
async fn without_marks_nothing_is_asked() {
    let helm = || {
        marked(&json!({"app.kubernetes.io/instance": "web"}), &json!({"meta.helm.sh/release-name": "web"}))
    };
    let (client, log) = client(move |request| (request == DEPLOYMENTS).then(helm));
    read(client, &[]).await.result.unwrap();
    assert!(asked(&log.lock().unwrap()).is_empty());
}

#[tokio::test]
async fn a_page_that_is_forgotten_is_read_again() {
    let (client, _) = client(|request| match request {
        DEPLOYMENTS => Some(argo_cd()),
        APPLICATIONS => Some(crate::fake::ok(
            &json!({"metadata": {"continue": "t"}, "items": [{"metadata": {"name": "old"}}]}),
        )),
        _ if request.contains("/applications") => Some(status(410)),
        _ => None,
    });
    let seen = read(client, &[]).await;
    seen.result.as_ref().unwrap();
    assert_eq!(for_plans(&seen)[0].what, "objects of Argo CD and Flux");
}
