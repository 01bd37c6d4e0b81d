//! The contexts of a kubeconfig, to choose one.

use leptos::prelude::*;

use super::{breakable, prose, shell_line};
use crate::view::ContextChoice;

/// Radio buttons named `context`; the chosen one, else the current one, else the first is set.
pub(crate) fn context_choices(contexts: &[ContextChoice], chosen: Option<&str>) -> AnyView {
    let set = chosen
        .and_then(|name| contexts.iter().position(|context| context.name == name))
        .or_else(|| contexts.iter().position(|context| context.current))
        .unwrap_or(0);
    let items: Vec<_> =
        contexts.iter().enumerate().map(|(at, context)| context_choice(context, at, at == set)).collect();
    view! { <div class="options">{items}</div> }.into_any()
}

fn context_choice(context: &ContextChoice, at: usize, set: bool) -> AnyView {
    let id = format!("context-{at}");
    let note = format!("{id}-note");
    let server = context.server.clone().unwrap_or_else(|| "no server named".to_owned());
    let runs = context.runs.as_ref().map(|command| {
        view! {
            <span class="option-note">"Runs " <code>{shell_line(command)}</code> " to sign in, when chosen"</span>
        }
    });
    view! {
        <div class="option">
            <input
                type="radio"
                name="context"
                id=id.clone()
                value=context.name.clone()
                checked=set
                required
                aria-describedby=note.clone()
            />
            <label for=id>
                {breakable(&context.name)}
                {context.current.then(|| view! { <span class="tag plain">"current"</span> })}
            </label>
            <div class="option-notes" id=note>
                <span class="mono">{breakable(&server)}</span>
                {runs}
            </div>
        </div>
    }
    .into_any()
}

/// What stands in place of the list when there is none.
pub(crate) fn no_contexts(looked: &[String]) -> AnyView {
    let looked: Vec<_> = looked.iter().map(|place| view! { <li class="mono">{place.clone()}</li> }).collect();
    view! {
        <div class="empty">
            <p><b>"No kubeconfig was found."</b> " It was looked for here:"</p>
            <ul class="plain-list">{looked}</ul>
            <p>
                "Start Unthrottle with " {prose("`--kubeconfig FILE`")} ", or give it files or pasted output below."
            </p>
        </div>
    }
    .into_any()
}
