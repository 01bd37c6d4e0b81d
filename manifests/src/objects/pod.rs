//! Pods: their images and the states of their containers.

use domain::facts::{ContainerState, ContainerStatus, Fact, Origin, PodFact};
use domain::workload::ContainerKind;
use serde::Deserialize;

use super::lenient::or_default;
use super::metadata::Metadata;
use super::pod_spec::RawPodSpec;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Pod {
    #[serde(deserialize_with = "or_default")]
    metadata: Metadata,
    #[serde(deserialize_with = "or_default")]
    spec: RawPodSpec,
    #[serde(deserialize_with = "or_default")]
    status: Status,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    phase: Option<String>,
    #[serde(deserialize_with = "or_default")]
    init_container_statuses: Vec<RawStatus>,
    #[serde(deserialize_with = "or_default")]
    container_statuses: Vec<RawStatus>,
    #[serde(deserialize_with = "or_default")]
    ephemeral_container_statuses: Vec<RawStatus>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RawStatus {
    #[serde(deserialize_with = "or_default")]
    name: String,
    #[serde(deserialize_with = "or_default")]
    image: String,
    #[serde(rename = "imageID", deserialize_with = "or_default")]
    image_id: String,
    #[serde(deserialize_with = "or_default")]
    state: State,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct State {
    waiting: Option<Waiting>,
    running: Option<Running>,
    terminated: Option<Terminated>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Waiting {
    #[serde(deserialize_with = "or_default")]
    reason: String,
    #[serde(deserialize_with = "or_default")]
    message: String,
}

#[derive(Debug, Deserialize)]
struct Running {}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Terminated {
    #[serde(deserialize_with = "or_default")]
    exit_code: i32,
}

impl Pod {
    pub(super) fn fact(self, origin: Option<Origin>) -> Fact {
        let Self { mut metadata, mut spec, status } = self;
        let controller = metadata.controller();
        let lists = [
            (ContainerKind::Init, status.init_container_statuses),
            (ContainerKind::Main, status.container_statuses),
            (ContainerKind::Ephemeral, status.ephemeral_container_statuses),
        ];
        Fact::Pod(PodFact {
            namespace: metadata.namespace(),
            name: metadata.name(),
            uid: metadata.uid().unwrap_or_default(),
            // A static pod is owned by its Node (Kubernetes: pkg/kubelet/pod/mirror_client.go).
            mirror: metadata.annotations.mark_a_mirror()
                || controller.as_ref().is_some_and(|owner| owner.kind == "Node"),
            controller,
            node: spec.node_name.take().filter(|node| !node.is_empty()),
            phase: status.phase,
            created_at: metadata.created_at(),
            terminating: metadata.is_terminating(),
            origin: metadata.origin(origin),
            labels: std::mem::take(&mut metadata.labels.0),
            spec: spec.into_spec("/spec"),
            statuses: lists
                .into_iter()
                .flat_map(|(kind, list)| list.into_iter().map(move |status| status.status(kind)))
                .collect(),
        })
    }
}

impl RawStatus {
    fn status(self, kind: ContainerKind) -> ContainerStatus {
        let state = match self.state {
            State { waiting: Some(Waiting { reason, message }), .. } => {
                ContainerState::Waiting { reason, message }
            }
            State { running: Some(Running {}), .. } => ContainerState::Running,
            State { terminated: Some(Terminated { exit_code }), .. } => {
                ContainerState::Terminated { exit_code }
            }
            State { .. } => ContainerState::Unknown,
        };
        ContainerStatus { kind, name: self.name, image: self.image, image_id: self.image_id, state }
    }
}
