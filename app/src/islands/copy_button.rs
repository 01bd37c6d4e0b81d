//! The button beside a command or a message that puts its text on the clipboard.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::browser::{Copied, copy_text_of};

/// How long "Copied" stays. It has to go again, or a second copy would not be announced.
const SAID_FOR: Duration = Duration::from_secs(4);

/// Copies the text of the element whose id is `target`, and says so.
///
/// `what` names it for those who hear the page ("Copy the kubectl line"). Without script the button stays
/// hidden and the text can be selected as any other.
#[island]
pub fn CopyButton(target: String, what: String) -> impl IntoView {
    let (ready, set_ready) = signal(false);
    let (said, set_said) = signal("");
    Effect::new(move || set_ready.set(true));

    let copy = move |_| {
        let target = target.clone();
        spawn_local(async move {
            set_said.set(match copy_text_of(&target).await {
                Copied::Done => "Copied",
                Copied::SelectedOnly => "Selected, now copy it with the keyboard",
                Copied::Nothing => "Could not copy",
            });
            set_timeout(move || set_said.set(""), SAID_FOR);
        });
    };

    view! {
        <span class="copy">
            <button type="button" class="button quiet small" hidden=move || !ready.get() on:click=copy>
                "Copy " <span class="vh">{what}</span>
            </button>
            <span role="status" class="small soft">
                {said}
            </span>
        </span>
    }
}
