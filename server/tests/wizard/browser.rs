//! A browser without script: keeps one cookie, follows no redirect by itself.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use domain::registry::Logins;
use http::header::{CONTENT_TYPE, COOKIE, HOST, LOCATION, SET_COOKIE};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use server::web::Site;
use server::web::router::router;
use server::web::security::host::Names;
use server::web::security::session::Session;
use server::wiring;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

pub struct Browser {
    app: Router,
    pub host: String,
    pub cookie: Option<String>,
    pub launch: String,
    pub folder: Arc<TempDir>,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The text, without the places where a long word may break.
    pub fn words(&self) -> String {
        self.text().replace("<wbr>", "")
    }

    pub fn location(&self) -> &str {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.text());
        self.headers[LOCATION].to_str().unwrap()
    }
}

impl Browser {
    /// A wizard on a fresh store, not signed in, that asks no registry.
    pub fn outside() -> Self {
        Self::asking(None)
    }

    /// The same, with registries to ask.
    pub fn asking(registry: Option<Arc<dyn Logins>>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runs = wiring::runs(folder.path(), registry, "the wizard").unwrap();
        let session = Session::new("/").unwrap();
        let launch = session.printed_path();
        let kubeconfig = Some(PathBuf::from(folder.path()).join("no-kubeconfig"));
        let site = Site { runs, kubeconfig, shutdown: CancellationToken::new() };
        let app = router(site, session, Names::new(&[]));
        Self { app, host: "127.0.0.1:8642".to_owned(), cookie: None, launch, folder: Arc::new(folder) }
    }

    /// Signed in.
    pub async fn inside() -> Self {
        let mut browser = Self::outside();
        browser.sign_in().await;
        browser
    }

    pub async fn sign_in(&mut self) {
        let launch = self.launch.clone();
        let answer = self.get(&launch).await;
        assert_eq!(answer.location(), "/");
        let cookie = answer.headers[SET_COOKIE].to_str().unwrap();
        assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{cookie}");
        self.cookie = cookie.split(';').next().map(str::to_owned);
    }

    pub fn request(&self, method: Method, path: &str) -> http::request::Builder {
        let request = Request::builder().method(method).uri(path).header(HOST, &self.host);
        match &self.cookie {
            Some(cookie) => request.header(COOKIE, cookie),
            None => request,
        }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.app.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, form: &str) -> Answer {
        let request = self.request(Method::POST, path);
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form.to_owned())).unwrap()).await
    }

    pub async fn upload(&self, path: &str, files: &[(&str, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (name, bytes) in files {
            body.extend(b"--edge\r\nContent-Disposition: form-data; name=\"files\"; filename=\"");
            body.extend(name.as_bytes());
            body.extend(b"\"\r\nContent-Type: application/octet-stream\r\n\r\n");
            body.extend(*bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--edge--\r\n");
        let request = self.request(Method::POST, path);
        let request = request.header(CONTENT_TYPE, "multipart/form-data; boundary=edge");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// A new run; gives its path.
    pub async fn new_run(&self) -> String {
        let answer = self.post("/runs", "").await;
        answer.location().strip_suffix("/connect").unwrap().to_owned()
    }

    /// A run of given files that was read to its end; gives its path.
    pub async fn run_of(&self, files: &[(&str, &[u8])]) -> String {
        let run = self.new_run().await;
        let answer = self.upload(&format!("{run}/connect/files"), files).await;
        assert_eq!(answer.location(), format!("{run}/detect"));
        self.until_read(&run).await;
        run
    }

    /// Waits for the end of a job, as its page does.
    pub async fn until_read(&self, run: &str) -> String {
        let path = format!("{run}/events");
        tokio::time::timeout(Duration::from_secs(20), self.get(&path)).await.unwrap().text()
    }
}

/// A Cortex configuration that does not tell its version.
pub const CLUSTER_YAML: &[u8] = b"# my cluster\ncluster_name: prod\nregion: us-east-1\n";

/// A pod that Docker Hub refuses, with a name and a message that want to be markup.
pub fn throttled_pod() -> Vec<u8> {
    let message = "Back-off pulling image \"nginx:1.25\": ErrImagePull: failed to pull and unpack image \
        \"docker.io/library/nginx:1.25\": toomanyrequests: You have reached your unauthenticated pull rate limit. \
        <script>alert('message')</script>";
    let pod = serde_json::json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "web<script>alert(1)</script>", "namespace": "shop", "uid": "u1"},
        "spec": {"containers": [{"name": "c", "image": "nginx:1.25"}]},
        "status": {"phase": "Pending", "containerStatuses": [{
            "name": "c", "image": "nginx:1.25", "imageID": "",
            "state": {"waiting": {"reason": "ImagePullBackOff", "message": message}}
        }]}
    });
    serde_json::to_vec(&serde_json::json!({"apiVersion": "v1", "kind": "List", "items": [pod]})).unwrap()
}
