use domain::facts::{Fact, NotSeen};
use serde_json::json;

use crate::fake::{Reply, Seen, client, list, ok, read, status};

const GROUP: &str = "GET /apis/external-secrets.io";

fn serving(versions: &[&str]) -> Reply {
    let versions: Vec<_> = versions
        .iter()
        .map(|version| json!({"groupVersion": format!("external-secrets.io/{version}"), "version": version}))
        .collect();
    ok(&json!({"kind": "APIGroup", "name": "external-secrets.io", "versions": versions}))
}

fn seen_of(seen: &Seen) -> (Option<&str>, Vec<String>) {
    let version = seen.facts.iter().find_map(|fact| match fact {
        Fact::ExternalSecrets { version } => Some(version.as_str()),
        _ => None,
    });
    let stores = seen.facts.iter().filter_map(|fact| match fact {
        Fact::SecretStore(store) => Some(store.label()),
        _ => None,
    });
    (version, stores.collect())
}

#[tokio::test]
async fn stores_are_named_in_the_version_that_is_served() {
    for (served, version) in [(vec!["v1", "v1beta1"], "v1"), (vec!["v1alpha1", "v1beta1"], "v1beta1")] {
        let (client, log) = client(move |request| match request {
            GROUP => Some(serving(&served)),
            _ if request.ends_with("/clustersecretstores?limit=500") => {
                Some(list(&json!([{"metadata": {"name": "aws"}}])))
            }
            _ if request.ends_with("/secretstores?limit=500") => {
                Some(list(&json!([{"metadata": {"name": "vault", "namespace": "shop"}}])))
            }
            _ => None,
        });
        let seen = read(client, &[]).await;
        seen.result.as_ref().unwrap();
        let stores = ["ClusterSecretStore aws".to_owned(), "SecretStore shop/vault".to_owned()];
        assert_eq!(seen_of(&seen), (Some(version), stores.to_vec()));
        let log = log.lock().unwrap();
        let asked: Vec<_> = log.iter().filter(|request| request.contains("external-secrets.io/")).collect();
        assert!(asked.iter().all(|request| request.contains(&format!("/{version}/"))), "{asked:?}");
    }
}

#[tokio::test]
async fn without_it_one_question_is_all() {
    for answer in [|| status(404), || status(403), || serving(&["v1alpha1"])] {
        let (client, log) = client(move |request| (request == GROUP).then(answer));
        let seen = read(client, &[]).await;
        seen.result.as_ref().unwrap();
        assert_eq!(seen_of(&seen), (None, vec![]));
        assert_eq!(
            log.lock().unwrap().iter().filter(|request| request.contains("external-secrets")).count(),
            1
        );
        assert!(seen.not_seen().is_empty());
    }
}

#[tokio::test]
async fn stores_that_may_not_be_listed_are_told_to_plans_only() {
    let (client, _) = client(|request| match request {
        GROUP => Some(serving(&["v1"])),
        _ => request.contains("external-secrets.io/v1/").then(|| status(403)),
    });
    let seen = read(client, &[]).await;
    seen.result.as_ref().unwrap();
    assert_eq!((seen_of(&seen), seen.not_seen()), ((Some("v1"), vec![]), Vec::<&NotSeen>::new()));
    let for_plans = seen.facts.iter().filter(|fact| matches!(fact, Fact::NotSeenForPlans(_))).count();
    assert_eq!(for_plans, 2);
}
