//! What stands around every page: whose cluster this is, that nothing has been changed, and the way.

use domain::run::{Run, Source, Step};
use leptos::prelude::*;

use super::{Icon, icon, rail};
use crate::pages::Page;
use crate::view::RunView;
use crate::words::{self, count};

/// What a page says of itself, before its content.
pub(crate) struct Heading {
    /// The step.
    pub step: Step,
    /// Its state in a word or two, for the title: "affected".
    pub state: Option<String>,
    /// Whether the title has to begin with "Error:".
    pub failed: bool,
}

/// A page of a run. `main` holds the one `h1`.
pub(crate) fn frame(view: &RunView, heading: &Heading, main: AnyView) -> Page {
    let run = &view.run;
    let name = words::step(heading.step);
    let number = format!("Step {} of {}", heading.step.number(), Step::ALL.len());
    let cluster = run.source.as_ref().map_or("new run", Source::name);
    let state = heading.state.as_ref().map(|state| format!(": {state}")).unwrap_or_default();
    let error = if heading.failed { "Error: " } else { "" };
    let title = format!("{error}{name}{state} – {number} – {cluster} – Unthrottle");
    // Later steps are about changes that people make themselves, with what they took from here.
    let changed_nothing = match heading.step {
        Step::Apply | Step::Verify => "Unthrottle has changed nothing",
        _ => "Nothing has been changed",
    };
    let report = run.scan.is_some().then(|| {
        view! {
            <p>
                <a href=format!("/runs/{}/report.html", run.id)>"Report of this run"</a>
            </p>
        }
    });
    let links = view! {
        <p>
            <a href="/">"All runs"</a>
        </p>
        {report}
    };
    let body = view! {
        <header class="bar">
            {brand()} {run.source.as_ref().map(|source| whose(run, source))}
            <p class="promise">{icon(Icon::Good)} <span>{changed_nothing}</span></p>
        </header>
        <div class="frame">
            {rail(run, heading.step)}
            <main id="main" tabindex="-1">
                {practice(run)} <p class="stepline">{format!("{number} · {name}")}</p> {main}
            </main>
        </div>
        {foot(&view.version, Some(links.into_any()))}
    };
    Page { title, body: body.into_any() }
}

/// A page of no run: start, and when something is wrong with a request.
pub(crate) fn plain_frame(title: &str, version: &str, main: AnyView) -> Page {
    let body = view! {
        <header class="bar">
            {brand()} <p class="promise">{icon(Icon::Good)} <span>"Reads only, changes nothing"</span></p>
        </header>
        <div class="frame single">
            <main id="main" tabindex="-1">
                {main}
            </main>
        </div>
        {foot(version, None)}
    };
    Page { title: format!("{title} – Unthrottle"), body: body.into_any() }
}

fn brand() -> AnyView {
    view! {
        <a class="brand" href="/">
            {icon(Icon::Brand)}
            <span class="brand-name">"Unthrottle"</span>
        </a>
    }
    .into_any()
}

/// The cluster or files, with version and size once they were read.
fn whose(run: &Run, source: &Source) -> AnyView {
    let (kind, name) = match source {
        Source::Cluster { .. } => (Some("Cluster "), source.name().to_owned()),
        Source::Files { .. } => (Some("From "), source.name().to_owned()),
        Source::Demo => (None, words::capitalised(source.name())),
    };
    let size = run.scan.as_ref().map(|scan| {
        let version = scan.diagnosis.source.kubernetes_version.clone();
        let nodes = match scan.diagnosis.counts.nodes {
            0 => None,
            nodes => Some(count(nodes, "node")),
        };
        version.into_iter().chain(nodes).collect::<Vec<_>>().join(" · ")
    });
    view! {
        <p class="whose">
            {kind.map(|kind| view! { <span class="soft">{kind}</span> })}
            <b>{name}</b>
            " "
            <span class="soft num">{size}</span>
        </p>
    }
    .into_any()
}

fn practice(run: &Run) -> Option<AnyView> {
    (run.source == Some(Source::Demo)).then(|| {
        view! {
            <p class="practice">
                <b>"Practice cluster."</b>
                " Recorded answers of an invented cluster, read by the same code. Nothing here is yours, and no network is used."
            </p>
        }
        .into_any()
    })
}

fn foot(version: &str, links: Option<AnyView>) -> AnyView {
    view! { <footer class="foot small soft"><p>{format!("Unthrottle {version}")}</p> {links}</footer> }
        .into_any()
}
