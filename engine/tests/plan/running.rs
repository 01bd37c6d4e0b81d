//! What runs is left so unless it was chosen: who is patched, who is named, in which order, and what the bundle says.

use std::collections::BTreeSet;
use std::process::Command;

use domain::equivalents::Survey;
use domain::plan::Plan;
use domain::ports::InputFile;
use domain::problem::Problem;
use domain::remedy::{Answers, FitLevel, RemedyKind, fit};
use engine::plan::{Made, make};
use manifests::bundle;
use serde_json::{Value, json};

use crate::support::{answers, as_live, file, scan};

const AWS: [(&str, &str); 2] = [("account", "111122223333"), ("region", "us-east-1")];
const REFUSED: &str = "Back-off pulling image: ErrImagePull: toomanyrequests: You have reached your unauthenticated pull \
                       rate limit. https://www.docker.com/increase-rate-limit";

fn workload(kind: &str, name: &str, image: &str, replicas: u32, more: &Value) -> Value {
    let mut object = json!({"apiVersion": "apps/v1", "kind": kind,
        "metadata": {"name": name, "namespace": "shop", "uid": format!("uid-{name}")},
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "main", "image": image}]}}}});
    merge(&mut object, more);
    object
}

fn merge(into: &mut Value, more: &Value) {
    match (into, more) {
        (Value::Object(into), Value::Object(more)) => {
            more.iter().for_each(|(key, value)| merge(into.entry(key).or_insert(Value::Null), value));
        }
        (into, more) => *into = more.clone(),
    }
}

/// The pods of a Deployment, with the ReplicaSet between them; the first `waiting` of them wait for the image.
fn pods(owner: &str, image: &str, all: u32, waiting: u32) -> Vec<Value> {
    let of = |number: u32| {
        let state = if number < waiting {
            json!({"waiting": {"reason": "ImagePullBackOff", "message": REFUSED}})
        } else {
            json!({"running": {}})
        };
        json!({"apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": format!("{owner}-{number}"), "namespace": "shop", "uid": format!("uid-{owner}-{number}"),
                "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": format!("{owner}-6d4cf56db6"),
                    "uid": format!("uid-rs-{owner}"), "controller": true}]},
            "spec": {"containers": [{"name": "main", "image": image}]},
            "status": {"phase": "Running", "containerStatuses": [
                {"name": "main", "image": image, "imageID": "", "state": state}]}})
    };
    let between = json!({"apiVersion": "apps/v1", "kind": "ReplicaSet",
        "metadata": {"name": format!("{owner}-6d4cf56db6"), "namespace": "shop", "uid": format!("uid-rs-{owner}"),
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "Deployment", "name": owner,
                "uid": format!("uid-{owner}"), "controller": true}]}});
    std::iter::once(between).chain((0..all).map(of)).collect()
}

fn dump(items: &[Value]) -> InputFile {
    let list = json!({"apiVersion": "v1", "kind": "List", "items": items});
    file("dump.json", serde_json::to_vec_pretty(&list).unwrap())
}

/// One that waits, two that run, one whose pods nobody listed, and kinds that no change restarts.
fn shop() -> Vec<Value> {
    let cron = json!({"apiVersion": "batch/v1", "kind": "CronJob",
        "metadata": {"name": "nightly", "namespace": "shop", "uid": "uid-nightly"},
        "spec": {"jobTemplate": {"spec": {"template": {"spec": {"containers": [{"name": "main", "image": "busybox:1.36"}]}}}}}});
    let mut items = vec![
        workload("Deployment", "stuck", "httpd:2.4", 2, &json!({})),
        workload("Deployment", "web", "nginx:1.27", 3, &json!({})),
        workload("Deployment", "idle", "nginx:1.27", 0, &json!({})),
        workload(
            "DaemonSet",
            "agent",
            "fluent/fluentd:v1",
            2,
            &json!({"spec": {"updateStrategy": {"type": "OnDelete"}}}),
        ),
        workload(
            "StatefulSet",
            "db",
            "postgres:17",
            1,
            &json!({"status": {"replicas": 1}, "metadata": {
            "labels": {"app.kubernetes.io/managed-by": "Helm"},
            "annotations": {"meta.helm.sh/release-name": "db", "meta.helm.sh/release-namespace": "shop"}}}),
        ),
        cron,
    ];
    items.extend(pods("stuck", "httpd:2.4", 2, 1));
    items.extend(pods("web", "nginx:1.27", 3, 0));
    items
}

fn planned(items: &[Value], remedy: RemedyKind, answers: &Answers, live: bool) -> Result<Made, Problem> {
    let files = [dump(items)];
    let scan = scan(&files);
    let scan = if live { as_live(scan, "prod") } else { scan };
    make(&scan, remedy, answers, &Survey::default(), if live { &[] } else { &files })
}

fn of_shop(set: &[(&str, &str)], only: &[&str]) -> Result<Plan, Problem> {
    let set: Vec<(&str, &str)> = AWS.iter().chain(set).copied().collect();
    planned(&shop(), RemedyKind::EcrCache, &answers(&set, only), true).map(|made| made.plan)
}

fn steps(plan: &Plan) -> Vec<String> {
    plan.steps.iter().map(|step| step.target.label()).collect()
}

fn left(plan: &Plan) -> Vec<&str> {
    plan.left_running.iter().map(|left| left.place.as_str()).collect()
}

#[test]
fn only_what_waits_and_what_restarts_nothing_is_changed_by_itself() {
    let plan = of_shop(&[], &[]).unwrap();
    assert_eq!(
        steps(&plan),
        ["Deployment shop/stuck", "CronJob shop/nightly", "DaemonSet shop/agent", "Deployment shop/idle"]
    );
    assert_eq!(left(&plan), ["Deployment shop/web", "StatefulSet shop/db"]);
    assert_eq!(plan.left_running[0].pods, Some(3), "as seen");
    assert_eq!(plan.left_running[1].pods, Some(1), "by its own status");
    assert!(plan.summary.ends_with("2 workloads run and are left as they are."), "{}", plan.summary);
    let web = plan.not_covered.iter().find(|left| left.place == "Deployment shop/web").unwrap();
    assert_eq!((web.image.as_str(), web.container.as_deref()), ("nginx:1.27", Some("main")));
    assert!(web.instead.contains("--set running=Deployment/shop/web"), "{}", web.instead);
    assert!(plan.is_left_running(web) && plan.out_of_reach().next().is_none());
}

#[test]
fn edits_and_what_is_not_covered_name_every_image_together() {
    for live in [true, false] {
        let plan = planned(&shop(), RemedyKind::EcrCache, &answers(&AWS, &[]), live).unwrap().plan;
        let edits = plan.edits.iter().map(|edit| (edit.object.clone().unwrap(), edit.from.clone().unwrap()));
        let stay = plan.not_covered.iter().map(|left| (left.place.clone(), left.image.clone()));
        let named: BTreeSet<(String, String)> = edits.chain(stay).collect();
        assert_eq!(named.len(), 6, "{named:?}");
        assert_eq!(plan.edits.len(), if live { 4 } else { 6 }, "a dump's file is edited in full");
        assert_eq!(plan.steps.len(), 4);
    }
}

#[test]
fn naming_one_is_choosing_it_and_there_is_no_word_for_all() {
    let chosen = of_shop(&[("running", "StatefulSet/shop/db, deployment/shop/web")], &[]).unwrap();
    assert_eq!(chosen.steps.len(), 6);
    assert!(chosen.left_running.is_empty() && chosen.not_covered.is_empty());
    let one = of_shop(&[("running", "Deployment/shop/web")], &[]).unwrap();
    assert_eq!(left(&one), ["StatefulSet shop/db"]);
    let only = of_shop(&[], &["Deployment/shop/web"]).unwrap();
    assert_eq!((steps(&only), left(&only).len()), (vec!["Deployment shop/web".to_owned()], 0));
    for unknown in ["all", "*", "Deployment/shop/nothing", "Deployment/shop/web,all"] {
        let problem = of_shop(&[("running", unknown)], &[]).unwrap_err();
        assert_eq!(
            (problem.code.as_str(), problem.place.as_str()),
            ("running_unknown", "running"),
            "{unknown}"
        );
    }
}

#[test]
fn where_nothing_waits_the_plan_says_so_and_changes_nothing() {
    let calm = || {
        let mut items = vec![
            workload("Deployment", "web", "nginx:1.27", 3, &json!({})),
            workload("Deployment", "api", "httpd:2.4", 1, &json!({})),
        ];
        items.extend(pods("web", "nginx:1.27", 3, 0));
        items.extend(pods("api", "httpd:2.4", 1, 0));
        items
    };
    for remedy in [RemedyKind::EcrCopy, RemedyKind::EcrCache] {
        let plan = planned(&calm(), remedy, &answers(&AWS, &[]), true).unwrap().plan;
        assert!(
            !plan.change_needed && plan.steps.is_empty() && plan.copies.is_empty() && plan.pulls.is_none()
        );
        assert_eq!(
            plan.summary,
            "Nothing waits for an image; 2 workloads run with images from Docker Hub. Choose which of them to change."
        );
        let fit = fit(remedy, &as_live(scan(&[dump(&calm())]), "prod"));
        assert_eq!(
            (fit.level, fit.headline.as_str()),
            (FitLevel::Fits, "2 images"),
            "the remedy reaches them all the same"
        );
        assert!(fit.interrupts.contains("2 workloads run and stay as they are"), "{}", fit.interrupts);
    }
    let one = answers(&[AWS[0], AWS[1], ("running", "Deployment/shop/api")], &[]);
    let plan = planned(&calm(), RemedyKind::EcrCopy, &one, true).unwrap().plan;
    let copied: Vec<&str> = plan.copies.iter().map(|copy| copy.source.as_str()).collect();
    assert_eq!(copied, ["docker.io/library/httpd:2.4"], "nothing is copied for what was not chosen");
    let pulls = plan.pulls.unwrap();
    assert_eq!((pulls.docker_hub.low, pulls.docker_hub.high, pulls.pods), (1, 8, 1));
}

#[test]
fn an_account_restarts_no_template_that_was_not_chosen() {
    let secrets = json!({"spec": {"template": {"spec": {"imagePullSecrets": [{"name": "team"}]}}}});
    let mut items = vec![
        workload("Deployment", "stuck", "httpd:2.4", 2, &secrets),
        workload("Deployment", "web", "nginx:1.27", 3, &secrets),
        workload("Deployment", "lent", "nginx:1.27", 1, &json!({})),
    ];
    items.extend(pods("stuck", "httpd:2.4", 2, 1));
    items.extend(pods("web", "nginx:1.27", 3, 0));
    items.extend(pods("lent", "nginx:1.27", 1, 0));
    let of = |set: &[(&str, &str)]| {
        planned(&items, RemedyKind::HubAccount, &answers(set, &[]), true).unwrap().plan
    };
    let plan = of(&[]);
    let templates = |plan: &Plan| -> Vec<String> {
        steps(plan).into_iter().filter(|label| label.starts_with("Deployment")).collect()
    };
    assert_eq!(templates(&plan), ["Deployment shop/stuck"]);
    assert_eq!(left(&plan), ["Deployment shop/web"]);
    assert!(plan.left_running[0].images.iter().all(|image| image.to.is_none()));
    let pulls = plan.pulls.unwrap();
    assert_eq!((pulls.docker_hub.high, pulls.account.low, pulls.account.high), (0, 1, 2));
    let chosen = of(&[("running", "Deployment/shop/web")]);
    assert_eq!(templates(&chosen), ["Deployment shop/stuck", "Deployment shop/web"]);
}

#[test]
fn given_manifests_are_edited_in_full() {
    let mut object = workload("Deployment", "web", "nginx:1.27", 3, &json!({}));
    object["metadata"].as_object_mut().unwrap().remove("uid");
    let plan = planned(&[object], RemedyKind::EcrCache, &answers(&AWS, &[]), false).unwrap().plan;
    assert_eq!((plan.edits.len(), plan.steps.len(), plan.left_running.len()), (1, 0, 0));
}

#[test]
fn an_owners_text_holds_what_runs_as_well_and_says_that_it_restarts_it() {
    let plan = of_shop(&[], &[]).unwrap();
    let owner = plan.owners.iter().find(|owner| owner.who.contains("Helm release shop/db")).unwrap();
    assert_eq!(owner.restarts, ["StatefulSet shop/db"]);
    let made = planned(&shop(), RemedyKind::EcrCache, &answers(&AWS, &[]), true).unwrap();
    let readme = text_of(&made, &shop(), "README.md");
    assert!(readme.contains("and the plan itself leaves them: `StatefulSet shop/db`"), "{readme}");
    let copied = planned(&shop(), RemedyKind::EcrCopy, &answers(&AWS, &[]), true).unwrap().plan;
    assert!(copied.owners.iter().all(|owner| owner.restarts.is_empty()), "nobody copies its image");
}

fn text_of(made: &Made, items: &[Value], path: &str) -> String {
    let scan = as_live(scan(&[dump(items)]), "prod");
    let files = bundle::build(&made.plan, &scan, &[], &made.patched, &made.diffs, Vec::new()).unwrap();
    let found = files.into_iter().find(|file| file.path == path).unwrap_or_else(|| panic!("no {path}"));
    String::from_utf8(found.bytes).unwrap()
}

/// So many Deployments of four pods each, of which as many wait.
fn crowd(many: usize, waiting: u32) -> Vec<Value> {
    let one = |number: usize| {
        let name = format!("w{number:03}");
        let mut items = vec![workload("Deployment", &name, "nginx:1.27", 4, &json!({}))];
        items.extend(pods(&name, "nginx:1.27", 4, waiting));
        items
    };
    (0..many).flat_map(one).collect()
}

#[test]
fn a_batch_waits_for_the_one_before_it() {
    let items = crowd(5, 1);
    let made = planned(&items, RemedyKind::EcrCache, &answers(&AWS, &[]), true).unwrap();
    let pods: Vec<u32> = made.plan.batches.iter().map(|batch| batch.pods).collect();
    assert_eq!(pods, [8, 8, 4]);
    let after = |at: usize| made.plan.steps[at].after.clone();
    assert!(after(0).is_empty() && after(1).is_empty());
    assert_eq!(after(2), made.plan.batches[0].steps);
    assert_eq!(after(4), made.plan.batches[1].steps);
    let script = text_of(&made, &items, "commands.sh");
    let apply: Vec<&str> = script.split("verify()").next().unwrap().lines().map(str::trim).collect();
    let lines: Vec<&str> = apply
        .iter()
        .filter_map(|line| {
            let verb = ["rollout status", "patch"].into_iter().find(|verb| line.contains(verb))?;
            line.starts_with("kubectl --context prod -n shop").then_some(verb)
        })
        .collect();
    let (patch, wait) = ("patch", "rollout status");
    assert_eq!(lines, [patch, patch, wait, wait, patch, patch, wait, wait, patch]);
    assert!(script.contains("rollout status deployment.v1.apps/w000 --timeout=10m"), "{script}");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("commands.sh"), &script).unwrap();
    let parsed = Command::new("sh").arg("-n").arg(folder.path().join("commands.sh")).status().unwrap();
    assert!(parsed.success(), "{script}");
    let readme = text_of(&made, &items, "README.md");
    assert!(
        readme.contains("20 pods begin to pull, 10 at a time unless a single workload has more"),
        "{readme}"
    );
}

#[test]
fn taking_back_warns_with_what_is_known_and_asks_nothing() {
    let items = crowd(2, 1);
    let made = planned(&items, RemedyKind::EcrCache, &answers(&AWS, &[]), true).unwrap();
    let script = text_of(&made, &items, "commands.sh");
    let rollback = script.split("rollback() {").nth(1).unwrap();
    let first = rollback.lines().map(str::trim).find(|line| !line.is_empty()).unwrap();
    assert!(first.starts_with("echo 'Taking this back pulls 1 to 8 images from Docker Hub."), "{first}");
    assert!(first.contains("was refusing pulls") && first.ends_with("unthrottle quota' >&2"), "{first}");
    assert!(!rollback.contains("read "));
}

#[test]
fn two_hundred_that_run_are_said_once() {
    let items = crowd(200, 0);
    let made = planned(&items, RemedyKind::EcrCache, &answers(&AWS, &[]), true).unwrap();
    assert_eq!((made.plan.left_running.len(), made.plan.not_covered.len()), (200, 200));
    let readme = text_of(&made, &items, "README.md");
    assert_eq!(readme.matches("which nobody chose").count(), 1);
    assert!(readme.contains("--set running=Deployment/shop/w000,Deployment/shop/w001,"), "ready to copy");
    assert_eq!(readme.matches("`Deployment shop/w").count(), 200);
    assert!(!readme.contains("What still comes from Docker Hub"));
}
