//! A job that goes on: its progress, and the way to stop it.

use domain::run::{Progress, Run, Step};
use leptos::prelude::*;

use crate::islands::LiveProgress;
use crate::progress::Progress as Shown;

/// The progress of the job of `step`, live where script runs, else as of now with a link to look again.
pub(crate) fn live_progress(run: &Run, step: Step, progress: &Progress) -> AnyView {
    let shown = Shown {
        phase: progress.phase.clone(),
        done: progress.done,
        total: progress.total,
        text: progress.early.clone().unwrap_or_default(),
    };
    view! {
        <LiveProgress events=format!("/runs/{}/events", run.id) start=shown />
        <form method="post" action=format!("/runs/{}/{}", run.id, step.word()) class="go">
            <button class="button quiet" name="action" value="cancel">
                "Stop"
            </button>
            <span class="small soft">"Stopping keeps what was found so far."</span>
        </form>
    }
    .into_any()
}
