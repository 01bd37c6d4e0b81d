//! From a kubeconfig's context to a client.

use std::path::Path;
use std::time::Duration;

use domain::facts::ClusterFact;
use domain::problem::Problem;
use kube::client::ClientBuilder;
use kube::config::{ExecInteractiveMode, KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};

use crate::kubeconfig::{Access, IN_CLUSTER, host_and_port, load, summary};
use crate::{problems, proxy};

/// A client, and what is known of the cluster before anything was asked.
pub(crate) struct Connection {
    pub(crate) client: Client,
    pub(crate) cluster: ClusterFact,
    /// The context's namespace, or `default`.
    pub(crate) namespace: String,
}

/// Makes a client. Runs the context's login plugin, if it has one; asks the cluster nothing yet.
pub(crate) async fn open(kubeconfig: Option<&Path>, context: Option<&str>) -> Result<Connection, Problem> {
    // The first call wins; a provider that is set already is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let variable = |name: &str| std::env::var_os(name);
    let (name, config) = match load(kubeconfig, &variable)? {
        Access::Kubeconfig(kubeconfig) => of_context(*kubeconfig, context).await?,
        Access::InCluster { server } => match context {
            None | Some(IN_CLUSTER) => {
                let config =
                    Config::incluster().map_err(|error| problems::not_configured(&error, &server))?;
                (IN_CLUSTER.to_owned(), config)
            }
            Some(wanted) => return Err(no_such_context(wanted, &[IN_CLUSTER.to_owned()])),
        },
    };
    let host = host_and_port(&config.cluster_url.to_string());
    let plugin = config.auth_info.exec.clone();
    let namespace = config.default_namespace.clone();
    let builder = tokio::task::spawn_blocking(move || ClientBuilder::try_from(timed(config)))
        .await
        .map_err(|error| problems::not_configured(&error, &host))?;
    let client = builder.map(ClientBuilder::build).map_err(|error| match error {
        kube::Error::Auth(error) => {
            let command = plugin.as_ref().and_then(|plugin| plugin.command.as_deref());
            let hint = plugin.as_ref().and_then(|plugin| plugin.install_hint.as_deref());
            problems::not_logged_in(&error, command.map(|command| (command, hint)), &host)
        }
        error => problems::not_configured(&error, &host),
    })?;
    let cluster =
        ClusterFact { name: name.clone(), context: Some(name), server: Some(host), ..ClusterFact::default() };
    Ok(Connection { client, cluster, namespace })
}

/// Our own time limits and repeats hold, visible to the user; the library's stay off.
fn timed(mut config: Config) -> Config {
    config.connect_timeout = Some(Duration::from_secs(10));
    config.default_retry = false;
    config
}

async fn of_context(mut kubeconfig: Kubeconfig, wanted: Option<&str>) -> Result<(String, Config), Problem> {
    let contexts = summary(&kubeconfig);
    let names: Vec<String> = contexts.entries.iter().map(|entry| entry.name.clone()).collect();
    let Some(name) = wanted.map(str::to_owned).or(contexts.current) else { return Err(no_current(&names)) };
    let Some(entry) = contexts.entries.into_iter().find(|entry| entry.name == name) else {
        return Err(no_such_context(&name, &names));
    };
    // A plugin shall not read this program's standard input, and what it complains about belongs into the
    // problem, not somewhere on a terminal.
    for user in &mut kubeconfig.auth_infos {
        if let Some(exec) = user.auth_info.as_mut().and_then(|user| user.exec.as_mut()) {
            exec.interactive_mode = Some(ExecInteractiveMode::Never);
        }
    }
    let own_proxy = kubeconfig
        .contexts
        .iter()
        .find(|context| context.name == name)
        .and_then(|context| context.context.as_ref())
        .and_then(|context| kubeconfig.clusters.iter().find(|cluster| cluster.name == context.cluster))
        .and_then(|cluster| cluster.cluster.as_ref()?.proxy_url.clone());
    let options = KubeConfigOptions { context: Some(name.clone()), ..KubeConfigOptions::default() };
    let not_configured = |error: &dyn std::error::Error| problems::not_configured(error, &entry.server);
    let mut config =
        Config::from_custom_kubeconfig(kubeconfig, &options).await.map_err(|error| not_configured(&error))?;
    let proxy = proxy::choose(&config.cluster_url, own_proxy.as_deref(), &|name| std::env::var(name).ok());
    config.proxy_url = proxy
        .map(|url| url.parse())
        .transpose()
        .map_err(|error: http::uri::InvalidUri| not_configured(&error))?;
    Ok((name, config))
}

fn no_such_context(wanted: &str, names: &[String]) -> Problem {
    let why = format!("The kubeconfig has no context {wanted:?}.");
    Problem::bad_input("context_missing", "This context does not exist.", why, those(names)).at(wanted)
}

fn no_current(names: &[String]) -> Problem {
    let why = "The kubeconfig sets no current context, and none was named.";
    Problem::bad_input("context_missing", "It is not clear which cluster is meant.", why, those(names))
}

fn those(names: &[String]) -> String {
    match names {
        [] => "The kubeconfig holds no context at all; name another file with --kubeconfig.".to_owned(),
        names => format!("Name one of these with --context: {}.", names.join(", ")),
    }
}

#[cfg(test)]
#[path = "connect_tests.rs"]
mod tests;
