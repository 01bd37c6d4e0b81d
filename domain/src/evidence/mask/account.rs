//! The account in Docker Hub's `You have reached your pull rate limit as 'NAME': …`.

use std::ops::Range;

use super::{DOTS, Span, places, run_end};

/// An account's name is shorter than this; a quote that closes later belongs to something else.
const LONGEST_NAME: usize = 120;

pub(super) fn spans(text: &str) -> Vec<Span> {
    all(text).map(|range| (range.clone(), masked_name(&text[range]))).collect()
}

/// Where the first account's name stands, in clear or masked.
pub(in crate::evidence) fn find(text: &str) -> Option<Range<usize>> {
    all(text).next()
}

/// The first character and dots, of one length for all names.
pub(in crate::evidence) fn masked_name(name: &str) -> String {
    let mut characters = name.chars();
    match (characters.next(), characters.next()) {
        (Some(first), Some(_)) if first.is_alphanumeric() => format!("{first}{DOTS}"),
        _ => DOTS.to_owned(),
    }
}

/// After the words `limit as`, wherever copying broke them, a name in quotes of any kind.
fn all(text: &str) -> impl Iterator<Item = Range<usize>> {
    places(text, &["as"]).filter_map(move |(at, _)| {
        let before = text[..at].trim_end_matches(is_filler);
        let follows_limit = before.len() < at && before.len() >= 5 && ends_with_limit(before);
        if follows_limit { quoted_name(text, at + 2) } else { None }
    })
}

/// Table borders of a copied screen may stand inside the word.
fn ends_with_limit(text: &str) -> bool {
    let letters: String = text.chars().rev().filter(|c| !is_filler(*c)).take(5).collect();
    letters.eq_ignore_ascii_case("timil")
}

fn is_filler(c: char) -> bool {
    c.is_whitespace() || ('\u{2500}'..='\u{257f}').contains(&c) || c == '*'
}

fn quoted_name(text: &str, after: usize) -> Option<Range<usize>> {
    let mut start = run_end(text, after, |c| is_filler(c) || c == '\\');
    let rest = &text[start..];
    let quote = ["'", "\"", "`", "’", "‘", "“", "u0027", "u0022"]
        .into_iter()
        .find(|quote| rest.starts_with(quote))?;
    start += quote.len();
    let closing: &[&str] = match quote {
        "’" | "‘" => &["’", "'"],
        "“" => &["”", "\""],
        "u0027" => &["\\u0027"],
        "u0022" => &["\\u0022"],
        same => &[same],
    };
    let inside = &text[start..];
    let end = closing.iter().filter_map(|quote| inside.find(quote)).min().filter(|end| *end <= LONGEST_NAME);
    let end = end.unwrap_or_else(|| run_end(inside, 0, |c| !c.is_whitespace() && c != ':'));
    let name = inside[..end].trim_end_matches('\\');
    (!name.is_empty()).then(|| start..start + name.len())
}
