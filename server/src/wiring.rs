//! Which adapter stands behind which port: the one place that knows.

use std::env;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use cluster::{ClusterReader, Practice};
use domain::held::PullSecrets;
use domain::ports::{Clock, FactSource, InputFile, Sources};
use domain::problem::Problem;
use domain::registry::Logins;
use domain::run::Source;
use domain::time::Timestamp;
use engine::runs::Runs;
use manifests::archive::Limits;
use manifests::input::{Files, Given, InMemory};
use store::Store;

/// The system's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        // A clock before 1970 is wrong anyway; the epoch is a visible sign of it.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_unix(since.as_secs())
    }
}

/// Clusters by kube, files by the manifests' reader, the practice cluster from inside the binary.
pub struct Readers;

#[async_trait]
impl Sources for Readers {
    async fn open(&self, source: &Source, files: Vec<InputFile>) -> Result<Box<dyn FactSource>, Problem> {
        match source {
            Source::Cluster { kubeconfig, context, namespaces } => {
                let kubeconfig = kubeconfig.as_deref().map(Path::new);
                Ok(Box::new(ClusterReader::connect(kubeconfig, Some(context), namespaces).await?))
            }
            Source::Files { name } => {
                let given = files.into_iter().map(|file| Box::new(InMemory(file)) as Box<dyn Given>);
                Ok(Box::new(Files::new(name.clone(), given.collect(), Limits::UPLOAD)))
            }
            Source::Demo => Ok(Box::new(cluster::practice(Practice::Throttled)?)),
        }
    }

    async fn revisit(&self, source: &Source) -> Result<Box<dyn FactSource>, Problem> {
        match source {
            Source::Demo => Ok(Box::new(cluster::practice(Practice::Healed)?)),
            other => self.open(other, Vec::new()).await,
        }
    }

    async fn pull_secrets(&self, source: &Source) -> Result<Option<Box<dyn PullSecrets>>, Problem> {
        match source {
            Source::Cluster { kubeconfig, context, namespaces } => {
                let kubeconfig = kubeconfig.as_deref().map(Path::new);
                Ok(Some(Box::new(ClusterReader::connect(kubeconfig, Some(context), namespaces).await?)))
            }
            Source::Files { .. } | Source::Demo => Ok(None),
        }
    }

    fn time_of(&self, source: &Source) -> Option<Timestamp> {
        match source {
            Source::Demo => Practice::Throttled.recorded_at().ok(),
            Source::Cluster { .. } | Source::Files { .. } => None,
        }
    }
}

/// The runs of a data folder; without a `registry` none is asked. `role` says to other processes at the same store who we are.
///
/// # Errors
/// When the store cannot be opened.
pub fn runs(data_dir: &Path, registry: Option<Arc<dyn Logins>>, role: &str) -> Result<Arc<Runs>, Problem> {
    let store = Arc::new(Store::open(data_dir)?);
    let owner = format!("{role} (process {})", process::id());
    Ok(Arc::new(Runs::new(store, Arc::new(Readers), registry, Arc::new(SystemClock), owner)))
}

/// Where runs are kept: the folder that was named, or the platform's place for a program's data.
///
/// # Errors
/// When none was named and the system does not tell its own.
pub fn data_dir(named: Option<&Path>) -> Result<PathBuf, Problem> {
    if let Some(named) = named {
        return Ok(named.to_owned());
    }
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let platform = if cfg!(windows) {
        set("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        set("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        // XDG Base Directory Specification: a relative path there is to be ignored.
        set("XDG_DATA_HOME")
            .filter(|path| path.is_absolute())
            .or_else(|| set("HOME").map(|home| home.join(".local/share")))
    };
    platform.map(|folder| folder.join("unthrottle")).ok_or_else(|| {
        Problem::bad_input(
            "no_data_dir",
            "There is no folder to keep runs in.",
            "The system names no home folder.",
            "Name one with --data-dir.",
        )
    })
}
