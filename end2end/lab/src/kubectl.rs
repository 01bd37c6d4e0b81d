//! The cluster's own kubectl, as the administrator.

use std::process::Stdio;

use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::config::Paths;
use crate::error::{LabError, Result, json};

/// kubectl against the lab's cluster.
#[derive(Debug, Clone)]
pub struct Kubectl {
    paths: Paths,
}

impl Kubectl {
    /// The administrator of the lab in `paths`.
    #[must_use]
    pub fn new(paths: &Paths) -> Self {
        Self { paths: paths.clone() }
    }

    /// Runs kubectl and returns what it printed.
    ///
    /// # Errors
    /// When it ends badly; the error carries what it said.
    pub async fn run(&self, arguments: &[&str]) -> Result<String> {
        self.run_with(arguments, None).await
    }

    /// Runs kubectl and reads what it printed as JSON; `-o json` is added.
    ///
    /// # Errors
    /// When it ends badly or prints something else.
    pub async fn json(&self, arguments: &[&str]) -> Result<Value> {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["-o", "json"]).collect();
        let text = self.run(&arguments).await?;
        serde_json::from_str(&text).map_err(json(format!("kubectl {}", arguments.join(" "))))
    }

    /// Lays objects down, as `cortex cluster up` does it: with apply, which leaves its annotation.
    ///
    /// # Errors
    /// When the API server refuses one of them.
    pub async fn apply(&self, objects: &[Value]) -> Result<()> {
        self.feed("apply", objects).await
    }

    /// Makes objects without kubectl's annotation, as an operator's own client does.
    ///
    /// # Errors
    /// When the API server refuses one of them.
    pub async fn create(&self, objects: &[Value]) -> Result<()> {
        self.feed("create", objects).await
    }

    async fn feed(&self, verb: &str, objects: &[Value]) -> Result<()> {
        let list = serde_json::json!({ "apiVersion": "v1", "kind": "List", "items": objects });
        self.run_with(&[verb, "-f", "-"], Some(list.to_string())).await.map(drop)
    }

    async fn run_with(&self, arguments: &[&str], input: Option<String>) -> Result<String> {
        let failed =
            |why: String| LabError::Program { program: format!("kubectl {}", arguments.join(" ")), why };
        let mut child = Command::new(self.paths.kubectl())
            .arg("--kubeconfig")
            .arg(self.paths.kubeconfig())
            .args(arguments)
            .env("HOME", &self.paths.root)
            .stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        if let (Some(input), Some(mut stdin)) = (input, child.stdin.take()) {
            stdin.write_all(input.as_bytes()).await.map_err(|error| failed(error.to_string()))?;
        }
        let output = child.wait_with_output().await.map_err(|error| failed(error.to_string()))?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
        }
    }
}
