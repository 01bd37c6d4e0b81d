//! Reads a cluster once: a few cheap questions first, then every list page by page.
//!
//! The cheap questions (failed pulls among the events, pods that wait) can prove that Docker Hub refuses pulls
//! within a second; they can prove nothing else, so the complete lists follow and void them.

mod config_maps;
mod deployers;
mod external_secrets;
mod lists;
mod pull_secrets;
mod rights;
mod session;

use std::path::Path;

use async_trait::async_trait;
use domain::facts::{ClusterFact, Fact, ListOf, NotSeen};
use domain::ports::{Cancel, FactSink, FactSource};
use domain::problem::Problem;
use manifests::objects::{TypeMeta, facts_of};
use serde::Deserialize;

use crate::ask::{Api, Patience, Question, Refusal};
use crate::{connect, problems};
use lists::{GROUPS, Group};
use session::Session;

/// Reads one cluster.
pub struct ClusterReader {
    api: Api,
    cluster: ClusterFact,
    /// Only these; empty means all.
    namespaces: Vec<String>,
    /// The context's own, the last resort when nothing may be listed across namespaces.
    home: String,
}

const JSON: &str = "application/json";

impl ClusterReader {
    /// Opens a context of a kubeconfig; `None` takes the usual file and its current context. Runs the
    /// context's login plugin, if it has one; the cluster is asked nothing before [`FactSource::read`].
    ///
    /// # Errors
    /// A problem when there is no kubeconfig or no such context, a namespace has an impossible name, or the
    /// login fails.
    pub async fn connect(
        kubeconfig: Option<&Path>,
        context: Option<&str>,
        namespaces: &[String],
    ) -> Result<Self, Problem> {
        if let Some(wrong) = namespaces.iter().find(|name| !is_namespace(name)) {
            let why = format!(
                "{wrong:?} is no name of a namespace: those are lower-case letters, digits and hyphens."
            );
            return Err(Problem::bad_input(
                "namespace_name",
                "A namespace was misspelt.",
                why,
                "Correct the name after -n.",
            )
            .at(wrong));
        }
        let connect::Connection { client, cluster, namespace } = connect::open(kubeconfig, context).await?;
        Ok(Self::over(client, cluster, namespaces.to_vec(), namespace, Patience::USUAL))
    }

    /// The same reading over any client.
    pub(crate) fn over(
        client: kube::Client,
        cluster: ClusterFact,
        namespaces: Vec<String>,
        home: String,
        patience: Patience,
    ) -> Self {
        let host = cluster.server.clone().unwrap_or_else(|| cluster.name.clone());
        Self { api: Api { client, host, patience }, cluster, namespaces, home }
    }

    /// Version, identity, and the namespaces that were asked for by name.
    async fn introduce(&self, session: &mut Session<'_>) -> Result<(), Problem> {
        let mut cluster = self.cluster.clone();
        cluster.kubernetes_version = self.version(session).await?;
        match self.namespace("kube-system", session).await? {
            Found::Yes(uid) => cluster.uid = uid,
            Found::No => {}
            Found::Forbidden => session.not_seen(NotSeen {
                what: "the identity of the cluster (namespace kube-system)".to_owned(),
                why: "The cluster refuses it to this user (403). A rule that would allow it: \
                      {apiGroups: [\"\"], resources: [\"namespaces\"], resourceNames: [\"kube-system\"], verbs: [\"get\"]}."
                    .to_owned(),
                effect: "A plan made from this reading cannot tell this cluster from another one.".to_owned(),
            }),
        }
        session.give(Fact::Cluster(cluster));
        for name in &self.namespaces {
            match self.namespace(name, session).await? {
                Found::Yes(_) => session.give(Fact::Namespace(name.clone())),
                Found::No => return Err(no_such_namespace(name, &self.api.host)),
                Found::Forbidden => {}
            }
        }
        Ok(())
    }

    async fn version(&self, session: &mut Session<'_>) -> Result<Option<String>, Problem> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Version {
            git_version: String,
        }
        let path = "/version";
        let question = question("get", path, "version");
        match self.api.ask(&question, session.sink).await {
            Ok(bytes) => match serde_json::from_slice::<Version>(&bytes) {
                Ok(version) => Ok(Some(version.git_version)),
                Err(error) => Err(problems::not_understood(path, &bytes, &error, &self.api.host)),
            },
            Err(Refusal::Problem(problem)) => Err(problem),
            // Some clusters hide it; nothing depends on it.
            Err(Refusal::Forbidden | Refusal::NotFound | Refusal::Gone) => Ok(None),
        }
    }

    /// Whether a namespace exists, with its UID.
    async fn namespace(&self, name: &str, session: &mut Session<'_>) -> Result<Found, Problem> {
        let path = format!("/api/v1/namespaces/{name}");
        let bytes =
            match self.api.ask(&question("get", &path, &format!("namespace {name}")), session.sink).await {
                Ok(bytes) => bytes,
                Err(Refusal::Problem(problem)) => return Err(problem),
                Err(Refusal::Forbidden) => return Ok(Found::Forbidden),
                Err(Refusal::NotFound | Refusal::Gone) => return Ok(Found::No),
            };
        let mut uid = None;
        let mut take = |fact| {
            if let Fact::Cluster(cluster) = fact {
                uid = cluster.uid;
            }
        };
        let mut object = serde_json::Deserializer::from_slice(&bytes);
        facts_of(&TypeMeta::new("v1", "Namespace"), &mut object, None, &mut take)
            .map_err(|error| problems::not_understood(&path, &bytes, &error, &self.api.host))?;
        Ok(Found::Yes(uid))
    }

    /// The two cheap questions. A refusal says nothing here: the complete lists will tell it.
    async fn ask_first(&self, session: &mut Session<'_>) -> Result<(), Problem> {
        for (of, list) in lists::FIRST {
            let list = list();
            for namespace in session.scope_of(&list) {
                if session.is_cancelled() {
                    return Ok(());
                }
                session.progress(of, 0, None);
                match self.page(&list, namespace.as_deref(), None, session).await {
                    Ok(page) => session.progress(of, page.items, None),
                    Err(Refusal::Problem(problem)) => return Err(problem),
                    Err(_) => {}
                }
            }
        }
        Ok(())
    }

    /// All lists of a group, again from the start when the server forgets its place in one of them.
    async fn read_group(&self, group: &Group, session: &mut Session<'_>) -> Result<(), Problem> {
        for _ in 0..lists::RESTARTS {
            session.begin(group.of);
            let mut again = false;
            for alternatives in &group.lists {
                if session.is_cancelled() {
                    return Ok(());
                }
                again |= self.read_first_served(alternatives, session).await?;
                if again {
                    break;
                }
            }
            if !again {
                return self.lone_replica_sets(session).await;
            }
        }
        let gap = NotSeen {
            what: group.of.label().to_owned(),
            why: format!(
                "The cluster forgot its place in the list {} times (410), as busy ones do.",
                lists::RESTARTS
            ),
            effect: format!("{} Try again when it is calmer.", lists::effect(group.of)),
        };
        session.gap(group.of, gap);
        Ok(())
    }

    /// The first of the alternatives that this server knows. True when the group has to start again.
    async fn read_first_served(
        &self,
        alternatives: &[lists::List],
        session: &mut Session<'_>,
    ) -> Result<bool, Problem> {
        for list in alternatives {
            match self.read_list(list, session).await {
                Ok(()) => return Ok(false),
                Err(Refusal::NotFound) => {}
                Err(Refusal::Gone) => return Ok(true),
                Err(Refusal::Problem(problem)) => return Err(problem),
                Err(Refusal::Forbidden) => return Ok(false),
            }
        }
        Ok(false)
    }

    /// A whole list: across all namespaces where that is allowed, else namespace by namespace.
    async fn read_list(&self, list: &lists::List, session: &mut Session<'_>) -> Result<(), Refusal> {
        let scope = session.scope_of(list);
        let across = scope.iter().any(Option::is_none);
        let mut refused = Vec::new();
        for namespace in scope {
            if across && session.is_denied(list) {
                refused.push(namespace);
                continue;
            }
            match self.pages(list, namespace.as_deref(), session).await {
                Err(Refusal::Forbidden) => refused.push(namespace),
                other => other?,
            }
        }
        if across && !refused.is_empty() && list.namespaced {
            return self.namespace_by_namespace(list, session).await;
        }
        session.refused(list, &refused);
        Ok(())
    }

    async fn namespace_by_namespace(
        &self,
        list: &lists::List,
        session: &mut Session<'_>,
    ) -> Result<(), Refusal> {
        let known = session.known_namespaces(&self.home);
        let mut refused = Vec::new();
        for namespace in &known {
            if session.is_cancelled() {
                return Ok(());
            }
            match self.pages(list, Some(namespace), session).await {
                Err(Refusal::Forbidden) => refused.push(Some(namespace.clone())),
                other => other?,
            }
        }
        if refused.len() == known.len() {
            refused = vec![None];
        } else if !session.saw_all_namespaces() {
            session.only_in(list, &known);
        }
        session.refused(list, &refused);
        Ok(())
    }

    async fn pages(
        &self,
        list: &lists::List,
        namespace: Option<&str>,
        session: &mut Session<'_>,
    ) -> Result<(), Refusal> {
        let mut token = None;
        let mut done = 0;
        loop {
            if session.is_cancelled() {
                return Ok(());
            }
            let page = self.page(list, namespace, token.as_deref(), session).await?;
            session.served(list.of);
            done += page.items;
            session.progress(list.of, done, page.remaining_item_count.map(|rest| done + rest));
            token = page.next;
            if token.is_none() {
                return Ok(());
            }
        }
    }

    /// One page: its facts are given while it is parsed, then it is dropped.
    async fn page(
        &self,
        list: &lists::List,
        namespace: Option<&str>,
        token: Option<&str>,
        session: &mut Session<'_>,
    ) -> Result<manifests::objects::ListMeta, Refusal> {
        let question = list.question(namespace, token);
        let bytes = self.api.ask(&question, session.sink).await?;
        manifests::objects::page(&list.kind(), &bytes, &mut |fact| session.give(fact)).map_err(|error| {
            Refusal::Problem(problems::not_understood(&question.path, &bytes, &error, &self.api.host))
        })
    }

    /// ReplicaSets are listed by their metadata, since nearly all belong to a Deployment. The few that stand
    /// alone are workloads of their own and asked for whole.
    async fn lone_replica_sets(&self, session: &mut Session<'_>) -> Result<(), Problem> {
        for object in session.take_lone_replica_sets() {
            let namespace = object.namespace.clone().unwrap_or_default();
            let path = format!("/apis/apps/v1/namespaces/{namespace}/replicasets/{}", object.name);
            let what = format!("replicasets {namespace}/{}", object.name);
            if session.is_cancelled() {
                return Ok(());
            }
            match self.api.ask(&question("get", &path, &what), session.sink).await {
                Ok(bytes) => {
                    let mut whole = serde_json::Deserializer::from_slice(&bytes);
                    let kind = TypeMeta::new("apps/v1", "ReplicaSet");
                    facts_of(&kind, &mut whole, None, &mut |fact| session.give_as_is(fact))
                        .map_err(|error| problems::not_understood(&path, &bytes, &error, &self.api.host))?;
                }
                Err(Refusal::Problem(problem)) => return Err(problem),
                // Deleted meanwhile, or not to be had: its pods tell its images.
                Err(Refusal::Forbidden | Refusal::NotFound | Refusal::Gone) => {}
            }
        }
        Ok(())
    }
}

#[async_trait]
impl FactSource for ClusterReader {
    async fn read(&self, cancel: &Cancel, sink: &mut dyn FactSink) -> Result<(), Problem> {
        let mut session = Session::new(sink, cancel, &self.namespaces);
        self.introduce(&mut session).await?;
        self.ask_first(&mut session).await?;
        self.review_rights(&mut session).await?;
        for group in GROUPS {
            if session.is_cancelled() {
                return Ok(());
            }
            let group = group();
            if group.of != ListOf::Namespaces || self.namespaces.is_empty() {
                self.read_group(&group, &mut session).await?;
            }
        }
        self.read_config_maps(&mut session).await?;
        self.read_deployers(&mut session).await?;
        self.read_external_secrets(&mut session).await?;
        if !session.is_cancelled() && session.got_nothing() {
            return Err(problems::forbidden(session.refusals(), &self.api.host));
        }
        Ok(())
    }
}

/// What asking for one object by name found.
enum Found {
    Yes(Option<String>),
    No,
    Forbidden,
}

pub(super) fn question(verb: &'static str, path: &str, what: &str) -> Question {
    Question { path: path.to_owned(), what: what.to_owned(), verb, accept: JSON, body: None }
}

/// RFC 1123 labels, as the API server demands them of namespaces.
fn is_namespace(name: &str) -> bool {
    let hyphen_at_an_end = name.starts_with('-') || name.ends_with('-');
    let letters = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    !name.is_empty() && name.len() <= 63 && letters && !hyphen_at_an_end
}

fn no_such_namespace(name: &str, host: &str) -> Problem {
    let why = format!("The cluster has no namespace {name:?}.");
    let next = "Correct the name after -n; kubectl get namespaces lists them.";
    Problem::bad_input("namespace_missing", "This namespace does not exist.", why, next).at(host)
}

#[cfg(test)]
mod deployer_tests;
#[cfg(test)]
mod external_secret_tests;
#[cfg(test)]
mod pull_secret_tests;
#[cfg(test)]
mod tests;
