//! What to read, as the options of several commands say it (INTERFACE §1).

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use domain::ports::{Clock, FactSource, InputFile, Sources as _};
use domain::problem::Problem;
use domain::run::Source;
use domain::time::Timestamp;
use manifests::input::Files;

use crate::input;
use crate::wiring::{Readers, SystemClock};

/// Which cluster and what of it, files, or the practice cluster.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "What to read")]
pub(super) struct SourceArgs {
    /// Context of the kubeconfig [default: the current one]
    #[arg(long, value_name = "NAME")]
    pub(super) context: Option<String>,
    /// Kubeconfig [default: the usual rules]
    #[arg(long, value_name = "FILE")]
    pub(super) kubeconfig: Option<PathBuf>,
    /// Only this namespace (repeatable)
    #[arg(short, long = "namespace", value_name = "NS")]
    pub(super) namespaces: Vec<String>,
    /// Files instead of a cluster: manifests, kubectl output, a dump, Cortex files, a folder, an archive, or -
    /// for stdin (repeatable)
    #[arg(long, value_name = "PATH", conflicts_with_all = ["context", "kubeconfig", "namespaces", "demo"])]
    pub(super) from: Vec<PathBuf>,
    /// The built-in practice cluster; touches no network
    #[arg(long, conflicts_with_all = ["context", "kubeconfig", "namespaces"])]
    pub(super) demo: bool,
}

/// What was opened.
pub(super) struct Opened {
    pub(super) source: Source,
    pub(super) reader: Box<dyn FactSource>,
    /// The files that may be kept with a run, and edited.
    pub(super) files: Vec<InputFile>,
    /// The time its facts are of.
    pub(super) clock: Of,
}

/// The clock of a source: its own time, or now.
pub(super) struct Of(Option<Timestamp>);

impl Clock for Of {
    fn now(&self) -> Timestamp {
        self.0.clone().unwrap_or_else(|| SystemClock.now())
    }
}

impl SourceArgs {
    /// Whether anything was said.
    pub(super) fn is_given(&self) -> bool {
        self.demo || self.context.is_some() || !self.namespaces.is_empty() || !self.from.is_empty()
    }

    /// Whether files are to be read.
    pub(super) fn is_files(&self) -> bool {
        !self.from.is_empty()
    }

    /// What is named, without opening it: a cluster by its context, or the practice cluster.
    pub(super) fn cluster(&self) -> Result<Source, Problem> {
        if self.demo {
            return Ok(Source::Demo);
        }
        let context = match &self.context {
            Some(named) => named.clone(),
            None => cluster::contexts(self.kubeconfig.as_deref())?.current.ok_or_else(no_current_context)?,
        };
        let kubeconfig = self.kubeconfig.as_ref().map(|path| path.display().to_string());
        Ok(Source::Cluster { kubeconfig, context, namespaces: self.namespaces.clone() })
    }

    /// Opens what is named. A live cluster is not asked anything yet.
    pub(super) async fn open(&self) -> Result<Opened, Problem> {
        if self.is_files() {
            return self.open_files();
        }
        let source = self.cluster()?;
        let reader = Readers.open(&source, Vec::new()).await?;
        let clock = Of(Readers.time_of(&source));
        Ok(Opened { source, reader, files: Vec::new(), clock })
    }

    /// Files are what they were when the newest of them was written: so the same files give the same scan,
    /// whenever it is made.
    fn open_files(&self) -> Result<Opened, Problem> {
        let files = input::open(&self.from)?;
        let name = self.name();
        let written = self.from.iter().filter_map(|path| newest(path, 0)).max();
        let kept = keep(&files)?;
        Ok(Opened {
            source: Source::Files { name },
            reader: Box::new(files),
            files: kept,
            clock: Of(written.map(|time| time.min(SystemTime::now())).and_then(timestamp)),
        })
    }

    fn name(&self) -> String {
        let names = self.from.iter().map(|path| {
            if path.as_os_str() == "-" {
                return "standard input".to_owned();
            }
            let resolved = fs::canonicalize(path).unwrap_or_else(|_| path.clone());
            resolved.file_name().unwrap_or(resolved.as_os_str()).to_string_lossy().into_owned()
        });
        names.collect::<Vec<_>>().join(", ")
    }
}

/// The files that a plan can edit.
fn keep(files: &Files) -> Result<Vec<InputFile>, Problem> {
    files.keep().map(|kept| kept.files)
}

/// When the newest file below a path was written.
fn newest(path: &Path, depth: usize) -> Option<SystemTime> {
    let about = fs::metadata(path).ok()?;
    if !about.is_dir() {
        return about.modified().ok();
    }
    if depth > 32 {
        return None;
    }
    let entries = fs::read_dir(path).ok()?.flatten();
    let visible = entries.filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."));
    visible
        .filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_symlink()))
        .filter_map(|entry| newest(&entry.path(), depth + 1))
        .max()
}

fn timestamp(time: SystemTime) -> Option<Timestamp> {
    time.duration_since(UNIX_EPOCH).ok().map(|since| Timestamp::from_unix(since.as_secs()))
}

fn no_current_context() -> Problem {
    Problem::bad_input(
        "no_current_context",
        "It is not said which cluster to read.",
        "The kubeconfig has no current context.",
        "Name one with --context, or look at the practice cluster with --demo.",
    )
}
