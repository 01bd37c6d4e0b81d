//! Takes secrets and names of people out of a text before it is shown, stored or sent.
//!
//! Messages carry more than they should: Docker Hub names the account and a token id when an account's limit is
//! used up, storage addresses are signed, and what people paste holds passwords. Masking is one-sided: a harmless
//! word lost is better than a secret kept.

mod account;
mod assignments;
mod control;
mod email;
mod tokens;
mod url;

use std::ops::Range;

pub(super) use account::{find as find_account, masked_name};

/// Stands for everything that was taken out, whatever its length.
const DOTS: &str = "•••••";

/// A part of the text and what is put in its place.
type Span = (Range<usize>, String);

/// The text without account names, token ids, tokens, passwords, signatures, mail addresses' local parts and
/// terminal control sequences. Masking a masked text changes nothing.
#[must_use]
pub fn mask(text: &str) -> String {
    [control::spans, account::spans, url::spans, assignments::spans, tokens::spans, email::spans]
        .iter()
        .fold(text.to_owned(), |text, spans| replace(&text, spans(&text)))
}

/// Replaces spans, which must be in order and must not overlap.
fn replace(text: &str, spans: Vec<Span>) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = 0;
    for (range, replacement) in spans {
        result.push_str(&text[rest..range.start]);
        result.push_str(&replacement);
        rest = range.end;
    }
    result.push_str(&text[rest..]);
    result
}

/// Where the run of characters that fit ends, from `start` on.
fn run_end(text: &str, start: usize, fits: impl Fn(char) -> bool) -> usize {
    text[start..].find(|c| !fits(c)).map_or(text.len(), |length| start + length)
}

/// Every place where one of the ASCII `needles` (lower case) begins, in order, whatever the letter case there.
fn places<'a>(text: &'a str, needles: &'a [&str]) -> impl Iterator<Item = (usize, &'a str)> {
    text.char_indices().filter_map(move |(at, _)| {
        let rest = &text.as_bytes()[at..];
        needles
            .iter()
            .find(|needle| {
                rest.len() >= needle.len() && rest[..needle.len()].eq_ignore_ascii_case(needle.as_bytes())
            })
            .map(|needle| (at, *needle))
    })
}

#[cfg(test)]
mod tests;
