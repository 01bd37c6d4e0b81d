//! What can be taken along: the bundle in two forms, and the report. GETs, so they change nothing; that a
//! bundle was taken is remembered by the form of the page Apply.

use app::report::{Styles, html};
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse as _, Response};
use domain::problem::Problem;
use domain::run::Step;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};

use super::site::Site;
use super::{answer, views};
use crate::assets::ADDRESSES;
use crate::export::Bundle;

/// `GET /runs/{id}/bundle.zip`.
pub async fn zip(State(site): State<Site>, Path(id): Path<String>) -> Response {
    bundle(&site, &id, "application/zip", "zip", Bundle::zip).await
}

/// `GET /runs/{id}/bundle.tar.gz`.
pub async fn tar_gz(State(site): State<Site>, Path(id): Path<String>) -> Response {
    bundle(&site, &id, "application/gzip", "tar.gz", Bundle::tar_gz).await
}

async fn bundle(
    site: &Site,
    id: &str,
    media_type: &'static str,
    ending: &str,
    pack: fn(&Bundle) -> Result<Vec<u8>, Problem>,
) -> Response {
    let run = id.to_owned();
    let packed =
        site.blocking(move |runs| runs.material(&run).and_then(|material| pack(&Bundle::of(&material)?)));
    match packed.await {
        Ok(bytes) => {
            // The id is base32 of our own making; an unknown one never comes here.
            let name = format!("attachment; filename=\"unthrottle-{id}.{ending}\"");
            ([(CONTENT_TYPE, media_type)], [(CONTENT_DISPOSITION, name)], bytes).into_response()
        }
        Err(problem) => answer::failed(problem, answer::path(id, Step::Apply)),
    }
}

/// `GET /runs/{id}/report.html`.
pub async fn report(State(site): State<Site>, Path(id): Path<String>) -> Response {
    let run = id.clone();
    let run = match site.blocking(move |runs| runs.get(&run)).await {
        Ok(run) => run,
        Err(problem) => return answer::failed(problem, "/".to_owned()),
    };
    match views::report(&site, run).await {
        Ok(Some(view)) => Html(html(&view, Styles::Linked(ADDRESSES.style))).into_response(),
        Ok(None) => answer::not_found(),
        Err(problem) => answer::failed(problem, answer::path(&id, Step::Detect)),
    }
}
