//! Finding phrases although copying lost or added blanks and line breaks.

use std::ops::Range;

/// A text without its blanks, and for each byte left its place in the text.
pub(super) struct LooseText {
    squeezed: String,
    origin: Vec<usize>,
}

impl LooseText {
    pub(super) fn new(text: &str) -> Self {
        let mut squeezed = String::with_capacity(text.len());
        let mut origin = Vec::with_capacity(text.len());
        for (at, character) in text.char_indices().filter(|(_, character)| *character != ' ') {
            squeezed.push(character);
            origin.extend(at..at + character.len_utf8());
        }
        Self { squeezed, origin }
    }

    /// Where the phrase first stands in the text, whatever the blanks in either.
    pub(super) fn find(&self, phrase: &str) -> Option<Range<usize>> {
        let phrase = phrase.replace(' ', "");
        let start = self.squeezed.find(&phrase)?;
        let last = start + phrase.len().checked_sub(1)?;
        Some(*self.origin.get(start)?..self.origin.get(last)? + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_do_not_matter() {
        for (text, place) in
            [("é too many requests", 3..20), ("é toomany  requests x", 3..20), ("é to omanyrequests", 3..19)]
        {
            assert_eq!(LooseText::new(text).find("too many requests"), Some(place), "{text}");
        }
        assert_eq!(LooseText::new("many").find("too many"), None);
        assert_eq!(LooseText::new("many").find(""), None);
    }
}
