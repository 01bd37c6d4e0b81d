//! `/`: what this is, a way in, and the runs of earlier.

use domain::run::{Run, Source};
use domain::time::Timestamp;
use leptos::prelude::*;

use super::Page;
use crate::components::{moment, plain_frame, problems, tag};
use crate::view::StartView;
use crate::words;

/// After how many days a run is offered for removal.
const OLD_AFTER_DAYS: u64 = 30;

/// Forms: start, practice, remove (see the table in [`super`]).
pub fn start(view: &StartView) -> Page {
    let error = if view.problems.is_empty() { "" } else { "Error: " };
    let main = view! {
        {problems(&view.problems)}
        <section class="hero">
            <h1>"Is Docker Hub throttling your cluster?"</h1>
            <p class="lead">
                "Unthrottle reads a Kubernetes cluster, or files of it, and proves whether Docker Hub's pull limits hurt it. "
                "Then it walks you to a fix that you can read, carry out, check and take back."
            </p>
            <div class="go bare">
                <form method="post" action="/runs">
                    <button class="button">"Start"</button>
                </form>
                <form method="post" action="/runs">
                    <button class="button quiet" name="source" value="demo">
                        "Try the practice cluster"
                    </button>
                </form>
            </div>
        </section>
        <section class="two">
            {earlier(view)}
            <section>
                <h2>"What it never does"</h2>
                <ul class="never">
                    <li>"It never changes your cluster: it reads, and hands you a bundle."</li>
                    <li>"It never reads a Secret of the cluster."</li>
                    <li>"It never spends a Docker Hub pull to find out about pulls."</li>
                    <li>"It never sends anything about your cluster to anyone: registries are asked for images by name and digest, and only when a plan rests on it."</li>
                </ul>
            </section>
        </section>
    };
    plain_frame(&format!("{error}Start"), &view.version, main.into_any())
}

fn earlier(view: &StartView) -> AnyView {
    let runs: Vec<_> = view.runs.iter().map(|run| earlier_run(run, &view.now)).collect();
    let content = if runs.is_empty() {
        view! { <p class="empty">"No runs yet. Each one is kept here until you remove it."</p> }.into_any()
    } else {
        view! { <ul class="runs">{runs}</ul> }.into_any()
    };
    view! {
        <section>
            <h2>"Earlier runs"</h2>
            {content}
        </section>
    }
    .into_any()
}

fn earlier_run(run: &Run, now: &Timestamp) -> AnyView {
    let name = run.source.as_ref().map_or("Not connected yet", Source::name).to_owned();
    let resume = run.resume_at();
    let verdict = run.scan.as_ref().map(|scan| {
        let verdict = scan.diagnosis.verdict;
        tag(words::verdict_tone(verdict), words::verdict(verdict))
    });
    let days = now.unix().saturating_sub(run.changed_at.unix()) / 86_400;
    let old = (days > OLD_AFTER_DAYS).then_some(". Older than 30 days: remove it if you no longer need it.");
    // Two runs of one cluster differ by their time; the buttons have to differ for those who hear them.
    let which = format!(" {name}, {}", run.changed_at);
    view! {
        <li>
            <div>
                <p><b class="run-name">{name}</b> " " {verdict}</p>
                <p class="small soft">
                    {format!("At step {}, {}. ", resume.number(), words::step(resume))} {moment(&run.changed_at, now)} {old}
                </p>
            </div>
            <div class="run-do">
                <a class="button quiet small" href=format!("/runs/{}/{}", run.id, resume.word())>
                    "Resume" <span class="vh">{which.clone()}</span>
                </a>
                <form method="post" action=format!("/runs/{}/remove", run.id)>
                    <button class="button plain small">"Remove" <span class="vh">{which}</span></button>
                </form>
            </div>
        </li>
    }
    .into_any()
}
