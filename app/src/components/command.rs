//! Lines for a shell, to copy.

use leptos::prelude::*;

use crate::islands::CopyButton;

/// `id` is the element the copy button reads; `what` names the lines ("the kubectl line").
pub(crate) fn command(id: &str, what: &str, lines: &str) -> AnyView {
    view! {
        <figure class="command">
            <figcaption>
                <span>{capitalised(what)}</span>
                <CopyButton target=id.to_owned() what=what.to_owned() />
            </figcaption>
            <pre tabindex="0" role="group" aria-label=capitalised(what)>
                <code id=id.to_owned()>{lines.trim_end().to_owned()}</code>
            </pre>
        </figure>
    }
    .into_any()
}

/// The same on paper and in files, where nothing can be pressed.
pub(crate) fn printed(what: &str, lines: &str) -> AnyView {
    view! {
        <figure class="command">
            <figcaption>{capitalised(what)}</figcaption>
            <pre tabindex="0" role="group" aria-label=capitalised(what)>
                <code>{lines.trim_end().to_owned()}</code>
            </pre>
        </figure>
    }
    .into_any()
}

/// A label begins with a capital; the copy button's words go on in the middle of a sentence.
fn capitalised(what: &str) -> String {
    let mut letters = what.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
