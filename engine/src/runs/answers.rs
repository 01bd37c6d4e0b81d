//! The short operations on a run: what a person answers at each step.

use domain::ports::InputFile;
use domain::problem::Problem;
use domain::registry::RegistryName;
use domain::remedy::RemedyKind;
use domain::run::{Run, Source, Step, StepState};
use tokio::runtime::Handle;

use super::planning::make;
use super::{Refusal, Runs, problems};
use crate::plan::Made;
use crate::quota;

impl Runs {
    /// Connects a run to what it shall read, with the files to keep for it. Whatever rested on another
    /// source is forgotten and a job that goes on is stopped. Nothing is read yet.
    ///
    /// # Errors
    /// `run_in_use`, `run_unknown`, or the store's problem.
    pub fn connect(&self, id: &str, source: Source, files: &[InputFile]) -> Result<(), Refusal> {
        let name = source.name().to_owned();
        self.change(id, Step::Connect, |run| {
            self.jobs.dismiss(id);
            self.store.save_files(id, files)?;
            run.answered(Step::Connect);
            run.problems.clear();
            run.source = Some(source);
            Ok(())
        })?;
        Ok(self.note(id, "connected", name)?)
    }

    /// Keeps a problem with a run: an answer that could not even be read, such as an upload that is too
    /// large.
    ///
    /// # Errors
    /// Always: the problem itself when it was kept, or why it could not be.
    pub fn reject(&self, id: &str, step: Step, problem: Problem) -> Result<(), Refusal> {
        self.change(id, step, |_| Err(problem))
    }

    /// Asks Docker Hub from this machine how many pulls are left, which spends none, and keeps the answer with the scan.
    /// Blocks until there is one; must be called inside of the runtime.
    ///
    /// # Errors
    /// `not_measured` without a scan or for the practice cluster, what kept Docker Hub from answering, `run_in_use`,
    /// `run_unknown`, or the store's problem.
    pub fn measure(&self, id: &str) -> Result<(), Refusal> {
        let run = self.get(id)?;
        let may_ask = run.scan.is_some() && run.source != Some(Source::Demo);
        let Some(registry) = self.registry.as_ref().filter(|_| may_ask) else {
            return self.reject(id, Step::Detect, problems::not_measured());
        };
        let asked = Handle::current().block_on(quota::ask(&**registry, &RegistryName::default(), None));
        let now = self.now();
        self.change(id, Step::Detect, |run| {
            let quota = asked?;
            if let Some(scan) = &mut run.scan {
                scan.diagnosis.probed(Ok(quota), now);
            }
            Ok(())
        })?;
        Ok(self.note(id, "limit_measured", "")?)
    }

    /// Chooses a remedy. Choosing the same one again keeps its answers and its plan.
    ///
    /// # Errors
    /// `too_early` without a scan, `run_in_use`, `run_unknown`, or the store's problem.
    pub fn choose(&self, id: &str, remedy: RemedyKind) -> Result<(), Refusal> {
        self.change(id, Step::Remedy, |run| {
            if run.step_state(Step::Remedy) == StepState::Later {
                return Err(problems::too_early(Step::Remedy));
            }
            if run.remedy != Some(remedy) {
                run.answered(Step::Remedy);
                run.remedy = Some(remedy);
            }
            Ok(())
        })?;
        Ok(self.note(id, "remedy_chosen", remedy.word())?)
    }

    /// The plan of a run with what it makes of the given files, made again from what is stored: the same run
    /// gives the same bytes.
    ///
    /// # Errors
    /// `too_early` without a plan, `run_unknown`, or the store's problem.
    pub fn material(&self, id: &str) -> Result<Material, Problem> {
        let run = self.get(id)?;
        if run.plan.is_none() {
            return Err(problems::too_early(Step::Apply));
        }
        let files = self.store.load_files(id)?;
        let made = make(&run, &files)?;
        Ok(Material { run, files, made })
    }

    /// Remembers that the bundle of a run was taken: the first time counts.
    ///
    /// # Errors
    /// `too_early` without a plan, `run_in_use`, `run_unknown`, or the store's problem.
    pub fn bundle_taken(&self, id: &str) -> Result<(), Refusal> {
        let now = self.now();
        self.change(id, Step::Apply, |run| {
            if run.plan.is_none() {
                return Err(problems::too_early(Step::Apply));
            }
            run.bundle_taken_at.get_or_insert(now);
            Ok(())
        })?;
        Ok(self.note(id, "bundle_taken", "")?)
    }
}

/// What a bundle is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Material {
    /// The run, with its scan and its plan.
    pub run: Run,
    /// The files it was given.
    pub files: Vec<InputFile>,
    /// The plan and what it makes of the files.
    pub made: Made,
}
