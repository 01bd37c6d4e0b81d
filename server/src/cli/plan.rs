//! `plan`: a chosen remedy becomes a plan and a bundle (INTERFACE §5).
//!
//! The plan is kept as a run, so that the wizard and `verify` can go on with it; `--no-store` keeps nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use domain::equivalents::Survey;
use domain::held::{HeldSecret, SecretName};
use domain::plan::{Op, Plan as Planned};
use domain::ports::{Cancel, Clock as _, Sources as _};
use domain::problem::{Problem, ProblemKind};
use domain::registry::Credentials;
use domain::remedy::running::KEY;
use domain::remedy::{self, Answers, RemedyKind};
use domain::run::{Run, Source};
use engine::plan;
use engine::runs::{Material, Refusal};
use engine::{pull_secrets, quota, survey};

use super::output::{Output, Tone, section, visible};
use super::progress::{Line, until_stopped};
use super::registries::{LoginArgs, RegistryArgs};
use super::scan::{Reading, read};
use super::source::SourceArgs;
use super::{Global, Status};
use crate::export::{self, Bundle};
use crate::wiring::{self, Readers, SystemClock};

/// Plans a remedy: every change as a diff, and a bundle to carry it out
///
/// Keys of --set. For every remedy: running (workloads whose pods run and may be made anew, as
/// KIND/NAMESPACE/NAME,KIND/NAMESPACE/NAME; all others that run are left as they are), cortex-version (such as 0.22.1;
/// asked only when the inputs do not say it). For
/// ecr-copy and ecr-cache: account, region (both asked only when the kubeconfig does not say them), prefix. For
/// ecr-cache: secret-name. For hub-account: username (the organisation's name for its token; the plan's lines ask for it
/// when it is not set), token-kind (pat or oat), account-plan (paid or personal), secret-name, read-secrets (no or yes: look into the pull
/// secrets that pods of a live cluster name; each is read once, by name, and its logins are forgotten at once). An access token is
/// never an option: the plan's own lines read it from standard input.
#[derive(Debug, Args)]
pub(super) struct Plan {
    /// The remedy
    #[arg(long, value_enum)]
    remedy: Remedy,
    #[command(flatten)]
    source: SourceArgs,
    /// An answer to what the remedy asks (repeatable)
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    set: Vec<(String, String)>,
    /// Change only this object, also if its pods run (repeatable)
    #[arg(long, value_name = "KIND/NAMESPACE/NAME")]
    only: Vec<String>,
    /// Where the bundle goes: a .zip, a .tar.gz, or a folder that does not exist yet
    #[arg(long, value_name = "OUT")]
    bundle: PathBuf,
    /// Keep nothing: the wizard will not know of this plan
    #[arg(long)]
    no_store: bool,
    /// Ask no registry whether an image is elsewhere too; what is not proven then stays
    #[arg(long)]
    offline: bool,
    #[command(flatten)]
    registries: RegistryArgs,
    #[command(flatten)]
    login: LoginArgs,
}

/// The remedies by their words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Remedy {
    /// Pull from registries that do not count: Cortex's images from quay.io
    Quay,
    /// A paid Docker Hub account, distributed as pull secrets
    HubAccount,
    /// Copy images to Amazon ECR and pull them from there
    EcrCopy,
    /// Pull through a cache in Amazon ECR
    EcrCache,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("it has to be KEY=VALUE".to_owned()),
    }
}

impl Plan {
    pub(super) async fn run(&self, global: &Global, output: &Output) -> Result<Status, Problem> {
        export::check_target(&self.bundle)?;
        let mut answers = self.answers()?;
        remedy::refuse_tokens(&answers)?;
        let login = self.login(&mut answers)?;
        let mut reading = read(self.source.open().await?, output).await?;
        if reading.stopped {
            return Err(stopped());
        }
        let secrets = remedy::secrets_to_look_into(self.kind(), &reading.scanned.scan, &answers)?;
        let mut survey = self.survey(&reading, &answers, login, output).await?;
        survey.pull_secrets = look_into(&mut reading, &secrets, output).await?;
        let material = self.make(reading, answers, survey, global.data_dir.as_deref(), output)?;
        Bundle::of(&material)?.write(&self.bundle)?;
        let plan = &material.made.plan;
        if output.is_json() {
            output.json(plan)?;
        } else {
            output.text(&text(plan, &self.bundle, output))?;
        }
        Ok(Status::Done)
    }

    /// What registries say of the images that the remedy is about. The practice cluster's are not asked for: it
    /// touches no network.
    async fn survey(
        &self,
        reading: &Reading,
        answers: &Answers,
        login: Option<Credentials>,
        output: &Output,
    ) -> Result<Survey, Problem> {
        let mut survey = Survey::default();
        let asked = remedy::inquiries(self.kind(), &reading.scanned.scan, answers)?;
        let is_open = !asked.is_empty() || login.is_some();
        if self.offline || !is_open || reading.source == Source::Demo {
            return Ok(survey);
        }
        let client = self.registries.client()?;
        if let Some(login) = login {
            survey.account = Some(quota::try_account(&client, login).await?);
        }
        let cancel = Cancel::default();
        let mut line = Line::new(output);
        let mut observer = |progress| line.show(&progress);
        let work = survey::ask(&client, &asked, &mut survey, &cancel, &mut observer);
        until_stopped(work, &cancel).await.ok_or_else(stopped)?;
        if cancel.is_cancelled() { Err(stopped()) } else { Ok(survey) }
    }

    /// The login to try, whose name answers what the remedy asks as well.
    fn login(&self, answers: &mut Answers) -> Result<Option<Credentials>, Problem> {
        let Some(login) = self.login.credentials()? else { return Ok(None) };
        if self.kind() != RemedyKind::HubAccount {
            let (what, why) = ("There is nothing to log in for.", "Only hub-account is about a login.");
            return Err(Problem::bad_input("login_unused", what, why, "Leave it out.").at("--username"));
        }
        let name = answers.set.entry("username".to_owned()).or_insert_with(|| login.username().to_owned());
        if name.as_str() != login.username() {
            let (what, why) = ("Two user names were given.", "--username and --set username differ.");
            return Err(Problem::bad_input("username_twice", what, why, "Give one of them.").at("--username"));
        }
        Ok(Some(login))
    }

    fn kind(&self) -> RemedyKind {
        match self.remedy {
            Remedy::Quay => RemedyKind::Quay,
            Remedy::HubAccount => RemedyKind::HubAccount,
            Remedy::EcrCopy => RemedyKind::EcrCopy,
            Remedy::EcrCache => RemedyKind::EcrCache,
        }
    }

    fn answers(&self) -> Result<Answers, Problem> {
        let mut set = BTreeMap::new();
        for (key, value) in &self.set {
            if !self.kind().keys().contains(&key.as_str()) {
                let why = format!("The remedy {} asks nothing named {key:?}.", self.kind().word());
                let next = format!("It takes {}.", self.kind().keys().join(", "));
                return Err(Problem::bad_input("set_unknown", "An answer has no question.", why, next)
                    .at(format!("--set {key}")));
            }
            if set.insert(key.clone(), value.clone()).is_some() {
                let why = format!("{key} was set twice.");
                return Err(Problem::bad_input("set_twice", "An answer is ambiguous.", why, "Set it once.")
                    .at(format!("--set {key}")));
            }
        }
        Ok(Answers { set, only: self.only.clone() })
    }

    /// Makes the plan within a kept run, or beside any when nothing is to be or can be kept.
    fn make(
        &self,
        reading: Reading,
        answers: Answers,
        survey: Survey,
        data_dir: Option<&Path>,
        output: &Output,
    ) -> Result<Material, Problem> {
        let service = if self.no_store {
            None
        } else {
            let opened =
                wiring::data_dir(data_dir).and_then(|folder| wiring::runs(&folder, None, "the command line"));
            opened.inspect_err(|problem| output.warning(problem)).ok()
        };
        match service {
            Some(runs) => self.make_kept(&runs, reading, answers, survey).map_err(Refusal::into_problem),
            None => self.make_loose(reading, answers, survey),
        }
    }

    fn make_kept(
        &self,
        runs: &Arc<engine::runs::Runs>,
        reading: Reading,
        answers: Answers,
        survey: Survey,
    ) -> Result<Material, Refusal> {
        let Reading { source, files, scanned, .. } = reading;
        let id = runs.adopt(source, &files, scanned)?;
        runs.choose(&id, self.kind())?;
        runs.configure_surveyed(&id, answers, survey)?;
        let material = runs.material(&id)?;
        runs.bundle_taken(&id)?;
        Ok(material)
    }

    fn make_loose(&self, reading: Reading, answers: Answers, survey: Survey) -> Result<Material, Problem> {
        let Reading { source, files, scanned, .. } = reading;
        let made = plan::make(&scanned.scan, self.kind(), &answers, &survey, &files)?;
        let run = Run {
            source: Some(source),
            scan: Some(scanned.scan),
            requests: scanned.requests,
            remedy: Some(self.kind()),
            answers,
            survey,
            plan: Some(made.plan.clone()),
            ..Run::new(String::new(), SystemClock.now())
        };
        Ok(Material { run, files, made })
    }
}

/// Looks into the cluster's own pull secrets, which the answers have allowed; what was asked is told with the reading.
async fn look_into(
    reading: &mut Reading,
    names: &[SecretName],
    output: &Output,
) -> Result<Option<Vec<HeldSecret>>, Problem> {
    if names.is_empty() {
        return Ok(None);
    }
    let Some(source) = Readers.pull_secrets(&reading.source).await? else { return Ok(None) };
    let cancel = Cancel::default();
    let mut line = Line::new(output);
    let mut observer = |progress| line.show(&progress);
    let work = pull_secrets::look(&*source, names, &SystemClock, &cancel, &mut observer);
    let looked = until_stopped(work, &cancel).await.ok_or_else(stopped)??;
    if cancel.is_cancelled() {
        return Err(stopped());
    }
    pull_secrets::add_requests(&mut reading.scanned.requests, looked.requests);
    Ok(Some(looked.secrets))
}

fn stopped() -> Problem {
    let (what, why) = ("No plan was made.", "It was stopped before everything was read and asked.");
    Problem {
        kind: ProblemKind::Interrupted,
        ..Problem::outside("stopped", what, why, "Run the same command again.")
    }
}

/// The plan for people.
pub(super) fn text(plan: &Planned, out: &Path, output: &Output) -> String {
    let tone = if plan.change_needed { Tone::Warning } else { Tone::Good };
    let mut text = format!("{}\n", output.toned(tone, &visible(&plan.summary)));
    let edits = plan.edits.iter().flat_map(|edit| {
        let place = match (&edit.file, &edit.object) {
            (Some(file), _) => edit.line.map_or_else(|| file.clone(), |line| format!("{file}:{line}")),
            (None, object) => object.clone().unwrap_or_default(),
        };
        let values = changed_lines(edit.from.as_deref().unwrap_or("(new)"), &edit.to);
        values.map(move |(from, to)| vec![place.clone(), from.to_owned(), "→".to_owned(), to.to_owned()])
    });
    section(&mut text, "Changes", edits);
    let refused = plan.refused.iter().map(|refused| vec![refused.place.clone(), refused.why.clone()]);
    section(&mut text, "Left alone, because the edit would not be certain", refused);
    let found = plan.found_secrets.iter().map(|found| {
        let instead = found.instead.iter().map(String::as_str);
        let says: Vec<&str> = [found.says.as_str()].into_iter().chain(instead).collect();
        vec![found.secret.clone(), found.keys.join(", "), says.join(" ")]
    });
    section(&mut text, "Pull secrets that are there already", found);
    let made = plan.steps.iter().filter(|step| step.op != Op::Patch);
    let made = made.map(|step| vec![step.target.label(), step.says.clone()]);
    section(&mut text, "Also part of the plan", made);
    let left = plan.left_running.iter().map(|left| {
        let pods = match left.pods {
            None => String::new(),
            Some(1) => "1 pod".to_owned(),
            Some(pods) => format!("{pods} pods"),
        };
        let images: Vec<&str> = left.images.iter().map(|image| image.image.as_str()).collect();
        vec![left.place.clone(), pods, images.join(", ")]
    });
    section(&mut text, "Left running, since changing these would make pods anew that run", left);
    if !plan.left_running.is_empty() {
        let answer = domain::shell::word(&format!("{KEY}={}", plan.choose_running()));
        text.push_str(&format!("  To change them, cut this to what you want: --set {}\n", visible(&answer)));
    }
    let stays =
        plan.out_of_reach().map(|left| vec![left.image.clone(), left.place.clone(), left.instead.clone()]);
    let left = if plan.remedy == RemedyKind::HubAccount { "Not reached" } else { "Stays on Docker Hub" };
    section(&mut text, left, stays);
    let pulls = plan.pulls.iter().flat_map(|pulls| pulls.sentences().into_iter().chain(pulls.warning()));
    section(&mut text, "What it pulls", pulls.map(|sentence| vec![sentence]));
    let risks = plan.risks.iter().map(|risk| vec![format!("{} {}", risk.what, risk.why)]);
    section(&mut text, "What to know before", risks);
    text.push_str(&format!("\nBundle: {}\n", visible(&out.display().to_string())));
    text
}

/// The lines that differ: a value can be a whole file inside of a ConfigMap, of which one line changes.
fn changed_lines<'a>(from: &'a str, to: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    from.lines().zip(to.lines()).filter(|(from, to)| from != to)
}
