//! Certificates and kubeconfigs of the cluster. Keys never leave the state directory.

use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use serde_json::json;

use crate::config::{Config, Paths};
use crate::error::{Result, json as json_error};

/// The node's name.
pub const NODE: &str = "lab-node-1";

/// Makes the authority, a certificate for every program, and their kubeconfigs.
///
/// # Errors
/// When a key cannot be made or a file not written.
pub fn make(paths: &Paths, config: &Config) -> Result<()> {
    let authority = Authority::new(paths)?;
    let names = ["127.0.0.1", "localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"];
    authority.server(paths, "apiserver", &names)?;
    // The API server proves to the kubelet who it is when it fetches logs.
    authority.client(
        paths,
        "apiserver-to-kubelet",
        "kube-apiserver-kubelet-client",
        Some("system:masters"),
    )?;
    let key = KeyPair::generate()?;
    paths.write(&paths.pki("service-accounts.key"), key.serialize_pem())?;
    paths.write(&paths.pki("service-accounts.pub"), key.public_key_pem())?;

    let node = format!("system:node:{NODE}");
    let clients = [
        ("admin", "lab-admin", Some("system:masters")),
        // Its controllers share one identity here, and no single built-in role covers them all.
        ("controller-manager", "system:kube-controller-manager", Some("system:masters")),
        ("scheduler", "system:kube-scheduler", None),
        ("kubelet", node.as_str(), Some("system:nodes")),
    ];
    for (name, user, group) in clients {
        authority.client(paths, name, user, group)?;
        let kubeconfig = match name {
            "admin" => paths.kubeconfig(),
            _ => paths.pki(&format!("{name}.kubeconfig")),
        };
        let credentials = json!({
            "client-certificate": paths.pki(&format!("{name}.crt")),
            "client-key": paths.pki(&format!("{name}.key")),
        });
        write_kubeconfig(paths, config, &kubeconfig, &credentials)?;
    }
    Ok(())
}

/// Writes a kubeconfig with context `lab` for the user with these `credentials`. JSON is YAML.
///
/// # Errors
/// When the file cannot be written.
pub fn write_kubeconfig(
    paths: &Paths,
    config: &Config,
    path: &Path,
    credentials: &serde_json::Value,
) -> Result<()> {
    let kubeconfig = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "lab",
        "contexts": [{ "name": "lab", "context": { "cluster": "lab", "user": "lab" } }],
        "clusters": [{ "name": "lab", "cluster": {
            "server": format!("https://127.0.0.1:{}", config.api_port),
            "certificate-authority": paths.pki("ca.crt"),
        } }],
        "users": [{ "name": "lab", "user": credentials }],
    });
    let text = serde_json::to_vec_pretty(&kubeconfig).map_err(json_error("a kubeconfig"))?;
    paths.write(path, text)
}

struct Authority {
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new(paths: &Paths) -> Result<Self> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "lab authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let certificate = params.self_signed(&key)?;
        paths.write(&paths.pki("ca.crt"), certificate.pem())?;
        Ok(Self { issuer: Issuer::new(params, key) })
    }

    fn server(&self, paths: &Paths, name: &str, names: &[&str]) -> Result<()> {
        let mut params = CertificateParams::new(names.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.sign(paths, name, &params)
    }

    fn client(&self, paths: &Paths, name: &str, user: &str, group: Option<&str>) -> Result<()> {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, user);
        if let Some(group) = group {
            params.distinguished_name.push(DnType::OrganizationName, group);
        }
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(paths, name, &params)
    }

    fn sign(&self, paths: &Paths, name: &str, params: &CertificateParams) -> Result<()> {
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        paths.write(&paths.pki(&format!("{name}.crt")), certificate.pem())?;
        paths.write(&paths.pki(&format!("{name}.key")), key.serialize_pem())
    }
}
