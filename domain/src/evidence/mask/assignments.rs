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
    let quote_end = run_end(text, after_name, |c| matches!(c, '"' | '\'' | '\\'));
    let sign = run_end(text, quote_end, |c| c == ' ');
    let assigned = match text[sign..].chars().next()? {
        '=' => true,
        ':' => quote_end > after_name,
        _ => false,
    };
    let gap = run_end(text, sign + 1, |c| c == ' ');
    let start = run_end(text, gap, |c| matches!(c, '"' | '\'' | '\\'));
    let quoted = start > gap;
    let end = run_end(text, start, |c| match c {
        '"' | '\'' | '\\' => false,
        '&' | ',' | ';' | ')' | '}' => quoted,
        other => quoted || !other.is_whitespace(),
    });
    (assigned && end > start).then_some((start, end))
}
