//! A message made ready for the rules: masked, cleaned of what copying did to it, and searchable.

use std::ops::Range;

use super::{
    loose::LooseText,
    mask,
    names::Names,
    screen::{Joined, is_border},
};

/// Longest telling part that is cut out, in bytes of the masked message.
const LONGEST_EXCERPT: usize = 400;

/// One message in four shapes of the same meaning.
///
/// * `masked` is what may be shown.
/// * `spelled` is `masked` without table borders, bold marks and escapes, with single blanks.
/// * `text` is `spelled` in lower case.
/// * `words` is `text` with image names and addresses overwritten, so that no rule is fooled by a repository called
///   `toomanyrequests` or a tag `429`. Places are byte ranges of `spelled`, `text` and `words` alike.
pub(super) struct Message {
    masked: String,
    spelled: String,
    text: String,
    words: String,
    searchable_text: LooseText,
    searchable_words: LooseText,
    origin: Vec<Range<usize>>,
    names: Names,
}

impl Message {
    pub(super) fn new(message: &str, image: Option<&str>) -> Self {
        let masked = mask(message);
        let (spelled, origin) = clean(&masked);
        let names = Names::find(&spelled, image);
        let text = spelled.to_ascii_lowercase();
        let mut words = text.clone().into_bytes();
        for range in names.hidden() {
            words[range.clone()].fill(b'#');
        }
        let words = String::from_utf8_lossy(&words).into_owned();
        let (searchable_text, searchable_words) = (LooseText::new(&text), LooseText::new(&words));
        Self { masked, spelled, text, words, searchable_text, searchable_words, origin, names }
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
        self.searchable_words.find(phrase)
    }

    /// Where the phrase stands anywhere, addresses included.
    pub(super) fn find_anywhere(&self, phrase: &str) -> Option<Range<usize>> {
        self.searchable_text.find(phrase)
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

    /// The cleaned text at the place, letter case as it was.
    pub(super) fn spelled(&self, place: &Range<usize>) -> &str {
        &self.spelled[place.clone()]
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
        let end = self.masked.floor_char_boundary(last.end.min(first.start + LONGEST_EXCERPT));
        self.masked[first.start..end].trim()
    }
}

/// Undoes what logs, JSON and screens did to the text, and remembers for each byte where it came from.
fn clean(masked: &str) -> (String, Vec<Range<usize>>) {
    let joined = Joined::new(masked);
    let mut text = String::with_capacity(masked.len());
    let mut origin = Vec::with_capacity(masked.len());
    let mut at = 0;
    while let Some(character) = joined.text()[at..].chars().next() {
        let (length, meant) = read_one(&joined.text()[at..], character);
        let repeated_blank = meant == Some(' ') && (text.is_empty() || text.ends_with(' '));
        if let Some(meant) = meant.filter(|_| !repeated_blank) {
            text.push(meant);
            let place = joined.origin(&(at..at + length));
            origin.extend(std::iter::repeat_n(place, meant.len_utf8()));
        }
        at += length;
    }
    (text, origin)
}

/// The number of bytes to take and the character they stand for, if any.
fn read_one(rest: &str, character: char) -> (usize, Option<char>) {
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
