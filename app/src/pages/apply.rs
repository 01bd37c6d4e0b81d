//! Apply: take the bundle and carry it out yourself.

use domain::plan::Plan;
use domain::run::Step;
use leptos::prelude::*;

use super::Page;
use crate::components::{
    Heading, Icon, back_warning, command, frame, icon, moment, no_plan, planned_steps, problems,
};
use crate::view::ApplyView;

/// Form: take (see the table in [`super`]).
pub fn apply(view: &ApplyView) -> Page {
    let found = view.base.problems(Step::Apply);
    let state = view.base.run.bundle_taken_at.as_ref().map(|_| "bundle taken".to_owned());
    let heading = Heading { step: Step::Apply, state, failed: !found.is_empty() };
    let content = match &view.base.run.plan {
        Some(plan) if plan.change_needed => with_changes(view, plan),
        Some(plan) => without_changes(view, plan),
        None => no_plan(&view.base),
    };
    let main = view! {
        {problems(found)}
        {content}
    };
    frame(&view.base, &heading, main.into_any())
}

fn downloads(view: &ApplyView, main: &'static str) -> AnyView {
    let taken = view.base.run.bundle_taken_at.as_ref().map(|at| {
        view! { <p class="small soft">"First taken " {moment(at, &view.base.now)}</p> }
    });
    view! {
        <form method="post" action=view.base.path(Step::Apply) class="go bare">
            <button class="button" name="form" value="zip">
                {icon(Icon::Download)}
                {main}
                <span class="button-note">{view.zip_bytes.map_or_else(|| "zip".to_owned(), |bytes| format!("zip, {}", size(bytes)))}</span>
            </button>
            <button class="button quiet" name="form" value="tar.gz">
                "As tar.gz"
            </button>
            {taken}
        </form>
    }
    .into_any()
}

/// "14 KiB".
fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KiB", bytes.div_ceil(1024)),
        _ => format!("{} MiB", bytes.div_ceil(1_048_576)),
    }
}

fn without_changes(view: &ApplyView, plan: &Plan) -> AnyView {
    view! {
        <section>
            <h1>"There is nothing to apply."</h1>
            <p class="lead">{plan.summary.clone()}</p>
            {downloads(view, "Download the findings")}
        </section>
    }
    .into_any()
}

fn with_changes(view: &ApplyView, plan: &Plan) -> AnyView {
    let taken_back = (!view.rollback.is_empty()).then(|| {
        view! {
            <section>
                <h2>"How to take it back"</h2>
                <p>"The bundle holds the originals and these lines. They restore exactly what was there."</p>
                {back_warning(Some(plan))}
                {command("rollback", "the lines that take it back", &view.rollback)}
            </section>
        }
    });
    view! {
        <section>
            <h1>"The bundle is ready. You carry it out."</h1>
            <p class="lead">
                "Patched files, patches for live objects, the way back, and a README for a colleague who never saw this page. Unthrottle has changed nothing; the lines below are yours to run."
            </p>
            {downloads(view, "Download the bundle")}
        </section>
        <section>
            <h2>"What will happen"</h2>
            {planned_steps(plan)}
        </section>
        <section>
            <h2>"The commands"</h2>
            <p>"Run them in the folder of the unpacked bundle, from top to bottom. They are those of its README."</p>
            {command("commands", "the commands", &view.commands)}
        </section>
        {taken_back}
        <div class="go">
            <a class="button quiet" href=view.base.path(Step::Verify)>
                "I have run them: verify"
            </a>
            <a class="button plain" href=view.base.path(Step::Review)>
                "Back to the changes"
            </a>
        </div>
    }
    .into_any()
}
