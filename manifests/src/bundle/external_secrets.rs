//! The same pull secret kept by External Secrets, instead of the lines that make it: one object for each namespace.
//!
//! The login stands in a store of the user's and nowhere here: no value, and no placeholder of one.

use domain::diagnosis::{Scan, SourceKind};
use domain::external_secrets::VERSIONS;
use domain::plan::{Op, Plan, PullSecret};
use domain::workload::ObjectRef;
use serde_json::Value;

use super::file;
use crate::archive::BundleFile;

/// Where they stand in the bundle.
pub(super) const FOLDER: &str = "kubernetes/external-secrets/";

/// The name that a store is given where none was seen.
const UNNAMED: &str = "docker-hub";

/// Whether they are offered: where the cluster has External Secrets, or where files do not tell.
pub(super) fn are_offered(plan: &Plan, scan: &Scan) -> bool {
    let may_be_there =
        scan.inventory.external_secrets.is_some() || scan.diagnosis.source.kind == SourceKind::Files;
    may_be_there && plan.pull_secret.is_some() && namespaces(plan).next().is_some()
}

/// One file for each namespace that needs the secret.
pub(super) fn files(plan: &Plan, scan: &Scan) -> Vec<BundleFile> {
    let Some(secret) = plan.pull_secret.as_ref().filter(|_| are_offered(plan, scan)) else {
        return Vec::new();
    };
    let written = namespaces(plan).map(|namespace| {
        let text = object(secret, namespace, scan);
        file(format!("{FOLDER}{}.yaml", file_name(namespace)), text.into_bytes())
    });
    written.collect()
}

fn namespaces(plan: &Plan) -> impl Iterator<Item = &str> {
    let made = plan.steps.iter().filter(|step| step.op == Op::CreateSecret);
    made.filter_map(|step| step.target.namespace.as_deref())
}

/// External Secrets renders the login from its store (its guide "Image Pull Secrets"). Names are quoted: a scalar such as
/// `1e3` would else be a number.
fn object(secret: &PullSecret, namespace: &str, scan: &Scan) -> String {
    let there = scan.inventory.external_secrets.as_ref();
    let version = there.map_or(VERSIONS[0], |there| there.version.as_str());
    let stores: Vec<&ObjectRef> = there.into_iter().flat_map(|there| there.stores_for(namespace)).collect();
    let (kind, store) = stores
        .first()
        .map_or(("ClusterSecretStore", UNNAMED), |store| (store.kind.as_str(), store.name.as_str()));
    let choice = choice(&stores);
    let (name, namespace) = (quoted(&secret.name), quoted(namespace));
    format!(
        "# Instead of the lines that make the pull secret: External Secrets makes it from a store of yours, and keeps it.\n\
         # The store has to hold `username` and `token` under the key `docker-hub`; adapt the key if yours is another.\n\
         # Nothing is made as long as it has no such entry.\n\
         {choice}\
         apiVersion: external-secrets.io/{version}\n\
         kind: ExternalSecret\n\
         metadata:\n\
         \x20 name: {name}\n\
         \x20 namespace: {namespace}\n\
         spec:\n\
         \x20 refreshInterval: 1h\n\
         \x20 secretStoreRef:\n\
         \x20   kind: {kind}\n\
         \x20   name: {store}\n\
         \x20 target:\n\
         \x20   name: {name}\n\
         \x20   creationPolicy: Owner\n\
         \x20   template:\n\
         \x20     engineVersion: v2\n\
         \x20     type: kubernetes.io/dockerconfigjson\n\
         \x20     data:\n\
         \x20       .dockerconfigjson: '{{\"auths\":{{\"{key}\":{{\"auth\":\"{{{{ printf \"%s:%s\" .username .token | b64enc }}}}\"}}}}}}'\n\
         \x20 data:\n\
         \x20   - secretKey: username\n\
         \x20     remoteRef:\n\
         \x20       key: docker-hub\n\
         \x20       property: username\n\
         \x20   - secretKey: token\n\
         \x20     remoteRef:\n\
         \x20       key: docker-hub\n\
         \x20       property: token\n",
        store = quoted(store),
        key = secret.key,
    )
}

/// Given files can name a namespace as no cluster would.
fn file_name(namespace: &str) -> String {
    namespace.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

/// What has to be chosen about the store; nothing where there is one only.
fn choice(stores: &[&ObjectRef]) -> String {
    match stores {
        [] => "# CHOOSE the store below: none was seen, so its kind and its name are a guess.\n".to_owned(),
        [_] => String::new(),
        several => {
            let names: Vec<String> = several.iter().map(|store| store.label()).collect();
            format!(
                "# CHOOSE the store below: the first of {} is filled in. All: {}.\n",
                several.len(),
                names.join(", ").replace(char::is_control, " ")
            )
        }
    }
}

/// A double-quoted scalar: JSON's are YAML's.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
