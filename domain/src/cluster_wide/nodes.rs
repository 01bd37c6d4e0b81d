//! Whether nodes could ask another registry in Docker Hub's place: containerd's mirrors.
//!
//! A mirror stands for a whole registry and is asked for the same path. ECR's cache serves every path below its prefix,
//! but wants a login, which containerd's `hosts.toml` cannot hold for longer than its twelve hours. The kubelet can
//! give it: Amazon's credential provider answers for any host since 1.29, and what the kubelet finds for `docker.io`
//! containerd shows to the mirror (kubernetes/cloud-provider-aws, `cmd/ecr-credential-provider`; kubernetes/kops#16593).

use super::server::minor;
use crate::diagnosis::Scan;
use crate::facts::NodeFact;
use crate::plan::{EcrSide, EcrWay, Plan};

/// Whether nodes could do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nodes {
    /// They could, by this mirror.
    Mirror(NodeMirror),
    /// They could not, for this reason.
    Cannot(String),
}

/// Where nodes would ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeMirror {
    /// Host of the registry.
    pub host: String,
    /// Prefix of the cache.
    pub prefix: String,
    /// AWS region that gives the login.
    pub region: String,
}

impl NodeMirror {
    /// The address that stands in for `https://registry-1.docker.io/v2`.
    pub fn url(&self) -> String {
        format!("https://{}/v2/{}", self.host, self.prefix)
    }
}

/// The first minor version whose credential provider does not insist on a host of ECR.
const PROVIDER_FOR_ANY_HOST: u32 = 29;

pub(super) fn decide(plan: &Plan, scan: &Scan) -> Nodes {
    match &plan.ecr {
        Some(ecr) if ecr.way == EcrWay::Cache => for_cache(ecr, scan),
        Some(_) => Nodes::Cannot(
            "A mirror stands for all of Docker Hub, and ECR holds only the copies of this plan: any other image would \
             either not be found or still be pulled from Docker Hub, with the login for ECR shown to it."
                .to_owned(),
        ),
        None => Nodes::Cannot(
            "A mirror stands for all of Docker Hub under the same paths, and only the images of this plan are known to \
             be the same elsewhere: under any other path another registry may hold an image of a stranger."
                .to_owned(),
        ),
    }
}

fn for_cache(ecr: &EcrSide, scan: &Scan) -> Nodes {
    match scan.inventory.nodes.iter().find_map(obstacle) {
        Some(why) => Nodes::Cannot(why),
        None => Nodes::Mirror(NodeMirror {
            host: ecr.host.clone(),
            prefix: ecr.prefix.clone(),
            region: ecr.registry.region().to_owned(),
        }),
    }
}

/// Why this node cannot, as far as it tells.
fn obstacle(node: &NodeFact) -> Option<String> {
    let NodeFact { name, container_runtime, kubelet_version, provider_id, .. } = node;
    if let Some(runtime) = container_runtime.as_deref().filter(|text| !text.starts_with("containerd://")) {
        return Some(format!("Node {name} runs {runtime}: these files are for containerd."));
    }
    if let Some(version) = kubelet_version
        .as_deref()
        .filter(|text| minor(text).is_some_and(|minor| minor < PROVIDER_FOR_ANY_HOST))
    {
        return Some(format!(
            "The kubelet of node {name} is {version}: before 1.29 Amazon's credential provider gives no login for a \
             mirror."
        ));
    }
    provider_id
        .as_deref()
        .filter(|id| !id.starts_with("aws://"))
        .map(|_| format!("Node {name} is not on AWS, so that it has no role to get a login for ECR with."))
}
