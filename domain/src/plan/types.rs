//! The values of a plan: the wire shape of `plan.json` (INTERFACE §5).

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::cortex::Version;
use crate::ecr::Registry;
use crate::facts::NotSeen;
use crate::image::ImageReference;
use crate::owners::Owner;
use crate::remedy::RemedyKind;
use crate::rollout::Pulls;
use crate::time::Timestamp;
use crate::workload::{ContainerKind, ObjectRef};

/// `plan.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Always `unthrottle.plan/v1`.
    pub schema: String,
    /// `sha256:…` over the plan's canonical JSON with this field empty.
    pub digest: String,
    /// UID of namespace `kube-system` of the cluster it was made for; `None` when made from files that do not
    /// say it.
    pub cluster_uid: Option<String>,
    /// The kubeconfig context its commands name.
    pub context: Option<String>,
    /// The cluster or folder, for people.
    pub cluster_name: String,
    /// When the scan it rests on ended: the only time of day in a plan.
    pub scanned_at: Timestamp,
    /// The chosen remedy.
    pub remedy: RemedyKind,
    /// The Cortex version it was made for.
    pub cortex_version: Option<Version>,
    /// False when it changes nothing: nothing has to or can be changed, or what could be was not chosen; the
    /// summary says which.
    pub change_needed: bool,
    /// The reason in one sentence when nothing has to or can be changed.
    pub summary: String,
    /// The pull secret that its steps make, name or need.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull_secret: Option<PullSecret>,
    /// What pull secrets that are there already were found to hold, sorted; empty where none was looked into.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found_secrets: Vec<FoundSecret>,
    /// Every changed value: in given files and in live objects.
    pub edits: Vec<Edit>,
    /// Given files or objects that were left alone because a certain edit was not possible.
    pub refused: Vec<Refused>,
    /// Docker Hub images this remedy does not reach, each with another way.
    pub not_covered: Vec<NotCovered>,
    /// Workloads that the plan leaves running: changing them would replace pods that run, and they were not
    /// chosen, sorted by place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_running: Vec<LeftRunning>,
    /// Given files that do not change.
    pub unchanged: Vec<String>,
    /// Images to copy first.
    pub copies: Vec<Copy>,
    /// What registries proved of the other names, sorted; empty where the new place is the user's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proofs: Vec<ImageProof>,
    /// What Amazon ECR has to hold first; `None` where nothing is pulled from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ecr: Option<EcrSide>,
    /// Changes of live objects, in order.
    pub steps: Vec<Step>,
    /// The steps that make pods pull, in groups of which one waits for the other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub batches: Vec<Batch>,
    /// What carrying it out pulls; `None` where no live object changes and nothing is copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pulls: Option<Pulls>,
    /// Who would write changed objects again, and what to write at their place instead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<Owner>,
    /// What can go wrong, and what a user of the original guide should know.
    pub risks: Vec<Risk>,
    /// What the scan could not see.
    pub not_seen: Vec<NotSeen>,
}

impl Plan {
    /// Whether an image stays only because its workload was left running.
    pub fn is_left_running(&self, left: &NotCovered) -> bool {
        self.left_running.iter().any(|workload| {
            workload.place == left.place && workload.images.iter().any(|image| image.image == left.image)
        })
    }

    /// The images that stay for any other reason.
    pub fn out_of_reach(&self) -> impl Iterator<Item = &NotCovered> {
        self.not_covered.iter().filter(|left| !self.is_left_running(left))
    }

    /// Whether a new name leads somewhere once the plan is carried out: of copies only those that it has made.
    pub fn leads_somewhere(&self, to: &str) -> bool {
        let name = to.parse::<ImageReference>().map(|image| image.normalized()).unwrap_or_default();
        self.remedy != RemedyKind::EcrCopy || self.copies.iter().any(|copy| copy.target == name)
    }

    /// The answer that chooses every workload left running, besides those chosen already: to copy and to cut.
    pub fn choose_running(&self) -> String {
        let names: Vec<&str> = self.left_running.iter().map(|left| left.choose.as_str()).collect();
        names.join(",")
    }
}

/// One changed value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// The given file, relative to its folder or archive; `None` for a live object.
    pub file: Option<String>,
    /// Document within the file, from 0.
    pub document: Option<usize>,
    /// JSON pointer from the root of the document, or of the live object.
    pub path: String,
    /// Line in the patched file, from 1.
    pub line: Option<usize>,
    /// The value before; `None` for an inserted key.
    pub from: Option<String>,
    /// The value after.
    pub to: String,
    /// One sentence: why.
    pub why: String,
    /// The Kubernetes object the value belongs to, as `Kind namespace/name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// JSON pointer within that object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_path: Option<String>,
}

/// A file or object that was left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The file, or the object's label.
    pub file: String,
    /// `file:line:column`.
    #[serde(rename = "where")]
    pub place: String,
    /// Why.
    pub why: String,
}

/// A Docker Hub image that stays.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NotCovered {
    /// Image as written.
    pub image: String,
    /// Who uses it: `DaemonSet default/fluentd`.
    #[serde(rename = "where")]
    pub place: String,
    /// The container, when it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// Why this remedy does not reach it.
    pub why: String,
    /// Another way.
    pub instead: String,
}

/// A workload that a plan leaves as it is, because its pods run and nobody chose to make them anew. Each of its images
/// stands in `not_covered` as well.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LeftRunning {
    /// `Kind namespace/name`.
    #[serde(rename = "where")]
    pub place: String,
    /// `KIND/NAMESPACE/NAME`, to be named in the answer `running`.
    pub choose: String,
    /// Pods that would be made anew; `None` when they could not be counted.
    pub pods: Option<u32>,
    /// Who would write the object again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed_by: Option<String>,
    /// What would change.
    pub images: Vec<LeftImage>,
}

/// An image of a workload that is left running.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LeftImage {
    /// The container.
    pub container: String,
    /// The image as written.
    pub image: String,
    /// JSON pointer of the image in the object.
    pub path: String,
    /// Its name if it were chosen; `None` where it would keep its own.
    pub to: Option<String>,
}

/// Steps that make pods pull, carried out together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Ids of the steps, in order.
    pub steps: Vec<String>,
    /// Pods that begin to pull.
    pub pods: u32,
    /// Ids of those steps whose rollout ends by itself, to be waited for before the next batch.
    pub wait_for: Vec<String>,
}

/// An image to copy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Copy {
    /// Source reference.
    pub source: String,
    /// Target reference.
    pub target: String,
    /// The digest that is copied: the one that is pinned, else the one that pods run, else the one that the tag had
    /// when Docker Hub was asked; `None` where none of them is known.
    pub digest: Option<String>,
    /// Further names that the same image gets in the target's repository, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// The only platforms to copy, as `os/architecture`, sorted; empty for all. Leaving some out changes the digest
    /// of an index.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub platforms: Vec<String>,
}

/// What is known of an image under another name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ImageProof {
    /// The image on Docker Hub, normalized.
    pub image: String,
    /// Its other name.
    pub target: String,
    /// How sure it is.
    pub state: ProofState,
    /// The digest that both have, where that is proven.
    pub digest: Option<String>,
    /// What was found out, in whole sentences.
    pub says: String,
}

/// How sure it is that two names are one image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProofState {
    /// Same digest.
    Same,
    /// The other name is there, as another build or with no digest to compare.
    OtherBuild,
    /// No registry said that the other name is there.
    NotAsked,
}

/// What Amazon ECR has to hold before a cluster can pull from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EcrSide {
    /// How images come to be there.
    pub way: EcrWay,
    /// Whose registry, and where.
    #[serde(flatten)]
    pub registry: Registry,
    /// Its host.
    pub host: String,
    /// What every repository's name begins with, without the slash.
    pub prefix: String,
    /// The repositories, sorted.
    pub repositories: Vec<String>,
    /// Platforms of the nodes, as `os/architecture`, sorted; empty where no node was seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub node_platforms: Vec<String>,
    /// The secret with the Docker Hub account, for a cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_name: Option<String>,
}

/// How images come to be in ECR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EcrWay {
    /// Somebody copies them.
    Copy,
    /// ECR fetches them when they are pulled for the first time.
    Cache,
}

/// One change of one live object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Stable within the plan, such as `01-configmap-default-cluster-config`; the journal names it.
    pub id: String,
    /// What is done.
    pub op: Op,
    /// The object.
    pub target: ObjectRef,
    /// What must hold before: the object's UID, beside the `test` operations of the patch.
    pub precondition: Precondition,
    /// JSON patch (RFC 6902) with a `test` before each `replace`.
    pub patch: Vec<PatchOp>,
    /// The JSON patch that takes it back.
    pub inverse: Vec<PatchOp>,
    /// The secret a step needs, by reference: `docker-hub` is the login that the plan's pull secret is made of.
    pub secret_ref: Option<String>,
    /// Ids of steps that must be done first.
    pub after: Vec<String>,
    /// The images this step moves, for verification.
    #[serde(default)]
    pub images: Vec<ImageMove>,
    /// One sentence for people: what this does and what restarts.
    #[serde(default)]
    pub says: String,
    /// UIDs of the controllers that make the pod anew, the nearest first; for [`Op::ReplacePod`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub made_by: Vec<String>,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    /// JSON-patch an existing object.
    Patch,
    /// Make a Secret from what a person gives on standard input: its content is no part of any plan.
    CreateSecret,
    /// Delete a pod that waits for its image, so that its controller makes it anew; cannot be taken back and
    /// need not be.
    ReplacePod,
}

/// A pull secret, as far as a plan may know it: everything but the login.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullSecret {
    /// Its name, the same in every namespace.
    pub name: String,
    /// The key in `auths` under which the kubelet finds the login.
    pub key: String,
    /// User name, or the organisation's for its access token; `None` when the lines ask for it.
    pub username: Option<String>,
}

/// A pull secret that is there already, without any login.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FoundSecret {
    /// `namespace/name`.
    pub secret: String,
    /// What names it, as `Kind namespace/name`, sorted.
    pub named_by: Vec<String>,
    /// Its keys, masked where a login is written into one.
    pub keys: Vec<String>,
    /// What it means for the plan's own pull secret.
    pub effect: SecretEffect,
    /// What was found, in whole sentences.
    pub says: String,
    /// What can be done about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
}

/// What a pull secret does to another one beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretEffect {
    /// A kubelet cannot read it, and then pulls nothing.
    Spoils,
    /// It keeps the other from ever being used.
    Hides,
    /// It is tried first.
    First,
    /// Nothing is known of it.
    Unknown,
    /// Nothing.
    None,
}

/// What must hold before a step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Precondition {
    /// UID of the target.
    pub uid: Option<String>,
}

/// One operation of a JSON patch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatchOp {
    /// What it does.
    pub op: PatchVerb,
    /// JSON pointer.
    pub path: String,
    /// Value; none for `remove`. A `null` is a value: a `test` for it holds where nothing is there.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "value_or_null")]
    pub value: Option<Value>,
}

impl PatchOp {
    /// The value must be this.
    pub fn test(path: impl Into<String>, value: impl Into<Value>) -> Self {
        Self { op: PatchVerb::Test, path: path.into(), value: Some(value.into()) }
    }

    /// Replaces the value.
    pub fn replace(path: impl Into<String>, value: impl Into<Value>) -> Self {
        Self { op: PatchVerb::Replace, path: path.into(), value: Some(value.into()) }
    }

    /// Adds a member to an object, or an item to a list.
    pub fn add(path: impl Into<String>, value: impl Into<Value>) -> Self {
        Self { op: PatchVerb::Add, path: path.into(), value: Some(value.into()) }
    }

    /// Takes it away.
    pub fn remove(path: impl Into<String>) -> Self {
        Self { op: PatchVerb::Remove, path: path.into(), value: None }
    }

    /// The value, when it is a text.
    pub fn text(&self) -> Option<&str> {
        self.value.as_ref()?.as_str()
    }
}

/// A field that is there, also when it holds `null`.
fn value_or_null<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(source).map(Some)
}

/// The verbs of RFC 6902 that plans use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PatchVerb {
    /// The value must be this.
    Test,
    /// Replace the value.
    Replace,
    /// Add a member to an object, or an item to a list; `/-` is its end.
    Add,
    /// Take it away.
    Remove,
}

/// One image that a step moves.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ImageMove {
    /// Container.
    pub container: String,
    /// Its list.
    pub kind: ContainerKind,
    /// Image before, as written.
    pub from: String,
    /// Image after.
    pub to: String,
}

/// Something that can go wrong or has to be known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Risk {
    /// What.
    pub what: String,
    /// Why, and what to do about it.
    pub why: String,
}
