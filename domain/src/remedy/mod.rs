//! The ways out: one remedy per file; each says whether it fits, what it asks, what it plans.
//!
//! Must not know how files are edited or objects patched: it yields a [`Draft`] of intentions.

mod cortex_version;
mod ecr;
pub mod hub_account;
pub mod quay;
mod rewrite;
pub mod running;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::cortex::Version;
use crate::diagnosis::Scan;
use crate::equivalents::{Inquiry, Survey};
use crate::facts::Origin;
use crate::held::SecretName;
use crate::plan::{
    Copy, EcrSide, EcrWay, FoundSecret, ImageMove, ImageProof, LeftRunning, NotCovered, PatchOp, PullSecret,
    Risk,
};
use crate::problem::Problem;
use crate::workload::ObjectRef;

/// The remedies, by the words of the command line (INTERFACE §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemedyKind {
    /// Pull from registries that do not count.
    Quay,
    /// A paid Docker Hub account, distributed as pull secrets.
    HubAccount,
    /// Copy images to Amazon ECR and pull them from there.
    EcrCopy,
    /// Pull through a cache in Amazon ECR.
    EcrCache,
}

impl RemedyKind {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Quay, Self::HubAccount, Self::EcrCopy, Self::EcrCache];

    /// The word on the command line and in URLs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Quay => "quay",
            Self::HubAccount => "hub-account",
            Self::EcrCopy => "ecr-copy",
            Self::EcrCache => "ecr-cache",
        }
    }

    /// The keys of `--set` that it takes: its own, and the one that all share.
    pub fn keys(self) -> Vec<&'static str> {
        let own: &[&str] = match self {
            Self::Quay => &quay::KEYS,
            Self::EcrCopy => &ecr::KEYS_OF_COPY,
            Self::EcrCache => &ecr::KEYS_OF_CACHE,
            Self::HubAccount => &hub_account::KEYS,
        };
        [own, &[running::KEY]].concat()
    }
}

/// How a remedy fits this cluster.
pub fn fit(remedy: RemedyKind, scan: &Scan) -> Fit {
    match remedy {
        RemedyKind::Quay => quay::fit(scan),
        RemedyKind::EcrCopy => ecr::fit(EcrWay::Copy, scan),
        RemedyKind::EcrCache => ecr::fit(EcrWay::Cache, scan),
        RemedyKind::HubAccount => hub_account::fit(scan),
    }
}

/// All of them as they fit this cluster, the recommended one first: what helps before what does not, and among
/// those that help what costs least.
pub fn fits(scan: &Scan) -> Vec<Fit> {
    let mut fits: Vec<Fit> = RemedyKind::ALL.map(|remedy| fit(remedy, scan)).into();
    fits.sort_by_key(|fit| match fit.level {
        FitLevel::Fits | FitLevel::Partly => 0,
        FitLevel::NothingToChange => 1,
        FitLevel::CannotHelp => 2,
    });
    fits
}

/// What a remedy asks, with the answers that the inputs already give.
pub fn questions(remedy: RemedyKind, scan: &Scan, survey: &Survey) -> Vec<Question> {
    match remedy {
        RemedyKind::Quay => quay::questions(scan, survey),
        RemedyKind::EcrCopy => ecr::questions(EcrWay::Copy, scan),
        RemedyKind::EcrCache => ecr::questions(EcrWay::Cache, scan),
        RemedyKind::HubAccount => hub_account::questions(scan),
    }
}

/// What registries have to be asked before a remedy can be planned; nothing where it proves nothing by them.
///
/// # Errors
/// As for [`draft`].
pub fn inquiries(remedy: RemedyKind, scan: &Scan, answers: &Answers) -> Result<Vec<Inquiry>, Problem> {
    match remedy {
        RemedyKind::Quay => quay::inquiries(scan, answers),
        RemedyKind::EcrCopy => ecr::inquiries(scan, answers),
        RemedyKind::EcrCache | RemedyKind::HubAccount => Ok(Vec::new()),
    }
}

/// Pull secrets of the cluster that have to be looked into before a remedy can be planned: none unless the answers
/// allow it.
///
/// # Errors
/// As for [`draft`].
pub fn secrets_to_look_into(
    remedy: RemedyKind,
    scan: &Scan,
    answers: &Answers,
) -> Result<Vec<SecretName>, Problem> {
    match remedy {
        RemedyKind::HubAccount => hub_account::secrets_to_look_into(scan, answers),
        RemedyKind::Quay | RemedyKind::EcrCopy | RemedyKind::EcrCache => Ok(Vec::new()),
    }
}

/// What a remedy would change, by what registries said when they were asked.
///
/// # Errors
/// When it needs an answer it does not have, or an answer names nothing.
pub fn draft(remedy: RemedyKind, scan: &Scan, answers: &Answers, survey: &Survey) -> Result<Draft, Problem> {
    let mut draft = match remedy {
        RemedyKind::Quay => quay::draft(scan, answers, survey)?,
        RemedyKind::EcrCopy => ecr::draft(EcrWay::Copy, scan, answers, survey)?,
        RemedyKind::EcrCache => ecr::draft(EcrWay::Cache, scan, answers, survey)?,
        RemedyKind::HubAccount => hub_account::draft(scan, answers, survey)?,
    };
    draft.risks.sort();
    draft.risks.dedup();
    draft.left_running.sort();
    if draft.is_empty() && !draft.left_running.is_empty() {
        draft.nothing_to_do = running::nothing_waits(scan, &draft);
    }
    Ok(draft)
}

/// Refuses answers that hold a Docker Hub access token, before anything keeps them: answers are stored and shown.
///
/// # Errors
/// When one does; the problem does not repeat it.
pub fn refuse_tokens(answers: &Answers) -> Result<(), Problem> {
    let is_token = |text: &str| text.contains("dckr_pat_") || text.contains("dckr_oat_");
    match answers.set.iter().find(|(_, value)| is_token(value)) {
        None => Ok(()),
        Some((key, _)) => Err(Problem::bad_input(
            "answer_is_a_token",
            "This is an access token, not an answer.",
            "Answers are stored and shown, so it was thrown away.",
            "Give the name only: the user's, or the organisation's for its access token. If the token stood on a command \
             line, revoke it at Docker Hub: the shell keeps a history.",
        )
        .at(key.clone())),
    }
}

/// Answers to what a remedy asks, by key (`--set KEY=VALUE`), and what to leave out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    /// `cortex-version`, …
    pub set: BTreeMap<String, String>,
    /// `KIND/NAMESPACE/NAME` of the workloads to change; empty means all that the remedy reaches.
    pub only: Vec<String>,
}

/// One question of Configure, with the answer the inputs already give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Key for `--set`.
    pub key: String,
    /// Label.
    pub label: String,
    /// Help under it.
    pub help: String,
    /// The answer found, and where; an empty place means that it is the usual answer.
    pub found: Option<(String, String)>,
    /// Allowed values, when they are few.
    pub choices: Vec<String>,
}

impl Question {
    /// Whether it asks for a permission, which is given by `yes` and by nothing else.
    pub fn is_permission(&self) -> bool {
        self.choices == ["no", "yes"]
    }
}

/// How well a remedy fits this cluster: the six lines of the comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fit {
    /// The remedy.
    pub remedy: RemedyKind,
    /// Fits, fits in part, nothing to change, or cannot help.
    pub level: FitLevel,
    /// The tag line: "12 of 13 images, no cost".
    pub headline: String,
    /// What it fixes here.
    pub fixes: String,
    /// What it does not.
    pub does_not: String,
    /// What it interrupts.
    pub interrupts: String,
    /// What it costs.
    pub costs: String,
    /// Its risk.
    pub risk: String,
    /// Its undo.
    pub undo: String,
}

/// How well a remedy fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FitLevel {
    /// Reaches every throttled or exposed image of its kind.
    Fits,
    /// Reaches some.
    Partly,
    /// Nothing has to change.
    NothingToChange,
    /// Cannot help here; the text says what can.
    CannotHelp,
}

/// What a remedy intends: edits of given files and of live objects, not yet carried out on bytes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft {
    /// The Cortex version it is made for, where there is a Cortex.
    pub cortex_version: Option<Version>,
    /// Changes in given files.
    pub file_edits: Vec<FileEdit>,
    /// Changes inside a YAML text that is one value of an object.
    pub embedded: Vec<EmbeddedYaml>,
    /// Changes of objects, live or dumped.
    pub object_changes: Vec<ObjectChange>,
    /// Files left alone as a whole, with a reason; no edit of theirs is in this draft.
    pub refused: Vec<Refusal>,
    /// The pull secret to make, and what follows from it.
    pub pull_secret: Option<SecretDraft>,
    /// Docker Hub images that stay.
    pub not_covered: Vec<NotCovered>,
    /// Workloads that are left running.
    pub left_running: Vec<LeftRunning>,
    /// Images to copy first.
    pub copies: Vec<Copy>,
    /// What registries proved of the names it gives, sorted.
    pub proofs: Vec<ImageProof>,
    /// What Amazon ECR has to hold first.
    pub ecr: Option<EcrSide>,
    /// What the cluster's own pull secrets were found to hold, sorted.
    pub found_secrets: Vec<FoundSecret>,
    /// Risks.
    pub risks: Vec<Risk>,
    /// Why nothing has to or can be changed, in one or two sentences; holds when there is no change.
    pub nothing_to_do: String,
}

impl Draft {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.file_edits.is_empty()
            && self.embedded.is_empty()
            && self.object_changes.is_empty()
            && self.pull_secret.as_ref().is_none_or(SecretDraft::is_empty)
    }

    /// The images it names anew, and those it would of workloads that are left running.
    pub fn images_in_reach(&self) -> BTreeSet<&str> {
        let left = self.left_running.iter().flat_map(|left| &left.images);
        self.images().into_iter().chain(left.filter_map(|image| image.to.as_deref())).collect()
    }

    /// The images it names anew, each once.
    pub fn images(&self) -> BTreeSet<&str> {
        let files = self.file_edits.iter().map(|edit| edit.to.as_str());
        let objects =
            self.object_changes.iter().flat_map(|change| &change.images).map(|image| image.to.as_str());
        let embedded = self.embedded.iter().flat_map(|e| &e.replace).map(|(_, _, to)| to.as_str());
        files.chain(objects).chain(embedded).collect()
    }
}

/// A pull secret to make, and the pods that only get it by being made anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretDraft {
    /// The secret.
    pub secret: PullSecret,
    /// Namespaces that need it.
    pub namespaces: BTreeSet<String>,
    /// Pods to be made anew.
    pub made_anew: Vec<PodMadeAnew>,
}

impl SecretDraft {
    /// Whether there is nothing to make.
    pub fn is_empty(&self) -> bool {
        self.namespaces.is_empty() && self.made_anew.is_empty()
    }
}

/// A pod that is deleted so that its controller makes it anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodMadeAnew {
    /// The pod.
    pub target: ObjectRef,
    /// UIDs of its controllers, the nearest first.
    pub made_by: Vec<String>,
    /// What it does, in one sentence.
    pub says: String,
}

/// One intended change in a given file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEdit {
    /// File.
    pub file: String,
    /// Document, from 0.
    pub document: usize,
    /// JSON pointer of the value, or of the key to insert.
    pub path: String,
    /// Present value, empty for a key without one; `None` inserts the key.
    pub from: Option<String>,
    /// New value.
    pub to: String,
    /// Why, in one sentence.
    pub why: String,
    /// The Kubernetes object it belongs to, with the pointer inside of it.
    pub object: Option<(ObjectRef, String)>,
}

/// A given file that a remedy does not understand well enough to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// File.
    pub file: String,
    /// Document, from 0.
    pub document: usize,
    /// JSON pointer of what is not understood.
    pub path: String,
    /// Why.
    pub why: String,
}

/// An intended change inside a YAML text that is itself one value of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbeddedYaml {
    /// The object.
    pub target: ObjectRef,
    /// JSON pointer of the value.
    pub path: String,
    /// The whole text now.
    pub text: String,
    /// Pointers inside of the text with the value now and the value wanted.
    pub replace: Vec<(String, String, String)>,
    /// What it does, in one sentence.
    pub says: String,
    /// Why, in one sentence.
    pub why: String,
    /// Where the object was given, when it was.
    pub origin: Option<Origin>,
}

/// One intended change of one object in a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectChange {
    /// The object.
    pub target: ObjectRef,
    /// The patch.
    pub patch: Vec<PatchOp>,
    /// What takes it back.
    pub inverse: Vec<PatchOp>,
    /// Images it moves.
    pub images: Vec<ImageMove>,
    /// When its turn comes.
    pub wave: Wave,
    /// What it does, in one sentence.
    pub says: String,
    /// Why, for each replaced pointer.
    pub why: Vec<(String, String)>,
}

/// The order of changes in a cluster. A change waits for the configuration and for the operator that reads
/// it; the rest is independent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wave {
    /// Pull secrets, before anything names them.
    PullSecrets,
    /// Service accounts, before any pod is made under them.
    ServiceAccounts,
    /// What the operator reads when it starts.
    Configuration,
    /// The operator.
    Operator,
    /// What serves the whole cluster.
    System,
    /// APIs and everything else with a template.
    Workloads,
    /// Single pods.
    Pods,
}
