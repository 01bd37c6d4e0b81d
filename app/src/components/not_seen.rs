//! What could not be seen, why, and what that means: as important as what could.

use domain::facts::NotSeen;
use leptos::prelude::*;

use super::prose;
use crate::words;

/// Nothing when everything was seen.
pub(crate) fn not_seen(all: &[NotSeen]) -> Option<AnyView> {
    if all.is_empty() {
        return None;
    }
    let items: Vec<_> = all
        .iter()
        .map(|gap| {
            view! {
                <li>
                    <h3>{words::capitalised(&gap.what)}</h3>
                    <p>{prose(&gap.why)}</p>
                    <p class="soft">{prose(&gap.effect)}</p>
                </li>
            }
        })
        .collect();
    Some(
        view! {
            <section id="not-seen">
                <h2>"What could not be seen"</h2>
                <ul class="notes">{items}</ul>
            </section>
        }
        .into_any(),
    )
}
