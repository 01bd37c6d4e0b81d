//! The two ConfigMaps of Cortex, by name: `default/env-vars` and `default/cluster-config` (Cortex:
//! `manager/install.sh`), elsewhere only for its Helm installation.

use domain::facts::{Fact, ListOf, NotSeen};
use domain::problem::Problem;
use manifests::objects::facts_of;

use super::lists::{CONFIG_MAPS, effect};
use super::session::Session;
use super::{ClusterReader, question};
use crate::ask::Refusal;
use crate::problems;

const NAMES: [(&str, &str); 2] =
    [("env-vars", "metadata.name=env-vars"), ("cluster-config", "metadata.name=cluster-config")];

impl ClusterReader {
    pub(super) async fn read_config_maps(&self, session: &mut Session<'_>) -> Result<(), Problem> {
        if session.is_cancelled() {
            return Ok(());
        }
        session.begin(ListOf::ConfigMaps);
        let everywhere = self.namespaces.is_empty();
        let namespaces = if everywhere { vec!["default".to_owned()] } else { self.namespaces.clone() };
        let (mut found, mut refused) = (false, false);
        for namespace in &namespaces {
            for (name, _) in NAMES {
                match self.config_map(namespace, name, session).await {
                    Ok(is_cortex) => found |= is_cortex,
                    Err(Refusal::Problem(problem)) => return Err(problem),
                    Err(Refusal::Forbidden) => refused = true,
                    Err(Refusal::NotFound | Refusal::Gone) => {}
                }
            }
        }
        if everywhere && !found && !refused {
            for (_, selector) in NAMES {
                // Any other refusal is left at that: the usual place was looked at, so little is missed.
                let pages = self.pages(&CONFIG_MAPS.named(selector), None, session).await;
                if let Err(Refusal::Problem(problem)) = pages {
                    return Err(problem);
                }
            }
        }
        if refused {
            session.not_seen(NotSeen {
                what: "Cortex's config maps env-vars and cluster-config".to_owned(),
                why: "The cluster refuses them to this user (403). A rule that would allow it: {apiGroups: [\"\"], \
                      resources: [\"configmaps\"], resourceNames: [\"env-vars\", \"cluster-config\"], verbs: [\"get\"]}."
                    .to_owned(),
                effect: effect(ListOf::ConfigMaps).to_owned(),
            });
        }
        Ok(())
    }

    /// True when it is there and Cortex's.
    async fn config_map(
        &self,
        namespace: &str,
        name: &str,
        session: &mut Session<'_>,
    ) -> Result<bool, Refusal> {
        let path = format!("/api/v1/namespaces/{namespace}/configmaps/{name}");
        let question = question("get", &path, &format!("configmaps {namespace}/{name}"));
        let bytes = self.api.ask(&question, session.sink).await?;
        let mut is_cortex = false;
        let mut object = serde_json::Deserializer::from_slice(&bytes);
        facts_of(&CONFIG_MAPS.kind(), &mut object, None, &mut |fact| {
            is_cortex |= matches!(fact, Fact::CortexConfigMap(_));
            session.give(fact);
        })
        .map_err(|error| Refusal::Problem(problems::not_understood(&path, &bytes, &error, &self.api.host)))?;
        Ok(is_cortex)
    }
}
