//! Tokens that are known by their shape: Docker's own, what follows `Bearer` and `Basic`, and web tokens.

use super::{DOTS, Span, places, run_end};

/// Shorter words after `Basic` or `Bearer` are English.
const SHORTEST_CREDENTIAL: usize = 8;

pub(super) fn spans(text: &str) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    for (at, shape) in places(text, &["dckr_", "bearer", "basic", "eyj"]) {
        if found.last().is_some_and(|(range, _)| range.end > at) {
            continue;
        }
        let secret = match shape {
            "dckr_" => docker_token(text, at),
            "eyj" => web_token(text, at),
            scheme => credential(text, at + scheme.len()),
        };
        if let Some((start, end)) = secret {
            found.push((start..end, DOTS.to_owned()));
        }
    }
    found
}

fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '=' | '+' | '/' | '~')
}

/// `dckr_pat_…`, `dckr_oat_…`, `dckr_jti_…`: the kind stays readable, the rest goes.
fn docker_token(text: &str, at: usize) -> Option<(usize, usize)> {
    let kind = at + "dckr_".len();
    let start = run_end(text, kind, |c| c.is_ascii_alphabetic());
    let start = start + usize::from(text[start..].starts_with('_'));
    let end = run_end(text, start, is_token);
    (end > start).then_some((start, end))
}

/// Three base64url parts; the first is a JSON object, which always starts alike.
fn web_token(text: &str, at: usize) -> Option<(usize, usize)> {
    let end = run_end(text, at, |c| is_token(c) || c == '.');
    let long_enough = end - at > 20 && text[at..].starts_with("eyJ");
    long_enough.then_some((at, end))
}

/// The word after an authorization scheme, unless it is plain English such as `basic authentication`, or the
/// parameters of a challenge.
fn credential(text: &str, after_scheme: usize) -> Option<(usize, usize)> {
    let start = run_end(text, after_scheme, |c| c == ' ' || c == '\t');
    if start == after_scheme {
        return None;
    }
    let end = run_end(text, start, |c| is_token(c) || c == '.');
    let word = &text[start..end];
    let secret = word.len() >= SHORTEST_CREDENTIAL
        && word.chars().skip(1).any(|c| c.is_ascii_digit() || c.is_ascii_uppercase())
        && !word.contains("realm=");
    secret.then_some((start, end))
}
