//! Writing a string as a scalar: without quotes where YAML allows it, else in the neighbours' quotes.
//!
//! Double quotes are escaped the JSON way, so the same text serves JSON files.

use super::schema::{Kind, plain_kind};
use super::tree::Style;

/// How the neighbours are quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quote {
    None,
    Single,
    Double,
}

impl Quote {
    /// The quotes of a scalar style; block styles have none.
    pub(super) fn of(style: Style) -> Self {
        match style {
            Style::Single => Self::Single,
            Style::Double => Self::Double,
            Style::Plain | Style::Literal | Style::Folded => Self::None,
        }
    }
}

/// `text` as a scalar on one line that every YAML reader takes for a string, in `preferred` quotes if these
/// can hold it. `flow` tells that it will stand between brackets or braces.
pub(super) fn write(text: &str, preferred: Quote, flow: bool) -> String {
    match preferred {
        Quote::None if plain_is_safe(text, flow) => text.to_owned(),
        Quote::Single if text.chars().all(is_plain_character) => format!("'{}'", text.replace('\'', "''")),
        _ => double_quoted(text),
    }
}

fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_plain_character(c) => out.push(c),
            c => out.push_str(&format!("\\u{:04x}", u32::from(c))),
        }
    }
    out.push('"');
    out
}

/// Printable and not a line break in any YAML version (YAML 1.2.2, 5.1 and 5.4; YAML 1.1 for U+2028 and U+2029).
fn is_plain_character(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether `text` reads as the same string without quotes, in YAML 1.2 and in the YAML 1.1 of many tools.
/// Stricter than the grammar at the first character, where its rules depend on the second, and for `?` in flow
/// style, which libyaml does not read.
pub(crate) fn plain_is_safe(text: &str, flow: bool) -> bool {
    const INDICATORS: &[char] = &[
        '-', '?', ':', ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`', '=',
        '~',
    ];
    plain_kind(text) == Kind::String
        && !is_yaml11_special(text)
        && text.chars().all(is_plain_character)
        && text.trim() == text
        && !text.starts_with(INDICATORS)
        && !text.ends_with(':')
        && !text.starts_with("...")
        && ![": ", " #", "{{", "}}"].iter().any(|sign| text.contains(sign))
        && !(flow && text.contains([',', '[', ']', '{', '}', '?']))
}

/// Words and numbers that YAML 1.1 types but YAML 1.2 leaves as text (yaml.org/type/): booleans, the merge
/// key, octal, binary, sexagesimal and underscored numbers, timestamps. Errs towards quoting.
fn is_yaml11_special(text: &str) -> bool {
    const WORDS: &[&str] = &["y", "n", "yes", "no", "on", "off", "true", "false", "null", "<<"];
    let number = text.trim_start_matches(['+', '-', '.']);
    let made_of = |signs: &str| number.chars().all(|c| c.is_ascii_digit() || signs.contains(c));
    let is_number = ["0x", "0b", "0o"].iter().any(|radix| number.starts_with(radix))
        || (made_of("_.:eE+-") && number.matches('.').count() < 2);
    let is_date = number.get(4..).is_some_and(|rest| rest.starts_with('-')) && made_of("-:. +TtZz");
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
        || [".inf", ".nan"].iter().any(|word| text.to_ascii_lowercase().ends_with(word))
        || (number.starts_with(|c: char| c.is_ascii_digit()) && (is_number || is_date))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_appear_only_where_yaml_needs_them() {
        let bare = [
            "nginx",
            "quay.io/a/b:1.2.3",
            "a@sha256:0f",
            "1.2.3",
            "m5.large",
            "s3://b/k",
            "ñandú",
            "a b",
            "it's",
        ];
        for text in bare {
            assert_eq!(write(text, Quote::None, true), text);
        }
        let quoted = [
            "",
            " a",
            "a ",
            "null",
            "~",
            "yes",
            "Off",
            "1",
            "1.0",
            "1e3",
            "0x1F",
            "1_000",
            "12:30:45",
            "2001-12-14",
            "2001-12-14 21:59:43.10 -5",
            "a: b",
            "a:",
            "a #b",
            "#a",
            "- a",
            "[a",
            "{{ x }}",
            "a {{ x }}",
            "*a",
            "&a",
            "!a",
            "|",
            "%a",
            "@a",
            "a\tb",
            "...",
            "---",
            "<<",
            "=",
            "12345e7",
            ".inf",
            "-.Inf",
        ];
        for text in quoted {
            assert!(write(text, Quote::None, false).starts_with('"'), "{text:?}");
        }
        assert_eq!(write("a,b", Quote::None, false), "a,b");
        assert_eq!(write("a,b", Quote::None, true), "\"a,b\"");
        assert_eq!(write("a:?b", Quote::None, true), "\"a:?b\"");
    }

    #[test]
    fn the_neighbours_quotes_are_kept_if_they_can_hold_the_text() {
        assert_eq!(write("it's", Quote::Single, false), "'it''s'");
        assert_eq!(write("a\nb", Quote::Single, false), r#""a\nb""#);
        assert_eq!(
            write("a\"\\\u{1}\u{85}\u{feff}😀", Quote::Double, false),
            "\"a\\\"\\\\\\u0001\\u0085\\ufeff😀\""
        );
    }
}
