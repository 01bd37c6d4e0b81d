use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::held::{Found, PullSecrets as _, SecretName};
use domain::keyring::Outline;
use domain::time::Timestamp;
use serde_json::{Value, json};

use crate::fake::{Reply, Seen, client, ok, over, read, status};

const CANARY: &str = "canary-8d1f27b4";

fn secret(secret_type: &str, data: &Value) -> Value {
    json!({"kind": "Secret", "apiVersion": "v1", "type": secret_type, "data": data,
        "metadata": {"name": "regcred", "namespace": "shop", "creationTimestamp": "2026-11-20T06:00:00Z",
            "managedFields": [{"manager": "kubectl", "time": "2026-11-23T05:00:00Z"}, {"manager": "x"}]}})
}

fn docker(text: &str) -> Value {
    secret(
        "kubernetes.io/dockerconfigjson",
        &json!({".dockerconfigjson": STANDARD.encode(text), "other": "%"}),
    )
}

/// What is found where the API server answers like this, and what it was asked.
async fn look(
    answer: impl Fn() -> Reply + Send + Sync + 'static,
) -> (Result<Found, domain::problem::Problem>, Seen, Vec<String>) {
    let (client, log) = client(move |_| Some(answer()));
    let mut seen = Seen::default();
    let name = SecretName { namespace: "shop".to_owned(), name: "regcred".to_owned() };
    let now = Timestamp::parse("2026-11-23T18:00:00Z").unwrap();
    let found = over(client, &[]).look_into(&name, &now, &mut seen).await;
    let log = log.lock().unwrap().clone();
    (found, seen, log)
}

#[tokio::test]
async fn one_secret_is_asked_for_by_its_name_and_gives_its_keys_alone() {
    let text = format!(
        r#"{{"auths":{{"docker.io":{{"username":"ann","password":"{CANARY}"}},"123456789012.dkr.ecr.eu-west-1.amazonaws.com":{{"auth":"QVdTOnA="}}}}}}"#
    );
    let (found, seen, log) = look(move || ok(&docker(&text))).await;
    assert_eq!(log, ["GET /api/v1/namespaces/shop/secrets/regcred"]);
    assert_eq!(seen.requests, ["get secrets shop/regcred"]);
    assert!(seen.facts.is_empty());
    let found = found.unwrap();
    let kept = format!("{found:?}{}", serde_json::to_string(&found).unwrap());
    assert!(!kept.contains(CANARY) && !kept.contains("ann\""), "{kept}");
    let Found::PullSecret { outline: Outline::Keys { keys }, helper: false, ended } = found else {
        panic!("{kept}")
    };
    let keys: Vec<&str> = keys.iter().map(|key| key.key.as_str()).collect();
    assert_eq!(keys, ["123456789012.dkr.ecr.eu-west-1.amazonaws.com", "docker.io"]);
    // Made three days ago, but changed thirteen hours ago: it is the change that counts.
    assert_eq!(ended, ["123456789012.dkr.ecr.eu-west-1.amazonaws.com"]);
}

#[tokio::test]
async fn refused_missing_and_other_secrets_are_answers() {
    assert_eq!(look(|| status(403)).await.0.unwrap(), Found::Refused);
    assert_eq!(look(|| status(404)).await.0.unwrap(), Found::Missing);
    let opaque = || ok(&secret("Opaque", &json!({"password": "Y2FuYXJ5"})));
    assert_eq!(look(opaque).await.0.unwrap(), Found::OtherType { secret_type: "Opaque".to_owned() });
    let empty = || ok(&secret("kubernetes.io/dockercfg", &json!({".dockerconfigjson": "e30="})));
    assert_eq!(look(empty).await.0.unwrap(), Found::Empty);
    let no_data = || ok(&json!({"metadata": {"name": "regcred"}, "type": "kubernetes.io/dockercfg"}));
    assert_eq!(look(no_data).await.0.unwrap(), Found::Empty);
    let spoilt = look(|| ok(&docker("docker login"))).await.0.unwrap();
    assert!(matches!(spoilt, Found::PullSecret { outline: Outline::Unusable { .. }, .. }), "{spoilt:?}");
}

#[tokio::test]
async fn a_busy_server_is_asked_again_and_an_odd_answer_is_not_quoted() {
    let (found, seen, log) = look(|| status(429)).await;
    assert_eq!((found.unwrap_err().code.as_str(), log.len(), seen.requests.len()), ("cluster_busy", 3, 3));
    for odd in
        [json!([CANARY]), json!({"metadata": {}, "type": 7, "data": {".dockercfg": CANARY}}), json!(CANARY)]
    {
        let problem = look(move || ok(&odd)).await.0.unwrap_err();
        assert_eq!(problem.code, "cluster_answer");
        assert!(!format!("{problem:?}").contains(CANARY), "{problem:?}");
    }
    assert_eq!(look(|| status(401)).await.0.unwrap_err().code, "cluster_unauthorized");
}

#[tokio::test]
async fn a_reading_asks_for_no_secret_whatever_names_one() {
    let account = json!([{"metadata": {"name": "default", "namespace": "shop"}, "imagePullSecrets": [{"name": "regcred"}]}]);
    let (client, log) =
        client(move |request| request.contains("/serviceaccounts").then(|| crate::fake::list(&account)));
    let seen = read(client, &[]).await;
    seen.result.as_ref().unwrap();
    assert!(seen.facts.iter().any(|fact| matches!(fact, domain::facts::Fact::ServiceAccount(_))));
    assert!(!log.lock().unwrap().iter().any(|request| request.contains("/secrets")));
}
