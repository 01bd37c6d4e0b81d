//! Output and exit status of the commands that end by themselves.

use std::fs;

use serde_json::{Value, json};

use crate::program::Program;

const CLUSTER_YAML: &[u8] = b"cluster_name: prod\nregion: us-east-1\n";

fn pod(message: &str) -> Vec<u8> {
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "web", "namespace": "shop", "uid": "u1"},
        "spec": {"containers": [{"name": "c", "image": "nginx:1.25"}]},
        "status": {"phase": "Pending", "containerStatuses": [{
            "name": "c", "image": "nginx:1.25", "imageID": "",
            "state": {"waiting": {"reason": "ImagePullBackOff", "message": message}}
        }]}
    });
    serde_json::to_vec(&json!({"apiVersion": "v1", "kind": "List", "items": [pod]})).unwrap()
}

fn throttled() -> Vec<u8> {
    pod("Back-off pulling image \"nginx:1.25\": ErrImagePull: failed to pull and unpack image \
        \"docker.io/library/nginx:1.25\": toomanyrequests: You have reached your unauthenticated pull rate limit.")
}

#[test]
fn image_reads_references_and_ends_with_2_for_a_wrong_one() {
    let program = Program::new();
    let ended = program.run("image -o json nginx foo/Bar");
    assert_eq!(ended.status, 2);
    let lines = ended.lines();
    let wanted = json!({"input": "nginx", "normalized": "docker.io/library/nginx:latest", "domain": "docker.io",
        "path": "library/nginx", "tag": "latest", "digest": null, "docker_hub": true, "default_pull_policy": "Always"});
    assert_eq!(lines[0], wanted);
    assert_eq!(lines[1]["input"], "foo/Bar");
    for part in ["what", "why", "next", "where"] {
        assert!(lines[1]["error"][part].is_string(), "{part}");
    }
    assert_eq!(program.run("image quay.io/a/b:1").status, 0);
}

#[test]
fn explain_answers_line_by_line_in_order() {
    let program = Program::new();
    let stdin = "{\"message\":\"toomanyrequests: You have reached your unauthenticated pull rate limit\",\"image\":\"nginx\"}\n\
                 pull QPS exceeded\r\n\n{\"not\":\"a message\"}\n";
    let ended = program.run_with("explain", stdin.as_bytes());
    let lines = ended.lines();
    assert_eq!(lines.len(), 4, "one for each line: {}", ended.stdout);
    assert_eq!(lines[0]["cause"], "dockerhub_rate_limit");
    assert_eq!(lines[0]["registry"], "docker.io");
    assert_eq!(lines[1]["cause"], "kubelet_qps");
    for key in ["cause", "throttle", "registry", "account", "certainty", "evidence"] {
        assert!(lines.iter().all(|line| line.get(key).is_some()), "{key}");
    }
    let text = program.run_with(
        "explain --text",
        b"Error: pulling\ntoomanyrequests: You have reached your pull rate limit",
    );
    assert_eq!((text.status, text.lines().len()), (0, 1));
}

#[test]
fn scan_prints_the_fixed_shape() {
    let program = Program::new();
    program.file("in/pods.json", &throttled());
    let ended = program.run("scan --from in -o json");
    assert_eq!(ended.status, 0);
    let scan = ended.json();
    assert_eq!(scan["schema"], "unthrottle.scan/v1");
    assert_eq!(scan["verdict"], "affected");
    assert_eq!(scan["source"]["kind"], "files");
    assert_eq!(scan["counts"]["throttled_containers"], 1);
    assert_eq!(scan["findings"][0]["cause"], "dockerhub_rate_limit");
    assert!(scan["first_aid"].is_array());
    for key in ["exposure", "budget", "cortex", "not_seen"] {
        assert!(scan.get(key).is_some(), "{key}");
    }
    let piped = program.run_with("scan --from - -o json", &throttled());
    assert_eq!(piped.json()["verdict"], "affected");
}

#[test]
fn fail_on_is_a_threshold() {
    let program = Program::new();
    program.file("affected.json", &throttled());
    program.file("at-risk.json", &pod("Back-off pulling image \"nginx:1.25\""));
    for (file, fail_on, status) in [
        ("affected.json", "affected", 1),
        ("affected.json", "at_risk", 1),
        ("affected.json", "unknown", 0),
        ("at-risk.json", "affected", 0),
    ] {
        let ended = program.run(&format!("scan --no-store --from {file} --fail-on {fail_on}"));
        assert_eq!(ended.status, status, "{file} {fail_on}: {}", ended.stdout);
    }
}

#[test]
fn a_scan_is_kept_as_a_run_unless_told_otherwise() {
    let program = Program::new();
    program.file("pods.json", &throttled());
    program.run("scan --no-store --from pods.json");
    assert!(!program.path("data").exists());
    let ended = program.run("scan --from pods.json");
    assert!(ended.stderr.contains("Kept as run"), "{}", ended.stderr);
    let runs = program.run("runs list -o json").json();
    assert_eq!(runs[0]["verdict"], "affected");
    assert_eq!(runs[0]["step"], "remedy");
    let id = runs[0]["id"].as_str().unwrap();
    assert_eq!(program.run(&format!("runs show {id} -o json")).json()["id"], id);
    assert_eq!(program.run(&format!("runs remove {id}")).status, 0);
    assert_eq!(program.run("runs list -o json").json(), json!([]));
    assert_eq!(program.run(&format!("runs show {id} -o json")).error()["code"], "run_unknown");
}

#[test]
fn a_store_that_cannot_be_used_does_not_hide_the_verdict() {
    let program = Program::new();
    program.file("pods.json", &throttled());
    program
        .file("data/runs.sqlite3", "not a database, but long enough to look like one ".repeat(50).as_bytes());
    let ended = program.run("scan --from pods.json -o json");
    assert_eq!((ended.status, &ended.json()["verdict"]), (0, &json!("affected")));
    assert!(ended.stderr.contains("warning: The file that holds the runs is damaged."), "{}", ended.stderr);
    assert_eq!(program.run("runs list -o json").error()["code"], "store_damaged");
}

#[test]
fn plan_writes_a_bundle_and_prints_the_plan() {
    let program = Program::new();
    program.file("in/cluster.yaml", CLUSTER_YAML);
    let ended =
        program.run("plan --remedy quay --from in --set cortex-version=0.22.1 --bundle one.zip -o json");
    assert_eq!(ended.status, 0, "{}{}", ended.stdout, ended.stderr);
    let plan = ended.json();
    assert_eq!(plan["schema"], "unthrottle.plan/v1");
    assert_eq!((&plan["remedy"], &plan["cortex_version"]), (&json!("quay"), &json!("0.22.1")));
    assert_eq!(plan["edits"][0]["file"], "cluster.yaml");

    program.run("plan --remedy quay --from in --set cortex-version=0.22.1 --bundle two.zip --no-store");
    let bytes = |name: &str| fs::read(program.path(name)).unwrap();
    assert_eq!(bytes("one.zip"), bytes("two.zip"), "the same inputs, the same bytes");
    let id = program.run("runs list -o json").json()[0]["id"].as_str().unwrap().to_owned();
    program.run(&format!("runs export {id} --bundle three.zip"));
    assert_eq!(bytes("one.zip"), bytes("three.zip"), "the same run, the same bytes");

    program.run("plan --remedy quay --from in --set cortex-version=0.22.1 --bundle folder --no-store");
    let written: Value = serde_json::from_slice(&bytes("folder/plan.json")).unwrap();
    assert_eq!(written, plan);
    for name in
        ["README.md", "diff.patch", "commands.sh", "report.html", "report.json", "patched/cluster.yaml"]
    {
        assert!(program.path(&format!("folder/{name}")).exists(), "{name}");
    }
    assert_eq!(bytes("folder/rollback/files/cluster.yaml"), CLUSTER_YAML);
    program.run("plan --remedy quay --from in --set cortex-version=0.22.1 --bundle four.tar.gz --no-store");
    assert!(bytes("four.tar.gz").starts_with(&[0x1f, 0x8b]));
}

#[test]
fn the_practice_cluster_is_as_after_the_remedy_when_its_plan_is_verified() {
    let program = Program::new();
    let planned = program.run("plan --demo --remedy quay --bundle bundle.zip -o json");
    assert_eq!(planned.status, 0, "{}", planned.stderr);
    let verified = program.run("verify bundle.zip --demo -o json");
    assert_eq!(verified.status, 0, "{}", verified.stderr);
    let verification = verified.json();
    assert_eq!(verification["outcome"], "done");
    let steps = planned.json()["steps"].as_array().unwrap().len();
    assert!(steps > 0 && verification["containers"].as_array().unwrap().len() >= steps);
}

#[test]
fn plan_refuses_what_it_cannot_take() {
    let program = Program::new();
    program.file("in/cluster.yaml", CLUSTER_YAML);
    fs::create_dir(program.path("there")).unwrap();
    for (rest, code) in [
        ("--from in --bundle there", "bundle_exists"),
        ("--from in --bundle x.zip --set colour=red", "set_unknown"),
        ("--from nowhere --bundle x.zip", "file_not_read"),
    ] {
        let ended = program.run(&format!("plan --remedy quay {rest} -o json"));
        assert_eq!((ended.status, &ended.error()["code"]), (2, &json!(code)), "{rest}");
    }
    assert!(!program.path("x.zip").exists());
}

#[test]
fn wrong_usage_is_told_in_four_parts_with_status_2() {
    let program = Program::new();
    for args in ["scna -o json", "-o json", "scan -o json --from a --demo", "plan -o json", "image -o json"] {
        // Without a command `-o json` would start the wizard: a wrong option shows the same path.
        let args = if args == "-o json" { "--prot 1 -o json" } else { args };
        let ended = program.run(args);
        assert_eq!((ended.status, &ended.error()["code"]), (2, &json!("usage")), "{args}");
    }
    let ended = program.run("scan --nonsense");
    assert_eq!((ended.status, ended.stdout.as_str()), (2, ""));
    for part in ["error: ", "  why:   ", "  next:  "] {
        assert!(ended.stderr.contains(part), "{}", ended.stderr);
    }
}

#[test]
fn a_plan_that_was_changed_is_not_verified() {
    let program = Program::new();
    program.file("in/cluster.yaml", CLUSTER_YAML);
    program.run("plan --remedy quay --from in --set cortex-version=0.22.1 --bundle out --no-store");
    let path = program.path("out/plan.json");
    let text =
        fs::read_to_string(&path).unwrap().replace("quay.io/cortexlabs/operator", "evil.example/operator");
    fs::write(&path, text).unwrap();
    for plan in ["out", "out/plan.json", "nowhere", "in/cluster.yaml"] {
        let ended = program.run(&format!("verify {plan} --from in -o json"));
        assert_eq!((ended.status, &ended.error()["code"]), (2, &json!("plan_unusable")), "{plan}");
    }
}

#[test]
fn without_a_kubeconfig_the_way_on_is_named() {
    let program = Program::new();
    let ended = program.run("scan -o json");
    assert_eq!((ended.status, &ended.error()["code"]), (2, &json!("kubeconfig_missing")));
}

#[test]
fn a_cluster_that_does_not_answer_is_status_3() {
    let program = Program::new();
    let kubeconfig = "apiVersion: v1\nkind: Config\ncurrent-context: c\ncontexts: [{name: c, context: {cluster: c, user: u}}]\n\
        clusters: [{name: c, cluster: {server: 'http://127.0.0.1:1'}}]\nusers: [{name: u, user: {}}]\n";
    program.file("kubeconfig", kubeconfig.as_bytes());
    let ended = program.run("scan --kubeconfig kubeconfig -o json");
    assert_eq!(ended.status, 3, "{}", ended.stdout);
    ended.error();
    assert!(!ended.stderr.contains("ERROR"), "told once, not logged besides: {}", ended.stderr);
}

#[test]
fn help_version_and_completions_go_to_stdout() {
    let program = Program::new();
    for args in ["--help", "--version", "scan --help", "help plan", "completions bash", "completions zsh"] {
        let ended = program.run(args);
        assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{args}");
        assert!(ended.stdout.contains("unthrottle"), "{args}");
    }
    let help = program.run("--help").stdout;
    for unbuilt in ["apply", "rollback"] {
        assert!(!help.contains(&format!("  {unbuilt} ")), "{unbuilt}");
    }
}
