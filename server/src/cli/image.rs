//! `image`: how Kubernetes reads an image reference (INTERFACE §3).

use clap::Args;
use domain::image::{ImageReference, PullPolicy, ReferenceError};
use domain::problem::Problem;
use serde::Serialize;
use serde_json::json;

use super::output::{Output, four_parts, table};
use super::{Status, output};

/// Shows how Kubernetes reads image references
#[derive(Debug, Args)]
pub(super) struct Image {
    /// References as a pod would name them
    #[arg(required = true, value_name = "REF")]
    references: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Read<'a> {
    input: &'a str,
    normalized: String,
    domain: &'a str,
    path: &'a str,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
    docker_hub: bool,
    default_pull_policy: PullPolicy,
}

impl Image {
    pub(super) fn run(&self, output: &Output) -> Result<Status, Problem> {
        let mut status = Status::Done;
        for input in &self.references {
            match input.parse::<ImageReference>() {
                Ok(image) => print(input, &image, output)?,
                Err(error) => {
                    status = Status::BadInput;
                    refuse(input, &error, output)?;
                }
            }
        }
        Ok(status)
    }
}

fn print(input: &str, image: &ImageReference, output: &Output) -> Result<(), Problem> {
    let read = Read {
        input,
        normalized: image.normalized(),
        domain: image.domain(),
        path: image.path(),
        // What the reference comes to, not what was typed: the normalized form names the tag as well.
        tag: image.tag().or(if image.digest().is_none() { Some("latest") } else { None }),
        digest: image.digest(),
        docker_hub: image.is_docker_hub(),
        default_pull_policy: image.default_pull_policy(),
    };
    if output.is_json() {
        return output.json(&read);
    }
    let rows = [
        ("image", read.normalized.clone()),
        ("registry", if read.docker_hub { "Docker Hub".to_owned() } else { read.domain.to_owned() }),
        ("pull policy", read.default_pull_policy.as_str().to_owned()),
    ];
    let rows: Vec<_> = rows.map(|(name, value)| vec![name.to_owned(), value]).into();
    output.text(&format!("{}\n{}", output::visible(input), table(&rows)))
}

fn refuse(input: &str, error: &ReferenceError, output: &Output) -> Result<(), Problem> {
    let problem = Problem::bad_input("invalid_reference", error.what(), error.why(), error.next()).at(input);
    if output.is_json() {
        return output.json(&json!({ "input": input, "error": problem }));
    }
    output.text(&format!("{}\n{}", output::visible(input), four_parts("  error", &problem)))
}
