//! Where a line may end inside of the long words of machines: names of images, paths, commands. What is copied
//! stays as it was.

use leptos::prelude::*;

/// A name that may go on in the next line after a slash or a comma, and before a digest. A tag stays with its name.
pub(crate) fn breakable(text: &str) -> AnyView {
    let views: Vec<_> = pieces(text)
        .into_iter()
        .enumerate()
        .map(|(at, piece)| {
            let piece = piece.to_owned();
            if at == 0 { piece.into_any() } else { view! { <wbr />{piece} }.into_any() }
        })
        .collect();
    views.into_any()
}

/// A line for a shell. An option stays whole: "-" at the end of a line reads as something else.
pub(crate) fn shell_line(text: &str) -> AnyView {
    text.split_inclusive([' ', '='])
        .map(|word| {
            let option = word.trim_end_matches([' ', '=', '\n']);
            if !option.starts_with('-') {
                return breakable(word);
            }
            // An empty text would be rendered as a blank.
            let rest = word.get(option.len()..).filter(|rest| !rest.is_empty()).map(str::to_owned);
            view! { <span class="flag">{option.to_owned()}</span> {rest} }.into_any()
        })
        .collect::<Vec<_>>()
        .into_any()
}

fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut from = 0;
    let (mut earlier, mut before) = (None, None);
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let after = letters.peek().map(|&(_, next)| next);
        let goes_on = |next: Option<char>| next.is_some_and(char::is_alphanumeric);
        let may_break = match letter {
            '@' => goes_on(before) && goes_on(after),
            other => matches!(before, Some('/' | ',')) && goes_on(earlier) && other.is_alphanumeric(),
        };
        if may_break {
            pieces.extend(text.get(from..at));
            from = at;
        }
        (earlier, before) = (before, Some(letter));
    }
    pieces.extend(text.get(from..));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_breaks_between_its_parts_only() {
        for (text, wanted) in [
            ("quay.io/cortexlabs/operator:0.22.1", vec!["quay.io/", "cortexlabs/", "operator:0.22.1"]),
            ("nginx@sha256:5d1c", vec!["nginx", "@sha256:5d1c"]),
            ("pods,events", vec!["pods,", "events"]),
            ("https://quay.io/v2", vec!["https://quay.io/", "v2"]),
            ("/dev/stdin", vec!["/dev/", "stdin"]),
            ("image: nginx", vec!["image: nginx"]),
            ("", vec![""]),
        ] {
            assert_eq!(pieces(text), wanted, "{text}");
        }
    }
}
