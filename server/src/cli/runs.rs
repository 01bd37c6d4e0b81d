//! `runs`: lists, shows, exports and removes stored runs.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use domain::problem::Problem;
use domain::run::{Run, Source};
use engine::runs::Refusal;
use serde::Serialize;

use super::output::{Output, table, visible};
use super::{Global, Status};
use crate::export::{self, Bundle};
use crate::wiring;

/// Lists, shows, exports and removes stored runs
#[derive(Debug, Args)]
pub(super) struct Runs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Lists all runs, the last changed first
    List,
    /// Shows a run and what happened to it
    Show {
        /// Its id
        id: String,
    },
    /// Writes the bundle of a run; the same run gives the same bytes
    Export {
        /// Its id
        id: String,
        /// Where the bundle goes: a .zip, a .tar.gz, or a folder that does not exist yet
        #[arg(long, value_name = "OUT")]
        bundle: PathBuf,
    },
    /// Removes runs with their files
    Remove {
        /// Their ids
        #[arg(required = true)]
        ids: Vec<String>,
    },
}

/// A run in a list.
#[derive(Debug, Serialize)]
struct Line<'a> {
    id: &'a str,
    created_at: &'a str,
    changed_at: &'a str,
    source: Option<&'a Source>,
    verdict: Option<domain::diagnosis::Verdict>,
    step: &'static str,
    remedy: Option<&'static str>,
    plan: Option<&'a str>,
}

impl<'a> From<&'a Run> for Line<'a> {
    fn from(run: &'a Run) -> Self {
        Self {
            id: &run.id,
            created_at: run.created_at.as_str(),
            changed_at: run.changed_at.as_str(),
            source: run.source.as_ref(),
            verdict: run.scan.as_ref().map(|scan| scan.diagnosis.verdict),
            step: run.resume_at().word(),
            remedy: run.remedy.map(domain::remedy::RemedyKind::word),
            plan: run.plan.as_ref().map(|plan| plan.digest.as_str()),
        }
    }
}

impl Line<'_> {
    fn row(&self) -> Vec<String> {
        let verdict = serde_json::to_value(self.verdict).ok();
        let verdict = verdict.as_ref().and_then(|verdict| verdict.as_str()).unwrap_or("-").replace('_', " ");
        let source = self.source.map_or("-", Source::name).to_owned();
        vec![self.id.to_owned(), self.changed_at.to_owned(), source, verdict, format!("at {}", self.step)]
    }
}

impl Runs {
    pub(super) fn run(&self, global: &Global, output: &Output) -> Result<Status, Problem> {
        let runs = wiring::runs(&wiring::data_dir(global.data_dir.as_deref())?, None, "the command line")?;
        match &self.action {
            Action::List => list(&runs.list()?, output)?,
            Action::Show { id } => show(&runs, id, output)?,
            Action::Export { id, bundle } => {
                export::check_target(bundle)?;
                Bundle::of(&runs.material(id)?)?.write(bundle)?;
                runs.bundle_taken(id).map_err(Refusal::into_problem)?;
                output.note(&format!("Bundle: {}", visible(&bundle.display().to_string())));
            }
            Action::Remove { ids } => {
                for id in ids {
                    runs.remove(id)?;
                    output.note(&format!("Removed {}", visible(id)));
                }
            }
        }
        Ok(Status::Done)
    }
}

fn list(runs: &[Run], output: &Output) -> Result<(), Problem> {
    let lines: Vec<Line<'_>> = runs.iter().map(Line::from).collect();
    if output.is_json() {
        return output.json(&lines);
    }
    if lines.is_empty() {
        output.note("No runs yet.");
    }
    output.text(&table(&lines.iter().map(Line::row).collect::<Vec<_>>()))
}

fn show(runs: &engine::runs::Runs, id: &str, output: &Output) -> Result<(), Problem> {
    let run = runs.get(id)?;
    if output.is_json() {
        return output.json(&run);
    }
    let mut text = table(&[Line::from(&run).row()]);
    let journal = runs
        .journal(id)?
        .into_iter()
        .map(|(_, entry)| vec![entry.at.to_string(), entry.what.replace('_', " "), entry.detail]);
    super::output::section(&mut text, "What happened", journal);
    output.text(&text)
}
