//! Sentences of the domain, in which words between backticks are meant to be typed.

use leptos::prelude::*;

use super::shell_line;

/// Backticks become code; one that has no partner stays as it is.
pub(crate) fn prose(text: &str) -> AnyView {
    pieces(text)
        .into_iter()
        .map(|(code, piece)| {
            if code {
                view! { <code>{shell_line(piece)}</code> }.into_any()
            } else {
                piece.to_owned().into_any()
            }
        })
        .collect::<Vec<_>>()
        .into_any()
}

fn pieces(text: &str) -> Vec<(bool, &str)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, code, after)) = rest
        .split_once('`')
        .and_then(|(before, opened)| opened.split_once('`').map(|(code, after)| (before, code, after)))
    {
        pieces.extend([(false, before), (true, code)]);
        rest = after;
    }
    pieces.push((false, rest));
    pieces.retain(|(_, piece)| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_stands_between_pairs_of_backticks() {
        for (text, wanted) in [
            ("run `kubectl` twice", vec![(false, "run "), (true, "kubectl"), (false, " twice")]),
            ("`a``b`", vec![(true, "a"), (true, "b")]),
            ("it`s", vec![(false, "it`s")]),
            ("", vec![]),
        ] {
            assert_eq!(pieces(text), wanted, "{text}");
        }
    }
}
