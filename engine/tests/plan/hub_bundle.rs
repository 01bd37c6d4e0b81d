//! The bundle of a Docker Hub account: no login in it, and lines that let none out.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use domain::equivalents::Survey;
use domain::external_secrets::ExternalSecrets;
use domain::remedy::RemedyKind;
use domain::workload::ObjectRef;
use engine::plan::make;
use manifests::archive::BundleFile;
use manifests::bundle::build;
use serde_json::Value;

use crate::bundle::{Unpacked, block, paths, text};
use crate::hub_account::cluster;
use crate::support::{answers, as_live, give, scan};

const TOKEN: &str = "dckr_pat_canary-6f1c";
/// `acme`, and `acme:` with the token, as a login holds them.
const NAME: &str = "YWNtZ";
const LOGIN: &str = "YWNtZTpkY2tyX3BhdF9jYW5hcnktNmYxYw==";

fn bundle(set: &[(&str, &str)]) -> Vec<BundleFile> {
    let files = cluster();
    let scan = scan(&files);
    let made = make(&scan, RemedyKind::HubAccount, &answers(set, &[]), &Survey::default(), &files).unwrap();
    build(&made.plan, &scan, &files, &made.patched, &made.diffs, b"<!doctype html>".to_vec()).unwrap()
}

/// A `kubectl` that writes down its arguments and what it is given, and answers for the waiting pods.
fn kubectl(unpacked: &Unpacked, says: &str) -> std::path::PathBuf {
    let bin = unpacked.folder().join("../bin");
    let stub = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$*\" >> \"$LOG.argv\"\ncase \"$*\" in\n  *' get pod/'*) printf '%s' {} ;;\n  \
         *--dry-run=client*) cat ;;\n  *dev/stdin*) cat >> \"$LOG.stdin\"; echo >> \"$LOG.stdin\" ;;\n  \
         *'replace -f -') cat >> \"$LOG.stdin\" ;;\nesac\n",
        domain::shell::word(says)
    );
    std::fs::write(bin.join("kubectl"), stub).unwrap();
    bin
}

/// Runs a script with `given` on standard input: its output, every `kubectl` line, and what they were given.
fn run(unpacked: &Unpacked, script: &[&str], given: &str, says: &str) -> (Output, Vec<String>, String) {
    let bin = kubectl(unpacked, says);
    let log = unpacked.folder().join("../log");
    let file = |end: &str| format!("{}.{end}", log.display());
    for end in ["argv", "stdin"] {
        let _ = std::fs::remove_file(file(end));
    }
    let mut child = Command::new("sh")
        .args(script)
        .current_dir(unpacked.folder())
        .env("PATH", format!("{}:{}", bin.display(), std::env::var("PATH").unwrap()))
        .env("LOG", &log)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    give(&mut child, given);
    let output = child.wait_with_output().unwrap();
    let read = |end: &str| std::fs::read_to_string(Path::new(&file(end))).unwrap_or_default();
    (output, read("argv").lines().map(str::to_owned).collect(), read("stdin"))
}

#[test]
fn no_file_holds_a_login_or_a_place_for_one() {
    let files = bundle(&[("username", "acme")]);
    assert!(paths(&files).contains(&"kubernetes/external-secrets/shop.yaml"));
    assert!(paths(&files).contains(&"kubernetes/on-nodes.md"));
    for file in &files {
        // The option's name is no secret.
        let text = std::str::from_utf8(&file.bytes).unwrap().replace("--password-stdin", "");
        assert!(!text.contains(NAME), "{}", file.path);
        assert!(
            !text.contains("\"kind\": \"Secret\",\n  \"type\"") && !text.contains("kind: Secret"),
            "{}",
            file.path
        );
        assert!(!text.to_lowercase().contains("password") && !text.contains("stringData"), "{}", file.path);
        // What builds a login names the place it takes it from.
        for line in text.lines().filter(|line| line.contains("auths")) {
            let built =
                line.contains("\"auth\":\"%s\"") || line.contains("b64enc") || line.contains("the key");
            assert!(built, "{}: {line}", file.path);
        }
    }
    assert_eq!(files, bundle(&[("username", "acme")]), "the same bytes each time");
}

#[test]
fn the_readme_and_the_script_hold_the_same_lines_and_a_shell_reads_them() {
    let files = bundle(&[]);
    let (readme, script) = (text(&files, "README.md"), text(&files, "commands.sh"));
    let unpacked = Unpacked::new(&files);
    for heading in ["Before you apply", "Apply", "Verify", "Rotation", "Take it back"] {
        let lines = block(readme, heading);
        assert!(!lines.is_empty(), "{heading}");
        for line in lines.lines().filter(|_| heading != "Before you apply") {
            assert!(script.contains(&format!("  {line}\n")), "{line}");
        }
        std::fs::write(unpacked.folder().join("block"), lines).unwrap();
        let parsed =
            Command::new("sh").args(["-n", "block"]).current_dir(unpacked.folder()).output().unwrap();
        assert!(parsed.status.success(), "{heading}: {parsed:?}");
    }
}

#[test]
fn the_token_is_given_on_standard_input_only() {
    let files = bundle(&[("username", "acme")]);
    let unpacked = Unpacked::new(&files);
    let given = format!(" {TOKEN}\r\n");
    for script in [["commands.sh", "apply"], ["commands.sh", "rotate"]] {
        let (output, argv, stdin) = run(&unpacked, &script, &given, "");
        assert!(output.status.success(), "{output:?}");
        let all = format!("{argv:?}{output:?}");
        assert!(!all.contains("canary") && !all.contains(LOGIN), "{all}");
        let logins: Vec<Value> = stdin
            .split_inclusive("}}}")
            .filter(|text| text.contains("auths"))
            .map(|text| serde_json::from_str(text.trim()).unwrap())
            .collect();
        assert_eq!(logins.len(), 2, "{stdin}");
        for login in logins {
            assert_eq!(login["auths"]["https://index.docker.io/v1/"]["auth"], LOGIN);
        }
    }
}

#[test]
fn the_name_is_asked_for_where_no_answer_told_it() {
    let unpacked = Unpacked::new(&bundle(&[]));
    let (output, _, stdin) = run(&unpacked, &["commands.sh", "apply"], &format!("acme\n{TOKEN}"), "");
    assert!(output.status.success() && stdin.contains(LOGIN), "{output:?} {stdin}");
    let (output, argv, stdin) = run(&unpacked, &["commands.sh", "apply"], "acme\n\n", "");
    assert!(!output.status.success() && argv.is_empty() && stdin.is_empty(), "{argv:?}");
}

#[test]
fn a_pod_is_deleted_only_while_it_is_the_same_and_waits() {
    let files = bundle(&[("username", "acme")]);
    let plan: Value = serde_json::from_str(text(&files, "plan.json")).unwrap();
    let queue =
        plan["steps"].as_array().unwrap().iter().find(|step| step["target"]["name"] == "queue-0").unwrap();
    let uid = queue["target"]["uid"].as_str().unwrap();
    let unpacked = Unpacked::new(&files);
    let deleted = |says: &str| -> Vec<String> {
        let (output, argv, _) = run(&unpacked, &["commands.sh", "apply"], TOKEN, says);
        assert!(output.status.success(), "{output:?}");
        argv.into_iter().filter(|line| line.contains(" delete ")).collect()
    };
    assert_eq!(deleted(&format!("{uid}  ImagePullBackOff")), ["-n shop delete pod/queue-0"]);
    assert_eq!(deleted(&format!("{uid} ErrImagePull PodInitializing")), ["-n shop delete pod/queue-0"]);
    for says in
        ["", "another-uid  ImagePullBackOff", &format!("{uid}  "), &format!("{uid}  CrashLoopBackOff")]
    {
        assert_eq!(deleted(says), [""; 0], "{says}");
    }
}

#[test]
fn taking_back_leaves_the_secrets_for_the_end_and_touches_only_ours() {
    let unpacked = Unpacked::new(&bundle(&[("username", "acme")]));
    let (output, argv, _) = run(&unpacked, &["commands.sh", "rollback"], "", "");
    assert!(output.status.success());
    let secrets: Vec<bool> = argv.iter().map(|line| line.contains("delete secret")).collect();
    assert_eq!(secrets, [false, false, false, false, false, true, true]);
    for line in argv.iter().filter(|line| line.contains("delete")) {
        assert!(line.contains("-l app.kubernetes.io/managed-by=unthrottle"), "{line}");
        assert!(line.ends_with("metadata.name=unthrottle-docker-hub"), "{line}");
    }
    let readme = text(&bundle(&[]), "README.md").to_owned();
    assert!(readme.contains("Docker Hub was refusing pulls"), "the budget was empty");
}

/// The account's bundle for a live cluster with these stores of External Secrets; `None` is one without it.
fn with_stores(stores: Option<&[(&str, Option<&str>, &str)]>) -> Vec<BundleFile> {
    let mut scan = as_live(scan(&cluster()), "prod");
    scan.inventory.external_secrets = stores.map(|stores| ExternalSecrets {
        version: "v1beta1".to_owned(),
        stores: stores
            .iter()
            .map(|(kind, namespace, name)| ObjectRef {
                group: "external-secrets.io".to_owned(),
                version: "v1beta1".to_owned(),
                kind: (*kind).to_owned(),
                namespace: namespace.map(str::to_owned),
                name: (*name).to_owned(),
                uid: None,
            })
            .collect(),
    });
    let made = make(&scan, RemedyKind::HubAccount, &answers(&[], &[]), &Survey::default(), &[]).unwrap();
    build(&made.plan, &scan, &[], &made.patched, &made.diffs, Vec::new()).unwrap()
}

#[test]
fn external_secrets_are_offered_where_the_cluster_has_them() {
    let without = with_stores(None);
    assert!(!paths(&without).iter().any(|path| path.contains("external-secrets")));
    assert!(!text(&without, "README.md").contains("External Secrets"));

    let one = ("ClusterSecretStore", None, "aws");
    for (stores, kind, name, marked) in [
        (&[one][..], "ClusterSecretStore", "aws", None),
        (
            &[one, ("SecretStore", Some("shop"), "vault")],
            "ClusterSecretStore",
            "aws",
            Some("SecretStore shop/vault"),
        ),
        (&[("SecretStore", Some("shop"), "1e3")], "SecretStore", "1e3", None),
        (
            &[("SecretStore", Some("elsewhere"), "vault")],
            "ClusterSecretStore",
            "docker-hub",
            Some("none was seen"),
        ),
        (&[], "ClusterSecretStore", "docker-hub", Some("none was seen")),
    ] {
        let files = with_stores(Some(stores));
        assert!(text(&files, "README.md").contains("This cluster has External Secrets"));
        let yaml = text(&files, "kubernetes/external-secrets/shop.yaml");
        assert_eq!(yaml.contains("# CHOOSE"), marked.is_some(), "{yaml}");
        assert!(yaml.contains(marked.unwrap_or_default()), "{yaml}");
        let object: Value = serde_norway::from_str(yaml).unwrap();
        assert_eq!(object["apiVersion"], "external-secrets.io/v1beta1");
        assert_eq!(
            (&object["kind"], &object["metadata"]["namespace"]),
            (&"ExternalSecret".into(), &"shop".into())
        );
        let store = &object["spec"]["secretStoreRef"];
        assert_eq!((&store["kind"], &store["name"]), (&kind.into(), &name.into()));
        let target = &object["spec"]["target"];
        assert_eq!(target["name"], "unthrottle-docker-hub");
        assert_eq!(target["template"]["type"], "kubernetes.io/dockerconfigjson");
        let template = target["template"]["data"][".dockerconfigjson"].as_str().unwrap();
        // What External Secrets renders is the secret that the lines make.
        let rendered = template.replace("{{ printf \"%s:%s\" .username .token | b64enc }}", LOGIN);
        let rendered: Value = serde_json::from_str(&rendered).unwrap();
        assert_eq!(rendered["auths"]["https://index.docker.io/v1/"]["auth"], LOGIN);
        let keys: Vec<&str> = object["spec"]["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["secretKey"].as_str().unwrap())
            .collect();
        assert_eq!(keys, ["username", "token"]);
    }
}

#[test]
fn the_readme_asks_for_the_rights_that_applying_needs() {
    let files = with_stores(None);
    let readme = text(&files, "README.md");
    for right in ["create secrets", "patch serviceaccounts", "patch deployments.apps", "delete pods"] {
        assert!(readme.contains(&format!("-n shop auth can-i {right} || :")), "{right}: {readme}");
    }
}
