//! Lines for a shell, to copy.

use leptos::prelude::*;

use super::shell_line;
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
            <pre>
                <code id=id.to_owned()>{typed(lines)}</code>
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
            <pre>
                <code>{typed(lines)}</code>
            </pre>
        </figure>
    }
    .into_any()
}

/// Each line in an element of its own, so that a wrapped one is told from the next by its indent. The line
/// breaks stay in the text, which is what gets copied.
fn typed(lines: &str) -> Vec<AnyView> {
    lines
        .trim_end()
        .split_inclusive('\n')
        .map(|line| view! { <span class="line">{shell_line(line)}</span> }.into_any())
        .collect()
}
