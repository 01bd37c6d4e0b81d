//! ECR as a place that images are copied to.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use aws_sdk_ecr::types::{ImageTagMutability, Tag};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::ecr::Registry;
use domain::ports::ecr::{Caller, EcrLogin, EcrRegistries, EcrRepository, Making};
use domain::problem::Problem;
use domain::registry::Credentials;

use crate::Aws;
use crate::problems::{Meaning, about, meaning, no_login, problem};

/// How long a login lives (ECR user guide, private registry authentication).
const LIFE: Duration = Duration::from_secs(12 * 3_600);
const BLOB_MOUNTING: &str = "BLOB_MOUNTING";
const ENABLED: &str = "ENABLED";

#[async_trait]
impl EcrRegistries for Aws {
    async fn caller(&self) -> Result<Caller, Problem> {
        let asked = self.sts.get_caller_identity().send().await;
        let told = asked.map_err(|error| problem(&error, &about(self, "sts:GetCallerIdentity", "")))?;
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        Ok(Caller { account: text(told.account()), arn: text(told.arn()) })
    }

    async fn login(&self) -> Result<EcrLogin, Problem> {
        let at = about(self, "ecr:GetAuthorizationToken", "");
        let told = self.ecr.get_authorization_token().send().await.map_err(|error| problem(&error, &at))?;
        let given = told.authorization_data().first().ok_or_else(|| no_login(&at))?;
        let decoded = given.authorization_token().and_then(|token| STANDARD.decode(token).ok());
        let text = decoded.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(|| no_login(&at))?;
        let (name, token) = text.split_once(':').ok_or_else(|| no_login(&at))?;
        let credentials = Credentials::new(name, token).map_err(|_| no_login(&at))?;
        let until = given.expires_at().and_then(|at| SystemTime::try_from(*at).ok());
        // An end that has passed already says that one of the two clocks is wrong: then what AWS documents holds.
        let left = until.and_then(|until| until.duration_since(SystemTime::now()).ok());
        Ok(EcrLogin { credentials, good_for: left.filter(|left| !left.is_zero()).unwrap_or(LIFE) })
    }

    async fn repository(&self, at: &Registry, name: &str) -> Result<Option<EcrRepository>, Problem> {
        let asked =
            self.ecr.describe_repositories().registry_id(at.account()).repository_names(name).send().await;
        let told = match asked {
            Ok(told) => told,
            Err(error) => {
                let about = about(self, "ecr:DescribeRepositories", name);
                return if meaning(&error) == Meaning::NotThere {
                    Ok(None)
                } else {
                    Err(problem(&error, &about))
                };
            }
        };
        let Some(found) = told.repositories().first() else { return Ok(None) };
        let tags_are_fixed = matches!(
            found.image_tag_mutability(),
            Some(ImageTagMutability::Immutable | ImageTagMutability::ImmutableWithExclusion)
        );
        let lifecycle = self.lifecycle(at, name).await?;
        Ok(Some(EcrRepository { name: name.to_owned(), tags_are_fixed, lifecycle }))
    }

    async fn make_repository(&self, at: &Registry, name: &str) -> Result<Making, Problem> {
        let about = about(self, "ecr:CreateRepository", name);
        let mark = Tag::builder().key("made-by").value("unthrottle").build();
        let mark = mark.map_err(|error| no_request(&about.place(), &error))?;
        let asked = self.ecr.create_repository().registry_id(at.account()).repository_name(name).tags(mark);
        match asked.send().await {
            Ok(_) => Ok(Making::Made),
            Err(error) if meaning(&error) == Meaning::There => Ok(Making::WasThere),
            Err(error) => Err(problem(&error, &about)),
        }
    }

    async fn remove_empty_repository(&self, at: &Registry, name: &str) -> Result<bool, Problem> {
        let asked = self.ecr.delete_repository().registry_id(at.account()).repository_name(name).force(false);
        match asked.send().await {
            Ok(_) => Ok(true),
            Err(error) if matches!(meaning(&error), Meaning::NotThere | Meaning::NotEmpty) => Ok(false),
            Err(error) => Err(problem(&error, &about(self, "ecr:DeleteRepository", name))),
        }
    }

    async fn mounts_blobs(&self) -> Result<bool, Problem> {
        let asked = self.ecr.get_account_setting().name(BLOB_MOUNTING).send().await;
        let told =
            asked.map_err(|error| problem(&error, &about(self, "ecr:GetAccountSetting", BLOB_MOUNTING)))?;
        Ok(told.value() == Some(ENABLED))
    }

    async fn let_blobs_be_mounted(&self) -> Result<(), Problem> {
        let asked = self.ecr.put_account_setting().name(BLOB_MOUNTING).value(ENABLED).send().await;
        asked.map_err(|error| problem(&error, &about(self, "ecr:PutAccountSetting", BLOB_MOUNTING)))?;
        Ok(())
    }
}

impl Aws {
    async fn lifecycle(&self, at: &Registry, name: &str) -> Result<Option<String>, Problem> {
        let asked =
            self.ecr.get_lifecycle_policy().registry_id(at.account()).repository_name(name).send().await;
        match asked {
            Ok(told) => Ok(told.lifecycle_policy_text().map(str::to_owned)),
            // The right to look is not among the least that copying needs.
            Err(error) if matches!(meaning(&error), Meaning::NotThere | Meaning::NotAllowed) => Ok(None),
            Err(error) => Err(problem(&error, &about(self, "ecr:GetLifecyclePolicy", name))),
        }
    }
}

fn no_request(place: &str, error: &dyn std::fmt::Display) -> Problem {
    let (what, next) = ("AWS could not be asked.", "Report this: it is a fault of this program.");
    Problem::outside("aws_request", what, format!("{error}."), next).at(place)
}
