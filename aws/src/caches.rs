//! ECR as a cache of Docker Hub, with the secret it logs in with.

use async_trait::async_trait;
use aws_sdk_ecr::types::{RctAppliedFor, UpstreamRegistry};
use domain::ports::ecr::{EcrCaches, Making, SecretSeen};
use domain::problem::Problem;
use domain::registry::Credentials;
use serde_json::json;

use crate::Aws;
use crate::problems::{Meaning, about, meaning, problem};

/// The URL by which rules name Docker Hub (ECR API, `CreatePullThroughCacheRule`).
const DOCKER_HUB: &str = "registry-1.docker.io";
/// The least that AWS allows.
const DAYS_TO_THINK_AGAIN: i64 = 7;

#[async_trait]
impl EcrCaches for Aws {
    async fn upstream(&self, prefix: &str) -> Result<Option<String>, Problem> {
        let asked = self.ecr.describe_pull_through_cache_rules().ecr_repository_prefixes(prefix).send().await;
        match asked {
            Ok(told) => {
                let rule = told.pull_through_cache_rules().first();
                Ok(rule.map(|rule| rule.upstream_registry_url().unwrap_or_default().to_owned()))
            }
            Err(error) if meaning(&error) == Meaning::NotThere => Ok(None),
            Err(error) => Err(problem(&error, &about(self, "ecr:DescribePullThroughCacheRules", prefix))),
        }
    }

    async fn make_cache(&self, prefix: &str, secret_arn: &str) -> Result<Making, Problem> {
        let asked = self.ecr.create_pull_through_cache_rule().ecr_repository_prefix(prefix);
        let asked = asked
            .upstream_registry_url(DOCKER_HUB)
            .upstream_registry(UpstreamRegistry::DockerHub)
            .credential_arn(secret_arn);
        match asked.send().await {
            Ok(_) => Ok(Making::Made),
            Err(error) if meaning(&error) == Meaning::There => Ok(Making::WasThere),
            Err(error) => Err(problem(&error, &about(self, "ecr:CreatePullThroughCacheRule", prefix))),
        }
    }

    async fn try_cache(&self, prefix: &str) -> Result<Result<(), String>, Problem> {
        let asked = self.ecr.validate_pull_through_cache_rule().ecr_repository_prefix(prefix).send().await;
        let told = asked
            .map_err(|error| problem(&error, &about(self, "ecr:ValidatePullThroughCacheRule", prefix)))?;
        if told.is_valid() {
            return Ok(Ok(()));
        }
        Ok(Err(told.failure().unwrap_or("It does not say why.").to_owned()))
    }

    async fn remove_cache(&self, prefix: &str) -> Result<(), Problem> {
        let asked = self.ecr.delete_pull_through_cache_rule().ecr_repository_prefix(prefix).send().await;
        match asked {
            Ok(_) => Ok(()),
            Err(error) if meaning(&error) == Meaning::NotThere => Ok(()),
            Err(error) => Err(problem(&error, &about(self, "ecr:DeletePullThroughCacheRule", prefix))),
        }
    }

    async fn has_template(&self, prefix: &str) -> Result<bool, Problem> {
        let asked = self.ecr.describe_repository_creation_templates().prefixes(prefix).send().await;
        match asked {
            Ok(told) => Ok(!told.repository_creation_templates().is_empty()),
            Err(error) if meaning(&error) == Meaning::NotThere => Ok(false),
            Err(error) => {
                Err(problem(&error, &about(self, "ecr:DescribeRepositoryCreationTemplates", prefix)))
            }
        }
    }

    async fn make_template(&self, prefix: &str) -> Result<Making, Problem> {
        let asked = self.ecr.create_repository_creation_template().prefix(prefix);
        match asked.applied_for(RctAppliedFor::PullThroughCache).send().await {
            Ok(_) => Ok(Making::Made),
            Err(error) if meaning(&error) == Meaning::There => Ok(Making::WasThere),
            Err(error) => Err(problem(&error, &about(self, "ecr:CreateRepositoryCreationTemplate", prefix))),
        }
    }

    async fn remove_template(&self, prefix: &str) -> Result<(), Problem> {
        match self.ecr.delete_repository_creation_template().prefix(prefix).send().await {
            Ok(_) => Ok(()),
            Err(error) if meaning(&error) == Meaning::NotThere => Ok(()),
            Err(error) => Err(problem(&error, &about(self, "ecr:DeleteRepositoryCreationTemplate", prefix))),
        }
    }

    async fn secret(&self, name: &str) -> Result<Option<SecretSeen>, Problem> {
        match self.secrets.describe_secret().secret_id(name).send().await {
            Ok(told) => {
                let arn = told.arn().unwrap_or_default().to_owned();
                Ok(Some(SecretSeen { arn, is_going: told.deleted_date().is_some() }))
            }
            Err(error) if meaning(&error) == Meaning::NotThere => Ok(None),
            Err(error) => Err(problem(&error, &about(self, "secretsmanager:DescribeSecret", name))),
        }
    }

    async fn make_secret(&self, name: &str, account: &Credentials) -> Result<Making, Problem> {
        // The keys are those of the ECR user guide, "Storing your upstream repository credentials".
        let text = json!({ "username": account.username(), "accessToken": account.expose_password() });
        match self.secrets.create_secret().name(name).secret_string(text.to_string()).send().await {
            Ok(_) => Ok(Making::Made),
            Err(error) if meaning(&error) == Meaning::There => Ok(Making::WasThere),
            Err(error) => Err(problem(&error, &about(self, "secretsmanager:CreateSecret", name))),
        }
    }

    async fn keep_secret(&self, name: &str) -> Result<(), Problem> {
        let asked = self.secrets.restore_secret().secret_id(name).send().await;
        asked.map_err(|error| problem(&error, &about(self, "secretsmanager:RestoreSecret", name)))?;
        Ok(())
    }

    async fn remove_secret(&self, name: &str) -> Result<(), Problem> {
        let asked = self.secrets.delete_secret().secret_id(name).recovery_window_in_days(DAYS_TO_THINK_AGAIN);
        match asked.send().await {
            Ok(_) => Ok(()),
            Err(error) if meaning(&error) == Meaning::NotThere => Ok(()),
            Err(error) => Err(problem(&error, &about(self, "secretsmanager:DeleteSecret", name))),
        }
    }
}
