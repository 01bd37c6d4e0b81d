//! Seeing whether the cluster is as a scenario wants it: which containers run, which wait, what the
//! registry's log says.

use bytes::Bytes;
use http::Method;
use serde_json::Value;

use crate::config::{DOCKER_HUB, Registry};
use crate::error::{LabError, Result, json};
use crate::front::Entry;
use crate::http_client::HttpClient;
use crate::lab::Lab;

/// All pods at one moment.
#[derive(Debug)]
pub struct Pods {
    items: Vec<Value>,
}

/// A container that must be refused: namespace, beginning of the pod's name, container.
pub type Expected = (&'static str, &'static str, &'static str);

impl Pods {
    /// Asks the cluster.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn see(lab: &Lab) -> Result<Self> {
        let list = lab.kubectl().json(&["get", "pods", "--all-namespaces"]).await?;
        Ok(Self { items: list["items"].as_array().cloned().unwrap_or_default() })
    }

    /// That at least `count` pods exist and all are ready.
    ///
    /// # Errors
    /// The first pod that is not, or how many there are.
    pub fn all_ready(&self, count: usize) -> std::result::Result<(), String> {
        if self.items.len() < count {
            return Err(format!("{} of {count} pods exist", self.items.len()));
        }
        match self.items.iter().find(|pod| !is_ready(pod)) {
            Some(pod) => Err(format!("{} is {}", name(pod), pod["status"])),
            None => Ok(()),
        }
    }

    /// That every expected container waits in back-off because of the limit.
    ///
    /// # Errors
    /// The first one that does not.
    pub fn all_throttled(&self, expected: &[Expected]) -> std::result::Result<(), String> {
        expected.iter().try_for_each(|wanted| {
            let (namespace, beginning, container) = wanted;
            let pod = self
                .items
                .iter()
                .find(|pod| pod["metadata"]["namespace"] == **namespace && name(pod).starts_with(beginning));
            let pod = pod.ok_or_else(|| format!("there is no pod {namespace}/{beginning}"))?;
            let waiting = waiting(pod, container);
            let refused = waiting["message"].as_str().is_some_and(|text| text.contains("toomanyrequests"));
            if waiting["reason"] == "ImagePullBackOff" && refused {
                return Ok(());
            }
            Err(format!("{namespace}/{beginning} {container}: {waiting}"))
        })
    }
}

fn name(pod: &Value) -> &str {
    pod["metadata"]["name"].as_str().unwrap_or_default()
}

fn is_ready(pod: &Value) -> bool {
    let conditions = pod["status"]["conditions"].as_array();
    conditions
        .into_iter()
        .flatten()
        .any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
}

fn waiting<'a>(pod: &'a Value, container: &str) -> &'a Value {
    ["initContainerStatuses", "containerStatuses"]
        .into_iter()
        .filter_map(|list| pod["status"][list].as_array())
        .flatten()
        .find(|status| status["name"] == *container)
        .map_or(&Value::Null, |status| &status["state"]["waiting"])
}

/// The lab's Docker Hub.
///
/// # Errors
/// When the configuration has none.
pub fn docker_hub(lab: &Lab) -> Result<&Registry> {
    let missing = || LabError::NotAsPlanned(format!("the configuration has no registry {DOCKER_HUB}"));
    lab.config.registry(DOCKER_HUB).ok_or_else(missing)
}

/// What a registry's front has seen since it was last reset.
///
/// # Errors
/// When its admin port does not answer.
pub async fn requests(registry: &Registry) -> Result<Vec<Entry>> {
    let url = format!("http://127.0.0.1:{}/log", registry.admin_port);
    let answer = HttpClient::default().succeed(Method::GET, &url, "text/plain", Bytes::new()).await?;
    let text = String::from_utf8_lossy(&answer.body);
    text.lines().map(|line| serde_json::from_str(line).map_err(json(url.clone()))).collect()
}
