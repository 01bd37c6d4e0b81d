//! The lab as a whole: bringing it up, taking it down, and saying how it is.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use crate::config::{Config, Paths};
use crate::error::{LabError, Result, file, json};
use crate::kubectl::Kubectl;
use crate::pki::NODE;
use crate::record::{Made, Record};
use crate::wait::until;
use crate::{cgroup, control_plane, kube_binary, network, node, pki, process, registries, setup};

/// A lab that is up.
#[derive(Debug, Clone)]
pub struct Lab {
    /// Its files.
    pub paths: Paths,
    /// Its addresses and ports.
    pub config: Config,
}

impl Lab {
    /// The lab that is up in `dir`.
    ///
    /// # Errors
    /// When there is none.
    pub fn open(dir: &Path) -> Result<Self> {
        let paths = Paths::new(dir);
        if !paths.record().exists() || !paths.complete().exists() {
            return Err(LabError::NotUp(dir.to_owned()));
        }
        let config = paths.read_config()?;
        Ok(Self { paths, config })
    }

    /// The administrator's kubectl.
    #[must_use]
    pub fn kubectl(&self) -> Kubectl {
        Kubectl::new(&self.paths)
    }

    /// What a shell or a test needs to reach the lab, as names and values.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        let mut variables = vec![
            ("KUBECONFIG".to_owned(), self.paths.kubeconfig().display().to_string()),
            ("KUBECTL".to_owned(), self.paths.kubectl().display().to_string()),
            ("LAB_AUDIT_LOG".to_owned(), self.paths.audit_log().display().to_string()),
            ("LAB_LOGS".to_owned(), self.paths.root.join("logs").display().to_string()),
            ("LAB_NODE_ADDRESS".to_owned(), self.config.node_address.to_string()),
        ];
        for registry in &self.config.registries {
            let name = registry.short_name().to_uppercase();
            let name =
                if name.starts_with(|first: char| first.is_ascii_digit()) { "ECR".into() } else { name };
            let at = |port: u16| format!("http://127.0.0.1:{port}");
            variables.push((format!("LAB_{name}_HOST"), registry.host.clone()));
            variables.push((format!("LAB_{name}_URL"), at(registry.port)));
            variables.push((format!("LAB_{name}_ADMIN"), at(registry.admin_port)));
        }
        variables
    }

    /// The processes of the lab and whether each still runs.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn processes(&self) -> Result<Vec<(String, bool)>> {
        let record = Record::load(&self.paths.record())?;
        let made = record.as_ref().map_or(&[][..], Record::made);
        Ok(made
            .iter()
            .filter_map(|thing| match thing {
                Made::Process { name, born } => Some((name.clone(), born.is_some_and(process::is_alive))),
                _ => None,
            })
            .collect())
    }
}

/// Brings a lab up in `dir`; what a crashed one left there is removed first. `front` is the command, with
/// its first arguments, that understands `front FILE`: this crate's program, or one that wraps it.
///
/// # Errors
/// When a lab is up there, the machine lacks something, or a part does not start. What was started until
/// then is taken down again.
pub async fn up(dir: &Path, config: Config, front: &[OsString]) -> Result<Lab> {
    setup::setup()?;
    let paths = Paths::new(dir);
    if let Ok(lab) = Lab::open(dir)
        && lab.processes()?.iter().all(|(_, alive)| *alive)
    {
        return Err(LabError::AlreadyUp(dir.to_owned()));
    }
    let kube = kube_binary::ensure()?;
    down(dir)?;
    let lab = Lab { paths, config };
    match start_everything(&lab, &kube, front).await {
        Ok(()) => Ok(lab),
        Err(error) => {
            // The logs are what explains the failure, so only what runs is ended.
            end_everything(&lab.paths)?;
            Err(error)
        }
    }
}

async fn start_everything(lab: &Lab, kube: &Path, front: &[OsString]) -> Result<()> {
    let Lab { paths, config } = lab;
    for dir in ["logs", "bin"].map(|name| paths.root.join(name)) {
        std::fs::create_dir_all(&dir).map_err(file("cannot make the directory", &dir))?;
    }
    let mut record = Record::create(&paths.record())?;
    paths.write(&paths.config(), serde_json::to_vec_pretty(config).map_err(json("the configuration"))?)?;
    let kubectl = paths.kubectl();
    std::os::unix::fs::symlink(kube, &kubectl).map_err(file("cannot make the link", &kubectl))?;
    pki::make(paths, config)?;

    network::make_bridge(&mut record, config)?;
    control_plane::start_all(&mut record, paths, config, kube)?;
    registries::start_registries(&mut record, paths, config, front).await?;
    node::start_node(&mut record, paths, config, kube).await?;
    wait_for_node(lab).await?;
    paths.write(&paths.complete(), "")
}

/// Waits until pods can be made: the node is ready and marked as a Cortex worker, and the account that
/// pods run under exists.
async fn wait_for_node(lab: &Lab) -> Result<()> {
    let kubectl = lab.kubectl();
    let ready = format!("node/{NODE}");
    let is_ready = until("a ready node", Duration::from_secs(120), async || {
        let wait = ["wait", "--for=condition=Ready", &ready, "--timeout=1s"];
        kubectl.run(&wait).await.map_err(|error| error.to_string())?;
        kubectl.run(&["get", "serviceaccount", "default"]).await.map_err(|error| error.to_string())
    });
    tokio::select! {
        ready = is_ready => { ready?; }
        dead = first_death(lab) => return Err(dead),
    }
    let group = "alpha.eksctl.io/nodegroup-name=ng-cortex-worker-on-demand";
    kubectl.run(&["label", "--overwrite", &ready, "workload=true", group]).await.map(drop)
}

/// Comes back when a process of the lab has ended, with its last words.
async fn first_death(lab: &Lab) -> LabError {
    loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let dead = match lab.processes() {
            Ok(all) => all.into_iter().find(|(_, alive)| !alive),
            Err(error) => return error,
        };
        if let Some((name, _)) = dead {
            // The node's script says nothing itself; its two programs do.
            let log = if name == "node" { "kubelet" } else { &name };
            let why = process::last_words(&lab.paths.log(log));
            return LabError::Program { program: name, why };
        }
    }
}

/// Takes down whatever a lab has made on this machine, also after a crash, and removes its directory. No
/// lab at all is fine.
///
/// # Errors
/// When something will not go.
pub fn down(dir: &Path) -> Result<()> {
    let paths = Paths::new(dir);
    end_everything(&paths)?;
    match std::fs::remove_dir_all(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(file("cannot remove", dir)(error)),
        _ => Ok(()),
    }
}

/// Ends the processes first, for they hold everything else.
fn end_everything(paths: &Paths) -> Result<()> {
    let Some(record) = Record::load(&paths.record())? else { return Ok(()) };
    let newest_first = || record.made().iter().rev();
    for thing in newest_first() {
        if let Made::Process { born: Some(born), .. } = thing {
            process::end(*born);
        }
    }
    // Those whose number a crash kept from being written down, and their children.
    for born in process::marked(&paths.root) {
        process::end(born);
    }
    for thing in newest_first() {
        match thing {
            Made::Process { .. } => {}
            Made::Bridge { name } => network::remove_bridge(name)?,
            Made::Sysctl { path, before } => network::restore_sysctl(path, before)?,
            Made::ControlGroup { path } => remove_control_group(path)?,
            Made::MountPoint { path } => {
                // Another program may have begun to use it.
                let _ = std::fs::remove_dir(path);
            }
        }
    }
    let path = paths.record();
    std::fs::remove_file(&path).map_err(file("cannot remove", &path))
}

/// A killed container's processes leave their group a moment after the kill.
fn remove_control_group(path: &Path) -> Result<()> {
    let mut result = cgroup::remove(path);
    for _ in 0..50 {
        if result.is_ok() {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
        result = cgroup::remove(path);
    }
    result
}
