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

    /// That every expected container was refused because of the limit.
    ///
    /// # Errors
    /// The first one that was not.
    pub fn all_refused(&self, expected: &[Expected]) -> std::result::Result<(), String> {
        expected.iter().try_for_each(|wanted| self.refused(wanted).map(drop))
    }

    /// Takes those that are in back-off now out of `awaited`; done when none is left. A node tries again and
    /// again, so that it need not have given up on all of them at the same moment.
    ///
    /// # Errors
    /// The first one that is still awaited.
    pub fn cross_off_back_offs(&self, awaited: &mut Vec<Expected>) -> std::result::Result<(), String> {
        awaited.retain(|one| !self.refused(one).is_ok_and(|waiting| waiting["reason"] == "ImagePullBackOff"));
        awaited.first().map_or(Ok(()), |one| Err(format!("{one:?}: {:?}", self.refused(one))))
    }

    /// What a refused container waits for.
    fn refused(&self, (namespace, beginning, container): &Expected) -> std::result::Result<&Value, String> {
        let is_meant =
            |pod: &&Value| pod["metadata"]["namespace"] == **namespace && name(pod).starts_with(beginning);
        let pod = self.items.iter().find(is_meant);
        let waiting = waiting(pod.ok_or_else(|| format!("no pod {namespace}/{beginning}"))?, container);
        match waiting["message"].as_str() {
            Some(text) if text.contains("toomanyrequests") => Ok(waiting),
            _ => Err(format!("{namespace}/{beginning} {container}: {waiting}")),
        }
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
