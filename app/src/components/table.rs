//! A table that scrolls inside a frame of its own where the page is too narrow for it.

use leptos::prelude::*;

/// `caption` names it; `columns` are its headings, numbers marked with true; `rows` are `<tr>` elements.
pub(crate) fn table(caption: &str, columns: &[(&str, bool)], rows: Vec<AnyView>) -> AnyView {
    let heads: Vec<_> = columns
        .iter()
        .map(|&(name, number)| view! { <th scope="col" class=number.then_some("n")>{name.to_owned()}</th> })
        .collect();
    view! {
        <div class="scroll" tabindex="0" role="group" aria-label=caption.to_owned()>
            <table>
                <caption>{caption.to_owned()}</caption>
                <thead>
                    <tr>{heads}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
