//! `WWW-Authenticate`: how a registry wants to be logged in to (RFC 9110 §11.6.1; distribution project, "Token
//! authentication specification"). Any number of headers, any number of schemes in each.

use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};

/// The way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// A token of the service at `realm`.
    Bearer {
        /// The service's URL, not yet checked.
        realm: String,
        /// What the service is to be asked for.
        service: Option<String>,
        /// The right that is missing.
        scope: Option<String>,
    },
    /// Name and password with every request.
    Basic,
}

/// The way in that a registry offers; a token is preferred where it offers both. `None` when it offers neither.
pub(crate) fn read(headers: &HeaderMap) -> Option<Challenge> {
    let all = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
    let offers: Vec<Challenge> = all.flat_map(offers).collect();
    let bearer = offers.iter().find(|offer| matches!(offer, Challenge::Bearer { .. }));
    bearer.or(offers.first()).cloned()
}

fn offers(header: &str) -> Vec<Challenge> {
    let mut found = Vec::new();
    let mut scheme: Option<(&str, Vec<(&str, String)>)> = None;
    let mut rest = Rest(header);
    loop {
        rest.skip();
        let word = rest.word();
        if let Some(value) = rest.value_of_word() {
            if let Some((_, parameters)) = &mut scheme {
                parameters.push((word, value));
            }
        } else {
            // A word without a value is the next scheme's name.
            found.extend(scheme.take().and_then(|(name, parameters)| offer(name, &parameters)));
            if word.is_empty() {
                return found;
            }
            scheme = Some((word, Vec::new()));
        }
    }
}

fn offer(scheme: &str, parameters: &[(&str, String)]) -> Option<Challenge> {
    let get = |wanted: &str| {
        let found = parameters.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.clone())
    };
    if scheme.eq_ignore_ascii_case("basic") {
        return Some(Challenge::Basic);
    }
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    Some(Challenge::Bearer { realm: get("realm")?, service: get("service"), scope: get("scope") })
}

/// What of a header has not been read yet.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn skip(&mut self) {
        self.0 = self.0.trim_start_matches([' ', '\t', ',']);
    }

    /// Up to the next delimiter; empty only at the end, or before a stray delimiter, which ends the reading too.
    fn word(&mut self) -> &'a str {
        let end = self.0.find([' ', '\t', ',', '=', '"']).unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        self.0 = rest;
        word
    }

    /// The value, if the word just read was a parameter's name.
    fn value_of_word(&mut self) -> Option<String> {
        self.0 = self.0.trim_start_matches([' ', '\t']).strip_prefix('=')?.trim_start_matches([' ', '\t']);
        let Some(quoted) = self.0.strip_prefix('"') else { return Some(self.word().to_owned()) };
        let mut value = String::new();
        let mut characters = quoted.char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.0 = &quoted[at + 1..];
                    return Some(value);
                }
                '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
                other => value.push(other),
            }
        }
        self.0 = "";
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn read_all(values: &[&str]) -> Option<Challenge> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(WWW_AUTHENTICATE, HeaderValue::from_str(value).unwrap());
        }
        read(&headers)
    }

    fn bearer(realm: &str, service: Option<&str>, scope: Option<&str>) -> Option<Challenge> {
        let text = |text: Option<&str>| text.map(str::to_owned);
        Some(Challenge::Bearer { realm: realm.to_owned(), service: text(service), scope: text(scope) })
    }

    #[test]
    fn challenges_are_read_however_they_are_written() {
        let hub = "Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\",\
                   scope=\"repository:a/b:pull,push\",error=\"insufficient_scope\"";
        let wanted = bearer(
            "https://auth.docker.io/token",
            Some("registry.docker.io"),
            Some("repository:a/b:pull,push"),
        );
        for (headers, wanted) in [
            (vec![hub], wanted),
            (vec!["bearer Realm = \"https://a\" , service=b"], bearer("https://a", Some("b"), None)),
            (vec!["Bearer realm=\"https://a/\\\"b\\\\\""], bearer("https://a/\"b\\", None, None)),
            (vec!["Basic realm=\"x\", Bearer realm=\"https://a\""], bearer("https://a", None, None)),
            (vec!["Basic realm=\"x\"", "Bearer realm=\"https://a\""], bearer("https://a", None, None)),
            (vec!["Negotiate, Basic realm=\"x, y=z\""], Some(Challenge::Basic)),
            (vec!["Negotiate YWJj==, Basic"], Some(Challenge::Basic)),
            (vec!["BASIC"], Some(Challenge::Basic)),
        ] {
            assert_eq!(read_all(&headers), wanted, "{headers:?}");
        }
    }

    #[test]
    fn rubbish_is_no_challenge_and_ends() {
        for header in [
            "",
            ",,,",
            "=",
            "\"",
            "Bearer",
            "Bearer service=\"a\"",
            "Bearer =\"https://a\"",
            "Bearer \"realm\"=x",
        ] {
            assert_eq!(read_all(&[header]), None, "{header}");
        }
        assert_eq!(read_all(&["Bearer realm=\"https://a"]), bearer("https://a", None, None));
        assert_eq!(read_all(&[]), None);
    }
}
