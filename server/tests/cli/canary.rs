//! Secrets that are typed in, or read from a cluster, are searched for wherever a run leaves something behind.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use lab::front::Style;
use lab::in_process::InProcess;
use manifests::archive::Limits;
use manifests::input::{Files, InMemory};

use crate::api_server::{ApiServer, CONTEXT, HELD};
use crate::program::Program;
use crate::wizard::{Wizard, body};

/// Typed as an access token.
const TYPED: &str = "dckr_pat_canary-8d1f27b4";
/// `rich:` with the token, as a login travels, without its last signs.
const LOGIN: &str = "cmljaDpkY2tyX3BhdF9jYW5hcnktOGQxZjI3";
/// `bob:` with the password in the cluster's pull secret, as it stands there.
const STORED: &str = "InBhc3N3b3JkIjoiaGVsZC1jYW5hcn";

/// Fails where one of the secrets is.
fn clean(what: &str, bytes: &[u8]) {
    for secret in [TYPED, LOGIN, HELD, STORED, "canary-8d1f27b4"] {
        let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!found, "{secret} is in {what}");
    }
}

fn clean_folder(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            clean_folder(&path);
        } else {
            clean(&path.display().to_string(), &fs::read(&path).unwrap());
        }
    }
}

/// What the system shows others of a process; another user may see less.
fn clean_process(id: u32) {
    for file in ["cmdline", "environ", "status"] {
        if let Ok(bytes) = fs::read(format!("/proc/{id}/{file}")) {
            clean(&format!("/proc/{id}/{file}"), &bytes);
        }
    }
}

fn clean_archive(name: &str, bytes: &[u8]) {
    clean(name, bytes);
    let file = domain::ports::InputFile { name: name.to_owned(), bytes: bytes.into() };
    let kept = Files::new("bundle", vec![Box::new(InMemory(file))], Limits::UPLOAD).keep().unwrap();
    assert!(kept.files.iter().any(|file| file.name == "plan.json"), "{name}");
    for file in kept.files {
        clean(&format!("{name}: {}", file.name), &file.bytes);
    }
}

async fn docker_hub() -> InProcess {
    let hub = InProcess::start(Style::DockerHub, &[("ratelimitpreview/test", "latest", "{}")]).await.unwrap();
    hub.set_accounts(&[("rich", TYPED, true)]).await.unwrap();
    hub
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_login_stays_behind_in_the_wizard() {
    let (hub, cluster) = (docker_hub().await, ApiServer::start(200).await);
    let program = Arc::new(Program::new());
    let mut command = program.command();
    command
        .args(["serve", "--port", "0", "--no-open", "-vv", "--kubeconfig"])
        .arg(cluster.kubeconfig(&program));
    command.args(["--registry-endpoint", &format!("docker.io=http://{}", hub.front)]);
    let kept = Arc::clone(&program);
    let work = move || {
        let mut wizard = Wizard::start(&kept, command, "wizard.log");
        let run = wizard.post("/runs", "").strip_suffix("/connect").unwrap().to_owned();
        wizard.post(&format!("{run}/connect"), &format!("source=cluster&context={CONTEXT}"));
        wizard.get(&format!("{run}/events"));
        wizard.post(&format!("{run}/remedy"), "remedy=hub-account");
        let page = String::from_utf8(wizard.get(&format!("{run}/configure"))).unwrap();
        assert!(page.contains("name=\"set.read-secrets\" value=\"yes\""), "{page}");
        let (before, _) = page.split_once("name=\"set.read-secrets\"").unwrap();
        let (_, rest) = page.split_once("name=\"set.read-secrets\"").unwrap();
        let tag = format!("{}{}", before.rsplit('<').next().unwrap(), rest.split('>').next().unwrap());
        assert!(!tag.contains("checked"), "it is not ticked beforehand: {tag}");

        // A token that is refused, one among the answers, and the right one.
        let form = |name: &str, token: &str| {
            format!("set.username={name}&set.read-secrets=yes&login.password={token}")
        };
        wizard.post(&format!("{run}/configure"), &form("somebody", TYPED));
        wizard.get(&format!("{run}/events"));
        let page = String::from_utf8(wizard.get(&format!("{run}/configure"))).unwrap();
        assert!(page.contains("did not accept the login"), "{page}");
        wizard.post(&format!("{run}/configure"), &format!("set.username={TYPED}"));
        wizard.get(&format!("{run}/configure"));
        assert_eq!(wizard.post(&format!("{run}/configure"), &form("rich", TYPED)), format!("{run}/review"));
        wizard.get(&format!("{run}/events"));

        let review = String::from_utf8(wizard.get(&format!("{run}/review"))).unwrap().replace("<wbr>", "");
        assert!(review.contains("Secret shop/regcred") && review.contains("hides the account"), "{review}");
        let read = String::from_utf8(wizard.get(&format!("{run}/detect"))).unwrap().replace("<wbr>", "");
        assert!(read.contains("secrets shop/regcred"), "every request is told: {read}");
        for page in ["", "/connect", "/remedy", "/configure", "/apply", "/verify", "/report.html", "/nowhere"]
        {
            wizard.get(&format!("{run}{page}"));
        }
        for name in ["bundle.zip", "bundle.tar.gz"] {
            let answer = wizard.get(&format!("{run}/{name}"));
            clean_archive(name, body(&answer));
        }
        clean_process(wizard.child.id());
        clean("the answers", &wizard.answers);
    };
    tokio::task::spawn_blocking(work).await.unwrap();
    clean_folder(program.folder.path());
    let asked = cluster.asked_of_secrets();
    assert!(
        !asked.is_empty() && asked.iter().all(|path| path == "/api/v1/namespaces/shop/secrets/regcred"),
        "{asked:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_login_stays_behind_on_the_command_line() {
    let hub = docker_hub().await;
    for (status, says) in
        [(200, "Its key docker.io"), (403, "A rule that would allow it"), (404, "is named and not there")]
    {
        let cluster = ApiServer::start(status).await;
        let program = Arc::new(Program::new());
        let kubeconfig = cluster.kubeconfig(&program);
        let args = format!(
            "plan -vv --kubeconfig {} --remedy hub-account --set read-secrets=yes --username rich --password-stdin \
             --registry-endpoint docker.io=http://{} --bundle out -o json",
            kubeconfig.display(),
            hub.front
        );
        let run = Arc::clone(&program);
        let ended = tokio::task::spawn_blocking(move || run.run_with(&args, TYPED.as_bytes())).await.unwrap();
        assert_eq!(ended.status, 0, "{} {}", ended.stdout, ended.stderr);
        let plan = ended.json();
        let found = &plan["found_secrets"][0];
        let told = format!("{} {}", found["says"], found["instead"]);
        assert!(found["secret"] == "shop/regcred" && told.contains(says), "{found}");
        let lost = plan["not_covered"].as_array().unwrap().iter().any(|left| left["image"] == "nginx:1.25");
        assert_eq!(lost, status == 200, "{}", plan["not_covered"]);
        assert_eq!(cluster.asked_of_secrets(), ["/api/v1/namespaces/shop/secrets/regcred"]);
        clean("stdout", ended.stdout.as_bytes());
        clean("stderr", ended.stderr.as_bytes());
        clean_folder(program.folder.path());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_read_unless_it_was_allowed() {
    let cluster = ApiServer::start(200).await;
    let program = Arc::new(Program::new());
    let kubeconfig = cluster.kubeconfig(&program).display().to_string();
    program.file(
        "web.yaml",
        b"apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: c, image: nginx}]}\n",
    );
    let run = |args: String| {
        let program = Arc::clone(&program);
        tokio::task::spawn_blocking(move || program.run(&args))
    };
    let plan = "plan --remedy hub-account -o json";
    let ended = run(format!("{plan} --kubeconfig {kubeconfig} --bundle one.zip")).await.unwrap();
    assert_eq!(ended.status, 0, "{}", ended.stdout);
    assert!(
        ended.stdout.contains("read-secrets=yes"),
        "the plan says what it could not know, and the way on"
    );
    assert_eq!(cluster.asked_of_secrets(), [""; 0]);
    for (from, word) in [("--from web.yaml", "Files are read here"), ("--demo", "practice cluster")] {
        let ended = run(format!("{plan} {from} --set read-secrets=yes --bundle two.zip")).await.unwrap();
        let error = ended.error();
        assert_eq!((ended.status, error["where"].as_str()), (2, Some("read-secrets")));
        assert!(error["why"].as_str().unwrap().contains(word), "{error}");
    }
    assert!(!program.path("two.zip").exists());
}

/// A token is being tried at a Docker Hub that never answers, so it is in memory; then the program falls over.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_crash_leaves_no_core_file() {
    use std::os::unix::process::ExitStatusExt as _;

    let cluster = ApiServer::start(404).await;
    // It takes connections and says nothing.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("docker.io=http://{}", silent.local_addr().unwrap());
    let program = Arc::new(Program::new());
    let kubeconfig = cluster.kubeconfig(&program);
    let kept = Arc::clone(&program);
    let work = move || {
        let own = kept.command().get_program().to_owned();
        let mut shell = Command::new("sh");
        shell.args(["-c", "ulimit -c unlimited && exec \"$@\"", "sh"]).arg(own);
        shell.current_dir(kept.folder.path()).env("UNTHROTTLE_DATA_DIR", kept.path("data"));
        shell.args(["serve", "--port", "0", "--no-open", "--registry-endpoint", &endpoint, "--kubeconfig"]);
        shell.arg(&kubeconfig);
        let mut wizard = Wizard::start(&kept, shell, "wizard.log");
        let run = wizard.post("/runs", "").strip_suffix("/connect").unwrap().to_owned();
        wizard.post(&format!("{run}/connect"), &format!("source=cluster&context={CONTEXT}"));
        wizard.get(&format!("{run}/events"));
        wizard.post(&format!("{run}/remedy"), "remedy=hub-account");
        wizard.post(&format!("{run}/configure"), &format!("set.username=rich&login.password={TYPED}"));
        let id = wizard.child.id().to_string();
        let limits = fs::read_to_string(format!("/proc/{id}/limits")).unwrap();
        let limit = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        assert_eq!(limit.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{limit}");
        assert!(Command::new("kill").args(["-ABRT", &id]).status().unwrap().success());
        let status = wizard.child.wait().unwrap();
        assert_eq!((status.signal(), status.core_dumped()), (Some(6), false));
        let names = fs::read_dir(kept.folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let cores: Vec<_> = names.filter(|name| name.to_string_lossy().starts_with("core")).collect();
        assert!(cores.is_empty(), "{cores:?}");
    };
    tokio::task::spawn_blocking(work).await.unwrap();
}
