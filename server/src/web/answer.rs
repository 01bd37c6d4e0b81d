//! Answers that several handlers give: pages about problems, and redirects after forms.

use app::pages;
use app::view::{ProblemPage, ProblemView};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::problem::{Problem, ProblemKind};
use domain::run::Step;
use engine::runs::Refusal;
use http::StatusCode;

use super::site::VERSION;
use crate::render;

/// Path of a step's page.
pub fn path(run: &str, step: Step) -> String {
    format!("/runs/{run}/{}", step.word())
}

/// A page about a problem.
pub fn problem(status: StatusCode, kind: ProblemPage) -> Response {
    let view = ProblemView { kind, version: VERSION.to_owned() };
    (status, render::page(|| pages::problem(&view))).into_response()
}

/// The page for an address that leads nowhere.
pub fn not_found() -> Response {
    problem(StatusCode::NOT_FOUND, ProblemPage::NotFound)
}

/// The page for a problem that stands in no run.
pub fn failed(failure: Problem, back: String) -> Response {
    let status = match (failure.code.as_str(), failure.kind) {
        ("run_unknown", _) => return not_found(),
        ("run_in_use", _) => StatusCode::CONFLICT,
        (_, ProblemKind::BadInput) => StatusCode::BAD_REQUEST,
        (_, ProblemKind::Outside | ProblemKind::Interrupted) => StatusCode::SERVICE_UNAVAILABLE,
    };
    problem(status, ProblemPage::Other { problem: failure, back })
}

/// After an answer to a step: on to `next`, or back to the step, which then shows what was wrong.
pub fn after(run: &str, step: Step, result: Result<(), Refusal>, next: Step) -> Response {
    match result {
        Ok(()) => Redirect::to(&path(run, next)).into_response(),
        Err(Refusal::Kept(_)) => Redirect::to(&path(run, step)).into_response(),
        Err(Refusal::Lost(problem)) => failed(problem, path(run, step)),
    }
}
