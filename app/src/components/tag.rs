//! A word or two in a frame, coloured by what they mean.

use leptos::prelude::*;

use super::{Icon, icon};
use crate::words::{Tone, capitalised};

/// The text says everything; the colour only repeats it.
pub(crate) fn tag(tone: Tone, text: impl Into<String>) -> AnyView {
    view! { <span class=format!("tag {}", tone.class())>{text.into()}</span> }.into_any()
}

/// What stands above the sentence of a verdict or a result.
pub(crate) fn in_a_word(tone: Tone, word: &str) -> AnyView {
    let mark = match tone {
        Tone::Bad | Tone::Warn => Icon::Alert,
        Tone::Good => Icon::Good,
        Tone::Plain => Icon::Question,
    };
    view! { <p class="verdict-word">{icon(mark)} <span>{capitalised(word)}</span></p> }.into_any()
}
