//! The GETs: each loads a run, fills the page's view and renders it.

use app::pages;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::problem::Problem;
use domain::run::{Run, Step, StepState};

use super::site::Site;
use super::{answer, views};
use crate::render;

/// `GET /`.
pub async fn start(State(site): State<Site>) -> Response {
    match views::start(&site).await {
        Ok(view) => render::page(|| pages::start(&view)).into_response(),
        Err(problem) => answer::failed(problem, "/".to_owned()),
    }
}

/// `GET /runs/{id}`: where the run was left.
pub async fn resume(State(site): State<Site>, Path(id): Path<String>) -> Response {
    match load(&site, &id).await {
        Ok(run) => Redirect::to(&answer::path(&run.id, run.resume_at())).into_response(),
        Err(problem) => answer::failed(problem, "/".to_owned()),
    }
}

/// `GET /runs/{id}/{step}`. A step that needs an earlier one first leads to where the run stands.
pub async fn step(State(site): State<Site>, Path((id, word)): Path<(String, String)>) -> Response {
    let Some(step) = Step::from_word(&word) else { return answer::not_found() };
    let run = match load(&site, &id).await {
        Ok(run) => run,
        Err(problem) => return answer::failed(problem, "/".to_owned()),
    };
    let shows_problem = run.problems.contains_key(&step);
    if run.step_state(step) == StepState::Later && !shows_problem {
        return Redirect::to(&answer::path(&run.id, run.resume_at())).into_response();
    }
    match page(&site, run, step).await {
        Ok(page) => page,
        Err(problem) => answer::failed(problem, "/".to_owned()),
    }
}

async fn load(site: &Site, id: &str) -> Result<Run, Problem> {
    let id = id.to_owned();
    site.blocking(move |runs| runs.get(&id)).await
}

async fn page(site: &Site, run: Run, step: Step) -> Result<Response, Problem> {
    let html = match step {
        Step::Connect => {
            let view = views::connect(site, run);
            render::page(|| pages::connect(&view))
        }
        Step::Detect => {
            let view = views::detect(site, run);
            render::page(|| pages::detect(&view))
        }
        Step::Remedy => {
            let view = views::remedy(site, run);
            render::page(|| pages::remedy(&view))
        }
        Step::Configure => {
            let view = views::configure(site, run);
            render::page(|| pages::configure(&view))
        }
        Step::Review => {
            let view = views::review(site, run).await?;
            render::page(|| pages::review(&view))
        }
        Step::Apply => {
            let view = views::apply(site, run).await?;
            render::page(|| pages::apply(&view))
        }
        Step::Verify => {
            let view = views::verify(site, run);
            render::page(|| pages::verify(&view))
        }
    };
    Ok(html.into_response())
}
