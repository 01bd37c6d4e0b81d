//! What stands beside a plan: policies, node settings and a guard. Their expressions are evaluated by a real API server
//! in the story of the same name; here the files are parsed, and held against the decisions they were made from.

use std::collections::BTreeSet;
use std::process::Command;

use domain::cluster_wide::{ClusterWide, spellings};
use domain::equivalents::Survey;
use domain::plan::Plan;
use domain::remedy::RemedyKind;
use engine::plan::make;
use manifests::archive::BundleFile;
use manifests::bundle::build;
use serde::Deserialize as _;
use serde_json::{Value, json};

use crate::bundle::{block, paths, text};
use crate::objects::dump;
use crate::support::{answers, as_live, scan};

const CONTEXT: &str = "arn:aws:eks:us-east-1:111122223333:cluster/prod";
const MOVES: [RemedyKind; 3] = [RemedyKind::Quay, RemedyKind::EcrCopy, RemedyKind::EcrCache];

struct Made {
    wide: Option<ClusterWide>,
    plan: Plan,
    files: Vec<BundleFile>,
}

fn of_cluster(remedy: RemedyKind, version: &str) -> Made {
    let mut scan = as_live(scan(&[dump()]), CONTEXT);
    scan.inventory.cluster.kubernetes_version = Some(version.to_owned());
    // Those of the dump are of an old Cortex, on Docker.
    scan.inventory.nodes.clear();
    let set: &[(&str, &str)] = if remedy == RemedyKind::HubAccount { &[("username", "acme")] } else { &[] };
    let made = make(&scan, remedy, &answers(set, &[]), &Survey::default(), &[]).unwrap();
    let files = build(&made.plan, &scan, &[], &made.patched, &made.diffs, Vec::new()).unwrap();
    Made { wide: ClusterWide::of(&made.plan, &scan), plan: made.plan, files }
}

/// The files beside the plan.
fn beside(files: &[BundleFile]) -> Vec<&str> {
    paths(files)
        .into_iter()
        .filter(|path| path.starts_with("cluster-wide/") || path.starts_with("guard/"))
        .collect()
}

fn documents(files: &[BundleFile], path: &str) -> Vec<Value> {
    yaml(text(files, path))
}

fn yaml(text: &str) -> Vec<Value> {
    serde_norway::Deserializer::from_str(text).map(|document| Value::deserialize(document).unwrap()).collect()
}

#[test]
fn each_remedy_and_server_gets_what_works_there() {
    const KYVERNO: [&str; 2] =
        ["cluster-wide/kyverno-cluster-policy.yaml", "guard/kyverno-cluster-policy.yaml"];
    const REWRITE: &str = "cluster-wide/mutating-admission-policy.yaml";
    const GUARD: &str = "guard/validating-admission-policy.yaml";
    const NODES: [&str; 5] = [
        "cluster-wide/nodes/bottlerocket.toml",
        "cluster-wide/nodes/eks-al2-user-data.mime",
        "cluster-wide/nodes/eks-al2023-user-data.mime",
        "cluster-wide/nodes/hosts.toml",
        "cluster-wide/nodes/karpenter-al2023.yaml",
    ];
    for remedy in MOVES {
        for (version, served) in [
            ("v1.36.0", &[REWRITE, GUARD][..]),
            ("v1.34.4", &[REWRITE, GUARD]),
            ("v1.34.4-eks-1", &[GUARD]),
            ("v1.22.17", &[]),
        ] {
            let nodes: &[&str] = if remedy == RemedyKind::EcrCache { &NODES } else { &[] };
            let wanted: BTreeSet<&str> = KYVERNO.iter().chain(served).chain(nodes).copied().collect();
            let Made { files, .. } = of_cluster(remedy, version);
            assert_eq!(beside(&files), Vec::from_iter(wanted), "{remedy:?} {version}");
        }
    }
    let account = of_cluster(RemedyKind::HubAccount, "v1.36.0");
    assert_eq!((beside(&account.files), account.wide), (Vec::new(), None));
    assert!(!text(&account.files, "README.md").contains("One change instead"));
}

#[test]
fn policies_say_which_api_and_where() {
    for (version, api) in [("v1.36.0", "v1"), ("v1.35.0", "v1beta1"), ("v1.33.0", "v1alpha1")] {
        for remedy in MOVES {
            let Made { files, wide, .. } = of_cluster(remedy, version);
            let wide = wide.unwrap();
            let [policy, binding] = &documents(&files, "cluster-wide/mutating-admission-policy.yaml")[..]
            else {
                panic!("two documents");
            };
            let wanted = format!("admissionregistration.k8s.io/{api}");
            assert_eq!((&policy["apiVersion"], &binding["apiVersion"]), (&json!(wanted), &json!(wanted)));
            assert_eq!(policy["spec"]["failurePolicy"], "Ignore");
            assert_eq!(binding["spec"]["policyName"], policy["metadata"]["name"]);
            let except = &binding["spec"]["matchResources"]["namespaceSelector"]["matchExpressions"][0];
            assert_eq!((&except["operator"], &except["values"]), (&json!("NotIn"), &json!(wide.left_alone)));

            let [policy, binding] = &documents(&files, "guard/validating-admission-policy.yaml")[..] else {
                panic!("two documents");
            };
            assert_eq!(policy["apiVersion"], "admissionregistration.k8s.io/v1");
            assert_eq!(binding["spec"]["validationActions"], json!(["Warn", "Audit"]));
            let prefixed = remedy == RemedyKind::EcrCache;
            let table = variable(policy, if prefixed { "drifted" } else { "moved" });
            for (from, to) in &wide.moved {
                let entry = if prefixed { format!("'{from}'") } else { format!("'{from}': '{to}'") };
                assert!(table.contains(&entry), "{table}");
            }
        }
    }
}

fn variable<'a>(policy: &'a Value, name: &str) -> &'a str {
    let all = policy["spec"]["variables"].as_array().unwrap();
    all.iter().find(|variable| variable["name"] == name).unwrap()["expression"].as_str().unwrap()
}

#[test]
fn what_stays_by_plan_is_no_drift() {
    let Made { files, plan, .. } = of_cluster(RemedyKind::Quay, "v1.36.0");
    assert!(plan.not_covered.iter().any(|left| left.image == "busybox"), "{:?}", plan.not_covered);
    let policy = &documents(&files, "guard/validating-admission-policy.yaml")[0];
    assert!(variable(policy, "drifted").contains("'library/busybox:latest'"));
}

#[test]
fn kyverno_compares_every_spelling_or_a_pattern() {
    for remedy in MOVES {
        let Made { files, wide, .. } = of_cluster(remedy, "v1.36.0");
        let wide = wide.unwrap();
        let every: BTreeSet<String> = wide.moved.keys().flat_map(|name| spellings(name)).collect();

        let [policy] = &documents(&files, "cluster-wide/kyverno-cluster-policy.yaml")[..] else {
            panic!("one")
        };
        let rule = &policy["spec"]["rules"][0];
        assert_eq!(rule["exclude"]["any"][0]["resources"]["namespaces"], json!(wide.left_alone));
        let ways = rule["mutate"]["foreach"].as_array().unwrap();
        if remedy == RemedyKind::EcrCache {
            assert_eq!(ways.len(), 6, "official images and others, in three lists");
        } else {
            let table = rule["context"][0]["variable"]["value"].as_object().unwrap();
            assert_eq!(table.keys().cloned().collect::<BTreeSet<_>>(), every);
            assert!(table.iter().all(|(from, to)| wide.new_name(from).as_deref() == to.as_str()));
            assert_eq!(ways.len(), 3);
        }
        for way in ways {
            let list = way["list"].as_str().unwrap();
            let patched = way["patchStrategicMerge"]["spec"].as_object().unwrap();
            let (field, items) = patched.iter().next().unwrap();
            assert!(list.starts_with(&format!("request.object.spec.{field}")), "{list}");
            assert_eq!(items[0]["name"], "{{ element.name }}");
        }

        let [guard] = &documents(&files, "guard/kyverno-cluster-policy.yaml")[..] else { panic!("one") };
        assert_eq!(guard["spec"]["validationFailureAction"], "Audit");
        let deny = &guard["spec"]["rules"][0]["validate"]["foreach"][0]["deny"]["conditions"]["any"][0];
        assert_eq!(deny["value"], json!(every));
    }
}

#[test]
fn the_script_for_nodes_adds_a_mirror_and_its_login() {
    let Made { files, .. } = of_cluster(RemedyKind::EcrCache, "v1.36.0");
    let al2023 = text(&files, "cluster-wide/nodes/eks-al2023-user-data.mime");
    let parts: Vec<&str> = al2023.split("--BOUNDARY").collect();
    assert!(
        parts[0].starts_with("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"BOUNDARY\"\n")
    );
    assert_eq!((parts.len(), parts[3]), (4, "--\n"));
    let body = |part: &str| part.split_once("\n\n").unwrap().1.to_owned();
    assert_eq!(yaml(&body(parts[2]))[0]["kind"], "NodeConfig");

    // The same script on each of them.
    let script = body(parts[1]);
    assert!(text(&files, "cluster-wide/nodes/eks-al2-user-data.mime").contains(&script));
    let patch = documents(&files, "cluster-wide/nodes/karpenter-al2023.yaml");
    assert!(patch[0]["spec"]["userData"].as_str().unwrap().contains(&script));

    let root = tempfile::tempdir().unwrap();
    let etc = root.path().join("etc");
    let provider = etc.join("eks/image-credential-provider/config.json");
    std::fs::create_dir_all(provider.parent().unwrap()).unwrap();
    let before = json!({"kind": "CredentialProviderConfig", "providers": [{
        "name": "ecr-credential-provider", "matchImages": ["*.dkr.ecr.*.amazonaws.com"], "defaultCacheDuration": "12h0m0s",
    }]});
    std::fs::write(&provider, before.to_string()).unwrap();
    let script = script.replace("/etc/", &format!("{}/", etc.display()));
    for _ in 0..2 {
        let status = Command::new("bash").args(["-c", &script]).status().unwrap();
        assert!(status.success(), "it needs jq, as Amazon's nodes have it");
    }
    let hosts = std::fs::read_to_string(etc.join("containerd/certs.d/docker.io/hosts.toml")).unwrap();
    assert!(text(&files, "cluster-wide/nodes/hosts.toml").ends_with(&hosts));
    let url = "https://111122223333.dkr.ecr.us-east-1.amazonaws.com/v2/docker-hub";
    assert!(hosts.contains(&format!("\n[host.\"{url}\"]\n")));
    assert!(hosts.contains(&format!("\nserver = \"{url}\"\n")), "no way back to Docker Hub");
    let after: Value = serde_json::from_slice(&std::fs::read(&provider).unwrap()).unwrap();
    let provider = &after["providers"][0];
    assert_eq!(provider["matchImages"], json!(["*.dkr.ecr.*.amazonaws.com", "docker.io"]));
    assert_eq!(provider["env"], json!([{"name": "AWS_REGION", "value": "us-east-1"}]));
    assert_eq!(provider["defaultCacheDuration"], "12h0m0s");
}

#[test]
fn the_readme_gives_a_line_to_apply_and_one_to_undo() {
    for (remedy, version, rewrite, guard) in [
        (
            RemedyKind::Quay,
            "v1.34.4",
            "cluster-wide/mutating-admission-policy.yaml",
            "guard/validating-admission-policy.yaml",
        ),
        (
            RemedyKind::EcrCache,
            "v1.22.17",
            "cluster-wide/kyverno-cluster-policy.yaml",
            "guard/kyverno-cluster-policy.yaml",
        ),
    ] {
        let Made { files, .. } = of_cluster(remedy, version);
        let readme = text(&files, "README.md");
        for (heading, file) in
            [("One change instead of many", rewrite), ("A guard against drifting back", guard)]
        {
            let kubectl = format!("kubectl --context {CONTEXT}");
            let wanted = format!(
                "{kubectl} apply --server-side -f {file}\n{kubectl} delete --ignore-not-found -f {file}\n"
            );
            let script = block(readme, heading);
            assert_eq!(script, wanted);
        }
        assert!(!text(&files, "commands.sh").contains("cluster-wide"), "never applied by the plan");
    }
}

#[test]
fn the_same_plan_gives_the_same_bytes_and_no_secret() {
    for remedy in MOVES {
        let bytes = || of_cluster(remedy, "v1.36.0").files.into_iter().map(|file| (file.path, file.bytes));
        assert!(bytes().eq(bytes()));
        for (path, bytes) in
            bytes().filter(|(path, _)| path.starts_with("cluster-wide/") || path.starts_with("guard/"))
        {
            let text = String::from_utf8(bytes).unwrap();
            assert!(!text.contains("password") && !text.contains("authorization ="), "{path}");
        }
    }
}
