//! `GET /runs/{id}/events`: the progress of a run's job as server-sent events.
//!
//! `snapshot` carries the whole progress, so a reader that comes back with `Last-Event-ID` needs only the
//! latest one; `done` carries the path of the page that shows the result.

use std::convert::Infallible;
use std::time::Duration;

use app::progress::Progress as Shown;
use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use domain::run::{JobState, Progress, Run, Step};
use engine::runs::JobEvent;
use futures::stream::{self, Stream, StreamExt as _};
use http::HeaderMap;
use tokio::sync::watch;

use super::answer;
use super::site::Site;

/// How often a job of another process is looked at: its progress is in the store only.
const LOOK: Duration = Duration::from_secs(1);

/// The stream of a run.
pub async fn get(State(site): State<Site>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let run = id.clone();
    let run = match site.blocking(move |runs| runs.get(&run)).await {
        Ok(run) => run,
        Err(problem) => return answer::failed(problem, "/".to_owned()),
    };
    let seen = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let follow = match site.runs.events(&id) {
        Some(events) => Follow::Here { events, seen },
        None => Follow::Elsewhere { shown: None, step: job_step(&run) },
    };
    let shutdown = site.shutdown.clone();
    let events = stream(site, id, follow).take_until(shutdown.cancelled_owned());
    let alive = KeepAlive::new().interval(Duration::from_secs(15));
    ([("x-accel-buffering", "no")], Sse::new(events.map(Ok::<_, Infallible>)).keep_alive(alive))
        .into_response()
}

enum Follow {
    /// The job of this process; `seen` is the number of the last event the reader has.
    Here { events: watch::Receiver<JobEvent>, seen: Option<u64> },
    /// A job of another process, or none.
    Elsewhere { shown: Option<Progress>, step: Step },
    /// Everything was said.
    Over,
}

fn stream(site: Site, id: String, follow: Follow) -> impl Stream<Item = Event> {
    stream::unfold((site, id, follow), |(site, id, follow)| async move {
        let (event, follow) = next(&site, &id, follow).await?;
        Some((event, (site, id, follow)))
    })
}

async fn next(site: &Site, id: &str, follow: Follow) -> Option<(Event, Follow)> {
    match follow {
        Follow::Over => None,
        Follow::Here { mut events, seen } => {
            // A job that fell over closes the channel; its last event says "over" all the same.
            let now = match events.wait_for(|event| event.over || Some(event.number) != seen).await {
                Ok(event) => event.clone(),
                Err(_) => return Some((done(id, Step::Detect), Follow::Over)),
            };
            if now.over {
                return Some((done(id, now.step).id(now.number.to_string()), Follow::Over));
            }
            let event = snapshot(&now.progress).id(now.number.to_string());
            Some((event, Follow::Here { events, seen: Some(now.number) }))
        }
        Follow::Elsewhere { shown, step } => loop {
            let run = id.to_owned();
            let Ok(run) = site.blocking(move |runs| runs.get(&run)).await else {
                return Some((done(id, step), Follow::Over));
            };
            match progress(&run) {
                None => return Some((done(id, step), Follow::Over)),
                Some(progress) if shown.as_ref() != Some(progress) => {
                    let follow = Follow::Elsewhere { shown: Some(progress.clone()), step };
                    return Some((snapshot(progress), follow));
                }
                Some(_) => tokio::time::sleep(LOOK).await,
            }
        },
    }
}

/// The step of the job that goes on, or of the last one: a fresh scan forgets the check before it.
fn job_step(run: &Run) -> Step {
    match (&run.scan_state, &run.plan_state, &run.verify_state) {
        (JobState::Running { .. }, _, _) | (_, JobState::Idle, JobState::Idle) => Step::Detect,
        (_, JobState::Running { .. }, _) | (_, _, JobState::Idle) => Step::Review,
        _ => Step::Verify,
    }
}

fn progress(run: &Run) -> Option<&Progress> {
    [&run.scan_state, &run.plan_state, &run.verify_state].into_iter().find_map(|state| match state {
        JobState::Running { progress } => Some(progress),
        _ => None,
    })
}

fn snapshot(progress: &Progress) -> Event {
    let shown = Shown {
        phase: progress.phase.clone(),
        done: progress.done,
        total: progress.total,
        text: progress.early.clone().unwrap_or_default(),
    };
    let event = Event::default().event("snapshot");
    // A plain struct of texts and numbers always has a form in JSON.
    event.json_data(shown).unwrap_or_default()
}

fn done(id: &str, step: Step) -> Event {
    Event::default().event("done").data(answer::path(id, step))
}
