//! A message made ready for the rules: masked, cleaned of what copying did to it, and searchable.

use std::ops::Range;

use super::{mask, names::Names};

/// Longest telling part that is cut out, in bytes of the masked message.
const LONGEST_EXCERPT: usize = 400;

/// One message in three shapes of the same meaning.
///
/// * `masked` is what may be shown.
/// * `text` is `masked` without table borders, bold marks and escapes, with single blanks, in lower case.
/// * `words` is `text` with image names and addresses overwritten, so that no rule is fooled by a repository called
///   `toomanyrequests` or a tag `429`. Places are byte ranges of `text` and `words` alike.
pub(super) struct Message {
    masked: String,
    text: String,
    words: String,
    origin: Vec<Range<usize>>,
    names: Names,
}

impl Message {
    pub(super) fn new(message: &str, image: Option<&str>) -> Self {
        let masked = mask(message);
        let (cleaned, origin) = clean(&masked);
        let names = Names::find(&cleaned, image);
        let text = cleaned.to_ascii_lowercase();
        let mut words = text.clone();
        for range in names.hidden() {
            words.replace_range(range.clone(), &"#".repeat(range.len()));
        }
        Self { masked, text, words, origin, names }
    }

    /// The registries that the message names.
    pub(super) fn names(&self) -> &Names {
        &self.names
    }

    /// The cleaned text in lower case, addresses and names included.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The cleaned text in lower case with names and addresses overwritten.
    pub(super) fn words(&self) -> &str {
        &self.words
    }

    /// Where the phrase first stands outside of names and addresses. Blanks do not matter, since copying loses
    /// and adds them; the phrase is in lower case.
    pub(super) fn find(&self, phrase: &str) -> Option<Range<usize>> {
        find_loosely(&self.words, phrase)
    }

    /// Where the phrase stands anywhere, addresses included.
    pub(super) fn find_anywhere(&self, phrase: &str) -> Option<Range<usize>> {
        find_loosely(&self.text, phrase)
    }

    pub(super) fn has(&self, phrase: &str) -> bool {
        self.find(phrase).is_some()
    }

    /// The first of the phrases, in their order, that the message has.
    pub(super) fn first_of(&self, phrases: &[&str]) -> Option<Range<usize>> {
        phrases.iter().find_map(|phrase| self.find(phrase))
    }

    /// The place widened to the clause around it: from the end of the clause before to the next stop, quote, or
    /// colon.
    pub(super) fn clause(&self, place: &Range<usize>) -> Range<usize> {
        let before = &self.text[..place.start];
        let start = [": ", "\"", "; ", "] "]
            .iter()
            .filter_map(|stop| before.rfind(stop).map(|at| at + stop.len()))
            .max()
            .unwrap_or(0);
        let after = &self.text[place.end..];
        let length = [": ", "\"", ". ", "; "].iter().filter_map(|stop| after.find(stop)).min();
        start..length.map_or(self.text.len(), |length| place.end + length)
    }

    /// Whether the place reads so in the message itself, letter case included.
    pub(super) fn excerpt_is(&self, place: &Range<usize>, expected: &str) -> bool {
        self.excerpt(place) == expected
    }

    /// That part of the masked message from which the place was read, always a substring of it.
    pub(super) fn excerpt(&self, place: &Range<usize>) -> &str {
        let (Some(first), Some(last)) =
            (self.origin.get(place.start), place.end.checked_sub(1).and_then(|last| self.origin.get(last)))
        else {
            return "";
        };
        if first.start >= last.end {
            return "";
        }
        let mut end = last.end.min(first.start + LONGEST_EXCERPT);
        while !self.masked.is_char_boundary(end) {
            end -= 1;
        }
        self.masked[first.start..end].trim()
    }
}

/// Finds the phrase, skipping blanks on both sides of the comparison.
fn find_loosely(text: &str, phrase: &str) -> Option<Range<usize>> {
    let text = text.as_bytes();
    let mut phrase = phrase.bytes().filter(|b| *b != b' ');
    let first = phrase.next()?;
    let starts = text.iter().enumerate().filter(|(_, b)| **b == first).map(|(start, _)| start);
    starts.filter_map(|start| match_loosely(text, start, phrase.clone()).map(|end| start..end)).next()
}

fn match_loosely(text: &[u8], start: usize, rest_of_phrase: impl Iterator<Item = u8>) -> Option<usize> {
    let mut at = start + 1;
    for expected in rest_of_phrase {
        while text.get(at) == Some(&b' ') {
            at += 1;
        }
        if text.get(at) != Some(&expected) {
            return None;
        }
        at += 1;
    }
    Some(at)
}

/// Undoes what logs, JSON and screens did to the text, and remembers for each byte where it came from.
fn clean(masked: &str) -> (String, Vec<Range<usize>>) {
    let mut text = String::with_capacity(masked.len());
    let mut origin = Vec::with_capacity(masked.len());
    let mut at = 0;
    while let Some(character) = masked[at..].chars().next() {
        let (length, meant) = read_one(&masked[at..], character);
        let repeated_blank = meant == Some(' ') && (text.is_empty() || text.ends_with(' '));
        if let Some(meant) = meant.filter(|_| !repeated_blank) {
            text.push(meant);
            origin.extend(std::iter::repeat_n(at..at + length, meant.len_utf8()));
        }
        at += length;
    }
    (text, origin)
}

/// The number of bytes to take and the character they stand for, if any.
fn read_one(rest: &str, character: char) -> (usize, Option<char>) {
    if let Some(length) = screen_break(rest) {
        return (length, None);
    }
    let length = character.len_utf8();
    match character {
        '\\' => escape(rest),
        '*' | '\u{200b}'..='\u{200d}' | '\u{feff}' | '\u{ad}' => (length, None),
        border if is_border(border) => (length, None),
        '“' | '”' => (length, Some('"')),
        '‘' | '’' => (length, Some('\'')),
        blank if blank.is_whitespace() => (length, Some(' ')),
        other => (length, Some(other)),
    }
}

fn is_border(c: char) -> bool {
    ('\u{2500}'..='\u{257f}').contains(&c)
}

/// The length of a line break inside a table, as k9s draws it: one blank, border, line feed, border, one blank. The
/// words before and after belong together without a blank; where there was one it is there besides.
fn screen_break(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix(' ').unwrap_or(rest);
    let after = after.strip_prefix(is_border)?.strip_prefix('\n')?.strip_prefix(is_border)?;
    let after = after.strip_prefix(' ').unwrap_or(after);
    Some(rest.len() - after.len())
}

/// One escape, however often it was escaped again: `\n` is a blank, `\u003c` a character, `\"` a quote.
fn escape(rest: &str) -> (usize, Option<char>) {
    let backslashes = rest.len() - rest.trim_start_matches('\\').len();
    let escaped = &rest[backslashes..];
    match escaped.as_bytes().first() {
        Some(b'n' | b'r' | b't') => (backslashes + 1, Some(' ')),
        Some(b'u') => {
            let code = escaped.get(1..5).and_then(|digits| u32::from_str_radix(digits, 16).ok());
            match code.and_then(char::from_u32).filter(char::is_ascii) {
                Some(character) => (backslashes + 5, Some(character)),
                None => (backslashes, None),
            }
        }
        _ => (backslashes, None),
    }
}
