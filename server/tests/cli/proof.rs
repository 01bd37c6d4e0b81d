//! `plan` where registries have to be asked: the lab's Docker Hub, and a registry that holds copies.

use std::fs;
use std::sync::Arc;

use lab::front::{Kind, Style};
use lab::in_process::InProcess;
use serde_json::Value;

use crate::program::{Ended, Program};

const SAME: &str = r#"{"schemaVersion":2,"annotations":{"build":"one"}}"#;
const OTHER: &str = r#"{"schemaVersion":2,"annotations":{"build":"two"}}"#;
const MANIFESTS: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - {name: same, image: 'nginx:1'}\n  - {name: built-anew, image: 'redis:7'}\n  - {name: gone, image: 'alpine:3'}\n  - {name: own, image: 'acme/app:1'}\n";

struct World {
    hub: InProcess,
    elsewhere: InProcess,
    program: Arc<Program>,
}

impl World {
    async fn new() -> Self {
        let on_hub = [
            ("ratelimitpreview/test", "latest", "{}"),
            ("library/nginx", "1", SAME),
            ("library/redis", "7", SAME),
            ("library/alpine", "3", SAME),
            ("acme/app", "1", SAME),
        ];
        let copies = [("docker/library/nginx", "1", SAME), ("docker/library/redis", "7", OTHER)];
        let hub = InProcess::start(Style::DockerHub, &on_hub).await.unwrap();
        hub.set_accounts(&[("free-user", "right", false), ("rich", "right", true)]).await.unwrap();
        let elsewhere = InProcess::start(Style::Plain, &copies).await.unwrap();
        let program = Program::new();
        program.file("app.yaml", MANIFESTS.as_bytes());
        Self { hub, elsewhere, program: Arc::new(program) }
    }

    async fn plan(&self, args: &str, stdin: &'static [u8]) -> Ended {
        let args = format!(
            "plan --from app.yaml -o json --registry-endpoint docker.io=http://{} --registry-endpoint \
             public.ecr.aws=http://{} {args}",
            self.hub.front, self.elsewhere.front
        );
        let program = Arc::clone(&self.program);
        tokio::task::spawn_blocking(move || program.run_with(&args, stdin)).await.unwrap()
    }
}

/// The new names of a plan.
fn moved(plan: &Value) -> Vec<&str> {
    plan["edits"].as_array().unwrap().iter().map(|edit| edit["to"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn only_what_is_proven_moves_and_docker_hub_counts_nothing() {
    let world = World::new().await;
    let ended = world.plan("--remedy quay --bundle one.zip", b"").await;
    assert_eq!(ended.status, 0, "{} {}", ended.stdout, ended.stderr);
    let plan = ended.json();
    assert_eq!(moved(&plan), ["public.ecr.aws/docker/library/nginx:1"]);
    assert_eq!(plan["proofs"][0]["state"], "same");
    assert!(plan["proofs"][0]["digest"].as_str().unwrap().starts_with("sha256:"));
    let says = |image: &str| {
        let all = plan["not_covered"].as_array().unwrap();
        let found = all.iter().find(|left| left["image"] == image).unwrap_or_else(|| panic!("{image}"));
        format!("{} {}", found["why"], found["instead"])
    };
    assert!(says("redis:7").contains("another build") && says("redis:7").contains("different=take"));
    assert!(says("alpine:3").contains("is not there"), "{}", says("alpine:3"));
    assert!(says("acme/app:1").contains("No other registry is known"));
    let log = world.hub.log().await.unwrap();
    let manifests: Vec<_> = log.iter().filter(|entry| entry.kind == Kind::Manifest).collect();
    assert!(!manifests.is_empty() && manifests.iter().all(|entry| entry.method == "HEAD" && !entry.counted));

    let taken = world.plan("--remedy quay --set different=take --bundle two.zip", b"").await.json();
    assert_eq!(
        moved(&taken),
        ["public.ecr.aws/docker/library/nginx:1", "public.ecr.aws/docker/library/redis:7"]
    );
    let offline = world.plan("--remedy quay --offline --bundle three.zip", b"").await;
    assert_eq!(offline.status, 0, "{}", offline.stdout);
    assert_eq!(offline.json()["change_needed"], false);
}

#[tokio::test]
async fn an_account_is_tried_before_anything_is_planned_with_it() {
    let world = World::new().await;
    let account =
        |name: &str, rest: &str| format!("--remedy hub-account --username {name} --password-stdin {rest}");
    let paid = world.plan(&account("rich", "--bundle one.zip"), b"right\n").await;
    assert_eq!(paid.status, 0, "{} {}", paid.stdout, paid.stderr);
    assert!(paid.stdout.contains("states no limit for it"), "{}", paid.stdout);
    assert!(paid.json()["pull_secret"]["username"] == "rich");

    let personal = world.plan(&account("free-user", "--bundle two.zip"), b"right\n").await;
    assert!(personal.stdout.contains("A personal account has a limit too."), "{}", personal.stdout);
    let claimed =
        world.plan(&account("free-user", "--set account-plan=paid --bundle three.zip"), b"right").await;
    assert_eq!((claimed.status, claimed.error()["where"].as_str()), (2, Some("account-plan")));

    let wrong = world.plan(&account("rich", "--bundle four.zip"), b"dckr_pat_canary").await;
    assert_eq!((wrong.status, wrong.error()["code"].as_str()), (3, Some("registry_login")));
    let twice = world.plan(&account("rich", "--set username=acme --bundle five.zip"), b"right").await;
    assert_eq!(twice.status, 2);
    let unused =
        world.plan("--remedy quay --username rich --password-stdin --bundle six.zip", b"right").await;
    assert_eq!(unused.status, 2);
    for name in ["three.zip", "four.zip", "five.zip", "six.zip"] {
        assert!(!world.program.path(name).exists(), "{name}");
    }
    for entry in fs::read_dir(world.program.path("data")).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        let holds = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
        assert!(!holds(b"canary") && !holds(b"cmljaDpyaWdodA"), "the store holds a login");
    }
    assert!(world.hub.log().await.unwrap().iter().all(|entry| !entry.counted));
}

#[tokio::test]
async fn a_token_among_the_answers_is_thrown_away() {
    let world = World::new().await;
    let ended = world.plan("--remedy hub-account --set username=dckr_pat_canary --bundle one.zip", b"").await;
    assert_eq!((ended.status, ended.error()["where"].as_str()), (2, Some("username")));
    assert!(!ended.stdout.contains("canary") && !ended.stderr.contains("canary"));
}
