//! Kubeconfigs: which clusters a person can choose from.
//!
//! Files are found and merged by kubectl's rules (Kubernetes documentation, "Organizing Cluster Access Using
//! kubeconfig Files"). Listing runs no plugin and contacts nobody.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use domain::problem::Problem;
use kube::config::{AuthInfo, Kubeconfig};

/// The contexts of a kubeconfig.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contexts {
    /// The one that is used when none is named.
    pub current: Option<String>,
    /// All of them, sorted by name.
    pub entries: Vec<ContextSummary>,
}

/// A context, as far as it helps to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextSummary {
    /// Its name.
    pub name: String,
    /// Host and port of the API server; empty when the context names no known cluster.
    pub server: String,
    /// Its namespace, where it names one.
    pub namespace: Option<String>,
    /// How one logs in, without any secret: `exec: aws eks get-token`, `certificate`, `token`, ….
    pub login: String,
}

/// Name of the only context when the program runs in a pod.
pub const IN_CLUSTER: &str = "in-cluster";

/// Lists the contexts of `path`, or by the usual rules: `KUBECONFIG`, then `~/.kube/config`, then the service
/// account of the pod this runs in.
///
/// # Errors
/// A problem when no kubeconfig is found or one cannot be read.
pub fn contexts(path: Option<&Path>) -> Result<Contexts, Problem> {
    match load(path, &|name| std::env::var_os(name))? {
        Access::InCluster { server } => Ok(Contexts {
            current: Some(IN_CLUSTER.to_owned()),
            entries: vec![ContextSummary {
                name: IN_CLUSTER.to_owned(),
                server,
                namespace: None,
                login: "service account".to_owned(),
            }],
        }),
        Access::Kubeconfig(kubeconfig) => Ok(summary(&kubeconfig)),
    }
}

/// Where access comes from.
#[derive(Debug)]
pub(crate) enum Access {
    Kubeconfig(Box<Kubeconfig>),
    InCluster { server: String },
}

/// Finds and merges the files. `variable` reads the environment.
pub(crate) fn load(
    path: Option<&Path>,
    variable: &dyn Fn(&str) -> Option<OsString>,
) -> Result<Access, Problem> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let (wanted, must_exist) = match (path, set("KUBECONFIG")) {
        (Some(path), _) => (vec![path.to_owned()], true),
        (None, Some(list)) => {
            (std::env::split_paths(&list).filter(|path| !path.as_os_str().is_empty()).collect(), false)
        }
        (None, None) => {
            (set("HOME").map(|home| Path::new(&home).join(".kube/config")).into_iter().collect(), false)
        }
    };
    // kubectl leaves out files of the list that do not exist.
    let present: Vec<&PathBuf> = wanted.iter().filter(|path| must_exist || path.exists()).collect();
    let mut merged: Option<Kubeconfig> = None;
    for path in present {
        let next = Kubeconfig::read_from(path).map_err(|error| not_read(path, &error))?;
        merged = Some(match merged {
            Some(so_far) => so_far.merge(next).map_err(|error| not_read(path, &error))?,
            None => next,
        });
    }
    if let Some(kubeconfig) = merged {
        return Ok(Access::Kubeconfig(Box::new(kubeconfig)));
    }
    match (set("KUBERNETES_SERVICE_HOST"), set("KUBERNETES_SERVICE_PORT")) {
        (Some(host), Some(port)) => {
            Ok(Access::InCluster { server: format!("{}:{}", host.to_string_lossy(), port.to_string_lossy()) })
        }
        _ => Err(none_found(&wanted)),
    }
}

pub(crate) fn summary(kubeconfig: &Kubeconfig) -> Contexts {
    let mut entries: Vec<ContextSummary> = kubeconfig
        .contexts
        .iter()
        .map(|named| {
            let context = named.context.clone().unwrap_or_default();
            let cluster = kubeconfig.clusters.iter().find(|cluster| cluster.name == context.cluster);
            let server = cluster.and_then(|cluster| cluster.cluster.as_ref()?.server.as_deref());
            let user = kubeconfig.auth_infos.iter().find(|user| Some(&user.name) == context.user.as_ref());
            ContextSummary {
                name: named.name.clone(),
                server: server.map(host_and_port).unwrap_or_default(),
                namespace: context.namespace.filter(|namespace| !namespace.is_empty()),
                login: user.and_then(|user| user.auth_info.as_ref()).map_or("no login".to_owned(), login),
            }
        })
        .collect();
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    let current = kubeconfig.current_context.clone().filter(|name| !name.is_empty());
    Contexts { current, entries }
}

/// `host:port` of a URL, without a user or password that somebody wrote into it.
pub(crate) fn host_and_port(url: &str) -> String {
    let authority = url.parse::<http::Uri>().ok().and_then(|uri| uri.authority().map(ToString::to_string));
    let authority = authority.unwrap_or_default();
    authority.rsplit_once('@').map_or(authority.as_str(), |(_, host)| host).to_owned()
}

fn login(user: &AuthInfo) -> String {
    let kind = if let Some(exec) = &user.exec {
        return format!(
            "exec: {}",
            exec.command.as_deref().map_or("?".to_owned(), |command| {
                plugin_words(command, exec.args.as_deref().unwrap_or_default())
            })
        );
    } else if let Some(provider) = &user.auth_provider {
        return format!("auth provider: {}", provider.name);
    } else if user.token.is_some() || user.token_file.is_some() {
        "token"
    } else if user.client_certificate.is_some() || user.client_certificate_data.is_some() {
        "certificate"
    } else if user.username.is_some() {
        "password"
    } else {
        "no login"
    };
    kind.to_owned()
}

/// The command and its subcommands. Options are left out with their values: one of them may be a secret.
fn plugin_words(command: &str, args: &[String]) -> String {
    let base = command.rsplit(['/', '\\']).next().unwrap_or(command);
    let mut words = vec![base];
    let mut after_option = false;
    for arg in args {
        let is_option = arg.starts_with('-');
        let is_word = arg.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        if !is_option && !after_option && is_word {
            words.push(arg);
        }
        after_option = is_option && !arg.contains('=');
    }
    words.join(" ")
}

fn not_read(path: &Path, error: &kube::config::KubeconfigError) -> Problem {
    let why = format!("{}.", domain::evidence::mask(&error.to_string()));
    let next = "Check the file, or name another one with --kubeconfig.";
    Problem::bad_input("kubeconfig_unreadable", "The kubeconfig could not be read.", why, next)
        .at(path.display().to_string())
}

fn none_found(wanted: &[PathBuf]) -> Problem {
    let looked: Vec<String> = wanted.iter().map(|path| path.display().to_string()).collect();
    let why = match looked.as_slice() {
        [] => "Neither KUBECONFIG nor a home folder is set, and this is not a pod.".to_owned(),
        looked => format!("There is no file at {}, and this is not a pod.", looked.join(", ")),
    };
    let next = "Name a kubeconfig with --kubeconfig, read files with --from, or look at the practice cluster with --demo.";
    let place = if looked.is_empty() { "KUBECONFIG".to_owned() } else { looked.join(", ") };
    Problem::bad_input("kubeconfig_missing", "No kubeconfig was found.", why, next).at(place)
}

#[cfg(test)]
#[path = "kubeconfig_tests.rs"]
mod tests;
