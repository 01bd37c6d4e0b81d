//! JSON Pointer (RFC 6901): the address of a value inside one document.
//!
//! Knows nothing of YAML. A token addresses a mapping key by its text, or a list item by its decimal index.

use std::fmt;
use std::str::FromStr;

/// An RFC 6901 pointer such as `/spec/template/spec/containers/0/image`. The empty pointer is the whole document.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(Vec<String>);

/// The text is not a pointer: it neither is empty nor begins with `/`, or has a `~` that escapes nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a JSON Pointer")]
pub struct NotAPointer(pub String);

impl Pointer {
    /// A pointer from unescaped tokens.
    pub fn new(tokens: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(tokens.into_iter().map(Into::into).collect())
    }

    /// The unescaped tokens, outermost first.
    pub fn tokens(&self) -> &[String] {
        &self.0
    }

    /// The pointer one token longer, unescaped.
    pub fn child(&self, token: impl Into<String>) -> Self {
        let mut tokens = self.0.clone();
        tokens.push(token.into());
        Self(tokens)
    }

    /// The pointer without its last token, and that token; `None` for the whole document.
    pub fn split_last(&self) -> Option<(Self, &str)> {
        let (last, parent) = self.0.split_last()?;
        Some((Self(parent.to_vec()), last))
    }
}

impl FromStr for Pointer {
    type Err = NotAPointer;

    fn from_str(text: &str) -> Result<Self, NotAPointer> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let refuse = || NotAPointer(text.to_owned());
        let tokens = text.strip_prefix('/').ok_or_else(refuse)?.split('/');
        tokens.map(|token| unescape(token).ok_or_else(refuse)).collect::<Result<_, _>>().map(Self)
    }
}

/// `~1` stands for `/` and `~0` for `~`; any other `~` is an error (RFC 6901, section 3).
fn unescape(token: &str) -> Option<String> {
    let mut out = String::with_capacity(token.len());
    let mut chars = token.chars();
    while let Some(c) = chars.next() {
        out.push(match c {
            '~' => match chars.next()? {
                '0' => '~',
                '1' => '/',
                _ => return None,
            },
            other => other,
        });
    }
    Some(out)
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|token| write!(f, "/{}", token.replace('~', "~0").replace('/', "~1")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_survive_a_round_trip() {
        for text in ["", "/", "/a/0/b", "/metadata/annotations/a.b~1c", "/~0~1"] {
            assert_eq!(text.parse::<Pointer>().unwrap().to_string(), text);
        }
        assert_eq!("/a~1b".parse::<Pointer>().unwrap().tokens(), ["a/b"]);
    }

    #[test]
    fn what_is_no_pointer_is_refused() {
        for text in ["a", "a/b", "/~", "/~2"] {
            assert!(text.parse::<Pointer>().is_err(), "{text}");
        }
    }
}
