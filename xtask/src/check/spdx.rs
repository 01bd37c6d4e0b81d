//! Licence expressions as Cargo manifests carry them (SPDX 2.1, annex D), plus the old `A/B`, which means OR.

/// Whether somebody who accepts only the `allowed` licences may take code under `expression`. `WITH` binds to
/// its licence: `Apache-2.0 WITH LLVM-exception` is only allowed when that whole text is, or its licence.
pub fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader { words: &words, allowed };
    let answer = reader.either();
    answer && reader.words.is_empty()
}

/// A descent over the words: OR binds loosest, then AND, then a licence or a bracket.
struct Reader<'a> {
    words: &'a [&'a str],
    allowed: &'a [String],
}

impl Reader<'_> {
    fn either(&mut self) -> bool {
        let mut answer = self.both();
        while self.take("OR") {
            answer |= self.both();
        }
        answer
    }

    fn both(&mut self) -> bool {
        let mut answer = self.one();
        while self.take("AND") {
            answer &= self.one();
        }
        answer
    }

    fn one(&mut self) -> bool {
        if self.take("(") {
            let answer = self.either();
            return self.take(")") && answer;
        }
        let Some((licence, rest)) = self.words.split_first() else { return false };
        self.words = rest;
        let mut answer = self.allows(licence);
        if self.take("WITH")
            && let Some((exception, rest)) = self.words.split_first()
        {
            self.words = rest;
            answer |= self.allows(&format!("{licence} WITH {exception}"));
        }
        answer
    }

    fn take(&mut self, word: &str) -> bool {
        match self.words.split_first() {
            Some((first, rest)) if *first == word => {
                self.words = rest;
                true
            }
            _ => false,
        }
    }

    fn allows(&self, licence: &str) -> bool {
        self.allowed.iter().any(|allowed| allowed == licence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read_as_spdx_says() {
        let allowed = ["MIT", "Apache-2.0", "Unicode-3.0"].map(str::to_owned);
        for (expression, expected) in [
            ("MIT", true),
            ("GPL-3.0-only", false),
            ("MIT OR GPL-3.0-only", true),
            ("MIT AND GPL-3.0-only", false),
            ("MIT/Apache-2.0", true),
            ("(MIT OR GPL-3.0-only) AND Unicode-3.0", true),
            ("GPL-3.0-only OR MIT AND Unicode-3.0", true),
            ("(GPL-3.0-only OR MIT) AND OpenSSL", false),
            ("Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT", true),
            ("GPL-2.0 WITH Classpath-exception-2.0", false),
            ("", false),
            ("(MIT", false),
            ("MIT)", false),
        ] {
            assert_eq!(is_allowed(expression, &allowed), expected, "{expression}");
        }
    }
}
