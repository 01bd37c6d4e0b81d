//! Copies of screens. k9s draws a table around a message and breaks its lines anywhere, also inside a word.

use std::{borrow::Cow, ops::Range};

/// Whether the character is one of those that tables are drawn with.
pub(super) fn is_border(c: char) -> bool {
    ('\u{2500}'..='\u{257f}').contains(&c)
}

/// A text without the line breaks of a table around it, which remembers where everything stood.
///
/// Such a break is one blank, a border, a line feed, a border, one blank. What stands before and after belongs
/// together as it is; where there was a blank between words, it is there besides.
pub(super) struct Joined<'a> {
    text: Cow<'a, str>,
    /// Places in `text` from which on so many bytes in all are missing.
    missing: Vec<(usize, usize)>,
}

impl<'a> Joined<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let breaks = breaks(text);
        if breaks.is_empty() {
            return Self { text: Cow::Borrowed(text), missing: Vec::new() };
        }
        let mut joined = String::with_capacity(text.len());
        let mut missing = Vec::with_capacity(breaks.len());
        let mut rest = 0;
        for line_break in breaks {
            joined.push_str(&text[rest..line_break.start]);
            rest = line_break.end;
            missing.push((joined.len(), rest - joined.len()));
        }
        joined.push_str(&text[rest..]);
        Self { text: Cow::Owned(joined), missing }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Where a part of the joined text, not empty, stood; with the breaks inside it.
    pub(super) fn origin(&self, part: &Range<usize>) -> Range<usize> {
        let place = |at: usize| {
            let before = self.missing.partition_point(|(from, _)| *from <= at);
            at + before.checked_sub(1).map_or(0, |last| self.missing[last].1)
        };
        place(part.start)..place(part.end.saturating_sub(1)) + 1
    }
}

fn breaks(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (feed, _) in text.match_indices('\n') {
        let from = found.last().map_or(0, |last| last.end);
        let before = text.get(from..feed).and_then(|line| line.strip_suffix(is_border));
        let after = text[feed + 1..].strip_prefix(is_border);
        if let (Some(before), Some(after)) = (before, after) {
            let before = before.strip_suffix(' ').unwrap_or(before);
            let after = after.strip_prefix(' ').unwrap_or(after);
            found.push(from + before.len()..text.len() - after.len());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_joined_where_the_screen_broke_them() {
        for (copied, expected) in [
            ("rate lim │\n│ it  │\n│ now", "rate limit now"),
            ("to pull  │\n│ and", "to pull and"),
            ("a│\n│b│\n│ │\n│c", "abc"),
            ("no │ break", "no │ break"),
            ("two\nlines", "two\nlines"),
        ] {
            assert_eq!(Joined::new(copied).text(), expected);
        }
    }

    #[test]
    fn a_part_is_found_again_where_it_stood() {
        let copied = "rate lim │\n│ it │\n│ now";
        let joined = Joined::new(copied);
        for (part, stood) in
            [(0..4, "rate"), (5..8, "lim"), (5..10, "lim │\n│ it"), (8..10, "it"), (8..11, "it │\n│ ")]
        {
            let place = joined.origin(&part);
            assert!(copied[place.clone()].starts_with(stood), "{part:?} {place:?}");
        }
    }
}
