//! Mail addresses: the domain stays, as it may be the hint that is needed, the person goes.

use super::{Span, account::mask_name, run_end};

pub(super) fn spans(text: &str) -> Vec<Span> {
    text.match_indices('@')
        .filter_map(|(at, _)| {
            let local = text[..at]
                .rfind(|c| !is_local(c))
                .map_or(0, |before| before + text[before..].chars().next().map_or(0, char::len_utf8));
            let domain =
                &text[at + 1..run_end(text, at + 1, |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))];
            (local < at && is_mail_domain(domain)).then(|| (local..at, mask_name(&text[local..at])))
        })
        .collect()
}

fn is_local(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-')
}

/// A dot and a last label of letters. Digests after an `@` have neither.
fn is_mail_domain(domain: &str) -> bool {
    domain.trim_end_matches('.').rsplit_once('.').is_some_and(|(host, last)| {
        !host.is_empty() && last.len() >= 2 && last.chars().all(|c| c.is_ascii_alphabetic())
    })
}
