//! One docker-registry for a test of its own: Debian's program in a folder that goes with it.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, header};
use serde_json::json;
use tempfile::TempDir;

use crate::error::{LabError, Result, file};
use crate::http_client::HttpClient;
use crate::images;

/// A running docker-registry. It ends when this is dropped.
#[derive(Debug)]
pub struct DockerRegistry {
    /// Its port on loopback.
    pub port: u16,
    program: Child,
    client: HttpClient,
    folder: TempDir,
}

impl Drop for DockerRegistry {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

impl DockerRegistry {
    /// Starts one on a port of its own; `None` where the program is not installed.
    ///
    /// # Errors
    /// When it cannot be set up or does not listen.
    pub async fn start() -> Result<Option<Self>> {
        let folder = tempfile::tempdir().map_err(failed("a folder"))?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
        let port = port.map_err(failed("a port"))?.port();
        let configuration = json!({
            "version": 0.1,
            "log": { "level": "error" },
            "storage": { "filesystem": { "rootdirectory": folder.path().join("data") } },
            "http": { "addr": format!("127.0.0.1:{port}"), "relativeurls": true },
        });
        let path = folder.path().join("config.json");
        std::fs::write(&path, configuration.to_string()).map_err(file("cannot write", &path))?;
        let log_path = folder.path().join("log");
        let log = File::create(&log_path).map_err(file("cannot write", &log_path))?;
        let access_path = folder.path().join("access");
        let access = File::create(&access_path).map_err(file("cannot write", &access_path))?;
        let mut command = Command::new("docker-registry");
        command.arg("serve").arg(&path).stdin(Stdio::null()).stdout(access).stderr(log);
        let program = match command.spawn() {
            Ok(program) => program,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed("docker-registry")(error)),
        };
        let running = Self { port, program, client: HttpClient::default(), folder };
        for _ in 0..200 {
            if tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_ok() {
                return Ok(Some(running));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let why = crate::process::last_words(&log_path);
        Err(LabError::Program { program: "docker-registry".into(), why })
    }

    /// Its name in image references.
    #[must_use]
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The file of its access log.
    #[must_use]
    pub fn access_log_file(&self) -> PathBuf {
        self.folder.path().join("access")
    }

    /// Its access log: a line for each request, with the method, the path with its query, and the status.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn access_log(&self) -> Result<String> {
        let path = self.access_log_file();
        std::fs::read_to_string(&path).map_err(file("cannot read", &path))
    }

    /// Pushes a blob and returns its digest.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn push_blob(&self, repository: &str, bytes: impl Into<Bytes>) -> Result<String> {
        let bytes = bytes.into();
        let digest = images::digest(&bytes);
        let (begin, kind) = (self.url(&format!("{repository}/blobs/uploads/")), "application/octet-stream");
        let place = self.client.succeed(Method::POST, &begin, kind, Bytes::new()).await?;
        let location = place.headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
        let location =
            location.ok_or_else(|| LabError::Http { url: begin, why: "no place to upload to".into() })?;
        let url = format!("http://{}{location}&digest={digest}", self.host());
        self.client.succeed(Method::PUT, &url, kind, bytes).await?;
        Ok(digest)
    }

    /// Pushes a manifest under a tag or its digest and returns the digest.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn push_manifest(
        &self,
        repository: &str,
        reference: &str,
        media_type: &str,
        bytes: impl Into<Bytes>,
    ) -> Result<String> {
        let bytes = bytes.into();
        let digest = images::digest(&bytes);
        let url = self.url(&format!("{repository}/manifests/{reference}"));
        self.client.succeed(Method::PUT, &url, media_type, bytes).await?;
        Ok(digest)
    }

    fn url(&self, rest: &str) -> String {
        format!("http://{}/v2/{rest}", self.host())
    }
}

fn failed(what: &str) -> impl Fn(std::io::Error) -> LabError {
    let program = what.to_owned();
    move |error| LabError::Program { program: program.clone(), why: error.to_string() }
}
