//! Connect: choose what to read. Nothing is contacted before the form is sent.

use domain::run::{Source, Step};
use leptos::prelude::*;

use super::Page;
use crate::components::{Heading, command, context_choices, four_parts, frame, no_contexts, problems, prose};
use crate::view::{ConnectView, Kubeconfig, UploadLimits};
use crate::words::{self, count};

/// Prints what a scan needs, for a machine that Unthrottle cannot reach the cluster from. The two ConfigMaps are
/// Cortex's; other ConfigMaps are nobody's business here.
const PRINT: &str = "\
kubectl get namespaces,nodes,pods,events,deployments,statefulsets,daemonsets,replicasets,jobs,cronjobs,serviceaccounts -A -o json; \
kubectl get configmaps env-vars cluster-config -n default --ignore-not-found -o json";

/// Forms: a context, files, pasted output, practice cluster (see the table in [`super`]).
pub fn connect(view: &ConnectView) -> Page {
    let found = view.base.problems(Step::Connect);
    let heading = Heading { step: Step::Connect, state: None, failed: !found.is_empty() };
    let answered = view.base.run.source.as_ref().map(|source| {
        view! {
            <p class="note">
                {format!("This run reads {}. Connecting anew starts it over: verdict, answers and plan are made again.", source.name())}
            </p>
        }
    });
    let main = view! {
        {problems(found)}
        <section>
            <h1>"Which cluster shall be read?"</h1>
            <p class="lead">
                "Only reading: get, list and watch, and no Secret. No cluster is contacted and no sign-in command is run before you choose one."
            </p>
            {answered}
        </section>
        {kubeconfig(view)}
        <section class="two">{files(view)} {paste(view)}</section>
        {practice(view)}
    };
    frame(&view.base, &heading, main.into_any())
}

fn kubeconfig(view: &ConnectView) -> AnyView {
    let (status, form) = match &view.kubeconfig {
        Kubeconfig::Found { contexts, .. } if contexts.is_empty() => (
            None,
            view! {
                <div class="empty">
                    <p>
                        <b>"The kubeconfig holds no context."</b>
                        " Give files or pasted output below, or start Unthrottle with another one: "
                        {prose("`--kubeconfig FILE`")} "."
                    </p>
                </div>
            }
            .into_any(),
        ),
        Kubeconfig::Found { files, contexts } => {
            let from = format!("{} in {}", count(contexts.len() as u64, "context"), words::list(files));
            (Some(from), context_form(view))
        }
        Kubeconfig::Missing { looked } => (None, no_contexts(looked)),
        Kubeconfig::Unreadable(problem) => (None, four_parts(problem)),
    };
    view! {
        <section>
            <h2>"A cluster of this machine's kubeconfig"</h2>
            {status.map(|from| view! { <p class="small soft wrap">{from}</p> })}
            {form}
        </section>
    }
    .into_any()
}

fn context_form(view: &ConnectView) -> AnyView {
    let Kubeconfig::Found { contexts, .. } = &view.kubeconfig else { return ().into_any() };
    let (chosen, namespaces) = match &view.base.run.source {
        Some(Source::Cluster { context, namespaces, .. }) => (Some(context.as_str()), namespaces.join(" ")),
        _ => (None, String::new()),
    };
    view! {
        <form method="post" action=view.base.path(Step::Connect) class="stack">
            <input type="hidden" name="source" value="cluster" />
            <fieldset>
                <legend class="vh">"Context"</legend>
                {context_choices(contexts, chosen)}
            </fieldset>
            <div class="field">
                <label for="namespaces">"Only these namespaces " <span class="soft">"(optional)"</span></label>
                <p class="hint" id="namespaces-hint">
                    "Names between blanks. Empty reads all namespaces, which finds out more; namespaces that you may not read are named."
                </p>
                <input
                    type="text"
                    id="namespaces"
                    name="namespaces"
                    value=namespaces
                    aria-describedby="namespaces-hint"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                />
            </div>
            <div class="go bare">
                <button class="button">"Read this cluster"</button>
            </div>
        </form>
    }
    .into_any()
}

fn files(view: &ConnectView) -> AnyView {
    view! {
        <section>
            <h2>"Files"</h2>
            <form method="post" action=format!("{}/files", view.base.path(Step::Connect)) enctype="multipart/form-data" class="stack">
                <div class="field">
                    <label for="files">"Manifests, dumps, Cortex files or archives"</label>
                    <p class="hint" id="files-hint">
                        "YAML or JSON, " <code>"kubectl get -o json"</code> " output, " <code>"cluster.yaml"</code> ", "
                        <code>"cortex.yaml"</code> ", .tar.gz or .zip. " {allowed(view.limits)} " Data of Secrets is dropped before anything is kept."
                    </p>
                    <input type="file" id="files" name="files" multiple required aria-describedby="files-hint" />
                </div>
                <div class="go bare">
                    <button class="button quiet">"Read these files"</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

/// "At most 64 MiB and 5000 files."
pub(super) fn allowed(limits: UploadLimits) -> String {
    let mebibytes = limits.bytes / (1024 * 1024);
    format!("At most {mebibytes} MiB and {}, those in archives included.", count(limits.files as u64, "file"))
}

fn paste(view: &ConnectView) -> AnyView {
    view! {
        <section>
            <h2>"Pasted output"</h2>
            <form method="post" action=view.base.path(Step::Connect) class="stack">
                <input type="hidden" name="source" value="paste" />
                {command("print-line", "the line that prints what is needed", PRINT)}
                <div class="field">
                    <label for="pasted">"What it printed"</label>
                    <textarea id="pasted" name="pasted" rows="6" required spellcheck="false" autocomplete="off"></textarea>
                </div>
                <div class="go bare">
                    <button class="button quiet">"Read this output"</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

fn practice(view: &ConnectView) -> AnyView {
    view! {
        <section>
            <h2>"The practice cluster"</h2>
            <form method="post" action=view.base.path(Step::Connect) class="stack">
                <input type="hidden" name="source" value="demo" />
                <p>"Recorded answers of an invented cluster that Docker Hub throttles. It touches no network."</p>
                <div class="go bare">
                    <button class="button quiet">"Read the practice cluster"</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}
