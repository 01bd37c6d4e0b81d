//! Making the plan: at once, or as a job where registries have to be asked, or pull secrets looked into, first.

use std::sync::Arc;

use domain::equivalents::{Inquiry, Survey};
use domain::held::SecretName;
use domain::plan::Plan;
use domain::ports::InputFile;
use domain::problem::Problem;
use domain::registry::{Credentials, Logins};
use domain::remedy::{self, Answers};
use domain::run::{JobState, Progress, Run, Source, Step, StepState};

use super::jobs::Desk;
use super::work::{Ended, ending};
use super::{Refusal, Runs, problems};
use crate::plan::{self, Made};
use crate::pull_secrets::{self, Looked, add_requests};
use crate::{quota, survey};

impl Runs {
    /// Answers what the chosen remedy asks and makes the plan: at once, or as a job when registries have to be
    /// asked for something they were not asked before. The answers are kept even when no plan can be made of
    /// them; a plan of other answers is forgotten. A `login` at Docker Hub is tried first, and lives no longer
    /// than that takes; what came of the last one is kept when none is given.
    ///
    /// # Errors
    /// `too_early` without a remedy, what the plan lacks, `run_in_use`, `run_unknown`, or the store's problem.
    pub fn configure(
        self: &Arc<Self>,
        id: &str,
        answers: Answers,
        login: Option<Credentials>,
    ) -> Result<(), Refusal> {
        if let Err(problem) = remedy::refuse_tokens(&answers) {
            return self.reject(id, Step::Configure, problem);
        }
        let files = self.store.load_files(id)?;
        let begun = self.change(id, Step::Configure, |run| {
            if run.step_state(Step::Configure) == StepState::Later {
                return Err(problems::too_early(Step::Configure));
            }
            self.jobs.dismiss(id);
            let before = run.plan.take();
            run.plan_state = JobState::Idle;
            // What came of trying a login belongs to the answers it was tried with.
            if run.answers.set != answers.set {
                run.survey.account = None;
            }
            run.answers = answers;
            let asked = self.to_ask(run)?;
            let secrets = secrets_to_look_into(run)?;
            run.survey.pull_secrets = None;
            let login = login.filter(|_| run.source != Some(Source::Demo));
            let is_open = !asked.is_empty() || login.is_some();
            let registry = self.registry.clone().filter(|_| is_open);
            if registry.is_some() || !secrets.is_empty() {
                run.plan_state = JobState::Running { progress: Progress::default() };
                let desk = self.jobs.enter(id, Step::Review);
                let (survey, source) = (run.survey.clone(), run.source.clone());
                let asking = Asking { desk, registry, login, asked, source, secrets, survey, before };
                return Ok(Begun::Asking(Box::new(asking)));
            }
            keep_plan(run, before, &files).map(Begun::Made)
        })?;
        match begun {
            Begun::Made(digest) => Ok(self.note(id, "plan_made", digest)?),
            Begun::Asking(asking) => {
                let secrets = asking.secrets.len();
                let about = match (&asking.registry, &asking.login, asking.asked.len()) {
                    (None, ..) => None,
                    (_, Some(_), _) => Some("about an account".to_owned()),
                    (_, None, images) => Some(format!("about {images} images")),
                };
                self.ask(id, *asking);
                if let Some(about) = about {
                    self.note(id, "registries_asked", about)?;
                }
                if secrets > 0 {
                    self.note(id, "secrets_looked_into", format!("{secrets} by name"))?;
                }
                Ok(())
            }
        }
    }

    /// Likewise, with what registries said when they were asked elsewhere; always at once.
    ///
    /// # Errors
    /// As for [`Runs::configure`].
    pub fn configure_surveyed(&self, id: &str, answers: Answers, survey: Survey) -> Result<(), Refusal> {
        let files = self.store.load_files(id)?;
        let digest = self.change(id, Step::Configure, |run| {
            let before = run.plan.take();
            run.answers = answers;
            run.survey = survey;
            keep_plan(run, before, &files)
        })?;
        Ok(self.note(id, "plan_made", digest)?)
    }

    fn ask(self: &Arc<Self>, id: &str, asking: Asking) {
        let Asking { desk, registry, login, asked, source, secrets, mut survey, before } = asking;
        self.keep_lease(id);
        let (runs, id) = (Arc::clone(self), id.to_owned());
        self.jobs.start(async move {
            let mut observer = |progress| desk.report(progress);
            let mut tried = Ok(None);
            if let Some(registry) = registry {
                if let Some(login) = login {
                    tried = quota::try_account(&*registry, login).await.map(Some);
                }
                survey::ask(&*registry, &asked, &mut survey, &desk.cancel, &mut observer).await;
            }
            // Without a login that works there is no plan, and nothing to look for.
            let looked = if tried.is_ok() { runs.look(source, &secrets, &desk).await } else { Ok(None) };
            let files = runs.store.load_files(&id);
            runs.end(&id, &desk, Step::Configure, |run| {
                run.plan_state = JobState::Failed;
                run.survey = survey;
                run.survey.account = tried?.or(run.survey.account.take());
                if let Some(Looked { secrets, requests }) = looked? {
                    run.survey.pull_secrets = Some(secrets);
                    add_requests(&mut run.requests, requests);
                }
                let detail = keep_plan(run, before, &files?)?;
                let (state, what) = ending(&desk.cancel, "plan_made", "plan_made");
                run.plan_state = state;
                Ok(Ended { what, detail })
            });
            drop(desk);
            runs.let_go(&id);
        });
    }

    /// Looks into the cluster's own pull secrets; `None` where there are none to look into.
    async fn look(
        &self,
        source: Option<Source>,
        names: &[SecretName],
        desk: &Desk,
    ) -> Result<Option<Looked>, Problem> {
        let Some(source) = source.filter(|_| !names.is_empty()) else { return Ok(None) };
        let Some(secrets) = self.sources.pull_secrets(&source).await? else { return Ok(None) };
        let mut observer = |progress| desk.report(progress);
        pull_secrets::look(&*secrets, names, &*self.clock, &desk.cancel, &mut observer).await.map(Some)
    }

    /// What registries have to be asked for the plan of a run and were not yet. The practice cluster's images are
    /// not asked for: it touches no network.
    fn to_ask(&self, run: &Run) -> Result<Vec<Inquiry>, Problem> {
        match (&run.scan, run.remedy, &run.source) {
            (_, _, Some(Source::Demo)) => Ok(Vec::new()),
            (Some(scan), Some(remedy), _) => {
                let mut asked = remedy::inquiries(remedy, scan, &run.answers)?;
                asked.retain(|inquiry| inquiry.is_open(&run.survey));
                Ok(asked)
            }
            _ => Err(problems::too_early(Step::Configure)),
        }
    }
}

/// The pull secrets that the plan of a run has to know; none unless its answers allow it.
fn secrets_to_look_into(run: &Run) -> Result<Vec<SecretName>, Problem> {
    match (&run.scan, run.remedy) {
        (Some(scan), Some(remedy)) => remedy::secrets_to_look_into(remedy, scan, &run.answers),
        _ => Err(problems::too_early(Step::Configure)),
    }
}

/// What came of the answers.
enum Begun {
    /// A plan; its digest.
    Made(String),
    /// Registries are asked, or secrets looked into, first.
    Asking(Box<Asking>),
}

/// The job before a plan.
struct Asking {
    desk: Desk,
    /// `None` when registries are not to be asked.
    registry: Option<Arc<dyn Logins>>,
    login: Option<Credentials>,
    asked: Vec<Inquiry>,
    source: Option<Source>,
    /// The cluster's own pull secrets to look into.
    secrets: Vec<SecretName>,
    /// What is known already.
    survey: Survey,
    /// The plan of the answers before.
    before: Option<Plan>,
}

/// Makes the plan and keeps it with the run. The same plan as before keeps what rests on it. Gives its digest.
fn keep_plan(run: &mut Run, before: Option<Plan>, files: &[InputFile]) -> Result<String, Problem> {
    let made = make(run, files)?;
    if before.as_ref() == Some(&made.plan) {
        run.plan = before;
    } else {
        run.answered(Step::Configure);
        run.plan = Some(made.plan);
    }
    Ok(run.plan.as_ref().map(|plan| plan.digest.clone()).unwrap_or_default())
}

/// The plan of a run, from what is stored with it alone.
pub(super) fn make(run: &Run, files: &[InputFile]) -> Result<Made, Problem> {
    let (Some(scan), Some(remedy)) = (&run.scan, run.remedy) else {
        return Err(problems::too_early(Step::Configure));
    };
    plan::make(scan, remedy, &run.answers, &run.survey, files)
}
