//! Kubeconfigs of people who may not see everything, for tests of what is then missing.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use crate::error::Result;
use crate::lab::Lab;
use crate::pki::write_kubeconfig;
use crate::wait::until;

/// Where these accounts live; no scenario touches it.
pub const NAMESPACE: &str = "lab-users";

/// What an account must do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Restriction {
    /// Reads everything but events.
    NoEvents,
    /// Reads everything but nodes.
    NoNodes,
    /// Reads only what is in the namespace `default`, and no object outside of namespaces.
    OneNamespace,
}

impl Restriction {
    fn name(self) -> &'static str {
        match self {
            Self::NoEvents => "no-events",
            Self::NoNodes => "no-nodes",
            Self::OneNamespace => "one-namespace",
        }
    }
}

/// Makes a service account with exactly these rights and a kubeconfig with a token for it; returns the
/// file's path. Secrets are readable for none of them.
///
/// # Errors
/// When the API server refuses or the file cannot be written.
pub async fn kubeconfig(lab: &Lab, restriction: Restriction) -> Result<PathBuf> {
    let name = restriction.name();
    let kubectl = lab.kubectl();
    kubectl.apply(&objects(restriction)).await?;
    let token = until("a token", Duration::from_secs(10), async || {
        let arguments = ["create", "token", name, "--namespace", NAMESPACE, "--duration=24h"];
        kubectl.run(&arguments).await.map_err(|error| error.to_string())
    })
    .await?;
    let path = lab.paths.root.join(format!("kubeconfig-{name}"));
    write_kubeconfig(&lab.paths, &lab.config, &path, &json!({ "token": token.trim() }))?;
    Ok(path)
}

fn objects(restriction: Restriction) -> Vec<Value> {
    let name = restriction.name();
    let (role_kind, binding_kind, place) = match restriction {
        Restriction::OneNamespace => ("Role", "RoleBinding", json!({ "name": name, "namespace": "default" })),
        _ => ("ClusterRole", "ClusterRoleBinding", json!({ "name": name })),
    };
    let group = "rbac.authorization.k8s.io";
    vec![
        json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": NAMESPACE } }),
        json!({ "apiVersion": "v1", "kind": "ServiceAccount",
            "metadata": { "name": name, "namespace": NAMESPACE } }),
        json!({ "apiVersion": format!("{group}/v1"), "kind": role_kind, "metadata": place, "rules": rules(restriction) }),
        json!({ "apiVersion": format!("{group}/v1"), "kind": binding_kind, "metadata": place,
            "roleRef": { "apiGroup": group, "kind": role_kind, "name": name },
            "subjects": [{ "kind": "ServiceAccount", "name": name, "namespace": NAMESPACE }] }),
    ]
}

fn rules(restriction: Restriction) -> Value {
    let mut core =
        vec!["pods", "pods/log", "configmaps", "serviceaccounts", "services", "replicationcontrollers"];
    if restriction != Restriction::NoEvents {
        core.push("events");
    }
    if restriction != Restriction::OneNamespace {
        core.push("namespaces");
        if restriction != Restriction::NoNodes {
            core.push("nodes");
        }
    }
    let read = ["get", "list", "watch"];
    let mut rules = vec![
        json!({ "apiGroups": [""], "resources": core, "verbs": read }),
        json!({ "apiGroups": ["apps"], "verbs": read,
            "resources": ["deployments", "daemonsets", "replicasets", "statefulsets"] }),
        json!({ "apiGroups": ["batch"], "resources": ["jobs", "cronjobs"], "verbs": read }),
    ];
    if restriction != Restriction::NoEvents {
        rules.push(json!({ "apiGroups": ["events.k8s.io"], "resources": ["events"], "verbs": read }));
    }
    Value::Array(rules)
}
