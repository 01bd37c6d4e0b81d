//! Workloads that run are left so unless each was named, and the text says how to name them.

use serde_json::{Value, json};

use crate::program::Program;

const ECR: &str =
    "plan --remedy ecr-cache --from in --set account=111122223333 --set region=us-east-1 --no-store";

fn deployment(name: &str) -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": name, "namespace": "shop", "uid": format!("uid-{name}")},
        "spec": {"replicas": 2, "selector": {}, "template": {"spec": {"containers": [{"name": "c", "image": "nginx:1.27"}]}}},
        "status": {"replicas": 2}})
}

fn program() -> Program {
    let program = Program::new();
    let list = json!({"apiVersion": "v1", "kind": "List", "items": [deployment("api"), deployment("web")]});
    program.file("in/dump.json", &serde_json::to_vec(&list).unwrap());
    program
}

fn steps(plan: &Value) -> Vec<&str> {
    plan["steps"].as_array().unwrap().iter().map(|step| step["target"]["name"].as_str().unwrap()).collect()
}

#[test]
fn what_runs_is_listed_ready_to_copy_and_changed_when_it_is_named() {
    let program = program();
    let text = program.run(&format!("{ECR} --bundle one.zip"));
    assert_eq!(text.status, 0, "{}", text.stderr);
    assert!(text.stdout.contains("Left running"), "{}", text.stdout);
    assert!(text.stdout.contains("--set running=Deployment/shop/api,Deployment/shop/web"), "{}", text.stdout);
    let none = program.run(&format!("{ECR} --bundle two.zip -o json")).json();
    assert!(steps(&none).is_empty());
    assert_eq!(none["left_running"].as_array().unwrap().len(), 2);
    let one =
        program.run(&format!("{ECR} --set running=Deployment/shop/web --bundle three.zip -o json")).json();
    assert_eq!(steps(&one), ["web"]);
    assert_eq!(one["pulls"]["pods"], 2);
    let only = program.run(&format!("{ECR} --only Deployment/shop/api --bundle four.zip -o json")).json();
    assert_eq!(steps(&only), ["api"]);
}

#[test]
fn a_name_that_is_not_there_is_wrong_usage() {
    let program = program();
    let ended = program.run(&format!("{ECR} --set running=all --bundle one.zip -o json"));
    assert_eq!(ended.status, 2);
    assert_eq!(ended.error()["where"], "running");
    assert!(!program.path("one.zip").exists());
}
