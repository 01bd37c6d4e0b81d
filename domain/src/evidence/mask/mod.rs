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

use super::screen::Joined;

pub(super) use account::find_account;
pub use account::mask_name;

/// Stands for everything that was taken out, whatever its length.
const DOTS: &str = "•••••";

/// A part of the text and what is put in its place.
type Span = (Range<usize>, String);

/// The text without account names, token ids, tokens, passwords, signatures, mail addresses' local parts and
/// terminal control sequences. Masking a masked text changes nothing.
#[must_use]
pub fn mask(text: &str) -> String {
    [control::spans, account::spans, assignments::spans, tokens::spans, email::spans, url::spans]
        .iter()
        .fold(text.to_owned(), |text, find| replace(&text, *find))
}

/// Replaces what `find` gives, spans in order that do not overlap. A screen may have broken a secret in two, so it
/// is looked for in the joined lines and replaced in the text as it is.
fn replace(text: &str, find: fn(&str) -> Vec<Span>) -> String {
    let joined = Joined::new(text);
    let mut result = String::with_capacity(text.len());
    let mut rest = 0;
    for (range, replacement) in find(joined.text()) {
        let place = joined.origin(&range);
        result.push_str(&text[rest..place.start]);
        result.push_str(&replacement);
        rest = place.end;
    }
    result.push_str(&text[rest..]);
    result
}

/// Where the run of characters that fit ends, from `start` on.
fn run_end(text: &str, start: usize, fits: impl Fn(char) -> bool) -> usize {
    text[start..].find(|c| !fits(c)).map_or(text.len(), |length| start + length)
}

/// Every place where one of the ASCII `needles` (lower case) begins, in order, whatever the letter case there.
fn places<'a>(text: &str, needles: &'a [&str]) -> Vec<(usize, &'a str)> {
    let lower = text.to_ascii_lowercase();
    let mut found: Vec<_> =
        needles.iter().flat_map(|needle| lower.match_indices(needle).map(|(at, _)| (at, *needle))).collect();
    found.sort_by_key(|(at, needle)| (*at, needle.len()));
    found
}

#[cfg(test)]
mod tests;
