//! Scenarios: clusters in a state that a person would meet.
//!
//! In all of them the cluster's own pulls spend Docker Hub's limit. Some pods run, and what came later
//! hangs: the log shipper, an API, a job, a pod made by hand, and somebody else's web server.

mod clean;
mod cluster_config;
mod cortex;
mod objects;
mod version;
mod witness;

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use http::Method;

use crate::config::{DOCKER_HUB, ECR, ECR_PUBLIC, QUAY};
use crate::error::{LabError, Result, json};
use crate::front::Rules;
use crate::http_client::HttpClient;
use crate::images::{self, Behaviour};
use crate::lab::Lab;
use crate::push::Store;
use crate::wait::until;
use version::{VERSIONS, Version};
use witness::{Expected, Pods, docker_hub, requests};

/// The containers that are refused at the end of every scenario.
const THROTTLED: [Expected; 6] = [
    ("default", "fluentd-", "fluentd"),
    ("default", "api-iris-classifier-", "api"),
    ("default", "api-iris-classifier-", "serve"),
    ("default", cortex::JOB, "api"),
    ("default", cortex::BARE_POD, "warm-up"),
    ("web", "nginx-", "nginx"),
];

/// The names of all scenarios.
#[must_use]
pub fn names() -> Vec<String> {
    VERSIONS.iter().map(|version| format!("cortex-{}", version.short)).collect()
}

/// Removes the scenario that is there and lays another one; returns what can be seen now, in a sentence.
///
/// # Errors
/// When there is no such scenario, or the cluster does not come to be as it should.
pub async fn lay(lab: &Lab, name: &str) -> Result<String> {
    let version = VERSIONS.into_iter().find(|version| name.strip_prefix("cortex-") == Some(version.short));
    let version = version.ok_or_else(|| LabError::NoScenario { name: name.into(), known: names() })?;
    publish(lab, version).await?;
    clean::clean(lab).await?;

    let mut early = cortex::cluster_with_one_api(version);
    let api = cortex::python_api(version);
    let limit = {
        let all: Vec<_> = early.iter().cloned().chain([api.clone()]).collect();
        // One for each different image, and one more for the log shipper's init container.
        objects::images(&all).collect::<BTreeSet<_>>().len() + 1
    };
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    limit_docker_hub(lab, limit).await?;

    let kubectl = lab.kubectl();
    // Namespaces and accounts first: a pod is refused while its account is missing.
    let (pods, others): (Vec<_>, Vec<_>) = early.drain(..).partition(|object| object["spec"].is_object());
    kubectl.apply(&others).await?;
    kubectl.apply(&pods).await?;
    kubectl.create(std::slice::from_ref(&api)).await?;
    let count = pods.len() + 1;
    wait(lab, "the cluster's first pods", |pods| pods.all_ready(count)).await?;

    // The last pull goes to busybox, so the log shipper itself is the first to be refused.
    kubectl.apply(&cortex::fluentd(version)).await?;
    wait(lab, "the throttled log shipper", |pods| pods.all_refused(&THROTTLED[..1])).await?;

    kubectl
        .create(&[cortex::tensorflow_api(version), cortex::job(version), cortex::bare_pod(version)])
        .await?;
    kubectl.apply(&cortex::web()).await?;
    let mut awaited = THROTTLED.to_vec();
    wait(lab, "the throttled pods", |pods| pods.cross_off_back_offs(&mut awaited)).await?;
    testify(lab, name, limit).await
}

/// Pushes every image of a release to Docker Hub and to quay.io, and what else is pulled to Docker Hub; all of it
/// to ECR as well, as somebody has done who copied it there beforehand. Of the Official Images public.ecr.aws has
/// one. Copies are the same bytes or another build, as the release says.
async fn publish(lab: &Lab, version: Version) -> Result<()> {
    let client = HttpClient::default();
    let all = images_of(version);
    for (host, prefix) in [(DOCKER_HUB, ""), (QUAY, ""), (ECR, "docker-hub/"), (ECR_PUBLIC, "docker/")] {
        let Some(registry) = lab.config.registry(host) else { continue };
        let store = Store::new(&client, registry.storage_port);
        for (repository, tag, behaviour) in all.iter().filter(|(repository, ..)| is_at(host, repository)) {
            let built_for =
                if version.same_everywhere.contains(&repository.as_str()) { DOCKER_HUB } else { host };
            let image = images::build(&format!("{built_for}/{repository}:{tag}"), *behaviour)?;
            store.publish(&format!("{prefix}{repository}"), tag, &image).await?;
        }
    }
    Ok(())
}

/// What Docker Hub has of a release, and what else is pulled from there.
fn images_of(version: Version) -> Vec<(String, &'static str, Behaviour)> {
    let others = [
        ("library/busybox", "latest", Behaviour::Shell),
        ("library/nginx", "1.27", Behaviour::Serve),
        ("istio/install-cni", "1.4.2", Behaviour::Serve),
        // Docker's own image for asking how much is left.
        ("ratelimitpreview/test", "latest", Behaviour::Finish),
    ];
    let own = version.cluster_images().chain(version.api_images()).map(|image| {
        let behaviour = if image == "downloader" { Behaviour::Finish } else { Behaviour::Serve };
        (format!("cortexlabs/{image}"), version.full, behaviour)
    });
    own.chain(others.map(|(repository, tag, behaviour)| (repository.to_owned(), tag, behaviour))).collect()
}

fn is_at(host: &str, repository: &str) -> bool {
    match host {
        QUAY => repository.starts_with("cortexlabs/"),
        ECR_PUBLIC => repository == "library/nginx",
        _ => true,
    }
}

async fn limit_docker_hub(lab: &Lab, pulls: u32) -> Result<()> {
    let url = format!("http://127.0.0.1:{}/limits", docker_hub(lab)?.admin_port);
    let rules = serde_json::to_vec(&Rules::anonymous_pulls(pulls)).map_err(json("the limit"))?;
    let client = HttpClient::default();
    client.succeed(Method::PUT, &url, "application/json", Bytes::from(rules)).await.map(drop)
}

async fn wait(
    lab: &Lab,
    what: &str,
    mut condition: impl FnMut(&Pods) -> std::result::Result<(), String>,
) -> Result<()> {
    until(what, Duration::from_secs(90), async || {
        let pods = Pods::see(lab).await.map_err(|error| error.to_string())?;
        condition(&pods)
    })
    .await
}

/// The registry's own account: the limit was spent by pulls that were counted, and the node was refused.
async fn testify(lab: &Lab, name: &str, limit: u32) -> Result<String> {
    let log = requests(docker_hub(lab)?).await?;
    let counted = log.iter().filter(|entry| entry.counted).count();
    if counted != usize::try_from(limit).unwrap_or(usize::MAX) {
        return Err(LabError::NotAsPlanned(format!("{counted} pulls were counted, not {limit}")));
    }
    let node = lab.config.node_address.to_string();
    let refused = log.iter().filter(|entry| entry.status == 429 && entry.source == node).count();
    if refused == 0 {
        return Err(LabError::NotAsPlanned("the node was never refused".into()));
    }
    Ok(format!(
        "{name}: the node spent {counted} of {limit} pulls, {refused} more were refused, {} containers hang",
        THROTTLED.len()
    ))
}
