//! Files that come through the browser: bounded, read once, kept without secrets. A kubeconfig among them is
//! a file like any other; it never becomes access to a cluster.

use std::sync::Arc;

use axum::extract::multipart::MultipartError;
use axum::extract::{Multipart, Path, State};
use axum::response::Response;
use domain::ports::InputFile;
use domain::problem::Problem;
use domain::run::{Source, Step};
use engine::runs::Refusal;
use http::StatusCode;
use manifests::archive::Limits;
use manifests::input::{Files, Given, InMemory};

use super::site::Site;
use super::{answer, too_large};

/// `POST /runs/{id}/connect/files`.
pub async fn files(State(site): State<Site>, Path(id): Path<String>, form: Multipart) -> Response {
    match received(form).await {
        Ok(files) => {
            let name = match files.as_slice() {
                [one] => one.name.clone(),
                many => format!("{} uploaded files", many.len()),
            };
            read(&site, &id, &name, files).await
        }
        Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => too_large::page(),
        Err(_) => refuse(&site, &id, not_received()).await,
    }
}

/// Connects a run to files and starts reading them.
pub async fn read(site: &Site, id: &str, name: &str, files: Vec<InputFile>) -> Response {
    if files.iter().all(|file| file.bytes.is_empty()) {
        return refuse(site, id, nothing_given()).await;
    }
    let (run, name) = (id.to_owned(), name.to_owned());
    let result = site.blocking(move |runs| {
        let given = || files.iter().map(|file| Box::new(InMemory(file.clone())) as Box<dyn Given>).collect();
        let kept = match Files::new(name.clone(), given(), Limits::UPLOAD).keep() {
            Ok(kept) => kept,
            Err(problem) => return runs.reject(&run, Step::Connect, problem),
        };
        let whole = Files::new(name.clone(), given(), Limits::UPLOAD);
        runs.connect(&run, Source::Files { name }, &kept.files)?;
        runs.start_scan(&run, Some(Box::new(whole)))
    });
    answer::after(id, Step::Connect, result.await, Step::Detect)
}

async fn refuse(site: &Site, id: &str, problem: Problem) -> Response {
    let run = id.to_owned();
    let result: Result<(), Refusal> =
        site.blocking(move |runs| runs.reject(&run, Step::Connect, problem)).await;
    answer::after(id, Step::Connect, result, Step::Connect)
}

async fn received(mut form: Multipart) -> Result<Vec<InputFile>, MultipartError> {
    let mut files = Vec::new();
    while let Some(field) = form.next_field().await? {
        // Another field, or a file field that was left empty.
        let name = field.file_name().unwrap_or_default().to_owned();
        if field.name() == Some("files") && !name.is_empty() {
            files.push(InputFile { name, bytes: Arc::from(&*field.bytes().await?) });
        }
    }
    Ok(files)
}

fn nothing_given() -> Problem {
    Problem::bad_input(
        "no_files",
        "There was nothing to read.",
        "No file was chosen, or all of them are empty.",
        "Choose the files, or paste the output.",
    )
}

fn not_received() -> Problem {
    Problem::bad_input(
        "upload_broken",
        "The files did not arrive whole.",
        "The upload ended early, or is not in the form that browsers send files in.",
        "Send them again.",
    )
}
