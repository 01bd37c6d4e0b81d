//! Answers as ECR's API gives them, for calls that moto does not have: enough of a registry to hold rules and templates.
//! Written from the API reference; calls are told by `X-Amz-Target`, answers are JSON.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

#[derive(Default)]
pub(super) struct Ecr {
    /// Rules by prefix, as they were asked for.
    pub(super) rules: BTreeMap<String, Value>,
    /// Prefixes of templates.
    templates: BTreeMap<String, Value>,
    settings: BTreeMap<String, String>,
    /// What is said of a rule that does not work.
    pub(super) failure: Option<String>,
    /// The code that every call is refused with.
    pub(super) refuses: Option<&'static str>,
}

pub(super) type Shared = Arc<Mutex<Ecr>>;

/// Serves on a port of its own until the test's runtime ends; gives the address.
pub(super) async fn serve() -> (Shared, String) {
    let ecr = Shared::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let app = axum::Router::new().fallback(answer).with_state(Arc::clone(&ecr));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (ecr, url)
}

async fn answer(State(ecr): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers["x-amz-target"].to_str().unwrap().rsplit('.').next().unwrap().to_owned();
    let asked: Value = serde_json::from_slice(&body).unwrap();
    let (status, value) = match ecr.lock().unwrap().answer(&target, &asked) {
        Ok(value) => (StatusCode::OK, value),
        Err(code) => (StatusCode::BAD_REQUEST, json!({ "__type": code, "message": "as it is" })),
    };
    (status, [("content-type", "application/x-amz-json-1.1")], value.to_string()).into_response()
}

impl Ecr {
    fn answer(&mut self, target: &str, asked: &Value) -> Result<Value, &'static str> {
        if let Some(code) = self.refuses {
            return Err(code);
        }
        let text = |name: &str| asked[name].as_str().unwrap_or_default().to_owned();
        let first = |name: &str| asked[name][0].as_str().unwrap_or_default().to_owned();
        match target {
            "DescribePullThroughCacheRules" => {
                let rule = self.rules.get(&first("ecrRepositoryPrefixes"));
                rule.map(|rule| json!({ "pullThroughCacheRules": [rule] }))
                    .ok_or("PullThroughCacheRuleNotFoundException")
            }
            "CreatePullThroughCacheRule" => {
                let taken = self.rules.contains_key(&text("ecrRepositoryPrefix"));
                (!taken).then_some(()).ok_or("PullThroughCacheRuleAlreadyExistsException")?;
                self.rules.insert(text("ecrRepositoryPrefix"), asked.clone());
                Ok(asked.clone())
            }
            "ValidatePullThroughCacheRule" => {
                Ok(json!({ "isValid": self.failure.is_none(), "failure": self.failure }))
            }
            "DeletePullThroughCacheRule" => {
                self.rules.remove(&text("ecrRepositoryPrefix")).ok_or("PullThroughCacheRuleNotFoundException")
            }
            "DescribeRepositoryCreationTemplates" => {
                let found: Vec<&Value> = self.templates.get(&first("prefixes")).into_iter().collect();
                Ok(json!({ "repositoryCreationTemplates": found }))
            }
            "CreateRepositoryCreationTemplate" => {
                let taken = self.templates.contains_key(&text("prefix"));
                (!taken).then_some(()).ok_or("TemplateAlreadyExistsException")?;
                self.templates.insert(text("prefix"), asked.clone());
                Ok(json!({ "repositoryCreationTemplate": asked }))
            }
            "DeleteRepositoryCreationTemplate" => {
                let removed = self.templates.remove(&text("prefix")).ok_or("TemplateNotFoundException")?;
                Ok(json!({ "repositoryCreationTemplate": removed }))
            }
            "GetAccountSetting" => {
                let value = self.settings.get(&text("name")).map_or("DISABLED", String::as_str);
                Ok(json!({ "name": text("name"), "value": value }))
            }
            "PutAccountSetting" => {
                self.settings.insert(text("name"), text("value"));
                Ok(json!({ "name": text("name"), "value": text("value") }))
            }
            other => panic!("nobody stands in for {other}"),
        }
    }
}
