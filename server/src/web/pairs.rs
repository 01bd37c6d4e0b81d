//! The pairs of a form, read as they come: nothing in a form can make this fail.

use percent_encoding::percent_decode_str;

/// Names and values in the order of the form (WHATWG URL, `application/x-www-form-urlencoded` parsing).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// Parses a body. Broken escapes and encodings become replacement characters.
    pub fn parse(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        Self(
            pairs
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(name, value)| (decode(name), decode(value)))
                .collect(),
        )
    }

    /// The first value of a name; empty when it is not there.
    pub fn first(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// Every value of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Pairs whose name starts with `prefix`, without it.
    pub fn under<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.iter().filter_map(move |(key, value)| Some((key.strip_prefix(prefix)?, value.as_str())))
    }
}

fn decode(text: &str) -> String {
    let blanks = text.replace('+', " ");
    percent_decode_str(&blanks).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_come_as_the_browser_sent_them() {
        let pairs = Pairs::parse(b"only=a&only=b%2Fc&set.cortex-version=0.22.1&x=1+2&&flag");
        assert_eq!(pairs.all("only").collect::<Vec<_>>(), ["a", "b/c"]);
        assert_eq!(pairs.under("set.").collect::<Vec<_>>(), [("cortex-version", "0.22.1")]);
        assert_eq!((pairs.first("x"), pairs.first("flag"), pairs.first("none")), ("1 2", "", ""));
    }

    #[test]
    fn nonsense_is_read_as_far_as_it_goes() {
        let pairs = Pairs::parse(b"a=%ff%zz&=&%=\xff&{\"json\":1}");
        assert_eq!(pairs.first("a"), "\u{fffd}%zz");
    }
}
