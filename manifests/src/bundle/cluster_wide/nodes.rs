//! `cluster-wide/nodes/`: containerd asks ECR's cache in Docker Hub's place. For a plan that makes such a cache, on
//! nodes that can.

use domain::cluster_wide::{ClusterWide, NodeMirror, Nodes};
use domain::plan::Plan;

use super::{comment, indent};

pub(super) const FOLDER: &str = "cluster-wide/nodes";

/// Path and text of each file; nothing where a mirror cannot work.
pub(super) fn files(plan: &Plan, wide: &ClusterWide) -> Vec<(String, String)> {
    let Nodes::Mirror(mirror) = &wide.nodes else { return Vec::new() };
    let script = script(mirror);
    [
        ("hosts.toml", hosts(plan, mirror)),
        ("eks-al2023-user-data.mime", multipart(plan, &[shell(&script), node_config()])),
        ("eks-al2-user-data.mime", multipart(plan, &[shell(&script)])),
        ("karpenter-al2023.yaml", karpenter(plan, &script)),
        ("bottlerocket.toml", bottlerocket(plan, mirror)),
    ]
    .into_iter()
    .map(|(name, text)| (format!("{FOLDER}/{name}"), text))
    .collect()
}

/// What the file does, and the two sentences that all of them need.
fn head(plan: &Plan, what: &str) -> String {
    comment(&format!(
        "{what}\n\
         An alternative to the plan's steps, and not one of them.\n\
         Plan {digest}\n\
         \n\
         Risk: a mistake here keeps every image on Docker Hub from starting on the node, so try it on one node group with\n\
         one node. A Pod's own pull secret for Docker Hub is shown to the cache first, which refuses it; the node's login\n\
         is tried after it. The role of the nodes needs the rights in aws/policy-nodes.json.\n\
         \n\
         Undo: take it out again and replace the nodes. Nothing in the cluster changes its name for it.",
        digest = plan.digest
    ))
}

/// Only the cache, nothing to fall back on: the login that the kubelet gives for docker.io would be shown to the next
/// host as well, and a silent fall back would spend the budget that the cache is to save. The address stands there
/// twice, since containerd adds Docker Hub where no server is named, and 1.6 refuses a file without a host.
fn mirror_toml(mirror: &NodeMirror) -> String {
    let url = mirror.url();
    format!(
        "# Where else to ask: nowhere. Docker Hub would be shown the login for ECR.\n\
         server = \"{url}\"\n\
         override_path = true\n\
         \n\
         [host.\"{url}\"]\n\
         capabilities = [\"pull\", \"resolve\"]\n\
         # The address is the whole path, with /v2 in it: containerd must not add its own.\n\
         override_path = true\n"
    )
}

fn hosts(plan: &Plan, mirror: &NodeMirror) -> String {
    let head = head(
        plan,
        "/etc/containerd/certs.d/docker.io/hosts.toml on every node, read anew for every pull.\n\
         By itself it is not enough: ECR wants a login, and none lasts for more than twelve hours here. The kubelet\n\
         gives one when its credential provider for ECR also answers for docker.io; the other files do both.",
    );
    format!("{head}\n{}", mirror_toml(mirror))
}

/// For Amazon Linux: the mirror, and the login for it. Runs before the kubelet starts.
fn script(mirror: &NodeMirror) -> String {
    format!(
        "#!/bin/bash\n\
         set -euo pipefail\n\
         \n\
         mkdir -p /etc/containerd/certs.d/docker.io\n\
         cat > /etc/containerd/certs.d/docker.io/hosts.toml <<'END'\n\
         {toml}END\n\
         \n\
         # Amazon's credential provider answers for any host since 1.29, in the region it is told.\n\
         config=/etc/eks/image-credential-provider/config.json\n\
         jq '(.providers[] | select(.name == \"ecr-credential-provider\")) |=\n\
         \x20   (.matchImages = (.matchImages + [\"docker.io\"] | unique)\n\
         \x20   | .env = ((.env // []) + [{{\"name\": \"AWS_REGION\", \"value\": \"{region}\"}}] | unique_by(.name)))' \\\n\
         \x20 \"$config\" > \"$config.new\"\n\
         mv \"$config.new\" \"$config\"\n",
        toml = mirror_toml(mirror),
        region = mirror.region
    )
}

/// A part of a MIME archive: its type and its text.
struct Part {
    content_type: &'static str,
    text: String,
}

fn shell(script: &str) -> Part {
    Part { content_type: "text/x-shellscript; charset=\"us-ascii\"", text: script.to_owned() }
}

/// containerd 2.1 and later read one folder only, where the node's own configuration names two
/// (awslabs/amazon-eks-ami#2494). The table means nothing to containerd 1.
fn node_config() -> Part {
    let text = "\
---
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  containerd:
    config: |
      # containerd 2.1 and later look into one folder only; by default two are named.
      [plugins.\"io.containerd.cri.v1.images\".registry]
      config_path = \"/etc/containerd/certs.d\"
";
    Part { content_type: "application/node.eks.aws", text: text.to_owned() }
}

fn archive(parts: &[Part], preamble: &str) -> String {
    let body: String = parts
        .iter()
        .map(|part| format!("--BOUNDARY\nContent-Type: {}\n\n{}\n", part.content_type, part.text))
        .collect();
    format!(
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"BOUNDARY\"\n\n{preamble}{body}--BOUNDARY--\n"
    )
}

/// User data of a launch template. What stands before the first boundary is for readers (RFC 2046, 5.1.1).
fn multipart(plan: &Plan, parts: &[Part]) -> String {
    let what = match parts.len() {
        1 => {
            "User data for the launch template of an EKS managed node group with Amazon Linux 2. EKS adds its own part,\n\
             which starts the node after this one."
        }
        _ => {
            "User data for the launch template of an EKS managed node group with Amazon Linux 2023. EKS merges it with\n\
             its own; the kubelet starts after the script."
        }
    };
    archive(parts, &format!("{}\n", head(plan, what)))
}

fn karpenter(plan: &Plan, script: &str) -> String {
    let head = head(
        plan,
        "A patch of a Karpenter EC2NodeClass of the family AL2023; the README has the line. It replaces user data that the\n\
         class has already: merge those parts into it first. Karpenter then replaces the nodes of the class by drift.",
    );
    let archive = archive(&[shell(script), node_config()], "");
    format!("{head}spec:\n  userData: |\n{}\n", indent(&archive, 4))
}

fn bottlerocket(plan: &Plan, mirror: &NodeMirror) -> String {
    let head = head(
        plan,
        "Settings of Bottlerocket nodes, as user data or by apiclient.\n\
         \n\
         Bottlerocket asks Docker Hub when the cache does not answer, and nothing turns that off\n\
         (bottlerocket-os/bottlerocket#4891). Docker's servers are then shown the node's login for ECR, which is good for\n\
         twelve hours and for everything the role of the node may pull. Where that must not be, rename the images instead.\n\
         Since February 2026 Bottlerocket writes containerd's hosts.toml itself: look at the first node, in\n\
         /etc/containerd/certs.d/docker.io/hosts.toml, that requests go to the address below and not to another /v2 under it.",
    );
    format!(
        "{head}\n\
         [[settings.container-registry.mirrors]]\n\
         registry = \"docker.io\"\n\
         endpoint = [\"{url}\"]\n\
         \n\
         # The login for the cache. The patterns replace the usual ones, so these are among them.\n\
         [settings.kubernetes.credential-providers.ecr-credential-provider]\n\
         enabled = true\n\
         cache-duration = \"6h\"\n\
         image-patterns = [\n\
         \x20 \"docker.io\",\n\
         \x20 \"*.dkr.ecr.*.amazonaws.com\",\n\
         \x20 \"*.dkr.ecr.*.amazonaws.com.cn\",\n\
         \x20 \"*.dkr.ecr.*.amazonaws.eu\",\n\
         \x20 \"*.dkr.ecr-fips.*.amazonaws.com\",\n\
         \x20 \"public.ecr.aws\",\n\
         ]\n\
         \n\
         [settings.kubernetes.credential-providers.ecr-credential-provider.environment]\n\
         AWS_REGION = \"{region}\"\n",
        url = mirror.url(),
        region = mirror.region
    )
}
