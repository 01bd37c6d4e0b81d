//! The values of a verification: the wire shape of `verify -o json`.

use serde::{Deserialize, Serialize};

use crate::facts::NotSeen;
use crate::time::Timestamp;
use crate::workload::ContainerKind;

/// The result of `verify`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// Always `unthrottle.verification/v1`.
    pub schema: String,
    /// Digest of the plan it was held against.
    pub plan_digest: String,
    /// When reading ended.
    pub checked_at: Timestamp,
    /// The result in one word.
    pub outcome: Outcome,
    /// One entry for each planned container of each existing pod, or for a planned object without one.
    pub containers: Vec<Checked>,
    /// One entry for each list and each pod that has to name the plan's pull secret.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pull_secrets: Vec<CheckedSecret>,
    /// Containers outside of the plan that still wait for Docker Hub.
    pub still_throttled: Vec<StillThrottled>,
    /// What could not be seen.
    pub not_seen: Vec<NotSeen>,
}

/// The result in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Every planned container runs (or ran to its end) from the new place.
    Done,
    /// Some do, others are on their way.
    InProgress,
    /// Nothing of the plan is in the cluster yet.
    NotApplied,
    /// Something planned was left out, reverted or fails.
    Failed,
    /// Too little could be seen.
    Unknown,
}

/// One planned container.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Checked {
    /// Step of the plan.
    pub step: String,
    /// The planned object, `Kind namespace/name`.
    pub object: String,
    /// Pod; `None` when the object has none.
    pub pod: Option<String>,
    /// Container.
    pub container: String,
    /// Its list.
    pub kind: ContainerKind,
    /// Image the plan wants.
    pub wanted: String,
    /// Image the pod (or template) names now.
    pub present: Option<String>,
    /// State.
    pub state: CheckState,
    /// `imageID` as the runtime tells it.
    pub image_id: Option<String>,
    /// The line that proves it, or the message it fails with; masked.
    pub proof: Option<String>,
}

/// State of a planned container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// Runs, or ran to its end, from the new place.
    FromNewPlace,
    /// Names the new image and is on its way (pulling, creating, waiting for an init container).
    OnItsWay,
    /// Names the new image and fails.
    Failing,
    /// Still names the old image: not applied, or reverted.
    OldImage,
    /// The object or container is gone.
    Gone,
}

/// A list or a pod that has to name the plan's pull secret. What the secret holds is never read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CheckedSecret {
    /// Step of the plan.
    pub step: String,
    /// The planned object, `Kind namespace/name`.
    pub object: String,
    /// The pod that is there now, for a pod that was to be made anew.
    pub pod: Option<String>,
    /// State.
    pub state: SecretState,
    /// The message it waits with; masked.
    pub proof: Option<String>,
}

/// How it stands with a pull secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretState {
    /// The account's list or the template names it.
    Named,
    /// The pod carries it and runs, or ran to its end.
    Runs,
    /// The pod from before runs after all, without it.
    RunsWithout,
    /// The pod carries it and is on its way.
    OnItsWay,
    /// The pod carries it and still cannot pull: the login is wrong or expired, or the secret is missing.
    Failing,
    /// It is not named: not applied, reverted, or a pod that was not made anew.
    Lacking,
    /// The object is gone.
    Gone,
    /// The object could not be seen.
    NotSeen,
}

/// A container outside of the plan that still waits for Docker Hub.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StillThrottled {
    /// `Kind namespace/name`.
    pub object: String,
    /// Pod.
    pub pod: String,
    /// Container.
    pub container: String,
    /// Image as written.
    pub image: String,
    /// True when the plan named it in `not_covered`.
    pub foreseen: bool,
}
