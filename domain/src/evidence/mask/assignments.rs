//! Secrets that are named: `password=…`, `"auth": "…"`, `X-Amz-Signature=…`.

use super::{DOTS, Span, places, run_end};

const NAMES: [&str; 14] = [
    "password",
    "passwd",
    "secret",
    "access_token",
    "accesstoken",
    "refresh_token",
    "identitytoken",
    "registrytoken",
    "auth",
    "token",
    "x-amz-signature",
    "x-amz-credential",
    "x-amz-security-token",
    "signature",
];

pub(super) fn spans(text: &str) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    for (at, name) in places(text, &NAMES) {
        if found.last().is_some_and(|(range, _)| range.end > at) {
            continue;
        }
        if let Some((start, end)) = value(text, at + name.len())
            && !text[start..end].starts_with(DOTS)
        {
            found.push((start..end, DOTS.to_owned()));
        }
    }
    found
}

/// After an equals sign, or after a colon if the name was in quotes: `password: …` alone is how sentences end.
fn value(text: &str, after_name: usize) -> Option<(usize, usize)> {
    let quote_end = run_end(text, after_name, is_quote);
    let sign = run_end(text, quote_end, |c| c == ' ');
    let assigned = match text[sign..].chars().next()? {
        '=' => true,
        ':' => quote_end > after_name,
        _ => false,
    };
    if !assigned {
        return None;
    }
    let gap = run_end(text, sign + 1, |c| c == ' ');
    let backslashes = run_end(text, gap, |c| c == '\\');
    let start = backslashes + usize::from(text[backslashes..].starts_with(['"', '\'']));
    let end = if start > gap { quoted_end(text, &text[gap..start], start) } else { word_end(text, start) };
    (end > start).then_some((start, end))
}

fn word_end(text: &str, start: usize) -> usize {
    let ends_word = |c: char| c.is_whitespace() || is_quote(c) || matches!(c, '&' | ',' | ';' | ')' | '}');
    let end = run_end(text, start, |c| !ends_word(c));
    start + text[start..end].trim_end_matches([':', '.']).len()
}

/// Where what was opened closes alike, as often escaped as it was opened; an unclosed one ends with the line.
fn quoted_end(text: &str, opening: &str, start: usize) -> usize {
    let line = &text[start..run_end(text, start, |c| c != '\n')];
    let closing = line
        .match_indices(opening)
        .map(|(at, _)| at)
        .find(|at| opening.starts_with('\\') || !line[..*at].ends_with('\\'));
    start + closing.unwrap_or(line.len())
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '\\')
}
