//! `copy` to Amazon ECR: moto is AWS, and a docker-registry behind a login is what ECR keeps images in.

use std::process::{Command, Stdio};

use domain::plan::Plan;
use lab::docker_registry::DockerRegistry;
use lab::front::Style;
use lab::in_process::InProcess;
use lab::moto::{ACCOUNT, Moto};
use serde_json::{Value, json};

use crate::program::{Ended, Program};

const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
const HOST: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

struct World {
    hub: InProcess,
    shelves: InProcess,
    source: DockerRegistry,
    _target: DockerRegistry,
    moto: Moto,
    program: Program,
}

impl World {
    /// `None` where docker-registry or moto is not installed.
    async fn new() -> Option<Self> {
        let (one, two) = (DockerRegistry::start().await.unwrap(), DockerRegistry::start().await.unwrap());
        let (Some(one), Some(two), Some(moto)) = (one, two, Moto::start().await.unwrap()) else {
            assert_ne!(
                std::env::var("CI").as_deref(),
                Ok("true"),
                "docker-registry or moto is not installed"
            );
            return None;
        };
        let hub = InProcess::before(Style::DockerHub, one.port).await.unwrap();
        let shelves = InProcess::before(Style::DockerHub, two.port).await.unwrap();
        // moto gives everybody this login.
        shelves.set_accounts(&[("AWS", &format!("{ACCOUNT}-auth-token"), false)]).await.unwrap();
        Some(Self { hub, shelves, source: one, _target: two, moto, program: Program::new() })
    }

    async fn image(&self, repository: &str, tag: &str) -> String {
        let config = format!("{{\"of\":\"{repository}:{tag}\"}}");
        let digest = self.source.push_blob(repository, config.clone()).await.unwrap();
        let manifest = json!({
            "schemaVersion": 2, "mediaType": IMAGE, "layers": [],
            "config": { "mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest, "size": config.len() },
        });
        self.source.push_manifest(repository, tag, IMAGE, manifest.to_string()).await.unwrap()
    }

    fn command(&self, args: &str) -> Command {
        let mut command = self.program.command();
        command.arg("copy").args(args.split_whitespace());
        for (name, front) in [("docker.io", &self.hub), (HOST, &self.shelves)] {
            command.args(["--registry-endpoint", &format!("{name}=http://{}", front.front)]);
        }
        command.env("AWS_ENDPOINT_URL", self.moto.url()).env("AWS_EC2_METADATA_DISABLED", "true");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    async fn copy(&self, args: &str) -> Ended {
        let mut command = self.command(args);
        command.env("AWS_ACCESS_KEY_ID", "key").env("AWS_SECRET_ACCESS_KEY", "canary-secret-key");
        ended(command).await
    }

    fn plan(&self, copies: &Value) -> String {
        let mut plan: Plan = serde_json::from_value(json!({
            "schema": "unthrottle.plan/v1", "digest": "", "cluster_uid": null, "context": null, "cluster_name": "c",
            "scanned_at": "2026-11-23T06:00:00Z", "remedy": "ecr-copy", "cortex_version": null, "change_needed": true,
            "summary": "", "edits": [], "refused": [], "not_covered": [], "unchanged": [], "copies": copies,
            "steps": [], "risks": [], "not_seen": [],
        }))
        .unwrap();
        plan.digest = engine::plan::digest(&plan).unwrap();
        self.program.file("plan.json", &serde_json::to_vec(&plan).unwrap()).display().to_string()
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
async fn a_plans_copies_make_their_repositories_and_log_in_by_themselves() {
    let Some(world) = World::new().await else { return };
    let digest = world.image("team/app", "1").await;
    let name = |tag: &str| format!("{HOST}/docker-hub/team/app:{tag}");
    let plan = world.plan(&json!([{
        "source": "docker.io/team/app:1", "target": name("1"), "digest": digest, "also": [name("latest")],
    }]));

    let dry = world.copy(&format!("--plan {plan} --dry-run -o json")).await;
    assert_eq!(dry.status, 0, "{} {}", dry.stdout, dry.stderr);
    assert!(
        dry.stderr.contains(&format!("would make the repository {HOST}/docker-hub/team/app")),
        "{}",
        dry.stderr
    );

    let copied = world.copy(&format!("--plan {plan} -o json -vv")).await;
    assert_eq!(copied.status, 0, "{} {}", copied.stdout, copied.stderr);
    assert_eq!((&copied.json()["images"], &copied.json()["copied"]), (&json!(1), &json!(1)));
    assert_eq!(copied.json()["results"][0]["also"], json!([name("latest")]));
    assert!(
        copied.stderr.contains(&format!("made the repository {HOST}/docker-hub/team/app")),
        "{}",
        copied.stderr
    );
    let told = format!("{}{}", copied.stdout, copied.stderr);
    assert!(!told.contains("canary") && !told.contains("auth-token"), "{told}");
    let log = world.shelves.log().await.unwrap();
    assert!(log.iter().any(|entry| entry.principal == "account:AWS"), "{log:?}");
    assert_eq!(world.hub.log().await.unwrap().iter().filter(|entry| entry.counted).count(), 1);

    let again = world.copy(&format!("--plan {plan} -o json")).await;
    assert_eq!(again.json()["unchanged"], json!(1), "{} {}", again.stdout, again.stderr);
    assert!(!again.stderr.contains("made the repository"), "{}", again.stderr);
}

#[tokio::test]
async fn without_credentials_it_is_said_what_to_do() {
    let Some(world) = World::new().await else { return };
    world.image("team/app", "1").await;
    let target = format!("{HOST}/docker-hub/team/app:1");
    let ended = ended(world.command(&format!("team/app:1 {target} -o json"))).await;
    assert_eq!(ended.status, 3, "{} {}", ended.stdout, ended.stderr);
    let error = ended.error();
    assert_eq!(error["code"], "aws_no_credentials", "{error}");
    assert!(error["next"].as_str().unwrap().contains("aws sso login"), "{error}");
}

#[tokio::test]
async fn an_sso_login_that_has_ended_is_status_4_with_its_line() {
    let Some(world) = World::new().await else { return };
    world.image("team/app", "1").await;
    let config = "[profile ops]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Admin\n\n\
                  [sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.example/start\n";
    world.program.file(".aws/config", config.as_bytes());
    let token = json!({
        "accessToken": "canary-token", "expiresAt": "2020-01-01T00:00:00Z", "region": "eu-west-1",
        "startUrl": "https://corp.example/start",
    });
    // The file is named by the SHA-1 of the session's name, `corp`.
    let file = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
    world.program.file(file, token.to_string().as_bytes());
    let mut command = world.command(&format!("team/app:1 {HOST}/docker-hub/team/app:1 -o json"));
    command.env("AWS_PROFILE", "ops");
    let ended = ended(command).await;
    assert_eq!(ended.status, 4, "{} {}", ended.stdout, ended.stderr);
    let error = ended.error();
    assert_eq!(error["code"], "aws_login_expired", "{error}");
    assert!(error["next"].as_str().unwrap().contains("`aws sso login --profile ops`"), "{error}");
    assert!(!format!("{}{}", ended.stdout, ended.stderr).contains("canary"));
}

#[tokio::test]
async fn a_login_that_was_given_needs_no_aws() {
    let Some(world) = World::new().await else { return };
    world.image("team/app", "1").await;
    let args = format!("team/app:1 {HOST}/docker-hub/team/app:1 --username AWS --login-at {HOST} -o json");
    let mut command = world.command(&args);
    command.env("UNTHROTTLE_PASSWORD", format!("{ACCOUNT}-auth-token"));
    command.env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    let ended = ended(command).await;
    assert_eq!(ended.status, 0, "{} {}", ended.stdout, ended.stderr);
    assert_eq!(ended.json()["copied"], json!(1));
}
