//! A cluster of one shop, as its API server tells of it over plain HTTP: enough for a scan, and for one pull secret.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{StatusCode, Uri};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::program::Program;

/// The context of its kubeconfig.
pub const CONTEXT: &str = "prod-eu";
/// The password that stands in its pull secret.
pub const HELD: &str = "held-canary-5b0c7e91";

pub struct ApiServer {
    address: SocketAddr,
    /// Paths with queries, in the order of asking.
    asked: Arc<Mutex<Vec<String>>>,
    serving: JoinHandle<()>,
}

impl Drop for ApiServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl ApiServer {
    /// `secret` is the status of the answer for the pull secret.
    pub async fn start(secret: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let app = Router::new().fallback(move |uri: Uri| {
            let path = uri.path_and_query().unwrap().as_str().to_owned();
            log.lock().unwrap().push(path.clone());
            async move {
                let (status, body) = answer(&path, secret);
                (StatusCode::from_u16(status).unwrap(), body.to_string())
            }
        });
        let serving = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { address, asked, serving }
    }

    pub fn kubeconfig(&self, program: &Program) -> PathBuf {
        let text = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": CONTEXT,
            "clusters": [{"name": "c", "cluster": {"server": format!("http://{}", self.address)}}],
            "users": [{"name": "u", "user": {}}],
            "contexts": [{"name": CONTEXT, "context": {"cluster": "c", "user": "u"}}],
        });
        let path = program.path("kubeconfig");
        fs::write(&path, text.to_string()).unwrap();
        path
    }

    /// What was asked of its Secrets.
    pub fn asked_of_secrets(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().filter(|path| path.contains("/secrets")).cloned().collect()
    }
}

fn answer(path: &str, secret: u16) -> (u16, Value) {
    let list = |items: Value| (200, json!({"metadata": {"resourceVersion": "1"}, "items": items}));
    let bare = path.split('?').next().unwrap_or_default();
    let containers = json!([{"name": "c", "image": "nginx:1.25"}]);
    match bare {
        "/version" => (200, json!({"gitVersion": "v1.34.4"})),
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews" => {
            (201, json!({"status": {"allowed": true}}))
        }
        "/api/v1/namespaces" => list(json!([{"metadata": {"name": "shop"}}])),
        "/api/v1/namespaces/kube-system" => {
            (200, json!({"metadata": {"name": "kube-system", "uid": "uid-cluster"}}))
        }
        "/api/v1/serviceaccounts" => list(json!([{
            "metadata": {"name": "default", "namespace": "shop", "uid": "uid-account"},
            "imagePullSecrets": [{"name": "regcred"}],
        }])),
        "/apis/apps/v1/deployments" => list(json!([{
            "metadata": {"name": "web", "namespace": "shop", "uid": "uid-web"},
            "spec": {"template": {"spec": {"containers": containers}}},
        }])),
        "/api/v1/namespaces/shop/secrets/regcred" if secret == 200 => {
            let text = format!(r#"{{"auths":{{"docker.io":{{"username":"bob","password":"{HELD}"}}}}}}"#);
            let metadata = json!({"name": "regcred", "namespace": "shop"});
            let data = json!({".dockerconfigjson": STANDARD.encode(text)});
            (
                200,
                json!({"kind": "Secret", "type": "kubernetes.io/dockerconfigjson", "metadata": metadata, "data": data}),
            )
        }
        "/api/v1/namespaces/shop/secrets/regcred" => {
            (secret, json!({"kind": "Status", "code": secret, "message": "no"}))
        }
        _ if path.contains("limit=") && !path.contains("argoproj") => list(json!([])),
        _ => (404, json!({"kind": "Status", "code": 404, "message": "not found"})),
    }
}
