//! The admin port of a front, for tests and people: read and change the rules, read the log, start over.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::{StatusCode, header};

use super::rules::{Accounts, Rules};
use super::serve::Front;

/// `/limits`, `/accounts`, `/log` and `/reset`.
pub fn routes(front: Arc<Front>) -> Router {
    Router::new()
        .route("/limits", get(limits).put(set_limits))
        .route("/accounts", get(accounts).put(set_accounts))
        .route("/log", get(log))
        .route("/reset", post(reset))
        .with_state(front)
}

async fn limits(State(front): State<Arc<Front>>) -> Json<Rules> {
    Json(front.book().rules.clone())
}

async fn set_limits(State(front): State<Arc<Front>>, Json(rules): Json<Rules>) -> StatusCode {
    front.book().rules = rules;
    StatusCode::NO_CONTENT
}

/// Names and plans; passwords do not come back.
async fn accounts(State(front): State<Arc<Front>>) -> Json<Accounts> {
    Json(front.book().accounts.clone())
}

async fn set_accounts(State(front): State<Arc<Front>>, Json(accounts): Json<Accounts>) -> StatusCode {
    front.book().accounts = accounts;
    StatusCode::NO_CONTENT
}

/// One JSON object a line, oldest first.
async fn log(State(front): State<Arc<Front>>) -> Response {
    let lines: Result<Vec<String>, _> = front.book().log.iter().map(serde_json::to_string).collect();
    match lines {
        Ok(lines) => {
            let body = lines.into_iter().map(|line| line + "\n").collect::<String>();
            ([(header::CONTENT_TYPE, "application/x-ndjson")], body).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn reset(State(front): State<Arc<Front>>) -> StatusCode {
    front.book().reset();
    StatusCode::NO_CONTENT
}
