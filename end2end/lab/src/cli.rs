//! The lab's commands, for people and for the project's task runner.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::config::{Config, Paths};
use crate::error::{LabError, Result, file, json};
use crate::lab::{self, Lab};
use crate::registries;
use crate::scenario;

/// A real Kubernetes cluster with its own Docker Hub, on this machine, without the internet.
#[derive(Debug, Parser)]
#[command(name = "lab")]
struct Arguments {
    /// Where the lab keeps everything.
    #[arg(long, global = true, default_value_os_t = Paths::default_dir())]
    dir: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Bring the lab up.
    Up {
        /// Addresses and ports as JSON; what it does not name keeps its default.
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Take the lab down, also after a crash.
    Down,
    /// Say which parts run and how the pods are.
    Status,
    /// Lay a scenario; without a name, list them.
    Scenario {
        /// Its name, as cortex-0.22.
        name: Option<String>,
    },
    /// Print what a shell needs to reach the lab.
    Env,
    /// Print a kubeconfig of the administrator, or of somebody with fewer rights.
    Kubeconfig {
        /// What the account must do without.
        #[arg(long)]
        restricted: Option<crate::access::Restriction>,
    },
    /// Serve a registry of its own with a set of images, until standard input ends; needs no lab that is up.
    Shelf {
        /// What is in it.
        set: crate::shelf::Set,
    },
    /// Serve the registries' fronts; `up` starts this.
    #[command(hide = true)]
    Front {
        /// The fronts as JSON.
        file: PathBuf,
    },
}

/// Runs one command. `arguments` come without the program's name; `this` is how this same program is
/// called again with more arguments, to serve the fronts.
///
/// # Errors
/// When the command fails; wrong usage included.
pub async fn run(arguments: impl IntoIterator<Item = OsString>, this: &[OsString]) -> Result<()> {
    let all = std::iter::once("lab".into()).chain(arguments);
    let Arguments { dir, command } = match Arguments::try_parse_from(all) {
        Ok(arguments) => arguments,
        Err(error) if !error.use_stderr() => return print(&error.to_string()),
        Err(error) => return Err(LabError::Program { program: "lab".into(), why: error.to_string() }),
    };
    let dir = std::path::absolute(&dir).map_err(file("cannot resolve", &dir))?;
    match command {
        Command::Up { config } => {
            let config = config.map_or_else(|| Ok(Config::default()), |path| read_config(&path))?;
            let lab = lab::up(&dir, config, this).await?;
            print(&environment(&lab))
        }
        Command::Down => lab::down(&dir),
        Command::Status => status(&Lab::open(&dir)?).await,
        Command::Scenario { name: None } => print(&(scenario::names().join("\n") + "\n")),
        Command::Scenario { name: Some(name) } => {
            let laid = scenario::lay(&Lab::open(&dir)?, &name).await?;
            print(&format!("{laid}\n"))
        }
        Command::Env => print(&environment(&Lab::open(&dir)?)),
        Command::Kubeconfig { restricted } => {
            let lab = Lab::open(&dir)?;
            let path = match restricted {
                None => lab.paths.kubeconfig(),
                Some(restriction) => crate::access::kubeconfig(&lab, restriction).await?,
            };
            print(&format!("{}\n", path.display()))
        }
        Command::Shelf { set } => crate::shelf::serve(set).await,
        Command::Front { file } => registries::serve_fronts(&file).await,
    }
}

async fn status(lab: &Lab) -> Result<()> {
    let mut text = String::new();
    for (name, alive) in lab.processes()? {
        text.push_str(&format!("{name:<24} {}\n", if alive { "runs" } else { "has ended" }));
    }
    text.push('\n');
    text.push_str(&lab.kubectl().run(&["get", "pods", "--all-namespaces"]).await?);
    print(&text)
}

fn environment(lab: &Lab) -> String {
    lab.environment().into_iter().map(|(name, value)| format!("{name}={value}\n")).collect()
}

fn read_config(path: &std::path::Path) -> Result<Config> {
    let text = std::fs::read(path).map_err(file("cannot read", path))?;
    serde_json::from_slice(&text).map_err(json(path.display().to_string()))
}

fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).map_err(file("cannot write to", std::path::Path::new("standard output")))
}
