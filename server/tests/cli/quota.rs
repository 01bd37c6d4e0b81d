//! `quota` against the lab's Docker Hub, a mirror, and registries that cannot be trusted or reached.

use std::net::TcpListener;
use std::process::Stdio;
use std::sync::Arc;
use std::{io, thread};

use lab::front::{Allowance, Kind, Rules, Style};
use lab::in_process::InProcess;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};

use crate::program::{Ended, Program};

const PREVIEW: (&str, &str, &str) = ("ratelimitpreview/test", "latest", "{}");

/// A registry of the lab, and the program beside it.
pub struct World {
    pub front: InProcess,
    pub program: Arc<Program>,
}

impl World {
    pub async fn new(style: Style) -> Self {
        let front = InProcess::start(style, &[PREVIEW]).await.unwrap();
        front.set_accounts(&[("free-user", "right", false), ("rich", "right", true)]).await.unwrap();
        Self { front, program: Arc::new(Program::new()) }
    }

    /// Runs `quota` with the lab's front as the registry `host`, off the thread that serves the front.
    async fn ask(&self, host: &str, args: &str, stdin: &'static [u8]) -> Ended {
        self.run(host, &format!("quota {host} {args}"), stdin).await
    }

    /// Runs a command with the lab's front as the registry `host`, likewise.
    pub async fn run(&self, host: &str, args: &str, stdin: &'static [u8]) -> Ended {
        let args = format!("{args} --registry-endpoint {host}=http://{}", self.front.front);
        let program = Arc::clone(&self.program);
        tokio::task::spawn_blocking(move || program.run_with(&args, stdin)).await.unwrap()
    }

    async fn json(&self, args: &str, stdin: &'static [u8]) -> Value {
        let ended = self.ask("docker.io", &format!("-o json {args}"), stdin).await;
        assert_eq!(ended.status, 0, "{} {}", ended.stdout, ended.stderr);
        ended.json()
    }
}

pub fn part(value: &Value, names: &[&str]) -> Value {
    names
        .iter()
        .map(|name| ((*name).to_owned(), value[name].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[tokio::test]
async fn the_limit_of_this_address_is_told_without_a_pull() {
    let world = World::new(Style::DockerHub).await;
    let asked = world.json("", b"").await;
    let wanted = json!({
        "schema": "unthrottle.quota/v1", "registry": "docker.io", "account": null,
        "measured_from": "here", "limit": 100, "remaining": 100, "unlimited": false, "window_seconds": 21600,
        "source": "127.0.0.1", "egress_groups": [], "refused": false, "throttle": null, "unknown": null
    });
    let names: Vec<&str> = wanted.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(part(&asked, &names), wanted);

    let log = world.front.log().await.unwrap();
    assert!(
        log.iter().all(|entry| !entry.counted && (entry.kind == Kind::Token || entry.method == "HEAD")),
        "{log:?}"
    );

    let text = world.ask("docker.io", "", b"").await;
    assert_eq!((text.status, text.stderr.as_str()), (0, ""));
    for word in [
        "Docker Hub: 100 of 100 pulls left",
        "6 hours",
        "127.0.0.1",
        "cost no pull",
        "Nodes may leave by another",
    ] {
        assert!(text.stdout.contains(word), "{word}: {}", text.stdout);
    }
}

#[tokio::test]
async fn nothing_left_is_an_answer() {
    let world = World::new(Style::DockerHub).await;
    let none = Some(Allowance { pulls: 0, window_seconds: 21_600 });
    world.front.set_limits(&Rules { anonymous: none, ..Rules::default() }).await.unwrap();
    let asked = world.json("", b"").await;
    assert_eq!(
        part(&asked, &["limit", "remaining", "unlimited"]),
        json!({"limit": 0, "remaining": 0, "unlimited": false})
    );

    world.front.set_limits(&Rules { abuse: true, ..Rules::default() }).await.unwrap();
    let asked = world.json("", b"").await;
    let names = ["limit", "remaining", "unlimited", "refused", "retry_after_seconds"];
    let wanted = json!({"limit": null, "remaining": 0, "unlimited": false, "refused": true, "retry_after_seconds": 60});
    assert_eq!(part(&asked, &names), wanted);
}

#[tokio::test]
async fn an_account_is_asked_for_by_every_way_to_give_a_password_and_never_shown() {
    let world = World::new(Style::DockerHub).await;
    let file = world.program.file("password", b"right\n");
    let file = format!("--username free-user --password-file {}", file.display());
    for (args, stdin) in [("--username free-user --password-stdin", &b"right\n"[..]), (file.as_str(), b"")] {
        let asked = world.json(args, stdin).await;
        let wanted = json!({"account": "f•••••", "source": "f•••••", "limit": 200, "remaining": 200});
        assert_eq!(part(&asked, &["account", "source", "limit", "remaining"]), wanted);
        let text = world.ask("docker.io", args, stdin).await;
        assert!(text.stdout.contains("account f•••••"), "{}", text.stdout);
        assert!(!text.stdout.contains("free-user") && !text.stdout.contains("right"), "{}", text.stdout);
    }
    let mut command = world.program.command();
    let endpoint = format!("docker.io=http://{}", world.front.front);
    command.args(["quota", "-o", "json", "--username", "rich", "--registry-endpoint", &endpoint]);
    command.env("UNTHROTTLE_PASSWORD", "right").stdout(Stdio::piped());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let asked: Value = serde_json::from_slice(&output.stdout).unwrap();
    let wanted = json!({"account": "r•••••", "limit": null, "remaining": null, "unlimited": true});
    assert_eq!(part(&asked, &["account", "limit", "remaining", "unlimited"]), wanted);
}

#[tokio::test]
async fn a_wrong_login_names_the_likely_mistakes_and_nothing_of_the_login() {
    let world = World::new(Style::DockerHub).await;
    let ended =
        world.ask("docker.io", "-o json --username free-user --password-stdin", b"dckr_oat_canary").await;
    assert_eq!(ended.status, 3);
    let error = ended.error();
    assert!(error["why"].as_str().unwrap().contains("organisation access token"), "{error}");
    for likely in ["dckr_pat_", "dckr_oat_", "organisation's name", "single sign-on"] {
        assert!(error["next"].as_str().unwrap().contains(likely), "{likely}: {error}");
    }
    let all = format!("{}{}", ended.stdout, ended.stderr);
    assert!(!all.contains("canary") && !all.contains("free-user"), "{all}");

    let locked = Rules { login_locked: ["free-user".to_owned()].into(), ..Rules::default() };
    world.front.set_limits(&locked).await.unwrap();
    let ended = world.ask("docker.io", "-o json --username free-user --password-stdin", b"right").await;
    assert_eq!((ended.status, ended.error()["code"].as_str()), (3, Some("registry_login_limit")));
}

#[tokio::test]
async fn no_log_however_chatty_holds_a_password_or_a_token() {
    let world = World::new(Style::DockerHub).await;
    let mut command = world.program.command();
    let endpoint = format!("docker.io=http://{}", world.front.front);
    command.args(["quota", "-vv", "--username", "free-user", "--registry-endpoint", &endpoint]);
    command
        .env("UNTHROTTLE_PASSWORD", "right")
        .env("RUST_LOG", "trace")
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(log.contains("TRACE"), "{log}");
    // The password as basic authentication carries it, the account, and the beginning of the lab's tokens.
    for secret in ["ZnJlZS11c2VyOnJpZ2h0", "free-user", "lab."] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

#[tokio::test]
async fn a_mirrors_silence_is_not_taken_for_docker_hubs() {
    let world = World::new(Style::Plain).await;
    let asked = world.json("", b"").await;
    assert_eq!(
        part(&asked, &["unlimited", "unknown", "limit"]),
        json!({"unlimited": false, "unknown": "mirror", "limit": null})
    );
    assert!(asked["why"].as_str().unwrap().contains("mirror"), "{asked}");

    let quay = world.ask("quay.io", "-o json", b"").await.json();
    assert_eq!(
        part(&quay, &["registry", "unlimited", "unknown"]),
        json!({"registry": "quay.io", "unlimited": false, "unknown": "not_told"})
    );
    let log = world.front.log().await.unwrap();
    assert!(log.iter().all(|entry| entry.kind == Kind::Base || entry.method == "HEAD"), "{log:?}");
}

#[test]
fn wrong_usage_is_told_before_anybody_is_asked() {
    let program = Program::new();
    for args in [
        "quota --password-stdin",
        "quota --username ann",
        "quota --username ann --password-stdin --password-file x",
        "quota --username ann --password-file missing",
        "quota --username a:b --password-stdin",
        "quota nginx",
        "quota https://quay.io",
        "quota --registry-endpoint docker.io",
        "quota --registry-endpoint docker.io=127.0.0.1:5010",
        "quota --registry-endpoint docker.io=http://ann:canary@127.0.0.1:1",
    ] {
        let ended = program.run_with(&format!("{args} -o json"), b"canary");
        assert_eq!(ended.status, 2, "{args}: {} {}", ended.stdout, ended.stderr);
        assert!(!ended.error().to_string().contains("canary"), "{args}");
    }
}

#[test]
fn a_registry_that_is_not_there_is_status_3() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ended = Program::new().run(&format!("quota -o json --registry-endpoint docker.io=http://{address}"));
    assert_eq!(ended.status, 3);
    let error = ended.error();
    assert_eq!(error["code"], "registry_unreachable");
    assert!(error["where"].as_str().unwrap().contains(&address.to_string()), "{error}");
}

/// A registry over TLS with a certificate of its own making, which says how much is left.
fn over_tls() -> (u16, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            // A client that does not trust us hangs up.
            let _ = serve(rustls::ServerConnection::new(Arc::clone(&config)).unwrap(), stream.unwrap());
        }
    });
    (port, made.cert.pem())
}

fn serve(connection: rustls::ServerConnection, stream: std::net::TcpStream) -> io::Result<()> {
    use io::{Read as _, Write as _};
    let mut tls = rustls::StreamOwned::new(connection, stream);
    let mut request = [0; 2048];
    let length = tls.read(&mut request)?;
    assert!(request[..length].starts_with(b"HEAD /v2/ratelimitpreview/test/manifests/latest "));
    tls.write_all(b"HTTP/1.1 200 OK\r\nratelimit-limit: 100;w=21600\r\nratelimit-remaining: 7;w=21600\r\nconnection: close\r\n\r\n")?;
    tls.conn.send_close_notify();
    tls.flush()
}

#[test]
fn certificates_are_trusted_as_the_system_or_its_variable_says() {
    let (port, certificate) = over_tls();
    let program = Program::new();
    let args = format!("quota -o json --registry-endpoint docker.io=https://localhost:{port}");
    let ended = program.run(&args);
    assert_eq!((ended.status, ended.error()["code"].as_str()), (3, Some("registry_tls")), "{}", ended.stdout);

    let file = program.file("ca.pem", certificate.as_bytes());
    let output = program.command().args(args.split(' ')).env("SSL_CERT_FILE", file).output().unwrap();
    let asked: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(asked["remaining"], 7, "{asked}");
}
