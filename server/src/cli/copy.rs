//! `copy`: copies images between registries, sparing the quota (INTERFACE §6).

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use clap::{Args, ValueEnum};
use domain::copy::plan::Pulls;
use domain::copy::report::{Event, Outcome, Report, Stopped};
use domain::copy::{Order, Platform, checked, list, order};
use domain::ports::Cancel;
use domain::problem::{Problem, ProblemKind};
use domain::registry::RegistryName;
use domain::run::Progress;
use engine::copy::{Options, Ports};
use registry::Client;
use store::Store;

use super::docker_config::DockerConfig;
use super::ecr_targets;
use super::output::{Output, Tone, section};
use super::progress::{Line, until_stopped};
use super::registries::{LoginArgs, RegistryArgs};
use super::{Global, Status, verify};
use crate::wiring::{self, SystemClock};

/// Copies images between registries, sparing the quota of the source
///
/// Headers are asked first, which costs no pull: what the target has already is left alone. Each blob is sent once to a
/// registry, however many images share it. Nothing is spent beyond --reserve; stopped or killed, the same command goes
/// on where it was. Logins come from --username and from Docker's configuration (DOCKER_CONFIG, credential helpers). For a
/// target in Amazon ECR they come from AWS (AWS_PROFILE), and repositories that are missing there are made.
#[derive(Debug, Args)]
pub(super) struct Copy {
    /// The image to copy
    #[arg(value_name = "SRC", requires = "target", required_unless_present_any = ["list", "plan"])]
    source: Option<String>,
    /// Where to
    #[arg(value_name = "DST")]
    target: Option<String>,
    /// Read lines of SRC DST from a file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["source", "plan"])]
    list: Option<PathBuf>,
    /// Make the copies of a plan.json or a bundle
    #[arg(long, value_name = "PLAN", conflicts_with = "source")]
    plan: Option<PathBuf>,
    /// Copy this platform only, such as linux/amd64 (repeatable) [default: all]; this changes the digest of an index
    #[arg(long = "platform", value_name = "PLATFORM")]
    platforms: Vec<Platform>,
    /// Blobs to move at once
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=64))]
    jobs: u8,
    /// Pulls to leave at the source
    #[arg(long, value_name = "N", default_value_t = 0)]
    reserve: u32,
    /// Go on when the window refills, instead of ending with status 4
    #[arg(long)]
    wait: bool,
    /// Tell what would be copied and what it would cost; this spends nothing
    #[arg(long)]
    dry_run: bool,
    /// Tell progress as one JSON object a line on stderr
    #[arg(long, value_enum, value_name = "FORM")]
    progress: Option<Form>,
    /// The registry that --username is for [default: the source's]
    #[arg(long, value_name = "REGISTRY", requires = "username", help_heading = "Login")]
    login_at: Option<String>,
    #[command(flatten)]
    login: LoginArgs,
    #[command(flatten)]
    registries: RegistryArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Json,
}

impl Copy {
    pub(super) async fn run(self, global: &Global, output: &Output) -> Result<Status, Problem> {
        let mut orders = self.orders()?;
        if !self.platforms.is_empty() {
            orders.iter_mut().for_each(|order| order.platforms.clone_from(&self.platforms));
        }
        let (client, given) = self.client(&orders).await?;
        let registries =
            ecr_targets::logged_in(client, &orders, given.as_ref(), self.dry_run, output).await?;
        let options = Options {
            jobs: usize::from(self.jobs),
            reserve: self.reserve,
            wait: self.wait,
            dry_run: self.dry_run,
        };
        let ports = Ports {
            registries,
            journal: Some(Arc::new(Store::open(&wiring::data_dir(global.data_dir.as_deref())?)?)),
            clock: Arc::new(SystemClock),
        };
        let cancel = Cancel::default();
        let told = Told { line: Mutex::new(Line::new(output)), output, form: self.progress };
        let watch = |event| told.event(&event);
        let work = engine::copy::copy(&orders, &options, &ports, &cancel, &watch);
        let report = until_stopped(work, &cancel).await.ok_or_else(stopped)??;
        drop(told);
        if output.is_json() {
            output.json(&report)?;
        } else {
            output.text(&text(&report, output))?;
        }
        Ok(status(&report))
    }

    fn orders(&self) -> Result<Vec<Order>, Problem> {
        match (&self.source, &self.target, &self.list, &self.plan) {
            (Some(source), Some(target), ..) => Ok(vec![order(source, target)?]),
            (.., Some(file), _) => list(&read(file)?, &file.display().to_string()),
            (.., Some(plan)) => planned(plan),
            _ => Ok(Vec::new()),
        }
    }

    /// The client with all logins that are known here, and the registry that one was given for.
    async fn client(&self, orders: &[Order]) -> Result<(Client, Option<RegistryName>), Problem> {
        let mut client = self.registries.client()?;
        let named = match self.login.credentials()? {
            Some(login) => {
                let at = self.login_at(orders)?;
                client = client.with_login(at.clone(), login);
                Some(at)
            }
            None => None,
        };
        let Some(config) = DockerConfig::read()? else { return Ok((client, named)) };
        let mut seen: BTreeSet<RegistryName> = named.iter().cloned().collect();
        for image in orders.iter().flat_map(|order| [&order.source, &order.target]) {
            let registry = RegistryName::of(image);
            if seen.insert(registry.clone())
                && let Some(login) = config.login(image).await?
            {
                client = client.with_login(registry, login);
            }
        }
        Ok((client, named))
    }

    fn login_at(&self, orders: &[Order]) -> Result<RegistryName, Problem> {
        let next = "Say which registry the login is for with --login-at.";
        if let Some(named) = &self.login_at {
            return named.parse().map_err(|error: domain::image::ReferenceError| {
                Problem::bad_input("registry_name", format!("{}.", error.what()), error.why(), next)
                    .at("--login-at")
            });
        }
        let sources: BTreeSet<_> = orders.iter().map(|order| RegistryName::of(&order.source)).collect();
        let mut sources = sources.into_iter();
        match (sources.next(), sources.next()) {
            (Some(only), None) => Ok(only),
            _ => {
                let (what, why) =
                    ("The login is for no registry in particular.", "There are several sources.");
                Err(Problem::bad_input("login_at", what, why, next).at("--username"))
            }
        }
    }
}

fn read(file: &Path) -> Result<String, Problem> {
    fs::read_to_string(file).map_err(|error| {
        let (what, next) = ("The list could not be read.", "Name a text file with lines of SRC DST.");
        Problem::bad_input("copy_list", what, format!("{error}."), next).at(file.display().to_string())
    })
}

/// The copies of a plan.
fn planned(path: &Path) -> Result<Vec<Order>, Problem> {
    let plan = verify::from_path(path)?;
    let orders = plan.copies.iter().map(Order::planned);
    checked(orders.collect::<Result<_, _>>()?)
}

fn stopped() -> Problem {
    let (what, why) = ("Copying was stopped.", "Ctrl-C was pressed twice.");
    Problem {
        kind: ProblemKind::Interrupted,
        ..Problem::outside("stopped", what, why, "Run the same command again; it goes on where it was.")
    }
}

fn status(report: &Report) -> Status {
    if report.stopped.is_some() {
        return Status::Stopped;
    }
    let first = report.results.iter().find_map(|ended| match &ended.outcome {
        Outcome::Failed { error } => Some(error.kind),
        _ => None,
    });
    match first {
        None => Status::Done,
        Some(ProblemKind::BadInput) => Status::BadInput,
        Some(ProblemKind::Outside) => Status::Refused,
        Some(ProblemKind::Interrupted) => Status::Stopped,
    }
}

/// Shows what happens: as JSON for programs, else as a line that moves and notes that stay.
struct Told<'a> {
    line: Mutex<Line>,
    output: &'a Output,
    form: Option<Form>,
}

impl Told<'_> {
    fn event(&self, event: &Event) {
        if self.form == Some(Form::Json) {
            if let Ok(text) = serde_json::to_string(event) {
                // Without a stderr there is nobody to tell.
                let _ = writeln!(std::io::stderr().lock(), "{text}");
            }
            return;
        }
        match event {
            Event::Planned { images, unchanged, pulls, left, reserve } => {
                let left = left.iter().map(|(name, left)| format!("; {} has {left} left", name.for_people()));
                let kept =
                    if *reserve > 0 { format!(", of which {reserve} are kept") } else { String::new() };
                let wanted = images.saturating_sub(*unchanged);
                self.output.note(&format!(
                    "{wanted} of {images} images to copy, at a cost of {} pulls{}{kept}",
                    span(*pulls),
                    left.collect::<String>()
                ));
            }
            Event::Paused { registry, look, goes_on } => self.output.note(&format!(
                "{}: no pulls left; looking again at {}, going on at {} UTC at the latest",
                registry.for_people(),
                look.clock(),
                goes_on.clock()
            )),
            Event::Progress(progress) => {
                let left =
                    progress.seconds_left.map(|seconds| format!(", {seconds} s left")).unwrap_or_default();
                let rate = format!(
                    "images, {} of {}, {}/s{left}",
                    size(progress.bytes_done),
                    size(progress.bytes),
                    size(progress.bytes_per_second)
                );
                self.line.lock().unwrap_or_else(PoisonError::into_inner).show(&Progress {
                    phase: "copying".to_owned(),
                    done: u64::from(progress.images_done),
                    total: Some(u64::from(progress.images)),
                    early: Some(rate),
                });
            }
            Event::Reading { .. } | Event::Ended(_) | Event::Blob { .. } => {}
        }
    }
}

fn text(report: &Report, output: &Output) -> String {
    let summary = &report.summary;
    let wanted =
        report.results.iter().filter(|ended| matches!(ended.outcome, Outcome::Wanted { .. })).count();
    let (tone, sentence) = match &report.stopped {
        Some(Stopped::Throttled { registry, goes_on, .. }) => (
            Tone::Warning,
            format!(
                "Stopped: no more pulls may be spent at {}. It goes on at {goes_on} at the latest: run the same command again then, or add --wait.",
                registry.for_people()
            ),
        ),
        Some(Stopped::Cancelled) => {
            (Tone::Warning, "Stopped: the same command goes on where it was.".to_owned())
        }
        None if summary.failed > 0 => {
            (Tone::Bad, format!("{} of {} images failed.", summary.failed, summary.images))
        }
        None if wanted > 0 => (Tone::Good, format!("{wanted} of {} images would be copied.", summary.images)),
        None => (Tone::Good, "Done: the targets have every image, read back and compared.".to_owned()),
    };
    let mut text = format!("{}\n", output.toned(tone, &sentence));
    let rows = report.results.iter().map(|ended| {
        let (word, more) = outcome(&ended.outcome);
        let targets: Vec<&str> =
            std::iter::once(&ended.target).chain(&ended.also).map(String::as_str).collect();
        vec![word.to_owned(), ended.source.clone(), targets.join(", "), more]
    });
    section(&mut text, "Images", rows);
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    let (source, target) = (&summary.source, &summary.target);
    let rows = [
        row(
            "source",
            format!("{} manifests fetched, {} asked by headers", source.manifest_gets, source.manifest_heads),
        ),
        row(
            "blobs",
            format!("{} sent ({}), {} mounted", target.blob_uploads, size(target.bytes), target.blob_mounts),
        ),
        row("paused", format!("{} seconds", summary.paused_seconds)),
    ];
    section(&mut text, "Work", rows.into_iter());
    text
}

fn outcome(outcome: &Outcome) -> (&'static str, String) {
    match outcome {
        Outcome::Copied { digest, narrowed_from, overwritten, referrers, left } => {
            let mut more = digest.clone();
            if let Some(from) = narrowed_from {
                more.push_str(&format!("; all platforms together are {from}"));
            }
            if let Some(before) = overwritten {
                more.push_str(&format!("; the tag was {before}"));
            }
            if *referrers > 0 {
                more.push_str(&format!("; {referrers} signatures or the like came along"));
            }
            for left in left {
                more.push_str(&format!("; left: {left}"));
            }
            ("copied", more)
        }
        Outcome::Unchanged => ("unchanged", String::new()),
        Outcome::Failed { error } => ("failed", format!("{} {} {}", error.what, error.why, error.next)),
        Outcome::NotStarted => ("not copied yet", String::new()),
        Outcome::Wanted { pulls, overwrites } => {
            let moved =
                overwrites.as_ref().map(|before| format!("; the tag is {before}")).unwrap_or_default();
            ("to copy", format!("{} pulls{moved}", span(*pulls)))
        }
    }
}

fn span(pulls: Pulls) -> String {
    if pulls.low == pulls.high { pulls.low.to_string() } else { format!("{} to {}", pulls.low, pulls.high) }
}

/// A number of bytes in its largest unit.
fn size(bytes: u64) -> String {
    let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    match units.into_iter().find(|(_, bits)| bytes >> bits > 0) {
        Some((unit, bits)) => {
            let tenths = (u128::from(bytes) * 10) >> bits;
            format!("{}.{} {unit}", tenths / 10, tenths % 10)
        }
        None => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_in_their_largest_unit() {
        for (bytes, wanted) in [
            (0, "0 bytes"),
            (1_023, "1023 bytes"),
            (1_536, "1.5 KiB"),
            (1 << 30, "1.0 GiB"),
            (u64::MAX, "17179869183.9 GiB"),
        ] {
            assert_eq!(size(bytes), wanted);
        }
    }
}
