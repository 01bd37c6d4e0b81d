//! Makes a recording of a live cluster: the reader's own requests, and what was answered.
//!
//! For the practice cluster, whose answers are a real server's. Never holds a Secret, since the reader asks for
//! none.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use domain::facts::{ClusterFact, Fact};
use domain::ports::{Cancel, FactSink, FactSource as _};
use domain::problem::Problem;
use domain::run::Progress;
use domain::time::Timestamp;
use http::Request;
use http_body_util::BodyExt as _;
use kube::client::Body;
use serde_json::Value;

use crate::ask::Patience;
use crate::connect;
use crate::reader::ClusterReader;
use crate::recording::{Answer, Recording, json_response, key};

type Answers = Arc<Mutex<BTreeMap<String, Answer>>>;

/// Reads the cluster of a context once and writes what it answered to `file`, for the practice cluster.
///
/// # Errors
/// As connecting and reading; also when the file cannot be written.
pub async fn record(kubeconfig: Option<&Path>, context: Option<&str>, file: &Path) -> Result<(), Problem> {
    let connect::Connection { client, cluster, namespace } = connect::open(kubeconfig, context).await?;
    let recording = take(client, cluster, namespace).await?;
    std::fs::write(file, recording.to_gz()?).map_err(|error| {
        let next = "Check the folder and whether you may write there.";
        Problem::bad_input(
            "recording_not_written",
            "The recording was not written.",
            format!("{error}."),
            next,
        )
        .at(file.display().to_string())
    })
}

pub(crate) async fn take(
    client: kube::Client,
    cluster: ClusterFact,
    home: String,
) -> Result<Recording, Problem> {
    let answers = Answers::default();
    let reader = ClusterReader::over(
        listening(client, Arc::clone(&answers)),
        cluster,
        Vec::new(),
        home,
        Patience::USUAL,
    );
    reader.read(&Cancel::default(), &mut Nobody).await?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let answers = std::mem::take(&mut *answers.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(Recording::new(Timestamp::from_unix(now), answers))
}

/// A client that keeps a copy of every answer.
fn listening(inner: kube::Client, answers: Answers) -> kube::Client {
    let service = tower::service_fn(move |request: Request<Body>| {
        let (inner, answers) = (inner.clone(), Arc::clone(&answers));
        async move {
            let (key, request) = key(request).await;
            let (parts, body) = inner.send(request).await?.into_parts();
            let bytes = body.collect().await?.to_bytes();
            // An API group that is not there is answered in plain words.
            let text = || Value::String(String::from_utf8_lossy(&bytes).into_owned());
            let mut body = serde_json::from_slice(&bytes).unwrap_or_else(|_| text());
            trim(&mut body);
            let status = parts.status.as_u16();
            let response = json_response(status, &body);
            answers.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Answer { status, body });
            Ok::<_, kube::Error>(response)
        }
    });
    kube::Client::new(service, "default")
}

/// Takes out what is long and says nothing about images: who wrote which field, kubectl's copy of the object,
/// a node's list of images.
fn trim(value: &mut Value) {
    const LONG: [&str; 3] = ["managedFields", "kubectl.kubernetes.io/last-applied-configuration", "images"];
    match value {
        Value::Object(map) => {
            map.retain(|key, _| !LONG.contains(&key.as_str()));
            map.values_mut().for_each(trim);
        }
        Value::Array(list) => list.iter_mut().for_each(trim),
        _ => {}
    }
}

/// What is read is in the recording; nobody listens.
struct Nobody;

impl FactSink for Nobody {
    fn fact(&mut self, _: Fact) {}
    fn progress(&mut self, _: Progress) {}
    fn request(&mut self, _: &str, _: &str) {}
}
