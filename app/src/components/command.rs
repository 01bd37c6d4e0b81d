//! Lines for a shell, to copy.

use leptos::prelude::*;

use crate::islands::CopyButton;
use crate::words;

/// `id` is the element the copy button reads; `what` names the lines ("the kubectl line").
pub(crate) fn command(id: &str, what: &str, lines: &str) -> AnyView {
    view! {
        <figure class="command">
            <figcaption>
                <span>{words::capitalised(what)}</span>
                <CopyButton target=id.to_owned() what=what.to_owned() />
            </figcaption>
            <pre tabindex="0" role="group" aria-label=words::capitalised(what)>
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
            <figcaption>{words::capitalised(what)}</figcaption>
            <pre tabindex="0" role="group" aria-label=words::capitalised(what)>
                <code>{lines.trim_end().to_owned()}</code>
            </pre>
        </figure>
    }
    .into_any()
}
