//! Amazon Web Services for a test of its own: moto, from the folder that `cargo xtask test` installs it in.
//!
//! It has ECR's repositories and logins, STS and Secrets Manager; neither pull-through caches nor a registry that could
//! be pushed to.

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::error::{LabError, Result};

/// A running moto. It ends when this is dropped.
#[derive(Debug)]
pub struct Moto {
    /// Its port on loopback.
    pub port: u16,
    program: Child,
}

impl Drop for Moto {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// The account that moto says we are of.
pub const ACCOUNT: &str = "123456789012";

impl Moto {
    /// Starts one on a port of its own; `None` where it is not installed.
    ///
    /// # Errors
    /// When it does not listen.
    pub async fn start() -> Result<Option<Self>> {
        let failed = |why: String| LabError::Program { program: "moto_server".into(), why };
        let Some(path) = installed() else { return Ok(None) };
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
        let port = port.map_err(|error| failed(error.to_string()))?.port();
        let mut command = Command::new(path);
        command.args(["--host", "127.0.0.1", "--port", &port.to_string()]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let program = command.spawn().map_err(|error| failed(error.to_string()))?;
        let running = Self { port, program };
        for _ in 0..600 {
            if tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_ok() {
                return Ok(Some(running));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(failed("it does not listen".to_owned()))
    }

    /// Where it is asked, for `AWS_ENDPOINT_URL`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// The program, in the user's folder for what can be made again.
fn installed() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")))?;
    let program = cache.join("unthrottle/moto/bin/moto_server");
    program.exists().then_some(program)
}
