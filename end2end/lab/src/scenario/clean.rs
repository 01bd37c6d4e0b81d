//! Removing what an earlier scenario, or the test that used it, has left: objects, images on the node, and
//! what the registries remember.

use std::time::Duration;

use bytes::Bytes;
use http::Method;
use serde_json::Value;

use crate::access;
use crate::error::{LabError, Result};
use crate::front::{Accounts, Rules};
use crate::http_client::HttpClient;
use crate::images::{self, Behaviour};
use crate::lab::Lab;
use crate::node::{SANDBOX_IMAGE, ctr};
use crate::wait::until;

/// Makes the lab as it was when it came up.
///
/// # Errors
/// When something will not go.
pub async fn clean(lab: &Lab) -> Result<()> {
    remove_objects(lab).await?;
    remove_images(lab)?;
    forget_requests(lab).await
}

async fn remove_objects(lab: &Lab) -> Result<()> {
    let kubectl = lab.kubectl();
    let everywhere = ["--all", "--all-namespaces", "--timeout=60s"];
    // Owners first, or they would replace their pods.
    for kinds in ["cronjobs,deployments,daemonsets,statefulsets,jobs", "replicasets,pods,secrets"] {
        kubectl.run(&[&["delete", kinds], &everywhere[..]].concat()).await?;
    }
    let mut delete = vec!["delete", "namespaces", "--timeout=60s"];
    let namespaces = kubectl.json(&["get", "namespaces"]).await?;
    let ours: Vec<&str> = names(&namespaces).filter(|name| !is_permanent(name)).collect();
    if !ours.is_empty() {
        delete.extend(ours);
        kubectl.run(&delete).await?;
    }
    // The default accounts come back by themselves, without the pull secrets that a test gave them.
    for place in ["default", "kube-system"] {
        kubectl.run(&["delete", "serviceaccounts", "--all", "--namespace", place]).await?;
        // In one request: there are many, and kubectl would ask for one after the other.
        let events = format!("/api/v1/namespaces/{place}/events");
        kubectl.run(&["delete", "--raw", &events]).await?;
    }
    kubectl.run(&["delete", "configmaps", "--all", "--namespace", "default"]).await?;
    until("the default service account", Duration::from_secs(20), async || {
        kubectl.run(&["get", "serviceaccount", "default"]).await.map_err(|error| error.to_string())
    })
    .await?;
    Ok(())
}

fn names(list: &Value) -> impl Iterator<Item = &str> {
    list["items"].as_array().into_iter().flatten().filter_map(|item| item["metadata"]["name"].as_str())
}

fn is_permanent(namespace: &str) -> bool {
    namespace == "default" || namespace.starts_with("kube-") || namespace == access::NAMESPACE
}

/// Removes every image but the sandbox's, content and all, so that the next pull is one.
fn remove_images(lab: &Lab) -> Result<()> {
    let sandbox = images::build("sandbox", Behaviour::Serve)?;
    let listed = ctr(&lab.paths, &["images", "list", "--quiet"])?;
    let others: Vec<&str> = listed
        .lines()
        .filter(|name| !name.contains(SANDBOX_IMAGE) && !name.contains(&sandbox.config.digest))
        .filter(|name| !name.contains(&sandbox.manifest.digest))
        .collect();
    if others.is_empty() {
        return Ok(());
    }
    let arguments = [&["images", "remove", "--sync"], &others[..]].concat();
    ctr(&lab.paths, &arguments).map(drop)
}

async fn forget_requests(lab: &Lab) -> Result<()> {
    let client = HttpClient::default();
    let json = |value: serde_json::Result<Vec<u8>>| {
        value.map(Bytes::from).map_err(|source| LabError::Json { what: "default rules".into(), source })
    };
    let rules = json(serde_json::to_vec(&Rules::default()))?;
    let accounts = json(serde_json::to_vec(&Accounts::new()))?;
    for registry in &lab.config.registries {
        let url = |path: &str| format!("http://127.0.0.1:{}/{path}", registry.admin_port);
        client.succeed(Method::PUT, &url("limits"), "application/json", rules.clone()).await?;
        client.succeed(Method::PUT, &url("accounts"), "application/json", accounts.clone()).await?;
        client.succeed(Method::POST, &url("reset"), "application/json", Bytes::new()).await?;
    }
    Ok(())
}
