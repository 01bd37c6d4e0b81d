//! The node: containerd and kubelet, kept apart from anything else that runs on the machine.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::config::{Config, Paths};
use crate::error::{Result, file, json as json_error};
use crate::images::{self, Behaviour};
use crate::pki::NODE;
use crate::process::{run, start};
use crate::record::{Made, Record};
use crate::wait::until;
use crate::{cgroup, process};

/// The image of a pod's sandbox. Its host exists nowhere: nothing must ever pull it.
pub const SANDBOX_IMAGE: &str = "lab.invalid/sandbox:1";

/// Starts the node and waits until its containerd has the sandbox image.
///
/// # Errors
/// When a part cannot be started or containerd does not come up.
pub async fn start_node(record: &mut Record, paths: &Paths, config: &Config, kube: &Path) -> Result<()> {
    for place in ["/run/containerd", "/var/lib/cni", "/var/lib/kubelet"] {
        let place = Path::new(place);
        if !place.exists() {
            record.announce(Made::MountPoint { path: place.to_owned() })?;
            std::fs::create_dir_all(place).map_err(file("cannot make the directory", place))?;
        }
    }
    cgroup::make(record, &config.name)?;
    write_configuration(paths, config)?;

    let script = paths.root.join("node/node.sh");
    paths.write(&script, include_str!("node.sh"))?;
    let mut arguments: Vec<OsString> =
        ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "bash"]
            .map(Into::into)
            .into();
    arguments.extend([script.into(), paths.root.clone().into(), kube.into(), NODE.into()]);
    arguments.push(config.node_address.to_string().into());
    let node = start(record, paths, "node", &arguments)?;

    let archive = paths.root.join("node/sandbox.tar");
    paths.write(&archive, images::archive(SANDBOX_IMAGE, &images::build("sandbox", Behaviour::Serve)?)?)?;
    let archive = archive.display().to_string();
    until("containerd", Duration::from_secs(30), async || {
        if !process::is_alive(node) {
            return Err(process::last_words(&paths.log("containerd")));
        }
        ctr(paths, &["images", "import", &archive]).map_err(|error| error.to_string())
    })
    .await?;
    paths.write(&paths.root.join("node/sandbox-image-imported"), "")
}

/// Runs containerd's own client against the node, in the namespace of Kubernetes.
///
/// # Errors
/// When it fails.
pub fn ctr(paths: &Paths, arguments: &[&str]) -> Result<String> {
    let socket = paths.containerd_socket().display().to_string();
    let mut all = vec!["--address", &socket, "--namespace", "k8s.io"];
    all.extend(arguments);
    run("ctr", &all)
}

fn write_configuration(paths: &Paths, config: &Config) -> Result<()> {
    let node = paths.root.join("node");
    paths.write(&node.join("containerd.toml"), containerd_configuration(&node))?;
    let text =
        |value: &Value| serde_json::to_vec_pretty(value).map_err(json_error("the node's configuration"));
    paths.write(&node.join("kubelet.json"), text(&kubelet_configuration(paths, config))?)?;
    paths.write(&node.join("cni/10-lab.conflist"), text(&pod_network(&node, config))?)?;
    for registry in &config.registries {
        let server = format!("http://{}:{}", config.node_address, registry.port);
        let hosts = format!(
            "server = \"{server}\"\n\n[host.\"{server}\"]\n  capabilities = [\"pull\", \"resolve\"]\n"
        );
        paths.write(&node.join("certs.d").join(&registry.host).join("hosts.toml"), hosts)?;
    }
    Ok(())
}

fn containerd_configuration(node: &Path) -> String {
    let node = node.display();
    format!(
        r#"version = 2
root = "{node}/containerd"
state = "{node}/containerd-state"
# Written to a directory of the machine that cannot be configured away.
disabled_plugins = ["io.containerd.internal.v1.opt"]

[grpc]
  address = "{node}/containerd.sock"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{SANDBOX_IMAGE}"
  # Lowering a score is not allowed everywhere, and then no sandbox would start.
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "{node}/certs.d"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{node}/cni"
"#
    )
}

fn kubelet_configuration(paths: &Paths, config: &Config) -> Value {
    let node = paths.root.join("node");
    json!({
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": config.node_address,
        "port": config.kubelet_port,
        "healthzPort": 0,
        "authentication": { "x509": { "clientCAFile": paths.pki("ca.crt") }, "anonymous": { "enabled": false } },
        "containerRuntimeEndpoint": format!("unix://{}", paths.containerd_socket().display()),
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": format!("/{}", config.name),
        "failCgroupV1": false,
        "failSwapOn": false,
        "enforceNodeAllocatable": [],
        "makeIPTablesUtilChains": false,
        "podLogsDir": node.join("pod-logs"),
        "volumePluginDir": node.join("volume-plugins"),
        "resolvConf": "",
        // The kubelet's own brake would look like a registry's limit, and a full disk would evict.
        "registryPullQPS": 0,
        "imageGCHighThresholdPercent": 100,
        "imageMaximumGCAge": "0s",
        "evictionHard": {
            "memory.available": "1Mi", "nodefs.available": "0%", "imagefs.available": "0%",
            "nodefs.inodesFree": "0%", "imagefs.inodesFree": "0%",
        },
    })
}

/// Pods reach each other and the node, where the registries listen, and nothing else: no masquerading,
/// hence no firewall rule.
fn pod_network(node: &Path, config: &Config) -> Value {
    json!({
        "cniVersion": "0.4.0",
        "name": config.name,
        "plugins": [{
            "type": "bridge",
            "bridge": config.name,
            "isGateway": true,
            "ipMasq": false,
            "ipam": {
                "type": "host-local",
                "dataDir": node.join("addresses"),
                "ranges": [[{ "subnet": config.pod_network(), "gateway": config.node_address }]],
                "routes": [{ "dst": "0.0.0.0/0" }],
            },
        }],
    })
}
