//! etcd, API server, controller manager and scheduler: which flags each gets and why.

use std::ffi::OsString;
use std::path::Path;

use serde_json::{Value, json};

use crate::config::{Config, Paths};
use crate::error::{Result, json as json_error};
use crate::process::start;
use crate::record::Record;

/// Addresses of Services. Nothing routes them; the API server only wants a range to hand out.
const SERVICES: &str = "198.19.64.0/24";

/// Starts the four, in the order in which they need each other.
///
/// # Errors
/// When one cannot be started.
pub fn start_all(record: &mut Record, paths: &Paths, config: &Config, kube: &Path) -> Result<()> {
    let policy = serde_json::to_vec_pretty(&audit_policy()).map_err(json_error("the audit policy"))?;
    paths.write(&paths.root.join("audit-policy.json"), policy)?;
    let parts = [
        ("etcd", etcd(paths, config)),
        ("kube-apiserver", api_server(paths, config)),
        ("kube-controller-manager", controller_manager(paths, config)),
        ("kube-scheduler", scheduler(paths, config)),
    ];
    for (name, flags) in parts {
        let mut arguments: Vec<OsString> = vec![kube.into(), name.into()];
        arguments.extend(flags.into_iter().map(OsString::from));
        start(record, paths, name, &arguments)?;
    }
    Ok(())
}

fn etcd(paths: &Paths, config: &Config) -> Vec<String> {
    let clients = format!("http://127.0.0.1:{}", config.etcd_port);
    let peers = format!("http://127.0.0.1:{}", config.etcd_port + 1);
    vec![
        format!("--data-dir={}", paths.root.join("etcd").display()),
        format!("--listen-client-urls={clients}"),
        format!("--advertise-client-urls={clients}"),
        format!("--listen-peer-urls={peers}"),
        format!("--initial-advertise-peer-urls={peers}"),
        format!("--initial-cluster=default={peers}"),
        // What the lab stores may be lost with the machine; waiting for the disk buys nothing.
        "--unsafe-no-fsync".into(),
        "--log-level=warn".into(),
    ]
}

fn api_server(paths: &Paths, config: &Config) -> Vec<String> {
    let pki = |name: &str| paths.pki(name).display().to_string();
    vec![
        format!("--etcd-servers=http://127.0.0.1:{}", config.etcd_port),
        "--bind-address=127.0.0.1".into(),
        format!("--secure-port={}", config.api_port),
        format!("--advertise-address={}", config.node_address),
        // No Service leads to the API server, and no endpoint of it needs to be kept up to date.
        "--endpoint-reconciler-type=none".into(),
        format!("--service-cluster-ip-range={SERVICES}"),
        format!("--tls-cert-file={}", pki("apiserver.crt")),
        format!("--tls-private-key-file={}", pki("apiserver.key")),
        format!("--client-ca-file={}", pki("ca.crt")),
        format!("--kubelet-client-certificate={}", pki("apiserver-to-kubelet.crt")),
        format!("--kubelet-client-key={}", pki("apiserver-to-kubelet.key")),
        "--service-account-issuer=https://kubernetes.default.svc".into(),
        format!("--service-account-key-file={}", pki("service-accounts.pub")),
        format!("--service-account-signing-key-file={}", pki("service-accounts.key")),
        "--authorization-mode=Node,RBAC".into(),
        "--enable-admission-plugins=NodeRestriction".into(),
        // What 1.36 has without being asked: policies that change objects, and images as volumes.
        "--feature-gates=MutatingAdmissionPolicy=true,ImageVolume=true".into(),
        "--runtime-config=admissionregistration.k8s.io/v1beta1=true".into(),
        "--allow-privileged=true".into(),
        format!("--audit-policy-file={}", paths.root.join("audit-policy.json").display()),
        format!("--audit-log-path={}", paths.audit_log().display()),
        "--audit-log-format=json".into(),
    ]
}

fn controller_manager(paths: &Paths, config: &Config) -> Vec<String> {
    let mut flags = vec![
        format!("--service-account-private-key-file={}", paths.pki("service-accounts.key").display()),
        format!("--root-ca-file={}", paths.pki("ca.crt").display()),
        // By default it makes a directory below /usr, which it would leave behind.
        format!("--flex-volume-plugin-dir={}", paths.root.join("volume-plugins").display()),
    ];
    flags.extend(client_of_the_api(paths, "controller-manager", config.controller_manager_port));
    flags
}

fn scheduler(paths: &Paths, config: &Config) -> Vec<String> {
    client_of_the_api(paths, "scheduler", config.scheduler_port)
}

fn client_of_the_api(paths: &Paths, name: &str, port: u16) -> Vec<String> {
    let kubeconfig = paths.pki(&format!("{name}.kubeconfig"));
    let mut flags: Vec<String> = ["kubeconfig", "authentication-kubeconfig", "authorization-kubeconfig"]
        .into_iter()
        .map(|flag| format!("--{flag}={}", kubeconfig.display()))
        .collect();
    flags.extend([
        "--leader-elect=false".into(),
        "--bind-address=127.0.0.1".into(),
        format!("--secure-port={port}"),
        format!("--cert-dir={}", paths.pki(name).display()),
    ]);
    flags
}

/// Who asked for what, without contents, for everybody but the cluster's own parts: so that a test can
/// show that a program only read.
fn audit_policy() -> Value {
    let own = ["system:apiserver", "system:kube-controller-manager", "system:kube-scheduler"];
    json!({
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived"],
        "rules": [
            { "level": "None", "users": own },
            { "level": "None", "userGroups": ["system:nodes"] },
            { "level": "Metadata" },
        ],
    })
}
