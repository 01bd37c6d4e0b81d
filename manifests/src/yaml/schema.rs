//! What a scalar is: the YAML 1.2 core schema (YAML 1.2.2, 10.3.2), and nothing of YAML 1.1.

use super::tree::Style;

/// The type a scalar resolves to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nothing, `~`, `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A decimal, `0o` octal or `0x` hexadecimal number.
    Int,
    /// Any other number, infinity and not-a-number included.
    Float,
    /// Text.
    String,
    /// Text under a tag outside the core schema.
    Custom,
}

const CORE: &str = "tag:yaml.org,2002:";

/// The type of a scalar from its text, style and resolved tag.
pub(super) fn kind(text: &str, style: Style, tag: Option<&str>) -> Kind {
    match tag {
        None if style == Style::Plain => plain_kind(text),
        None | Some("!") => Kind::String,
        Some(tag) => match tag.strip_prefix(CORE) {
            Some("str") => Kind::String,
            Some("null") => Kind::Null,
            Some("bool") => Kind::Bool,
            Some("int") => Kind::Int,
            Some("float") => Kind::Float,
            _ => Kind::Custom,
        },
    }
}

/// The type of an untagged scalar without quotes.
pub(super) fn plain_kind(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => Kind::Bool,
        _ if is_int(text) => Kind::Int,
        _ if is_float(text) => Kind::Float,
        _ => Kind::String,
    }
}

fn is_int(text: &str) -> bool {
    let all =
        |digits: &str, allowed: fn(&u8) -> bool| !digits.is_empty() && digits.as_bytes().iter().all(allowed);
    if let Some(digits) = text.strip_prefix("0o") {
        return all(digits, |d| (b'0'..=b'7').contains(d));
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return all(digits, u8::is_ascii_hexdigit);
    }
    all(unsigned(text), u8::is_ascii_digit)
}

fn is_float(text: &str) -> bool {
    if matches!(text, ".nan" | ".NaN" | ".NAN") || matches!(unsigned(text), ".inf" | ".Inf" | ".INF") {
        return true;
    }
    let (mantissa, exponent) =
        unsigned(text).split_once(['e', 'E']).map_or((unsigned(text), None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|e| !unsigned(e).is_empty() && digits(unsigned(e)))
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['+', '-']).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_resolve_by_the_core_schema() {
        let table = [
            (Kind::Null, &["", "~", "null", "NULL"][..]),
            (Kind::Bool, &["true", "False", "TRUE"]),
            (Kind::Int, &["0", "-12", "+3", "0o17", "0xfF"]),
            (Kind::Float, &["1.", ".5", "-1.5e+3", "12e03", ".inf", "-.INF", ".nan", "0.2"]),
            (
                Kind::String,
                &[
                    "yes", "off", "200m", "1.2.3", "0o8", "0x", "-", ".", "+", "1e", "e5", "1_000", "12:30",
                    "tRue",
                ],
            ),
        ];
        for (wanted, texts) in table {
            for text in texts {
                assert_eq!(plain_kind(text), wanted, "{text:?}");
            }
        }
    }
}
