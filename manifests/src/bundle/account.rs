//! A Docker Hub account in command lines and files: secrets are made from standard input, never written down.
//!
//! The access token passes through `read` and `printf`, which are part of every POSIX shell, so that it stands
//! in no file, in no list of processes and in no history.

use std::collections::{BTreeMap, BTreeSet};

use domain::plan::{Op, Plan, PullSecret, Step};
use domain::shell::{line, word};

use super::commands::{kubectl, object};
use super::file;
use crate::archive::BundleFile;

/// What tells our secrets from others of the same name.
const MARK: &str = "app.kubernetes.io/managed-by=unthrottle";

/// Another way to bring the login in.
pub(super) const ON_NODES: &str = "kubernetes/on-nodes.md";

/// Whether the secrets are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Make {
    /// They are made, and nothing of their name is replaced.
    New,
    /// They get another login.
    Again,
}

/// One block that asks once and makes the secrets of all namespaces; nothing where none is made.
pub(super) fn make(plan: &Plan, make: Make) -> Vec<String> {
    let Some(secret) = plan.pull_secret.as_ref() else { return Vec::new() };
    let namespaces: Vec<&str> = namespaces(plan).collect();
    if namespaces.is_empty() {
        return Vec::new();
    }
    let kubectl = match &plan.context {
        Some(context) => format!("kubectl --context {} -n \"$namespace\"", word(context)),
        None => "kubectl -n \"$namespace\"".to_owned(),
    };
    let name = word(&secret.name);
    let create = format!(
        "{kubectl} create secret generic {name} --type=kubernetes.io/dockerconfigjson \
         --from-file=.dockerconfigjson=/dev/stdin"
    );
    let create = match make {
        Make::New => create,
        Make::Again => format!("{create} --dry-run=client -o json | {kubectl} replace -f -"),
    };
    let mut lines = vec!["(".to_owned(), "  set -eu".to_owned()];
    lines.extend(ask(secret));
    lines.extend([
        "  auth=$(printf '%s:%s' \"$user\" \"$token\" | base64 | tr -d '\\n')".to_owned(),
        format!("  for namespace in {}; do", line(&namespaces)),
        format!("    printf '{{\"auths\":{{\"{}\":{{\"auth\":\"%s\"}}}}}}' \"$auth\" | {create}", secret.key),
        // What is replaced loses its labels.
        format!("    {kubectl} label --overwrite secret {name} {MARK}"),
        "  done".to_owned(),
        ")".to_owned(),
    ]);
    lines
}

/// Lines that set `user` and `token`, from a terminal without showing the token, else from standard input.
pub(super) fn ask(secret: &PullSecret) -> Vec<String> {
    let mut lines = match &secret.username {
        Some(user) => vec![format!("  user={}", word(user))],
        None => vec![
            "  if [ -t 0 ]; then printf 'Docker Hub user name: ' >&2; fi".to_owned(),
            "  IFS= read -r user".to_owned(),
        ],
    };
    lines.extend(
        [
            "  if [ -t 0 ]; then",
            "    trap 'stty echo' EXIT",
            "    trap 'exit 130' INT TERM",
            "    stty -echo",
            "    printf 'Docker Hub access token of %s: ' \"$user\" >&2",
            "  fi",
            "  IFS= read -r token || [ -n \"$token\" ]",
            "  if [ -t 0 ]; then printf '\\n' >&2; fi",
            "  token=$(printf '%s' \"$token\" | tr -d '[:space:]')",
            "  if [ -z \"$user\" ] || [ -z \"$token\" ]; then echo 'Nothing was given, nothing was made.' >&2; exit 1; fi",
        ]
        .map(str::to_owned),
    );
    lines
}

/// Lines that ask whether one may do what the steps do, in each namespace.
pub(super) fn rights(plan: &Plan) -> Vec<String> {
    let mut rights: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for step in &plan.steps {
        let verb = match step.op {
            Op::CreateSecret => "create",
            Op::Patch => "patch",
            Op::ReplacePod => "delete",
        };
        let kind = step.target.kind.to_ascii_lowercase();
        let group =
            Some(&step.target.group).filter(|group| !group.is_empty()).map(|group| format!(".{group}"));
        let namespace = step.target.namespace.as_deref().unwrap_or_default();
        rights.entry(namespace).or_default().insert(format!("{verb} {kind}s{}", group.unwrap_or_default()));
    }
    let context = plan.context.as_ref().map(|name| format!(" --context {}", word(name))).unwrap_or_default();
    let mut lines = Vec::new();
    for (namespace, rights) in rights {
        let namespace = word(namespace);
        for right in rights {
            let may = line(&right.split(' ').collect::<Vec<_>>());
            let ask = format!("kubectl{context} -n {namespace} auth can-i {may}");
            lines.push(format!("printf '%s in %s: ' {} {namespace}; {ask} || :", word(&right)));
        }
    }
    lines
}

/// Deletes a pod only while it is the one that was seen and still waits for an image.
pub(super) fn replace_pod(plan: &Plan, step: &Step) -> String {
    const WAITING: &str = "jsonpath={.metadata.uid} {.status.initContainerStatuses[*].state.waiting.reason} \
                           {.status.containerStatuses[*].state.waiting.reason}";
    let pod = object(&step.target);
    let get = kubectl(plan, &step.target, &["get", &pod, "--ignore-not-found", "-o", WAITING]);
    let delete = kubectl(plan, &step.target, &["delete", &pod]);
    let uid = step.precondition.uid.as_deref().unwrap_or_default();
    format!("case \"$({get})\" in {}' '*ImagePull*) {delete} ;; esac", word(uid))
}

/// Deletes our secret, and no other of its name.
pub(super) fn delete(plan: &Plan, step: &Step) -> String {
    let name = format!("metadata.name={}", step.target.name);
    kubectl(plan, &step.target, &["delete", "secret", "-l", MARK, "--field-selector", &name])
}

/// Prints which secrets each changed account or template names, and which ones pods carry.
pub(super) fn verify(plan: &Plan) -> Vec<String> {
    let lists = plan.steps.iter().filter(|step| step.op == Op::Patch).filter_map(|step| {
        let list = step.patch.iter().find(|op| op.path.ends_with("/imagePullSecrets"))?;
        let output = format!(
            "jsonpath={{.metadata.name}}{{\"  \"}}{{{}[*].name}}{{\"\\n\"}}",
            list.path.replace('/', ".")
        );
        Some(kubectl(plan, &step.target, &["get", &object(&step.target), "-o", &output]))
    });
    const PODS: &str = "jsonpath={range .items[*]}{.metadata.name}{\"  \"}{.status.phase}{\"  \"}\
                        {.spec.imagePullSecrets[*].name}{\"\\n\"}{end}";
    let mut seen: Vec<&Option<String>> = Vec::new();
    let mut pods = Vec::new();
    for step in &plan.steps {
        if !seen.contains(&&step.target.namespace) {
            seen.push(&step.target.namespace);
            pods.push(kubectl(plan, &step.target, &["get", "pods", "-o", PODS]));
        }
    }
    lists.chain(pods).collect()
}

fn namespaces(plan: &Plan) -> impl Iterator<Item = &str> {
    let made = plan.steps.iter().filter(|step| step.op == Op::CreateSecret);
    made.filter_map(|step| step.target.namespace.as_deref())
}

/// Another way as a file: on the nodes themselves.
pub(super) fn files(plan: &Plan) -> Vec<BundleFile> {
    let secret = plan.pull_secret.as_ref();
    secret.map(|secret| file(ON_NODES, on_nodes(secret).into_bytes())).into_iter().collect()
}

fn on_nodes(secret: &PullSecret) -> String {
    format!(
        "# The account on the nodes themselves\n\
         \n\
         Instead of secrets in namespaces, or for pods that can use none: static pods, and pods of namespaces that come\n\
         and go. Every pod of the node then pulls with the account, and whoever can read the node's disk can read the\n\
         login. New nodes need it as well: put it where nodes are made (user data, image, machine configuration).\n\
         \n\
         - **kubelet, any runtime**: a file `/var/lib/kubelet/config.json`, mode 0600, in the form of a Docker\n\
         \x20 configuration, with the key `{key}`. The kubelet reads it for every pod, beside the pod's own pull\n\
         \x20 secrets, and looks at it again every few minutes; no restart. `docker login` on the node writes the same form\n\
         \x20 to `~/.docker/config.json`.\n\
         - **kubelet credential provider**: a program that the kubelet asks (`--image-credential-provider-config`), for\n\
         \x20 logins that live for hours. The one that EKS ships never answers for Docker Hub.\n\
         - **containerd**: `registry.configs.\"registry-1.docker.io\".auth` in its configuration, keyed by the host that is\n\
         \x20 contacted. Deprecated, and a login that comes from the kubelet goes before it. `hosts.toml` holds mirrors, not\n\
         \x20 Docker Hub's own login.\n\
         - **Bottlerocket**: `settings.container-registry.credentials` with `registry = \"docker.io\"` and `auth`, the base64 of\n\
         \x20 name, colon and token.\n\
         \n\
         A login that is wrong or expired is worse here than in a namespace: every pull of the node fails.\n",
        key = secret.key
    )
}
