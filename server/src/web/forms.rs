//! The POSTs: save, validate, redirect. The fields are those of the table in [`app::pages`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use app::view::Kubeconfig;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::ports::InputFile;
use domain::problem::Problem;
use domain::registry::Credentials;
use domain::remedy::{Answers, RemedyKind, running};
use domain::run::{Source, Step};
use engine::runs::Refusal;

use super::pairs::Pairs;
use super::site::Site;
use super::{answer, too_large, upload, views};

/// The body of a form, or that it was too much.
type Body = Result<Bytes, BytesRejection>;

/// `POST /runs`: a new run, of the practice cluster at once when asked.
pub async fn create(State(site): State<Site>, body: Body) -> Response {
    let Ok(pairs) = pairs(body) else { return too_large::page() };
    let demo = pairs.first("source") == "demo";
    let made = site.blocking(move |runs| {
        let id = runs.create()?.id;
        if demo {
            runs.connect(&id, Source::Demo, &[])?;
            runs.start_scan(&id, None)?;
        }
        Ok::<_, Refusal>(id)
    });
    match made.await {
        Ok(id) => {
            let step = if demo { Step::Detect } else { Step::Connect };
            Redirect::to(&answer::path(&id, step)).into_response()
        }
        Err(refusal) => answer::failed(refusal.into_problem(), "/".to_owned()),
    }
}

/// `POST /runs/{id}/{step}`.
pub async fn step(
    State(site): State<Site>,
    Path((id, word)): Path<(String, String)>,
    body: Body,
) -> Response {
    let Some(step) = Step::from_word(&word) else { return answer::not_found() };
    let Ok(pairs) = pairs(body) else { return too_large::page() };
    match step {
        Step::Connect => connect(&site, &id, &pairs).await,
        Step::Detect if pairs.first("action") == "cancel" => stop(&site, &id, Step::Detect).await,
        Step::Detect if pairs.first("action") == "measure" => measure(&site, &id).await,
        Step::Detect => start_scan(&site, &id).await,
        Step::Remedy => remedy(&site, &id, &pairs).await,
        Step::Configure => configure(&site, &id, &pairs).await,
        Step::Review if pairs.first("action") == "cancel" => stop(&site, &id, Step::Review).await,
        Step::Review => Redirect::to(&answer::path(&id, Step::Apply)).into_response(),
        Step::Apply => take(&site, &id, &pairs).await,
        Step::Verify if pairs.first("action") == "cancel" => stop(&site, &id, Step::Verify).await,
        Step::Verify => start_verify(&site, &id, &pairs).await,
    }
}

/// `POST /runs/{id}/scan`.
pub async fn scan(State(site): State<Site>, Path(id): Path<String>) -> Response {
    start_scan(&site, &id).await
}

/// `POST /runs/{id}/cancel`: stops whatever goes on, keeps what it found.
pub async fn cancel(State(site): State<Site>, Path(id): Path<String>) -> Response {
    let step = site.runs.events(&id).map_or(Step::Detect, |events| events.borrow().step);
    stop(&site, &id, step).await
}

/// `POST /runs/{id}/remove`.
pub async fn remove(State(site): State<Site>, Path(id): Path<String>) -> Response {
    match site.blocking(move |runs| runs.remove(&id)).await {
        Ok(()) => Redirect::to("/").into_response(),
        // Somebody else was faster: what was wished for is so.
        Err(problem) if problem.code == "run_unknown" => Redirect::to("/").into_response(),
        Err(problem) => answer::failed(problem, "/".to_owned()),
    }
}

async fn connect(site: &Site, id: &str, pairs: &Pairs) -> Response {
    let source = match pairs.first("source") {
        "cluster" => chosen_context(site, pairs),
        "demo" => Ok(Source::Demo),
        "paste" => return upload::read(site, id, "pasted output", vec![pasted(pairs.first("pasted"))]).await,
        _ => Err(not_understood("what to read")),
    };
    let run = id.to_owned();
    let result = site.blocking(move |runs| match source {
        Ok(source) => {
            runs.connect(&run, source, &[])?;
            runs.start_scan(&run, None)
        }
        Err(problem) => runs.reject(&run, Step::Connect, problem),
    });
    answer::after(id, Step::Connect, result.await, Step::Detect)
}

/// A context that the kubeconfig really has: a form is not trusted to name another file or server.
fn chosen_context(site: &Site, pairs: &Pairs) -> Result<Source, Problem> {
    let wanted = pairs.first("context");
    match views::kubeconfig(site.kubeconfig.as_deref()) {
        Kubeconfig::Unreadable(problem) => return Err(problem),
        Kubeconfig::Found { contexts, .. } if contexts.iter().any(|context| context.name == wanted) => {}
        _ => {
            let why = match wanted {
                "" => "None was chosen.".to_owned(),
                wanted => format!("The kubeconfig has no context {wanted:?}."),
            };
            let next = "Choose one of the list.";
            return Err(Problem::bad_input("context_unknown", "There is no context to read.", why, next));
        }
    }
    Ok(Source::Cluster {
        kubeconfig: site.kubeconfig.as_ref().map(|path| path.display().to_string()),
        context: wanted.to_owned(),
        namespaces: names(pairs.first("namespaces")),
    })
}

/// Names between blanks or commas.
fn names(text: &str) -> Vec<String> {
    let words = text.split(|c: char| c.is_whitespace() || c == ',');
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Browsers end the lines of a text field with CRLF; kubectl had not.
fn pasted(text: &str) -> InputFile {
    let text = text.replace("\r\n", "\n");
    let name = if text.trim_start().starts_with('{') { "pasted.json" } else { "pasted.yaml" };
    InputFile { name: name.to_owned(), bytes: Arc::from(text.into_bytes()) }
}

async fn start_scan(site: &Site, id: &str) -> Response {
    let run = id.to_owned();
    let result = site.blocking(move |runs| runs.start_scan(&run, None)).await;
    answer::after(id, Step::Detect, result, Step::Detect)
}

async fn measure(site: &Site, id: &str) -> Response {
    let run = id.to_owned();
    let result = site.blocking(move |runs| runs.measure(&run)).await;
    answer::after(id, Step::Detect, result, Step::Detect)
}

async fn stop(site: &Site, id: &str, step: Step) -> Response {
    site.runs.cancel(id);
    Redirect::to(&answer::path(id, step)).into_response()
}

async fn remedy(site: &Site, id: &str, pairs: &Pairs) -> Response {
    let wanted = pairs.first("remedy");
    let remedy = RemedyKind::ALL.into_iter().find(|kind| kind.word() == wanted);
    let run = id.to_owned();
    let result = site.blocking(move |runs| match remedy {
        Some(remedy) => runs.choose(&run, remedy),
        None => runs.reject(&run, Step::Remedy, not_understood("which remedy was chosen")),
    });
    answer::after(id, Step::Remedy, result.await, Step::Configure)
}

async fn configure(site: &Site, id: &str, pairs: &Pairs) -> Response {
    let answered = login(pairs).and_then(|login| Ok((login, answers(pairs)?)));
    let run = id.to_owned();
    let result = site.blocking(move |runs| match answered {
        Ok((login, answers)) => runs.configure(&run, answers, login),
        Err(problem) => runs.reject(&run, Step::Configure, problem),
    });
    answer::after(id, Step::Configure, result.await, Step::Review)
}

/// The login that is to be tried, if a password was typed. It goes no further than to the registry.
fn login(pairs: &Pairs) -> Result<Option<Credentials>, Problem> {
    match pairs.first("login.password").trim() {
        "" => Ok(None),
        password => Credentials::new(pairs.first("set.username").trim(), password)
            .map(Some)
            .map_err(|problem| problem.at("username")),
    }
}

/// All offered objects chosen means no choice; none chosen is refused. What runs is chosen besides, each for itself. A
/// press on first aid names its one object and nothing else.
fn answers(pairs: &Pairs) -> Result<Answers, Problem> {
    let set = pairs.under("set.").filter(|(_, value)| !value.trim().is_empty());
    let mut set: BTreeMap<String, String> =
        set.map(|(key, value)| (key.to_owned(), value.trim().to_owned())).collect();
    let first = pairs.first("first");
    if !first.is_empty() {
        return Ok(Answers { set, only: vec![first.to_owned()] });
    }
    let chosen = |field: &str| pairs.all(field).map(str::to_owned).collect::<BTreeSet<String>>();
    let (mut only, running) = (chosen("only"), chosen("running"));
    if !running.is_empty() {
        set.insert(running::KEY.to_owned(), running.iter().cloned().collect::<Vec<_>>().join(","));
    }
    let offered: usize = pairs.first("offered").parse().unwrap_or(0);
    if offered > 0 && only.is_empty() && running.is_empty() {
        return Err(Problem::bad_input(
            "nothing_chosen",
            "There is nothing to change.",
            "Every object was left out.",
            "Choose at least one object.",
        ));
    }
    if only.len() == offered {
        only.clear();
    } else {
        only.extend(running);
    }
    Ok(Answers { set, only: only.into_iter().collect() })
}

/// Remembers that the bundle is taken, then leads to it: the download itself is a GET and changes nothing.
async fn take(site: &Site, id: &str, pairs: &Pairs) -> Response {
    let form = if pairs.first("form") == "tar.gz" { "tar.gz" } else { "zip" };
    let run = id.to_owned();
    match site.blocking(move |runs| runs.bundle_taken(&run)).await {
        Ok(()) => Redirect::to(&format!("/runs/{id}/bundle.{form}")).into_response(),
        refused => answer::after(id, Step::Apply, refused, Step::Apply),
    }
}

async fn start_verify(site: &Site, id: &str, pairs: &Pairs) -> Response {
    let named = (!pairs.first("context").is_empty()).then(|| chosen_context(site, pairs)).transpose();
    let run = id.to_owned();
    let result = site.blocking(move |runs| match named {
        Ok(cluster) => runs.start_verify(&run, cluster),
        Err(problem) => runs.reject(&run, Step::Verify, problem),
    });
    answer::after(id, Step::Verify, result.await, Step::Verify)
}

fn pairs(body: Body) -> Result<Pairs, BytesRejection> {
    body.map(|bytes| Pairs::parse(&bytes))
}

fn not_understood(what: &str) -> Problem {
    let what = format!("The form does not say {what}.");
    let why = "A field is missing or holds something that was not offered.";
    Problem::bad_input("form_incomplete", what, why, "Choose again.")
}
