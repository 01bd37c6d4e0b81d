//! A table. Where the page is too narrow for it, it scrolls inside a frame of its own; on a phone its rows fold,
//! its headings are left to those who hear it, and a cell says by `data-head` what would not be clear without.

use leptos::prelude::*;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    /// Words.
    Text,
    /// Numbers, to the right.
    Number,
    /// Pictures of what another column says; left out where there is no room.
    Drawing,
}

impl Column {
    /// The class of its cells.
    pub(crate) fn class(self) -> Option<&'static str> {
        match self {
            Self::Text => None,
            Self::Number => Some("n"),
            Self::Drawing => Some("drawn"),
        }
    }
}

/// `caption` names it; `columns` are its headings; `rows` are `<tr>` elements.
pub(crate) fn table(caption: &str, columns: &[(&str, Column)], rows: Vec<AnyView>) -> AnyView {
    let heads: Vec<_> = columns
        .iter()
        .map(|&(name, column)| view! { <th scope="col" class=column.class()>{name.to_owned()}</th> })
        .collect();
    view! {
        <div class="scroll" tabindex="0" role="group" aria-label=caption.to_owned()>
            <table>
                <caption>
                    <span>{caption.to_owned()}</span>
                </caption>
                <thead>
                    <tr>{heads}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
