//! What the server hands to a page: plain values, filled from the domain, complete before rendering begins.
//!
//! A page is a pure function of its view: no clock, no store, no cluster. `now` is when the request came in,
//! so that "4 minutes ago" is the same text however often the page is rendered. Nothing in here may hold a
//! secret, for everything in here may be printed.

use domain::diagnosis::Diagnosis;
use domain::facts::NotSeen;
use domain::plan::{FileDiff, Plan};
use domain::problem::Problem;
use domain::remedy::{Answers, Fit, Question};
use domain::run::{Request, Run, Step};
use domain::time::Timestamp;
use domain::verification::Verification;

/// `/`: start anew or resume.
#[derive(Debug, Clone, PartialEq)]
pub struct StartView {
    /// When the request came in.
    pub now: Timestamp,
    /// Version of the program, for the footer.
    pub version: String,
    /// Earlier runs, the last changed first.
    pub runs: Vec<Run>,
    /// What went wrong with the last form of this page (a run that could not be started or removed).
    pub problems: Vec<Problem>,
}

/// What every page of a run needs: the run itself and when it is looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct RunView {
    /// The run.
    pub run: Run,
    /// When the request came in.
    pub now: Timestamp,
    /// Version of the program, for the footer.
    pub version: String,
}

impl RunView {
    /// The problems that a step has to show.
    pub fn problems(&self, step: Step) -> &[Problem] {
        self.run.problems.get(&step).map_or(&[], Vec::as_slice)
    }

    /// The path of one of this run's pages or forms.
    pub fn path(&self, step: Step) -> String {
        format!("/runs/{}/{}", self.run.id, step.word())
    }
}

/// `/runs/{id}/connect`: choose what to read.
#[derive(Debug, Clone, PartialEq)]
pub struct ConnectView {
    /// The run.
    pub base: RunView,
    /// What the machine's kubeconfig holds.
    pub kubeconfig: Kubeconfig,
    /// What an upload may hold at most.
    pub limits: UploadLimits,
}

/// What the usual kubeconfig rules found; nothing was contacted and no plugin was run for it.
#[derive(Debug, Clone, PartialEq)]
pub enum Kubeconfig {
    /// One or several files could be read.
    Found {
        /// The files, for people.
        files: Vec<String>,
        /// Their contexts, in the order of the files.
        contexts: Vec<ContextChoice>,
    },
    /// No file where one was looked for.
    Missing {
        /// Where it was looked for.
        looked: Vec<String>,
    },
    /// There is one, but it cannot be used.
    Unreadable(Problem),
}

/// One context of a kubeconfig.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextChoice {
    /// Its name.
    pub name: String,
    /// Host and port of its API server; `None` when the context names a cluster that is not there.
    pub server: Option<String>,
    /// The command that would be run to get credentials, when it uses an exec plugin.
    pub runs: Option<String>,
    /// The kubeconfig's current context.
    pub current: bool,
}

/// What an upload may hold at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadLimits {
    /// Bytes of all files together.
    pub bytes: u64,
    /// Bytes of a form, pasted text as the browser encodes it.
    pub pasted_bytes: u64,
    /// Number of files, those inside of archives included.
    pub files: usize,
}

/// `/runs/{id}/detect`: the verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct DetectView {
    /// The run, with its scan.
    pub base: RunView,
}

/// `/runs/{id}/remedy`: what fits this cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct RemedyView {
    /// The run, with its scan.
    pub base: RunView,
    /// The remedies this program can carry out, the recommended one first.
    pub fits: Vec<Fit>,
}

/// `/runs/{id}/configure`: what the remedy still has to know.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigureView {
    /// The run; its answers fill the form.
    pub base: RunView,
    /// Questions of the chosen remedy.
    pub questions: Vec<Question>,
    /// Whether a login can be tried before the plan is made.
    pub tries_login: bool,
    /// What can be changed or left out, sorted by label.
    pub workloads: Vec<WorkloadChoice>,
    /// The object to help first, while the budget is spent.
    pub urgent: Option<Urgent>,
}

/// The object to help first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Urgent {
    /// `Kind namespace/name`.
    pub label: String,
    /// `KIND/NAMESPACE/NAME`, the value of `--only`.
    pub only: String,
    /// Its pods that Docker Hub refuses.
    pub pods: u32,
}

/// One object that the plan may change or leave alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkloadChoice {
    /// `Kind namespace/name`.
    pub label: String,
    /// `KIND/NAMESPACE/NAME`, the value of `--only`.
    pub only: String,
    /// Its Docker Hub images, as written.
    pub images: Vec<String>,
    /// Its pods, where they were counted.
    pub pods: Option<u32>,
    /// Whether its pods run and would be made anew, so that it is changed only if it is chosen.
    pub runs: bool,
    /// Its pods that wait for Docker Hub now.
    pub throttled_pods: u32,
    /// Who would write the object again.
    pub managed_by: Option<String>,
}

impl WorkloadChoice {
    /// Whether the answers so far include it: none named means all, but of what runs only what was named.
    pub fn is_chosen(&self, answers: &Answers) -> bool {
        let is_named = answers.only.contains(&self.only);
        if self.runs {
            is_named || answers.chooses_running(&self.only)
        } else {
            is_named || answers.only.is_empty()
        }
    }
}

/// `/runs/{id}/review`: every change.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewView {
    /// The run, with its plan.
    pub base: RunView,
    /// The changes of files, then of live objects.
    pub diffs: Vec<FileDiff>,
    /// The object to help first, while the budget is spent and the plan is of more.
    pub urgent: Option<Urgent>,
}

/// `/runs/{id}/apply`: take the bundle.
#[derive(Debug, Clone, PartialEq)]
pub struct ApplyView {
    /// The run, with its plan.
    pub base: RunView,
    /// The lines that carry the plan out, exactly as the bundle's README has them.
    pub commands: String,
    /// The lines that take it back, likewise.
    pub rollback: String,
    /// Bytes of the `.zip`, for the button.
    pub zip_bytes: Option<u64>,
}

/// `/runs/{id}/verify`: did it work?
#[derive(Debug, Clone, PartialEq)]
pub struct VerifyView {
    /// The run, with its plan and the last verification.
    pub base: RunView,
    /// The lines that take it back, as in the bundle's README.
    pub rollback: String,
    /// Contexts to check in, for a run that read files; empty otherwise.
    pub contexts: Vec<ContextChoice>,
}

/// A page that could not be shown, or a form that could not be taken.
#[derive(Debug, Clone, PartialEq)]
pub struct ProblemView {
    /// Which one.
    pub kind: ProblemPage,
    /// Version of the program, for the footer.
    pub version: String,
}

/// The pages for when something is wrong with the request or the program.
#[derive(Debug, Clone, PartialEq)]
pub enum ProblemPage {
    /// 404: no such page, or no such run any more.
    NotFound,
    /// 403: the browser does not hold this program's session.
    NoSession,
    /// 403: the form came from another site.
    ForeignForm,
    /// 413: more was sent than is taken.
    TooLarge(UploadLimits),
    /// 500: our mistake; the id stands in the program's log beside the cause.
    Internal {
        /// The id.
        incident: String,
    },
    /// Any other problem, with its four parts and a way back.
    Other {
        /// The problem.
        problem: Problem,
        /// Path of the page to go back to.
        back: String,
    },
}

/// One printable page about a run. Holds no time of day but the scan's and the verification's own, so that
/// the same run gives the same bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportView {
    /// Version of the program.
    pub version: String,
    /// The verdict and its proof.
    pub diagnosis: Diagnosis,
    /// What was read.
    pub requests: Vec<Request>,
    /// The chosen remedy, judged for this cluster.
    pub fit: Option<Fit>,
    /// The plan.
    pub plan: Option<Plan>,
    /// Its changes.
    pub diffs: Vec<FileDiff>,
    /// The lines that carry it out; empty without a plan.
    pub commands: String,
    /// The lines that take it back; empty without a plan.
    pub rollback: String,
    /// The last verification; `None` in a bundle, which is made before it.
    pub verification: Option<Verification>,
}

impl ReportView {
    /// Everything the scan and the verification could not see.
    pub fn not_seen(&self) -> Vec<&NotSeen> {
        let later = self.verification.iter().flat_map(|verification| &verification.not_seen);
        let mut all: Vec<_> = self.diagnosis.not_seen.iter().chain(later).collect();
        all.sort();
        all.dedup();
        all
    }
}
