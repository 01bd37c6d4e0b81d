//! Where the lab lives: its addresses, ports and directories. Everything else is derived from here.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::{Result, file, json};
use crate::front::Style;

/// The lab's addresses and ports. The defaults suit one lab on a machine; a second one needs others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Name of the bridge, at most 15 characters, and of the control group.
    pub name: String,
    /// First address of the pods' /24 network: the bridge's own, by which the node is known.
    pub node_address: Ipv4Addr,
    /// The API server's port on loopback.
    pub api_port: u16,
    /// The kubelet's port on the node's address.
    pub kubelet_port: u16,
    /// etcd's port for the API server; the next one is for its (absent) peers.
    pub etcd_port: u16,
    /// The controller manager's port on loopback.
    pub controller_manager_port: u16,
    /// The scheduler's port on loopback.
    pub scheduler_port: u16,
    /// The registries of this small world.
    pub registries: Vec<Registry>,
}

/// One registry: its real name, and the ports where the lab serves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    /// The host as image references name it.
    pub host: String,
    /// What its front imitates.
    pub style: Style,
    /// The front's port, on loopback and on the node's address.
    pub port: u16,
    /// The front's admin port, on loopback.
    pub admin_port: u16,
    /// The port of the docker-registry behind it, on loopback.
    pub storage_port: u16,
}

impl Registry {
    fn at(host: &str, style: Style, port: u16) -> Self {
        Self { host: host.into(), style, port, admin_port: port + 1, storage_port: port + 2 }
    }

    /// A short word for file names: the first part of the host.
    #[must_use]
    pub fn short_name(&self) -> &str {
        self.host.split('.').next().unwrap_or(&self.host)
    }
}

/// Docker Hub's name in image references.
pub const DOCKER_HUB: &str = "docker.io";
/// The registry with the unlimited copies.
pub const QUAY: &str = "quay.io";
/// Amazon's public registry, where Docker itself pushes its Official Images.
pub const ECR_PUBLIC: &str = "public.ecr.aws";
/// A private registry on AWS, of the account that AWS' own documentation uses.
pub const ECR: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com";

impl Default for Config {
    fn default() -> Self {
        Self {
            name: "utlab0".into(),
            node_address: Ipv4Addr::new(198, 18, 64, 1),
            api_port: 16443,
            kubelet_port: 16250,
            etcd_port: 16379,
            controller_manager_port: 16257,
            scheduler_port: 16259,
            registries: vec![
                Registry::at(DOCKER_HUB, Style::DockerHub, 5010),
                Registry::at(QUAY, Style::Plain, 5020),
                Registry::at(ECR, Style::Plain, 5030),
                Registry::at(ECR_PUBLIC, Style::Plain, 5040),
            ],
        }
    }
}

impl Config {
    /// The registry of this host.
    #[must_use]
    pub fn registry(&self, host: &str) -> Option<&Registry> {
        self.registries.iter().find(|registry| registry.host == host)
    }

    /// The pods' network, `A.B.C.0/24`.
    #[must_use]
    pub fn pod_network(&self) -> String {
        let [a, b, c, _] = self.node_address.octets();
        format!("{a}.{b}.{c}.0/24")
    }

    /// Where a front listens: loopback for people and tests, the node's address for the node and its
    /// pods. So the two are two sources to Docker Hub, as a laptop and a cluster are.
    #[must_use]
    pub fn listen(&self, port: u16) -> Vec<SocketAddr> {
        vec![(Ipv4Addr::LOCALHOST, port).into(), (self.node_address, port).into()]
    }
}

/// The files of one lab, all below its state directory.
#[derive(Debug, Clone)]
pub struct Paths {
    /// The state directory.
    pub root: PathBuf,
}

impl Paths {
    /// The lab in `dir`.
    #[must_use]
    pub fn new(dir: &Path) -> Self {
        Self { root: dir.to_owned() }
    }

    /// Where the lab is kept when nobody says otherwise.
    #[must_use]
    pub fn default_dir() -> PathBuf {
        let base = std::env::var_os("XDG_RUNTIME_DIR").map_or_else(|| PathBuf::from("/run"), PathBuf::from);
        base.join("unthrottle-lab")
    }

    /// The record of what was made on the machine.
    #[must_use]
    pub fn record(&self) -> PathBuf {
        self.root.join("made.json")
    }

    /// Exists once everything was started: what a crash cut short is no lab.
    #[must_use]
    pub fn complete(&self) -> PathBuf {
        self.root.join("complete")
    }

    /// The configuration that this lab was started with.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.root.join("config.json")
    }

    /// Kubeconfig of the cluster's administrator, context `lab`.
    #[must_use]
    pub fn kubeconfig(&self) -> PathBuf {
        self.root.join("kubeconfig")
    }

    /// A `kubectl` of the cluster's own version.
    #[must_use]
    pub fn kubectl(&self) -> PathBuf {
        self.root.join("bin/kubectl")
    }

    /// The API server's audit log, JSON lines.
    #[must_use]
    pub fn audit_log(&self) -> PathBuf {
        self.root.join("logs/audit.jsonl")
    }

    /// The log of one process.
    #[must_use]
    pub fn log(&self, process: &str) -> PathBuf {
        self.root.join("logs").join(format!("{process}.log"))
    }

    /// Certificates and keys.
    #[must_use]
    pub fn pki(&self, name: &str) -> PathBuf {
        self.root.join("pki").join(name)
    }

    /// The socket of the node's containerd.
    #[must_use]
    pub fn containerd_socket(&self) -> PathBuf {
        self.root.join("node/containerd.sock")
    }

    /// Writes a file of the lab and the directories above it.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn write(&self, path: &Path, content: impl AsRef<[u8]>) -> Result<()> {
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(file("cannot make the directory", parent))?;
        }
        std::fs::write(path, content).map_err(file("cannot write", path))
    }

    /// Reads the configuration of the lab that is up here.
    ///
    /// # Errors
    /// When there is none or it cannot be understood.
    pub fn read_config(&self) -> Result<Config> {
        let path = self.config();
        let text = std::fs::read(&path).map_err(file("cannot read", &path))?;
        serde_json::from_slice(&text).map_err(json(path.display().to_string()))
    }
}
