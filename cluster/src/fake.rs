//! An API server for tests that answers what a real one will not on demand.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use domain::diagnosis::{Fold, SourceKind};
use domain::facts::{ClusterFact, Fact, NotSeen};
use domain::ports::{Cancel, FactSink, FactSource as _};
use domain::problem::Problem;
use domain::run::Progress;
use http::{Request, Response};
use http_body_util::Full;
use kube::client::Body;
use serde_json::{Value, json};

use crate::ask::Patience;
use crate::reader::ClusterReader;
use crate::recording::{json_response, key};

/// A prepared answer.
pub(crate) type Reply = Response<Full<Bytes>>;

pub(crate) fn ok(body: &Value) -> Reply {
    json_response(200, body)
}

pub(crate) fn status(code: u16) -> Reply {
    json_response(code, &json!({"kind": "Status", "code": code, "message": format!("refused with {code}")}))
}

pub(crate) fn list(items: &Value) -> Reply {
    ok(&json!({"kind": "SomeList", "metadata": {"resourceVersion": "1"}, "items": items}))
}

/// A client whose requests (`GET /path?query body`) are answered by `special` and, where that has nothing to
/// say, like an empty cluster would. The log has every request.
pub(crate) fn client(
    special: impl Fn(&str) -> Option<Reply> + Send + Sync + 'static,
) -> (kube::Client, Arc<Mutex<Vec<String>>>) {
    let log = Arc::new(Mutex::new(Vec::new()));
    let (special, kept) = (Arc::new(special), Arc::clone(&log));
    let service = tower::service_fn(move |request: Request<Body>| {
        let (special, log) = (Arc::clone(&special), Arc::clone(&kept));
        async move {
            let (request, _) = key(request).await;
            log.lock().unwrap().push(request.clone());
            Ok::<_, Infallible>(special(&request).unwrap_or_else(|| empty_cluster(&request)))
        }
    });
    (kube::Client::new(service, "default"), log)
}

fn empty_cluster(request: &str) -> Reply {
    let namespace = |name: &str| ok(&json!({"metadata": {"name": name, "uid": format!("uid-{name}")}}));
    match request {
        "GET /version" => ok(&json!({"gitVersion": "v1.34.4"})),
        _ if request.starts_with("POST ") => ok(&json!({"status": {"allowed": true}})),
        _ if request.contains('?') => list(&json!([])),
        _ => match request.strip_prefix("GET /api/v1/namespaces/").filter(|rest| !rest.contains('/')) {
            Some(name) => namespace(name),
            None => status(404),
        },
    }
}

/// Short, so that tests are.
pub(crate) const PATIENCE: Patience = Patience {
    tries: 3,
    first_wait: Duration::from_millis(1),
    longest_wait: Duration::from_millis(5),
    silence: Duration::from_millis(500),
};

/// What a reading gave.
pub(crate) struct Seen {
    pub(crate) facts: Vec<Fact>,
    pub(crate) progress: Vec<Progress>,
    pub(crate) requests: Vec<String>,
    pub(crate) result: Result<(), Problem>,
}

impl FactSink for Seen {
    fn fact(&mut self, fact: Fact) {
        self.facts.push(fact);
    }
    fn progress(&mut self, progress: Progress) {
        self.progress.push(progress);
    }
    fn request(&mut self, verb: &str, what: &str) {
        self.requests.push(format!("{verb} {what}"));
    }
}

impl Seen {
    pub(crate) fn not_seen(&self) -> Vec<&NotSeen> {
        let all = self.facts.iter().filter_map(|fact| match fact {
            Fact::NotSeen(not_seen) => Some(not_seen),
            _ => None,
        });
        all.collect()
    }

    pub(crate) fn problem(&self) -> &Problem {
        self.result.as_ref().unwrap_err()
    }

    /// Pods, as a scan counts them.
    pub(crate) fn pods(&self) -> u32 {
        let mut fold = Fold::new(SourceKind::Cluster);
        self.facts.iter().cloned().for_each(|fact| fold.take(fact));
        fold.finish(domain::time::Timestamp::from_unix(0)).diagnosis.counts.pods
    }
}

impl Default for Seen {
    fn default() -> Self {
        Self { facts: Vec::new(), progress: Vec::new(), requests: Vec::new(), result: Ok(()) }
    }
}

/// A reader over a client, of some namespaces or (with none) of all.
pub(crate) fn over(client: kube::Client, namespaces: &[&str]) -> ClusterReader {
    let cluster = ClusterFact {
        name: "fake".to_owned(),
        server: Some("fake:6443".to_owned()),
        ..ClusterFact::default()
    };
    let namespaces = namespaces.iter().map(|&name| name.to_owned()).collect();
    ClusterReader::over(client, cluster, namespaces, "home".to_owned(), PATIENCE)
}

/// Reads over a client.
pub(crate) async fn read(client: kube::Client, namespaces: &[&str]) -> Seen {
    let reader = over(client, namespaces);
    let mut seen = Seen::default();
    seen.result = reader.read(&Cancel::default(), &mut seen).await;
    seen
}

pub(crate) fn pod(name: &str) -> Value {
    json!({"metadata": {"name": name, "namespace": "shop", "uid": name}, "spec": {"containers": [{"name": "c", "image": "nginx"}]}})
}
