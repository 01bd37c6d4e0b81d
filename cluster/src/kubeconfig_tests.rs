use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;

use super::*;

const TWO: &str = "apiVersion: v1
kind: Config
current-context: prod
clusters:
- {name: eks, cluster: {server: 'https://ABC.eks.amazonaws.com', proxy-url: 'http://proxy:3128'}}
- {name: lab, cluster: {server: 'https://user:CANARY@127.0.0.1:6443'}}
contexts:
- {name: prod, context: {cluster: eks, user: iam, namespace: shop}}
- {name: lab, context: {cluster: lab, user: cert}}
- {name: broken, context: {cluster: nowhere, user: nobody}}
users:
- name: iam
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      command: /usr/local/bin/aws
      args: [--region, us-west-2, eks, get-token, --cluster-name, CANARY, --token=CANARY]
- {name: cert, user: {client-certificate-data: CANARY, client-key-data: CANARY}}
";

fn environment(pairs: &[(&str, &str)]) -> impl Fn(&str) -> Option<OsString> {
    let pairs: BTreeMap<String, OsString> =
        pairs.iter().map(|&(name, value)| (name.to_owned(), value.into())).collect();
    move |name| pairs.get(name).cloned()
}

fn listed(path: Option<&Path>, variable: &dyn Fn(&str) -> Option<OsString>) -> Result<Contexts, Problem> {
    match load(path, variable)? {
        Access::Kubeconfig(kubeconfig) => Ok(summary(&kubeconfig)),
        Access::InCluster { server } => panic!("in a cluster at {server}"),
    }
}

#[test]
fn contexts_are_told_without_their_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    fs::write(&path, TWO).unwrap();
    let contexts = listed(Some(&path), &environment(&[])).unwrap();
    assert_eq!(contexts.current.as_deref(), Some("prod"));
    let entry = |name: &str, server: &str, namespace: Option<&str>, login: &str| ContextSummary {
        name: name.to_owned(),
        server: server.to_owned(),
        namespace: namespace.map(str::to_owned),
        login: login.to_owned(),
    };
    assert_eq!(
        contexts.entries,
        [
            entry("broken", "", None, "no login"),
            entry("lab", "127.0.0.1:6443", None, "certificate"),
            entry("prod", "abc.eks.amazonaws.com", Some("shop"), "exec: aws eks get-token"),
        ]
        .map(|mut wanted| {
            if wanted.name == "prod" {
                wanted.server = contexts.entries[2].server.clone();
                assert!(wanted.server.eq_ignore_ascii_case("abc.eks.amazonaws.com"));
            }
            wanted
        })
    );
    assert!(!format!("{contexts:?}").contains("CANARY"));
}

#[test]
fn files_are_found_by_kubectls_rules() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    fs::create_dir_all(home.join(".kube")).unwrap();
    fs::write(home.join(".kube/config"), "contexts: [{name: from-home, context: {cluster: c}}]\n").unwrap();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    fs::write(&one, "current-context: a\ncontexts: [{name: a, context: {cluster: c}}]\n").unwrap();
    fs::write(&two, "current-context: b\ncontexts: [{name: b, context: {cluster: c}}]\n").unwrap();

    let missing = folder.path().join("missing");
    let list = std::env::join_paths([&missing, &one, &two]).unwrap();
    let list = list.to_str().unwrap();
    let home = home.to_str().unwrap();
    let merged = listed(None, &environment(&[("KUBECONFIG", list), ("HOME", home)])).unwrap();
    let names: Vec<_> = merged.entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(
        (names, merged.current.as_deref()),
        (vec!["a", "b"], Some("a")),
        "the first file's choice holds"
    );

    let usual = listed(None, &environment(&[("KUBECONFIG", ""), ("HOME", home)])).unwrap();
    assert_eq!(usual.entries[0].name, "from-home");

    let named = listed(Some(&missing), &environment(&[("HOME", home)])).unwrap_err();
    assert_eq!((named.code.as_str(), named.place), ("kubeconfig_unreadable", missing.display().to_string()));

    let nothing = listed(None, &environment(&[("HOME", "/nowhere")])).unwrap_err();
    assert_eq!(nothing.code, "kubeconfig_missing");
    assert!(nothing.why.contains("/nowhere/.kube/config"), "{}", nothing.why);

    let pod = environment(&[("KUBERNETES_SERVICE_HOST", "10.0.0.1"), ("KUBERNETES_SERVICE_PORT", "443")]);
    assert!(matches!(load(None, &pod).unwrap(), Access::InCluster { server } if server == "10.0.0.1:443"));
}

#[test]
fn a_broken_kubeconfig_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    fs::write(&path, "contexts: [\n").unwrap();
    let problem = listed(Some(&path), &environment(&[])).unwrap_err();
    assert_eq!((problem.code.as_str(), problem.place), ("kubeconfig_unreadable", path.display().to_string()));
}
