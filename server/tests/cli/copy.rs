//! `copy` between the lab's Docker Hub and a registry of its own, both in front of Debian's docker-registry.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lab::docker_registry::DockerRegistry;
use lab::front::{Allowance, Kind, Rules, Style};
use lab::in_process::InProcess;
use serde_json::{Value, json};

use crate::program::{Ended, Program};

const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";

struct World {
    hub: InProcess,
    mine: InProcess,
    source: DockerRegistry,
    _target: DockerRegistry,
    program: Arc<Program>,
}

impl World {
    /// `None` where docker-registry is not installed.
    async fn new(target: Style) -> Option<Self> {
        let (Some(one), Some(two)) =
            (DockerRegistry::start().await.unwrap(), DockerRegistry::start().await.unwrap())
        else {
            assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "docker-registry is not installed");
            return None;
        };
        let hub = InProcess::before(Style::DockerHub, one.port).await.unwrap();
        let mine = InProcess::before(target, two.port).await.unwrap();
        Some(Self { hub, mine, source: one, _target: two, program: Arc::new(Program::new()) })
    }

    async fn image(&self, repository: &str) -> String {
        let config = format!("{{\"of\":\"{repository}\"}}");
        let digest = self.source.push_blob(repository, config.clone()).await.unwrap();
        let layer = vec![7; 200_000];
        let layer_digest = self.source.push_blob(repository, layer.clone()).await.unwrap();
        let manifest = json!({
            "schemaVersion": 2, "mediaType": IMAGE,
            "config": { "mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest, "size": config.len() },
            "layers": [{ "mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": layer_digest, "size": layer.len() }],
        });
        self.source.push_manifest(repository, "1", IMAGE, manifest.to_string()).await.unwrap()
    }

    fn command(&self, args: &str) -> Command {
        let mut command = self.program.command();
        command.arg("copy").args(args.split_whitespace());
        for (name, front) in [("docker.io", &self.hub), ("mine.example", &self.mine)] {
            command.args(["--registry-endpoint", &format!("{name}=http://{}", front.front)]);
        }
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    async fn copy(&self, args: &str) -> Ended {
        ended(self.command(args)).await
    }
}

/// Off the thread that serves the fronts.
async fn ended(mut command: Command) -> Ended {
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    Ended {
        status: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[tokio::test]
async fn an_image_is_copied_and_then_left_alone() {
    let Some(world) = World::new(Style::Plain).await else { return };
    let digest = world.image("team/app").await;
    let first = world.copy("team/app:1 mine.example/app:1 -o json").await;
    assert_eq!(first.status, 0, "{} {}", first.stdout, first.stderr);
    let report = first.json();
    let names = ["images", "copied", "unchanged", "failed"];
    assert_eq!(names.map(|name| report[name].as_u64().unwrap()), [1, 1, 0, 0]);
    assert_eq!(report["source"]["manifest_gets"], 1);
    assert_eq!(report["target"]["blob_uploads"], 2);
    assert_eq!(report["results"][0]["digest"], json!(digest));
    assert_eq!(report["paused_seconds"], 0);

    let again = world.copy("team/app:1 mine.example/app:1").await;
    assert_eq!(again.status, 0);
    assert!(again.stdout.contains("unchanged") && again.stdout.contains("Done"), "{}", again.stdout);
    let log = world.hub.log().await.unwrap();
    assert_eq!(log.iter().filter(|entry| entry.counted).count(), 1);

    // Another repository of the same target: what the first run sent is taken over, by a process that never saw it.
    let other = world.copy("team/app:1 mine.example/other:1 -o json").await.json();
    assert_eq!((&other["target"]["blob_uploads"], &other["target"]["blob_mounts"]), (&json!(0), &json!(2)));
}

#[tokio::test]
async fn progress_is_one_object_a_line_and_stdout_holds_the_result_only() {
    let Some(world) = World::new(Style::Plain).await else { return };
    world.image("team/app").await;
    let list =
        world.program.file("list", b"# two\nteam/app:1 mine.example/one:1\nteam/app:1 mine.example/two:1\n");
    let ended = world.copy(&format!("--list {} --progress json -o json", list.display())).await;
    assert_eq!(ended.status, 0, "{} {}", ended.stdout, ended.stderr);
    assert_eq!(ended.lines().len(), 1);
    let events: Vec<Value> = ended.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events[0]["event"], "planned");
    assert_eq!((&events[0]["images"], &events[0]["pulls"]["low"]), (&json!(2), &json!(2)));
    let count = |name: &str| events.iter().filter(|event| event["event"] == name).count();
    assert_eq!((count("ended"), count("blob")), (2, 4));
}

#[tokio::test]
async fn a_throttled_source_ends_with_status_4_and_the_time() {
    let Some(world) = World::new(Style::Plain).await else { return };
    world.image("team/app").await;
    let none = Some(Allowance { pulls: 0, window_seconds: 21_600 });
    world.hub.set_limits(&Rules { anonymous: none, ..Rules::default() }).await.unwrap();
    let ended = world.copy("team/app:1 mine.example/app:1 -o json").await;
    assert_eq!(ended.status, 4, "{} {}", ended.stdout, ended.stderr);
    let stopped = &ended.json()["stopped"];
    assert_eq!((&stopped["reason"], &stopped["registry"]), (&json!("throttled"), &json!("docker.io")));
    assert!(stopped["goes_on"].as_str().unwrap().ends_with('Z'));
    let text = world.copy("team/app:1 mine.example/app:1").await;
    assert!(text.stdout.contains("goes on at") && text.stdout.contains("not copied yet"), "{}", text.stdout);
    let log = world.hub.log().await.unwrap();
    assert!(log.iter().all(|entry| entry.kind == Kind::Token || entry.method == "HEAD"), "{log:?}");
}

#[tokio::test]
async fn what_fails_is_told_with_its_reason_and_status_3() {
    let Some(world) = World::new(Style::Plain).await else { return };
    world.image("team/app").await;
    let list =
        world.program.file("list", b"team/none:1 mine.example/none:1\nteam/app:1 mine.example/app:1\n");
    let ended = world.copy(&format!("--list {} -o json", list.display())).await;
    assert_eq!(ended.status, 3, "{} {}", ended.stdout, ended.stderr);
    let report = ended.json();
    assert_eq!((&report["copied"], &report["failed"]), (&json!(1), &json!(1)));
    let error = &report["results"][0]["error"];
    for part in ["what", "why", "next", "where"] {
        assert!(error[part].as_str().is_some_and(|text| !text.is_empty()), "{part}: {error}");
    }
}

#[tokio::test]
async fn logins_come_from_dockers_configuration_and_from_helpers() {
    let Some(world) = World::new(Style::DockerHub).await else { return };
    world.image("team/app").await;
    world.hub.set_accounts(&[("ann", "canary-one", false)]).await.unwrap();
    world.mine.set_accounts(&[("bob", "canary-two", false)]).await.unwrap();
    let refused = world.copy("team/app:1 mine.example/app:1 -o json").await;
    assert_eq!(refused.status, 3, "nobody may push there: {}", refused.stdout);

    let config = json!({
        "auths": { "https://index.docker.io/v1/": { "auth": STANDARD.encode("ann:canary-one") } },
        "credHelpers": { "mine.example": "test" },
    });
    world.program.file(".docker/config.json", config.to_string().as_bytes());
    let helper = "#!/bin/sh\nread server\n[ \"$1 $server\" = 'get mine.example' ] && echo '{\"Username\":\"bob\",\"Secret\":\"canary-two\"}'\n";
    let helper = world.program.file("bin/docker-credential-test", helper.as_bytes());
    fs::set_permissions(&helper, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = world.command("team/app:1 mine.example/app:1 -o json -vv");
    command.env("PATH", format!("{}:/usr/bin:/bin", helper.parent().unwrap().display()));
    let copied = ended(command).await;
    assert_eq!(copied.status, 0, "{} {}", copied.stdout, copied.stderr);
    assert!(!format!("{}{}", copied.stdout, copied.stderr).contains("canary"));
    for (front, principal) in [(&world.hub, "account:ann"), (&world.mine, "account:bob")] {
        let log = front.log().await.unwrap();
        assert!(log.iter().any(|entry| entry.principal == principal && entry.kind != Kind::Token), "{log:?}");
    }
}

#[tokio::test]
async fn wrong_usage_is_told_before_anybody_is_asked() {
    let program = Program::new();
    let list = program.file("bad", b"nginx\n");
    for args in [
        "copy".to_owned(),
        "copy nginx".to_owned(),
        "copy nginx B/x/Y".to_owned(),
        "copy nginx docker.io/library/nginx:latest".to_owned(),
        "copy nginx quay.io/a --platform linux".to_owned(),
        "copy nginx quay.io/a --jobs 0".to_owned(),
        "copy nginx quay.io/a --list x".to_owned(),
        "copy nginx quay.io/a --login-at quay.io".to_owned(),
        "copy --list missing".to_owned(),
        format!("copy --list {}", list.display()),
        "copy --plan missing".to_owned(),
    ] {
        let ended = program.run(&format!("{args} -o json"));
        assert_eq!(ended.status, 2, "{args}: {} {}", ended.stdout, ended.stderr);
        assert!(ended.error()["what"].is_string());
    }
}
