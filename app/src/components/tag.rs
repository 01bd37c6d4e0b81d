//! A word or two in a frame, coloured by what they mean.

use leptos::prelude::*;

use crate::words::Tone;

/// The text says everything; the colour only repeats it.
pub(crate) fn tag(tone: Tone, text: impl Into<String>) -> AnyView {
    view! { <span class=format!("tag {}", tone.class())>{text.into()}</span> }.into_any()
}
