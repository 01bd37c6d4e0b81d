//! Addresses: who is logged in, and the values of parameters.
//!
//! Signed storage addresses carry credentials under many names, and token addresses carry the account's, so values
//! are shown only for the few parameters that say which registry and repository were asked for.

use super::{DOTS, Span, run_end};

/// Parameters of the registry protocol and of token requests that hold no secret.
const HARMLESS: [&str; 9] = ["scope", "service", "ns", "digest", "mount", "from", "n", "last", "client_id"];

pub(super) fn spans(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(scheme) = text[from..].find("://") {
        let start = from + scheme + "://".len();
        let end =
            run_end(text, start, |c| !c.is_whitespace() && !matches!(c, '"' | '\'' | '<' | '>' | '`' | '\\'));
        user(&text[start..end], start, &mut found);
        parameters(&text[start..end], start, &mut found);
        from = end;
    }
    found
}

fn user(address: &str, offset: usize, found: &mut Vec<Span>) {
    let authority = &address[..run_end(address, 0, |c| !matches!(c, '/' | '?' | '#'))];
    if let Some(end) = authority.rfind('@')
        && &authority[..end] != DOTS
    {
        found.push((offset..offset + end, DOTS.to_owned()));
    }
}

fn parameters(address: &str, offset: usize, found: &mut Vec<Span>) {
    let Some(query) = address.find('?') else { return };
    let mut start = query + 1;
    for parameter in address[start..].split('&') {
        if let Some((name, value)) = parameter.split_once('=')
            && !HARMLESS.contains(&name)
        {
            let value_start = offset + start + name.len() + 1;
            // The message goes on after the address: `…?verify=1-2: connection reset`.
            let value = value.trim_end_matches([':', ',', '.', ';', ')', ']']);
            if !value.is_empty() {
                found.push((value_start..value_start + value.len(), DOTS.to_owned()));
            }
        }
        start += parameter.len() + 1;
    }
}
