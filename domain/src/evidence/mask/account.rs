//! The account in Docker Hub's `You have reached your pull rate limit as 'NAME': …`.

use std::ops::Range;

use super::{DOTS, Span, places, run_end};
use crate::evidence::screen::{Joined, is_border};

/// The word before the account, and how far back it is looked for among what copying put in between.
const BEFORE: &str = "limit";
const FARTHEST_BACK: usize = 40;
/// Opening quotes, also as JSON escapes.
const QUOTES: [&str; 8] = ["'", "\"", "`", "’", "‘", "“", "u0027", "u0022"];

pub(super) fn spans(text: &str) -> Vec<Span> {
    all(text).into_iter().map(|range| (range.clone(), mask_name(&text[range]))).collect()
}

/// The first account's name, masked.
pub(in crate::evidence) fn find_account(text: &str) -> Option<String> {
    let joined = Joined::new(text);
    all(joined.text()).into_iter().next().map(|name| mask_name(&joined.text()[name]))
}

/// A person's or account's name as it may be shown: the first character and dots, of one length for all names.
#[must_use]
pub fn mask_name(name: &str) -> String {
    let mut characters = name.chars();
    match (characters.next(), characters.next()) {
        (Some(first), Some(_)) if first.is_alphanumeric() => format!("{first}{DOTS}"),
        _ => DOTS.to_owned(),
    }
}

/// The names in quotes of any kind after the words `limit as`, wherever copying broke these.
fn all(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, word) in places(text, &["as"]) {
        let inside_last = found.last().is_some_and(|last| at < last.end);
        if !inside_last && follows_limit(&text[..at]) {
            found.extend(quoted_name(text, at + word.len()));
        }
    }
    found
}

fn follows_limit(before: &str) -> bool {
    let letters = before.chars().rev().take(FARTHEST_BACK).filter(|c| !is_filler(*c));
    letters.take(BEFORE.len()).map(|c| c.to_ascii_lowercase()).eq(BEFORE.chars().rev())
}

fn is_filler(c: char) -> bool {
    c.is_whitespace() || is_border(c) || c == '*'
}

/// Accounts have neither blanks nor punctuation, so a name ends there even if its closing quote was cut off.
fn quoted_name(text: &str, after: usize) -> Option<Range<usize>> {
    let quote = run_end(text, after, |c| is_filler(c) || c == '\\');
    let length = QUOTES.iter().find(|opening| text[quote..].starts_with(**opening))?.len();
    let start = quote + length;
    let end = run_end(text, start, |c| {
        !c.is_whitespace() && !matches!(c, ':' | '\\' | '\'' | '"' | '`' | '’' | '‘' | '”' | '“')
    });
    (end > start).then_some(start..end)
}
