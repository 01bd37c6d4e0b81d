//! A Docker Hub account: lists that are added to, pods that are made anew, and what is left as it is.

use domain::equivalents::Survey;
use domain::plan::{Op, Plan, Step};
use domain::ports::InputFile;
use domain::problem::Problem;
use domain::remedy::{FitLevel, RemedyKind, hub_account, refuse_tokens};
use engine::plan::{Made, make};
use serde_json::{Value, json};

use crate::support::{answers, file, files_under, scan, testdata};

const OURS: &str = "unthrottle-docker-hub";

/// Two namespaces of a cluster as `kubectl get … -o yaml` prints them, throttled; `testdata/hub-account` says
/// which object stands for what.
pub fn cluster() -> Vec<InputFile> {
    files_under(&testdata().join("hub-account/cluster"))
}

pub fn plan_with(files: &[InputFile], set: &[(&str, &str)], only: &[&str]) -> Result<Made, Problem> {
    make(&scan(files), RemedyKind::HubAccount, &answers(set, only), &Survey::default(), files)
}

fn of_cluster() -> Plan {
    plan_with(&cluster(), &[], &[]).unwrap().plan
}

fn step<'a>(plan: &'a Plan, label: &str) -> &'a Step {
    plan.steps.iter().find(|step| step.target.label() == label).unwrap_or_else(|| panic!("no step {label}"))
}

fn done(plan: &Plan, op: Op) -> Vec<String> {
    plan.steps.iter().filter(|step| step.op == op).map(|step| step.target.label()).collect()
}

fn written(step: &Step) -> (Value, Value) {
    (serde_json::to_value(&step.patch).unwrap(), serde_json::to_value(&step.inverse).unwrap())
}

#[test]
fn secrets_come_first_then_accounts_then_templates_then_pods() {
    let plan = of_cluster();
    assert_eq!(
        done(&plan, Op::CreateSecret),
        ["Secret default/unthrottle-docker-hub", "Secret shop/unthrottle-docker-hub"]
    );
    assert_eq!(
        done(&plan, Op::Patch),
        [
            "ServiceAccount default/builder",
            "ServiceAccount default/default",
            "ServiceAccount shop/default",
            "ServiceAccount shop/web",
            "Deployment shop/private",
        ]
    );
    assert_eq!(
        done(&plan, Op::ReplacePod),
        ["Pod default/api-6d4cf56db6-x2v8k", "Pod shop/queue-0", "Pod shop/web-7f9c6b5d48-q4mzt"]
    );
    let order: Vec<Op> = plan.steps.iter().map(|step| step.op).collect();
    let mut sorted = order.clone();
    sorted.sort_by_key(|op| [Op::CreateSecret, Op::Patch, Op::ReplacePod].iter().position(|one| one == op));
    assert_eq!(order, sorted);
    let queue = step(&plan, "Pod shop/queue-0");
    let waits_for: Vec<&str> = queue.after.iter().map(|id| id.split_once('-').unwrap().1).collect();
    assert_eq!(
        waits_for,
        ["secret-shop-unthrottle-docker-hub", "serviceaccount-shop-default", "serviceaccount-shop-web"]
    );
    assert_eq!(queue.made_by, ["0f8a6e0c-1111-4000-8000-00000000b001"]);
    assert!(plan.change_needed && plan.steps.iter().all(|step| step.images.is_empty()));
    assert_eq!(
        plan.summary,
        "A Docker Hub account for the cluster: 2 pull secrets made, 4 service accounts lending it, 1 template naming it, \
         3 waiting pods made anew."
    );
}

#[test]
fn lists_keep_what_they_hold_and_get_it_back() {
    let plan = of_cluster();
    let list = "/imagePullSecrets";
    let (patch, inverse) = written(step(&plan, "ServiceAccount default/default"));
    assert_eq!(
        patch,
        json!([{"op": "test", "path": list, "value": null},
               {"op": "add", "path": list, "value": [{"name": OURS}]}])
    );
    assert_eq!(
        inverse,
        json!([{"op": "test", "path": list, "value": [{"name": OURS}]}, {"op": "remove", "path": list}])
    );
    let (patch, inverse) = written(step(&plan, "ServiceAccount shop/web"));
    assert_eq!(
        patch,
        json!([{"op": "test", "path": list, "value": [{"name": "ghcr"}, {"name": "internal"}]},
               {"op": "add", "path": "/imagePullSecrets/-", "value": {"name": OURS}}])
    );
    assert_eq!(
        inverse,
        json!([{"op": "test", "path": "/imagePullSecrets/2", "value": {"name": OURS}},
               {"op": "remove", "path": "/imagePullSecrets/2"}])
    );
    let (patch, _) = written(step(&plan, "Deployment shop/private"));
    assert_eq!(patch.pointer("/0/path").unwrap(), "/spec/template/spec/imagePullSecrets");
    assert_eq!(patch.pointer("/0/value").unwrap(), &json!([{"name": "team"}]));
    let edit = plan.edits.iter().find(|e| e.object.as_deref() == Some("ServiceAccount shop/web")).unwrap();
    assert_eq!(
        (edit.from.as_deref(), edit.to.as_str()),
        (Some("ghcr, internal"), "ghcr, internal, unthrottle-docker-hub")
    );
    assert!(!edit.why.is_empty());
}

#[test]
fn patches_do_what_they_say_and_their_inverses_undo_it() {
    let objects = documents(&cluster());
    for step in of_cluster().steps.iter().filter(|step| step.op == Op::Patch) {
        let (patch, inverse) = written(step);
        let before = objects
            .iter()
            .find(|object| {
                object["kind"] == step.target.kind.as_str()
                    && object["metadata"]["name"] == step.target.name.as_str()
                    && object["metadata"]["namespace"] == step.target.namespace.clone().unwrap().as_str()
            })
            .unwrap();
        let after = patched(before, &patch);
        assert_ne!(*before, after, "{}", step.id);
        // An empty list is none to the API server.
        assert_eq!(without_empty(before), patched(&after, &inverse), "{}", step.id);
    }
}

#[test]
fn pods_that_nothing_would_make_again_are_left_and_said() {
    let plan = of_cluster();
    let left: Vec<(&str, &str)> =
        plan.not_covered.iter().map(|left| (left.place.as_str(), left.image.as_str())).collect();
    assert_eq!(
        left,
        [
            ("Pod default/batch-5k2lp", "busybox:1.36"),
            ("Deployment old/leaving", "httpd:2.4"),
            ("Pod default/lonely", "redis:7"),
            ("Pod kube-system/proxy-node-1", "traefik:v3.1"),
        ],
        "sorted by image"
    );
    assert!(plan.steps.iter().all(|step| step.target.namespace.as_deref() != Some("old")));
    assert!(!done(&plan, Op::ReplacePod).contains(&"Pod default/batch-5k2lp".to_owned()));
    // Its controller replaces it when the template changes.
    assert!(!done(&plan, Op::ReplacePod).iter().any(|pod| pod.contains("private")));
}

#[test]
fn what_is_there_already_is_not_planned_again() {
    let files = cluster();
    let mut objects = documents(&files);
    for step in of_cluster().steps.iter().filter(|step| step.op == Op::Patch) {
        let object = objects
            .iter_mut()
            .find(|o| {
                o["kind"] == step.target.kind.as_str()
                    && o["metadata"]["uid"].as_str() == step.target.uid.as_deref()
            })
            .unwrap();
        *object = patched(object, &written(step).0);
    }
    let again = plan_with(&[list(&objects)], &[], &[]).unwrap().plan;
    assert_eq!(done(&again, Op::CreateSecret), [""; 0]);
    assert_eq!(done(&again, Op::Patch), [""; 0]);
    assert_eq!(done(&again, Op::ReplacePod).len(), 4, "pods from before still have to be made anew");
    assert!(again.change_needed);

    objects.retain(|object| object["kind"] != "Pod");
    let nothing = plan_with(&[list(&objects)], &[], &[]).unwrap().plan;
    assert!(!nothing.change_needed && nothing.pull_secret.is_none());
}

#[test]
fn only_takes_a_workload_with_its_account_and_its_pods() {
    let made = plan_with(&cluster(), &[], &["StatefulSet/shop/queue"]).unwrap();
    let labels: Vec<String> = made.plan.steps.iter().map(|step| step.target.label()).collect();
    assert_eq!(
        labels,
        ["Secret shop/unthrottle-docker-hub", "ServiceAccount shop/default", "Pod shop/queue-0"]
    );
    let account = plan_with(&cluster(), &[], &["ServiceAccount/shop/web"]).unwrap();
    assert_eq!(done(&account.plan, Op::ReplacePod), ["Pod shop/web-7f9c6b5d48-q4mzt"]);
    let wrong = plan_with(&cluster(), &[], &["Deployment/shop/nothing"]).unwrap_err();
    assert_eq!(wrong.code, "only_matches_nothing");
}

#[test]
fn answers_are_checked_and_a_token_is_never_repeated() {
    let refused = |set: &[(&str, &str)]| plan_with(&cluster(), set, &[]).unwrap_err();
    for key in ["username", "secret-name"] {
        let token = refuse_tokens(&answers(&[(key, " dckr_pat_AbCdEf123")], &[])).unwrap_err();
        assert_eq!((token.code.as_str(), token.place.as_str()), ("answer_is_a_token", key));
        assert!(!format!("{token:?}").contains("AbCdEf"));
    }
    assert!(refuse_tokens(&answers(&[("username", "acme")], &[])).is_ok());
    for (key, value) in [
        ("username", "a:b"),
        ("secret-name", "Not A Name"),
        ("secret-name", "-a"),
        ("token-kind", "password"),
        ("account-plan", "free"),
    ] {
        assert_eq!(refused(&[(key, value)]).place, key, "{value}");
    }
    assert_eq!(refused(&[("account-plan", "personal"), ("token-kind", "oat")]).place, "account-plan");
    let named = plan_with(&cluster(), &[("username", "acme"), ("secret-name", "hub")], &[]).unwrap().plan;
    let secret = named.pull_secret.unwrap();
    assert_eq!((secret.name.as_str(), secret.username.as_deref()), ("hub", Some("acme")));
    assert_eq!(secret.key, "https://index.docker.io/v1/");
}

#[test]
fn a_personal_account_is_refused_where_addresses_give_more() {
    let node = |name: &str, address: &str| {
        json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "uid": format!("uid-{name}")},
            "status": {"addresses": [{"type": "InternalIP", "address": "10.0.0.9"}, {"type": "ExternalIP", "address": address}]}})
    };
    let with = |nodes: &[Value]| {
        let mut files = cluster();
        files.push(InputFile { name: "nodes.json".to_owned(), ..list(nodes) });
        plan_with(&files, &[("account-plan", "personal")], &[])
    };
    let three = [node("a", "198.51.100.1"), node("b", "198.51.100.2"), node("c", "198.51.100.3")];
    let problem = with(&three).unwrap_err();
    assert_eq!(problem.place, "account-plan");
    assert!(problem.why.contains("300"), "{}", problem.why);
    let two = with(three.get(..2).unwrap()).unwrap().plan;
    assert!(two.risks.iter().any(|risk| risk.what == "A personal account has a limit too."));
}

#[test]
fn cortex_files_alone_name_the_accounts_of_their_version() {
    let files = [file(
        "cluster.yaml",
        "cluster_name: c\nregion: us-east-1\nimage_operator: cortexlabs/operator:0.20.0\n",
    )];
    let plan = plan_with(&files, &[("cortex-version", "0.20.0")], &[]).unwrap().plan;
    let accounts = done(&plan, Op::Patch);
    assert!(accounts.contains(&"ServiceAccount istio-system/istio-pilot-service-account".to_owned()));
    assert!(accounts.contains(&"ServiceAccount kube-system/istio-cni".to_owned()));
    assert_eq!(done(&plan, Op::CreateSecret).len(), 3);
    assert!(plan.not_covered.iter().any(|left| left.image == "cortexlabs/manager:0.20.0"));
    assert!(plan.steps.iter().filter(|s| s.op == Op::Patch).all(|s| s.says.contains("was not seen")));
}

#[test]
fn the_comparison_says_what_it_reaches() {
    let fit = hub_account::fit(&scan(&cluster()));
    assert_eq!(
        (fit.level, fit.headline.as_str()),
        (FitLevel::Partly, "One secret in 2 namespaces, paid account")
    );
    assert!(fit.does_not.contains("Pod default/batch-5k2lp"), "{}", fit.does_not);
    assert!(!fit.costs.contains('$'));
    let none =
        hub_account::fit(&scan(&[file("a.yaml", "kind: Namespace\napiVersion: v1\nmetadata: {name: a}\n")]));
    assert_eq!(none.level, FitLevel::NothingToChange);
}

fn documents(files: &[InputFile]) -> Vec<Value> {
    files
        .iter()
        .flat_map(|file| {
            let value: Value = serde_json::from_slice(&file.bytes).unwrap();
            value["items"].as_array().unwrap().clone()
        })
        .collect()
}

fn list(objects: &[Value]) -> InputFile {
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
    file("all.json", serde_json::to_vec_pretty(&list).unwrap())
}

fn without_empty(object: &Value) -> Value {
    let mut object = object.clone();
    if object["imagePullSecrets"].as_array().is_some_and(Vec::is_empty) {
        object.as_object_mut().unwrap().remove("imagePullSecrets");
    }
    object
}

/// The four verbs that these patches use, as the API server carries them out.
fn patched(object: &Value, patch: &Value) -> Value {
    let mut object = without_empty(object);
    for op in patch.as_array().unwrap() {
        let path = op["path"].as_str().unwrap();
        let (parent, key) = path.rsplit_once('/').unwrap();
        match op["op"].as_str().unwrap() {
            "test" => assert_eq!(object.pointer(path).unwrap_or(&Value::Null), &op["value"], "{path}"),
            verb => match (verb, object.pointer_mut(parent).unwrap()) {
                ("add", Value::Array(list)) if key == "-" => list.push(op["value"].clone()),
                ("add", Value::Object(map)) => {
                    map.insert(key.to_owned(), op["value"].clone());
                }
                ("remove", Value::Array(list)) => {
                    list.remove(key.parse().unwrap());
                }
                ("remove", Value::Object(map)) => {
                    map.remove(key);
                }
                other => panic!("{other:?}"),
            },
        }
    }
    object
}
