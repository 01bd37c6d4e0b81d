//! A run: one pass through connect, detect, remedy, configure, review, apply, verify.
//!
//! A run is a plain value; the store keeps it, the pages render it, the command line prints it. It holds no
//! secret. Must not know how it is stored.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::diagnosis::Scan;
use crate::equivalents::Survey;
use crate::plan::Plan;
use crate::problem::Problem;
use crate::remedy::{Answers, RemedyKind};
use crate::time::Timestamp;
use crate::verification::Verification;

/// One pass through the flow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Unguessable, URL-safe.
    pub id: String,
    /// When it was started.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
    /// What it reads; `None` until Connect is answered.
    pub source: Option<Source>,
    /// How far the scan is.
    pub scan_state: JobState,
    /// What the scan found.
    pub scan: Option<Scan>,
    /// The chosen remedy.
    pub remedy: Option<RemedyKind>,
    /// Answers of Configure.
    pub answers: Answers,
    /// How far the asking of registries is that a plan rests on.
    #[serde(default)]
    pub plan_state: JobState,
    /// What registries said.
    #[serde(default)]
    pub survey: Survey,
    /// The plan.
    pub plan: Option<Plan>,
    /// When the bundle was first downloaded or exported.
    pub bundle_taken_at: Option<Timestamp>,
    /// How far verification is.
    pub verify_state: JobState,
    /// The last verification.
    pub verification: Option<Verification>,
    /// Problems by the step that shows them; replaced when the step is answered again.
    pub problems: BTreeMap<Step, Vec<Problem>>,
    /// What was asked of the cluster, as `verb path` with counts, for "what did you read?".
    pub requests: Vec<Request>,
    /// What was asked by the last check; apart from [`Run::requests`], since a bundle tells of the scan only
    /// and keeps its bytes.
    #[serde(default)]
    pub check_requests: Vec<Request>,
}

/// One kind of request made to the cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Request {
    /// Verb in the API's words: get, list, watch, create (access reviews only).
    pub verb: String,
    /// Resource and namespace: `pods (all namespaces)`.
    pub what: String,
    /// How often.
    pub count: u32,
}

/// What a run reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Source {
    /// A context of a kubeconfig on this machine.
    Cluster {
        /// Path of the kubeconfig when it was named; `None` for the usual rules.
        kubeconfig: Option<String>,
        /// Context.
        context: String,
        /// Only these namespaces; empty means all.
        namespaces: Vec<String>,
    },
    /// Files, kept with the run.
    Files {
        /// Folder, archive or file name for people.
        name: String,
    },
    /// The practice cluster.
    Demo,
}

impl Source {
    /// The name people know it by.
    pub fn name(&self) -> &str {
        match self {
            Self::Cluster { context, .. } => context,
            Self::Files { name } => name,
            Self::Demo => "practice cluster",
        }
    }
}

/// A long piece of work.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum JobState {
    /// Not started.
    #[default]
    Idle,
    /// Going on.
    Running {
        /// Last known progress.
        progress: Progress,
    },
    /// Ended with a result.
    Done,
    /// Stopped by the user; what was found is kept.
    Cancelled,
    /// Ended with a problem (in [`Run::problems`]).
    Failed,
}

/// How far a long piece of work is: a snapshot, not a delta.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What is going on: "reading pods".
    pub phase: String,
    /// Done so far.
    pub done: u64,
    /// Total, when the server said it; never guessed.
    pub total: Option<u64>,
    /// An early, positive finding: "Docker Hub refuses pulls: 7 containers so far".
    pub early: Option<String>,
}

/// The seven steps, by the words of their URLs (INTERFACE §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Choose what to read.
    Connect,
    /// The verdict.
    Detect,
    /// Choose a remedy.
    Remedy,
    /// What the remedy still needs.
    Configure,
    /// Every change as a diff.
    Review,
    /// Take the bundle.
    Apply,
    /// Did it work?
    Verify,
}

impl Step {
    /// All of them, in order.
    pub const ALL: [Self; 7] =
        [Self::Connect, Self::Detect, Self::Remedy, Self::Configure, Self::Review, Self::Apply, Self::Verify];

    /// The word in the URL.
    pub fn word(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Detect => "detect",
            Self::Remedy => "remedy",
            Self::Configure => "configure",
            Self::Review => "review",
            Self::Apply => "apply",
            Self::Verify => "verify",
        }
    }

    /// The step named by a URL's word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.word() == word)
    }

    /// From 1 to 7.
    pub fn number(self) -> usize {
        self as usize + 1
    }
}

/// Where a step stands in a run, for the rail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Answered.
    Done,
    /// Can be opened now.
    Open,
    /// Needs an earlier step first.
    Later,
}

impl Run {
    /// A run that has just been started.
    pub fn new(id: String, now: Timestamp) -> Self {
        Self {
            id,
            created_at: now.clone(),
            changed_at: now,
            source: None,
            scan_state: JobState::Idle,
            scan: None,
            remedy: None,
            answers: Answers::default(),
            plan_state: JobState::Idle,
            survey: Survey::default(),
            plan: None,
            bundle_taken_at: None,
            verify_state: JobState::Idle,
            verification: None,
            problems: BTreeMap::new(),
            requests: Vec::new(),
            check_requests: Vec::new(),
        }
    }

    /// Where a step stands: the one rule for rail, page guard and form handler.
    pub fn step_state(&self, step: Step) -> StepState {
        let (done, open) = match step {
            Step::Connect => (self.source.is_some(), true),
            Step::Detect => (self.scan.is_some(), self.source.is_some()),
            Step::Remedy => (self.remedy.is_some(), self.scan.is_some()),
            Step::Configure => (self.plan.is_some(), self.remedy.is_some()),
            Step::Review => {
                let is_made = matches!(self.plan_state, JobState::Running { .. });
                (self.plan.is_some() && self.bundle_taken_at.is_some(), self.plan.is_some() || is_made)
            }
            Step::Apply => (self.bundle_taken_at.is_some(), self.plan.is_some()),
            Step::Verify => (self.verification.is_some(), self.plan.is_some()),
        };
        match (done, open) {
            (true, _) => StepState::Done,
            (false, true) => StepState::Open,
            (false, false) => StepState::Later,
        }
    }

    /// The step to open when the run is resumed: the first that is open and not done.
    pub fn resume_at(&self) -> Step {
        Step::ALL.into_iter().find(|&step| self.step_state(step) == StepState::Open).unwrap_or(Step::Verify)
    }

    /// Forgets everything that rested on what is now answered anew.
    pub fn answered(&mut self, step: Step) {
        self.problems.remove(&step);
        if step <= Step::Connect {
            self.scan = None;
            self.scan_state = JobState::Idle;
            self.survey = Survey::default();
            self.requests.clear();
        }
        if step <= Step::Detect {
            self.remedy = None;
            self.answers = Answers::default();
        }
        if step <= Step::Configure {
            self.plan = None;
            self.plan_state = JobState::Idle;
            self.bundle_taken_at = None;
            self.verification = None;
            self.verify_state = JobState::Idle;
        }
    }
}
