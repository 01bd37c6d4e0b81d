//! Debian's docker-registry, the distribution project's own.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use domain::image::ImageReference;
use domain::registry::{Answer, Registry as _, RegistryName};
use lab::http_client::HttpClient;
use lab::images::Behaviour;
use lab::push::Store;
use registry::{Client, Endpoints};
use tempfile::TempDir;

struct Running {
    port: u16,
    program: Child,
    _folder: TempDir,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// A registry on a port of its own; `None` where the package is not installed.
async fn start() -> Option<Running> {
    let folder = tempfile::tempdir().unwrap();
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    let configuration = format!(
        "version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\n\
         storage: {{filesystem: {{rootdirectory: {}}}}}\n\
         http: {{addr: '127.0.0.1:{port}', relativeurls: true}}\n",
        folder.path().join("data").display()
    );
    let file = folder.path().join("config.yml");
    fs::write(&file, configuration).unwrap();
    let mut command = Command::new("docker-registry");
    command.arg("serve").arg(&file).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(program) = command.spawn() else {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "docker-registry is not installed");
        return None;
    };
    let running = Running { port, program, _folder: folder };
    for _ in 0..100 {
        if tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_ok() {
            return Some(running);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("docker-registry does not listen");
}

#[tokio::test]
async fn what_was_pushed_is_found_with_its_digest() {
    let Some(running) = start().await else { return };
    let http = HttpClient::default();
    let host = format!("127.0.0.1:{}", running.port);
    Store::new(&http, &host, running.port).publish("team/app", "1.0", Behaviour::Finish).await.unwrap();

    // No endpoint is named: a registry on this machine is spoken to without TLS.
    let client = Client::new(Endpoints::default()).unwrap();
    let name: RegistryName = host.parse().unwrap();
    assert!(client.greet(&name).await.unwrap().answer.found().is_some());

    let image: ImageReference = format!("{host}/team/app:1.0").parse().unwrap();
    let head = client.head(&image).await.unwrap().answer.found().unwrap();
    let manifest = client.manifest(&image).await.unwrap().answer.found().unwrap();
    assert_eq!(head.digest.as_deref(), Some(manifest.digest.as_str()));
    assert_eq!(head.size, Some(manifest.bytes.len() as u64));
    assert_eq!(manifest.media_type.as_deref(), Some(lab::images::MANIFEST));
    assert_eq!(manifest.digest, lab::images::digest(&manifest.bytes));

    let pinned: ImageReference = format!("{host}/team/app@{}", manifest.digest).parse().unwrap();
    assert_eq!(client.manifest(&pinned).await.unwrap().answer.found().unwrap(), manifest);

    let missing: ImageReference = format!("{host}/team/app:2.0").parse().unwrap();
    assert_eq!(client.head(&missing).await.unwrap().answer, Answer::NotThere);
}
