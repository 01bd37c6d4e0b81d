//! The program's own pictures, drawn in the ink of the text beside them.

use leptos::prelude::*;

/// Which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Icon {
    /// The mark: a gauge whose needle is past the middle.
    Brand,
    /// Something is wrong.
    Alert,
    /// As it should be.
    Good,
    /// Cannot be told.
    Question,
    /// Take a file away.
    Download,
}

/// Always beside words, so hidden from those who hear the page.
pub(crate) fn icon(which: Icon) -> AnyView {
    match which {
        Icon::Brand => view! {
            <svg class="icon brand-mark" viewBox="0 0 22 22" aria-hidden="true">
                <path d="M2 15.5a9 9 0 0 1 18 0" />
                <path class="needle" d="M11 15.5 15.8 8" />
                <circle cx="11" cy="15.5" r="1.9" />
            </svg>
        }
        .into_any(),
        Icon::Alert => outline("M11 2.6 20.2 18.6H1.8ZM11 8.6v4.4M11 15.7v.2"),
        Icon::Good => outline("M20 11a9 9 0 1 1-18 0 9 9 0 0 1 18 0ZM7 11.2l2.8 2.8 5.2-5.6"),
        Icon::Question => outline(
            "M20 11a9 9 0 1 1-18 0 9 9 0 0 1 18 0ZM8.4 8.7a2.6 2.6 0 1 1 3.6 2.4c-.8.3-1 .8-1 1.6M11 15.6v.1",
        ),
        Icon::Download => outline("M11 3v10.4M6.6 9.2 11 13.6l4.4-4.4M3.4 18.4h15.2"),
    }
}

/// A path in the width of the text's strokes.
fn outline(path: &'static str) -> AnyView {
    view! {
        <svg class="icon" viewBox="0 0 22 22" aria-hidden="true">
            <path d=path />
        </svg>
    }
    .into_any()
}
