//! `scan --probe-registry`: the limit of this machine's address beside what was read, by the lab's Docker Hub.

use std::net::TcpListener;

use lab::front::{Allowance, Kind, Rules, Style};
use serde_json::{Value, json};

use crate::program::Program;
use crate::quota::{World, part};

const SCAN: &str = "scan --from in -o json --probe-registry";
const NUMBERS: [&str; 5] = ["measured_from", "limit", "remaining", "unlimited", "source"];

/// A pod of Docker Hub's, on nodes of which one leaves by the address that the test asks from.
fn lay(program: &Program) {
    let node = |name: &str, address: &str| {
        json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}, "status": {"addresses": [
            {"type": "InternalIP", "address": "10.0.0.1"}, {"type": "ExternalIP", "address": address}]}})
    };
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"containers": [{"name": "c", "image": "nginx:1.25"}]}});
    let items = [node("here", "127.0.0.1"), node("there", "198.51.100.7"), pod];
    let list = json!({"apiVersion": "v1", "kind": "List", "items": items});
    program.file("in/objects.json", &serde_json::to_vec(&list).unwrap());
}

fn left_by_group(scan: &Value) -> Value {
    let groups = scan["budget"]["egress_groups"].as_array().unwrap();
    groups.iter().map(|group| json!([group["address"], group["remaining"]])).collect()
}

fn gaps(scan: &Value) -> Vec<&Value> {
    let all = scan["not_seen"].as_array().unwrap();
    all.iter().filter(|gap| gap["what"] == "Docker Hub's pull limit").collect()
}

#[tokio::test]
async fn the_limit_is_of_this_machine_and_of_nodes_with_the_same_address_only() {
    let world = World::new(Style::DockerHub).await;
    lay(&world.program);
    let ended = world.run("docker.io", SCAN, b"").await;
    assert_eq!(ended.status, 0, "{} {}", ended.stdout, ended.stderr);
    let scan = ended.json();
    let wanted = json!({"measured_from": "here", "limit": 100, "remaining": 100, "unlimited": false, "source": "127.0.0.1"});
    assert_eq!(part(&scan["budget"], &NUMBERS), wanted);
    assert_eq!(left_by_group(&scan), json!([["127.0.0.1", 100], ["198.51.100.7", null]]));
    assert_eq!(gaps(&scan), Vec::<&Value>::new());
    assert!(scan["budget"]["measured_at"].is_string());

    let log = world.front.log().await.unwrap();
    let free =
        |entry: &lab::front::Entry| !entry.counted && (entry.kind == Kind::Token || entry.method == "HEAD");
    assert!(!log.is_empty() && log.iter().all(free), "{log:?}");

    let text = world.run("docker.io", "scan --from in --probe-registry", b"").await.stdout;
    for said in [
        "Pull limit\n",
        "100 of 100 pulls in 6 hours are left.",
        "Asked from this machine",
        "Nodes may leave",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let unasked = world.run("docker.io", "scan --from in", b"").await.stdout;
    assert!(!unasked.contains("Pull limit"), "{unasked}");
}

#[tokio::test]
async fn a_refused_question_means_that_nothing_is_left() {
    let world = World::new(Style::DockerHub).await;
    lay(&world.program);
    let none = Some(Allowance { pulls: 0, window_seconds: 21_600 });
    for (rules, limit) in [
        (Rules { anonymous: none, ..Rules::default() }, json!(0)),
        (Rules { abuse: true, ..Rules::default() }, Value::Null),
    ] {
        world.front.set_limits(&rules).await.unwrap();
        let ended = world.run("docker.io", SCAN, b"").await;
        assert_eq!(ended.status, 0, "{}", ended.stderr);
        let budget = &ended.json()["budget"];
        let wanted = json!({"measured_from": "here", "limit": limit, "remaining": 0, "unlimited": false});
        assert_eq!(part(budget, &NUMBERS[..4]), wanted);
    }
}

#[tokio::test]
async fn no_answer_and_one_that_tells_nothing_are_not_seen_and_fail_nothing() {
    let mirror = World::new(Style::Plain).await;
    lay(&mirror.program);
    let scan = mirror.run("docker.io", SCAN, b"").await.json();
    assert_eq!(
        part(&scan["budget"], &NUMBERS[1..4]),
        json!({"limit": null, "remaining": null, "unlimited": false})
    );
    assert!(gaps(&scan)[0]["why"].as_str().unwrap().contains("mirror"), "{scan}");

    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let program = Program::new();
    lay(&program);
    let ended = program.run(&format!("{SCAN} --registry-endpoint docker.io=http://{nobody}"));
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    let scan = ended.json();
    assert_eq!(
        (&scan["verdict"], &scan["budget"]["measured_from"]),
        (&json!("at_risk"), &json!("not_measured"))
    );
    assert_eq!(gaps(&scan).len(), 1, "{scan}");
    let failing =
        program.run(&format!("{SCAN} --fail-on at_risk --registry-endpoint docker.io=http://{nobody}"));
    assert_eq!(failing.status, 1, "the verdict alone is failed on");
}

#[test]
fn the_practice_cluster_and_a_wrong_endpoint_are_wrong_usage() {
    let program = Program::new();
    lay(&program);
    for args in ["scan --demo --probe-registry -o json", &format!("{SCAN} --registry-endpoint docker.io")] {
        let ended = program.run(args);
        assert_eq!(ended.status, 2, "{args}: {} {}", ended.stdout, ended.stderr);
        ended.error();
    }
}
