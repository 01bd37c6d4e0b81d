//! Asks beforehand what may be listed, so that nothing is asked that will be refused.

use domain::problem::Problem;
use futures::future::join_all;
use serde::Deserialize;
use serde_json::json;

use super::ClusterReader;
use super::lists::{GROUPS, List};
use super::session::Session;
use crate::ask::{Answer, Question};

#[derive(Deserialize)]
struct Review {
    status: Status,
}

#[derive(Deserialize)]
struct Status {
    allowed: bool,
}

impl ClusterReader {
    /// One access review for each resource, all at once. A server that does not answer them is asked for the
    /// lists themselves.
    pub(super) async fn review_rights(&self, session: &mut Session<'_>) -> Result<(), Problem> {
        if !self.namespaces.is_empty() || session.is_cancelled() {
            return Ok(());
        }
        let mut lists: Vec<List> = Vec::new();
        for list in GROUPS
            .iter()
            .flat_map(|group| group().lists)
            .filter_map(|alternatives| alternatives.first().copied())
        {
            if !lists.iter().any(|known| known.resource == list.resource) {
                lists.push(list);
            }
        }
        let questions: Vec<Question> = lists.iter().map(review_of).collect();
        for question in &questions {
            session.sink.request(question.verb, &question.what);
        }
        let answers = join_all(questions.iter().map(|question| self.api.once(question))).await;
        for (list, answer) in lists.iter().zip(answers) {
            if let Ok(Answer::Bytes(bytes)) = answer
                && let Ok(Review { status: Status { allowed: false } }) = serde_json::from_slice(&bytes)
            {
                session.deny(list);
            }
        }
        Ok(())
    }
}

fn review_of(list: &List) -> Question {
    let body = json!({
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": {"verb": "list", "group": list.group(), "resource": list.resource}}
    });
    Question {
        path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews".to_owned(),
        what: format!("access review: list {}", list.resource),
        verb: "create",
        accept: super::JSON,
        body: Some(body.to_string()),
    }
}
