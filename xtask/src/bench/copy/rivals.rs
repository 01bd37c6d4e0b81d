//! The tools that are compared, in the versions that are, and how each is told to copy everything.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, json};

use super::shelf::Shelf;
use crate::{Outcome, process, setup};

const CRANE: &str = "github.com/google/go-containerregistry/cmd/crane@v0.22.1";
const REGSYNC: &str = "github.com/regclient/regclient/cmd/regsync@v0.11.7";

/// One of those that are compared; ours is the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tool {
    Unthrottle,
    Crane,
    Regsync,
    Skopeo,
}

impl Tool {
    pub const ALL: [Self; 4] = [Self::Unthrottle, Self::Crane, Self::Regsync, Self::Skopeo];

    pub fn name(self) -> &'static str {
        match self {
            Self::Unthrottle => "unthrottle",
            Self::Crane => "crane",
            Self::Regsync => "regsync",
            Self::Skopeo => "skopeo",
        }
    }
}

/// Where they are.
pub struct Tools {
    program: PathBuf,
    go: PathBuf,
}

impl Tools {
    /// Builds crane and regsync with Go, and takes skopeo and docker-registry from the distribution.
    pub fn install(program: &Path, folder: &Path) -> Outcome<Self> {
        setup::docker_registry()?;
        setup::skopeo()?;
        let go = folder.join("tools");
        fs::create_dir_all(&go)?;
        for (name, package) in [("crane", CRANE), ("regsync", REGSYNC)] {
            if !go.join(name).exists() {
                process::run(
                    Command::new("go").args(["install", package]).env("GOBIN", fs::canonicalize(&go)?),
                )?;
            }
        }
        Ok(Self { program: program.to_owned(), go })
    }

    /// The commands, one after another, that copy all images of a source. `home` is for what a tool keeps.
    pub fn commands(&self, tool: Tool, source: &Shelf, target: &Shelf, home: &Path) -> Outcome<Vec<Command>> {
        let pairs = source
            .images
            .iter()
            .map(|image| (format!("{}/{image}", source.host), format!("{}/{image}", target.host)));
        Ok(match tool {
            Tool::Unthrottle => {
                let list: String = pairs.map(|(from, to)| format!("{from} {to}\n")).collect();
                let file = home.join("list");
                fs::write(&file, list)?;
                let mut command = Command::new(&self.program);
                command.args(["copy", "-q", "--list"]).arg(file).arg("--data-dir").arg(home);
                for host in [&source.host, &target.host] {
                    command.arg("--registry-endpoint").arg(format!("{host}=http://{host}"));
                }
                vec![command]
            }
            Tool::Crane => pairs
                .map(|(from, to)| {
                    let mut command = Command::new(self.go.join("crane"));
                    command.args(["copy", "--insecure", &from, &to]);
                    command
                })
                .collect(),
            Tool::Regsync => {
                let entries =
                    pairs.map(|(from, to)| json!({ "source": from, "target": to, "type": "image" }));
                let plain =
                    [&source.host, &target.host].map(|host| json!({ "registry": host, "tls": "disabled" }));
                // JSON is YAML.
                let config = json!({
                    "version": 1, "creds": plain, "defaults": { "parallel": 4 }, "sync": entries.collect::<Vec<_>>(),
                });
                let file = home.join("regsync.yaml");
                fs::write(&file, config.to_string())?;
                let mut command = Command::new(self.go.join("regsync"));
                command.args(["once", "-c"]).arg(file);
                vec![command]
            }
            Tool::Skopeo => {
                let images = source.images.iter().filter_map(|image| image.split_once(':'));
                let images: Map<_, _> =
                    images.map(|(repository, tag)| (repository.to_owned(), json!([tag]))).collect();
                let config = json!({ &source.host: { "tls-verify": false, "images": images } });
                let file = home.join("skopeo.yaml");
                fs::write(&file, config.to_string())?;
                let mut command = Command::new("skopeo");
                command.args([
                    "sync",
                    "--all",
                    "--dest-tls-verify=false",
                    "--src",
                    "yaml",
                    "--dest",
                    "docker",
                ]);
                command.arg(file).arg(format!("{}/bench", target.host));
                vec![command]
            }
        })
    }
}
