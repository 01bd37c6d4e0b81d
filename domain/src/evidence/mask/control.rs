//! Control characters. Colour codes hide words from the rules, and others could rewrite the reader's terminal.

use super::Span;

/// Escape sequences are dropped; other control characters but line feed and tab become blanks.
pub(super) fn spans(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut characters = text.char_indices().peekable();
    while let Some((start, character)) = characters.next() {
        if !character.is_control() || matches!(character, '\n' | '\t') {
            continue;
        }
        let mut end = start + character.len_utf8();
        let mut replacement = " ";
        if character == '\u{1b}' && characters.next_if(|(_, next)| *next == '[').is_some() {
            // A control sequence: parameters, then one final character from @ to ~ (ECMA-48, 5.4).
            end += 1;
            replacement = "";
            while characters.next_if(|(_, next)| matches!(next, ' '..='?')).is_some() {
                end += 1;
            }
            if characters.next_if(|(_, next)| matches!(next, '@'..='~')).is_some() {
                end += 1;
            }
        }
        found.push((start..end, replacement.to_owned()));
    }
    found
}
