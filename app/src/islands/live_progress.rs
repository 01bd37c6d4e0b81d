//! How far a job is, kept up to date by server-sent events.

use std::time::Duration;

use leptos::prelude::*;

use super::browser::{Events, go_to, now_ms};
use crate::progress::{Delta, Progress};

/// Whether what is shown is current.
#[derive(Clone, Copy, PartialEq)]
enum Link {
    /// As the server rendered it; no script has run.
    Rendered,
    /// Events come in.
    Live,
    /// Lost, the browser is trying again.
    Lost,
    /// Lost, and the server no longer offers this stream.
    Ended,
}

/// Shows `start` and follows the events at the address `events`.
///
/// Events: `snapshot` with a [`Progress`] and `delta` with a [`Delta`], both JSON, and `done` with the path of
/// the page to go to. Each should carry an id, so that a reconnect goes on where it was. Without script the
/// page shows the state at load and a link to load it again.
#[island]
pub fn LiveProgress(events: String, start: Progress) -> impl IntoView {
    let (heard, set_heard) = signal(start.clone());
    let (progress, set_progress) = signal(start);
    let (link, set_link) = signal(Link::Rendered);
    let (silent_for, set_silent_for) = signal(0_u64);

    Effect::new(move || follow(&events, set_progress, set_link, set_silent_for));
    let heard_at = StoredValue::new(f64::MIN);
    Effect::new(move || {
        let now = progress.get();
        if now.worth_saying(&heard.get_untracked(), now_ms() - heard_at.get_value()) {
            heard_at.set_value(now_ms());
            set_heard.set(now);
        }
    });

    view! {
        <div class="progress">
            <p>
                <b>{move || progress.with(|now| now.phase.clone())}</b>
                " "
                <span class="num">{move || progress.with(Progress::count)}</span>
            </p>
            <progress
                aria-label=move || progress.with(|now| now.phase.clone())
                max=move || progress.with(|now| now.total)
                value=move || progress.with(|now| now.total.map(|_| now.done))
            ></progress>
            <p class="soft">{move || progress.with(|now| now.text.clone())}</p>
            <p class="vh" role="status">
                {move || heard.with(Progress::sentence)}
            </p>
            <p class="small" hidden=move || link.get() == Link::Live>
                {move || match link.get() {
                    Link::Lost => format!("Reconnecting… last update {} s ago. ", silent_for.get()),
                    Link::Ended => "The connection has ended. ".to_owned(),
                    Link::Rendered | Link::Live => String::new(),
                }}
                <a href="">"Refresh"</a>
            </p>
        </div>
    }
}

/// Subscribes to the events. The stream and its timer live as long as the page.
fn follow(
    address: &str,
    set_progress: WriteSignal<Progress>,
    set_link: WriteSignal<Link>,
    set_silent_for: WriteSignal<u64>,
) {
    let Some(events) = Events::open(address) else { return set_link.set(Link::Ended) };
    let heard_from = StoredValue::new(now_ms());
    let alive = move || {
        heard_from.set_value(now_ms());
        set_link.set(Link::Live);
    };
    // An event that cannot be read was made by another version of the server; the next page load cures it.
    events.on("snapshot", move |data| {
        if let Ok(snapshot) = serde_json::from_str(&data) {
            set_progress.set(snapshot);
            alive();
        }
    });
    events.on("delta", move |data| {
        if let Ok(delta) = serde_json::from_str::<Delta>(&data) {
            set_progress.update(|progress| progress.apply(delta));
            alive();
        }
    });
    let stream = events.clone();
    events.on("done", move |path| {
        stream.close();
        go_to(&path);
    });
    events.on_lost(move |trying| set_link.set(if trying { Link::Lost } else { Link::Ended }));
    set_interval(
        move || set_silent_for.set(((now_ms() - heard_from.get_value()) / 1000.0) as u64),
        Duration::from_secs(1),
    );
}
