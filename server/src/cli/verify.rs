//! `verify PLAN`: whether a plan took effect in its cluster (INTERFACE §1).

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use clap::Args;
use domain::plan::Plan;
use domain::ports::{Cancel, Sources as _};
use domain::problem::{Problem, ProblemKind};
use domain::run::Source;
use domain::verification::{CheckState, Outcome, SecretState, Verification};
use engine::plan::digest;
use engine::verify::{self, Verified};
use manifests::archive::{self, Form, Limits};

use super::output::{Output, Tone, section};
use super::progress::{Line, until_stopped};
use super::source::SourceArgs;
use super::{Global, Status};
use crate::wiring::{self, Readers, SystemClock};

/// The largest plan.json that is read, in bytes.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Checks in the cluster whether a plan took effect: every planned container, by what its node pulled
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// A plan.json, a bundle (.zip, .tar.gz or folder), or the id of a run
    #[arg(value_name = "PLAN")]
    plan: String,
    #[command(flatten)]
    source: SourceArgs,
}

impl Verify {
    pub(super) async fn run(&self, global: &Global, output: &Output) -> Result<Status, Problem> {
        let (plan, own) = self.plan(global)?;
        let reader = if self.source.is_files() {
            self.source.open().await?.reader
        } else {
            Readers.revisit(&self.cluster(&plan, own)?).await?
        };
        let cancel = Cancel::default();
        let mut line = Line::new(output);
        let mut observer = |progress| line.show(&progress);
        let work = verify::verify(&plan, &*reader, &cancel, &SystemClock, &mut observer);
        let Verified { verification, .. } = until_stopped(work, &cancel).await.ok_or_else(stopped)??;
        drop(line);
        if output.is_json() {
            output.json(&verification)?;
        } else {
            output.text(&text(&verification, output))?;
        }
        Ok(match verification.outcome {
            _ if cancel.is_cancelled() => Status::Stopped,
            Outcome::Done => Status::Done,
            _ => Status::Found,
        })
    }

    /// The named cluster, else the run's own, else the context that the plan was made in.
    fn cluster(&self, plan: &Plan, own: Option<Source>) -> Result<Source, Problem> {
        if self.source.is_given() {
            return self.source.cluster();
        }
        match (own, &plan.context) {
            (Some(own @ (Source::Cluster { .. } | Source::Demo)), _) => Ok(own),
            (_, Some(context)) => {
                SourceArgs { context: Some(context.clone()), ..self.source.clone() }.cluster()
            }
            _ => self.source.cluster(),
        }
    }

    fn plan(&self, global: &Global) -> Result<(Plan, Option<Source>), Problem> {
        let path = Path::new(&self.plan);
        if path.exists() {
            return Ok((from_path(path)?, None));
        }
        let named =
            |id: &str| id.len() == 26 && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if !named(&self.plan) {
            let why = "There is no such file or folder, and it is not the id of a run.";
            return Err(bad_plan("There is no plan to verify.", why.to_owned()).at(&self.plan));
        }
        let runs = wiring::runs(&wiring::data_dir(global.data_dir.as_deref())?, None, "the command line")?;
        let run = runs.get(&self.plan)?;
        match run.plan {
            Some(plan) => Ok((plan, run.source)),
            None => {
                Err(bad_plan("There is no plan to verify.", "The run has none yet.".to_owned())
                    .at(&self.plan))
            }
        }
    }
}

/// A plan.json on its own, in a folder, or in an archive.
pub(super) fn from_path(path: &Path) -> Result<Plan, Problem> {
    let place = path.display().to_string();
    let not_read =
        |error: std::io::Error| bad_plan("The plan could not be read.", format!("{error}.")).at(&place);
    if path.is_dir() {
        return from_path(&path.join("plan.json"));
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(LARGEST).read_to_end(&mut bytes)).map_err(not_read)?;
    let text = match Form::of(&bytes) {
        Some(form) => in_archive(&place, form, &bytes)?,
        None => bytes,
    };
    let plan: Plan = serde_json::from_slice(&text).map_err(|error| {
        bad_plan("This is no plan of Unthrottle.", format!("It cannot be understood: {error}.")).at(&place)
    })?;
    if digest(&plan)? == plan.digest {
        return Ok(plan);
    }
    let why = "Its digest does not fit its content: it was changed after it was made.";
    Err(bad_plan("The plan is not the one that was made.", why.to_owned()).at(place))
}

fn in_archive(name: &str, form: Form, bytes: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut found = None;
    let mut each = |entry: &str, reader: &mut dyn std::io::Read| {
        if entry == "plan.json" {
            let mut text = Vec::new();
            let read = reader.take(LARGEST).read_to_end(&mut text);
            read.map_err(|error| bad_plan("The plan could not be read.", format!("{error}.")).at(name))?;
            found = Some(text);
        }
        Ok(())
    };
    archive::visit(name, form, &mut &*bytes, Limits::LOCAL, &mut each)?;
    found.ok_or_else(|| {
        bad_plan("This is no bundle of Unthrottle.", "It holds no plan.json.".to_owned()).at(name)
    })
}

fn bad_plan(what: &str, why: String) -> Problem {
    Problem::bad_input(
        "plan_unusable",
        what,
        why,
        "Name a plan.json, a bundle, or a run of `unthrottle runs list`.",
    )
}

fn stopped() -> Problem {
    let (what, why) = ("The check was stopped.", "Ctrl-C was pressed twice.");
    Problem {
        kind: ProblemKind::Interrupted,
        ..Problem::outside("stopped", what, why, "Run the same command again.")
    }
}

fn text(verification: &Verification, output: &Output) -> String {
    let (tone, sentence) = match verification.outcome {
        Outcome::Done if !verification.pull_secrets.is_empty() => {
            (Tone::Good, "Done: every planned list names the pull secret, and what waited runs.")
        }
        Outcome::InProgress if !verification.pull_secrets.is_empty() => {
            (Tone::Warning, "In progress: some pods are on their way.")
        }
        Outcome::Done => (Tone::Good, "Done: every planned container runs from the new place."),
        Outcome::InProgress => (Tone::Warning, "In progress: some containers are on their way."),
        Outcome::NotApplied => (Tone::Warning, "Not applied: nothing of the plan is in the cluster yet."),
        Outcome::Failed => (Tone::Bad, "Failed: something planned was left out, reverted or fails."),
        Outcome::Unknown => (Tone::Warning, "Unknown: too little could be seen to tell."),
    };
    let mut text = format!("{}\n", output.toned(tone, sentence));
    let rows = verification.containers.iter().map(|checked| {
        let state = match checked.state {
            CheckState::FromNewPlace => "from the new place",
            CheckState::OnItsWay => "on its way",
            CheckState::Failing => "failing",
            CheckState::OldImage => "old image",
            CheckState::Gone => "gone",
        };
        let proof = checked.proof.clone().or_else(|| checked.image_id.clone()).unwrap_or_default();
        vec![state.to_owned(), checked.object.clone(), checked.container.clone(), proof]
    });
    section(&mut text, "Planned containers", rows);
    let secrets = verification.pull_secrets.iter().map(|checked| {
        let state = match checked.state {
            SecretState::Named => "named",
            SecretState::Runs => "runs with it",
            SecretState::RunsWithout => "runs without it",
            SecretState::OnItsWay => "on its way",
            SecretState::Failing => "carries it and fails",
            SecretState::Lacking => "lacks it",
            SecretState::Gone => "gone",
            SecretState::NotSeen => "not seen",
        };
        let pod = checked.pod.clone().unwrap_or_default();
        vec![state.to_owned(), checked.object.clone(), pod, checked.proof.clone().unwrap_or_default()]
    });
    section(&mut text, "Pull secret", secrets);
    let waiting = verification
        .still_throttled
        .iter()
        .map(|left| vec![left.object.clone(), left.container.clone(), left.image.clone()]);
    section(&mut text, "Still waiting for Docker Hub", waiting);
    let not_seen = verification.not_seen.iter().map(|seen| vec![format!("{}: {}", seen.what, seen.why)]);
    section(&mut text, "Not seen", not_seen);
    text
}
