//! The grammar's pieces, one check for each. All of it is ASCII; sizes are in bytes.

use super::ReferenceError;

/// Longest repository path, without the registry.
const LONGEST_PATH: usize = 255;
const LONGEST_TAG: usize = 128;
/// Digest algorithms that runtimes know, with the number of hexadecimal digits of each.
const ALGORITHMS: [(&str, usize); 3] = [("sha256", 64), ("sha384", 96), ("sha512", 128)];
/// A bare name of so many hexadecimal digits is taken for an image id, as Docker prints them.
const IMAGE_ID_DIGITS: usize = 64;

/// Names the common mistakes that could otherwise only be called bad characters. Each of them is outside the
/// grammar anyway, so nothing valid is refused here.
pub(super) fn refuse_what_is_no_reference(text: &str) -> Result<(), ReferenceError> {
    if text.is_empty() {
        return Err(ReferenceError::Empty);
    }
    if ["$(", "${", "{{"].iter().any(|opening| text.contains(opening)) {
        return Err(ReferenceError::Template { text: text.to_owned() });
    }
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(ReferenceError::Whitespace { text: text.to_owned() });
    }
    if let Some((scheme, _)) = text.split_once("://") {
        return Err(ReferenceError::Scheme { scheme: scheme.to_owned() });
    }
    if text.len() == IMAGE_ID_DIGITS && text.bytes().all(is_lower_hex) {
        return Err(ReferenceError::ImageId);
    }
    Ok(())
}

/// `host[:port]`, the host a name, an IPv4 address, or an IPv6 address in brackets.
pub(super) fn check_domain(domain: &str) -> Result<(), ReferenceError> {
    let (host, port) = match domain
        .rfind(']')
        .map_or_else(|| domain.find(':'), |end| domain[end..].find(':').map(|colon| end + colon))
    {
        Some(colon) => (&domain[..colon], Some(&domain[colon + 1..])),
        None => (domain, None),
    };
    let port_fits = port.is_none_or(|port| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()));
    let host_fits = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => !address.is_empty() && address.bytes().all(|b| b == b':' || b.is_ascii_hexdigit()),
        None => host.split('.').all(is_host_label),
    };
    if port_fits && host_fits { Ok(()) } else { Err(ReferenceError::BadRegistry { host: domain.to_owned() }) }
}

fn is_host_label(label: &str) -> bool {
    let inner = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    !label.is_empty() && label.bytes().all(inner) && !label.starts_with('-') && !label.ends_with('-')
}

/// Components of lower-case letters and digits, joined inside by `.`, `_`, `__` or any number of `-`.
pub(super) fn check_path(path: &str) -> Result<(), ReferenceError> {
    if path.chars().any(char::is_uppercase) {
        return Err(ReferenceError::Uppercase { path: path.to_owned() });
    }
    if let Some(bad) = path.split('/').find(|component| !is_path_component(component)) {
        return Err(ReferenceError::BadPath { path: path.to_owned(), component: bad.to_owned() });
    }
    if path.len() > LONGEST_PATH {
        return Err(ReferenceError::PathTooLong { length: path.len() });
    }
    Ok(())
}

fn is_path_component(component: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = component.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return false };
    is_word(*first)
        && is_word(*last)
        && bytes.split(|b| is_word(*b)).all(|separator| {
            matches!(separator, b"" | b"." | b"_" | b"__") || separator.iter().all(|b| *b == b'-')
        })
}

/// A word character, then up to 127 of word characters, `.` and `-`.
pub(super) fn tag(tag: &str) -> Result<String, ReferenceError> {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let fits = tag.len() <= LONGEST_TAG
        && tag.bytes().next().is_some_and(is_word)
        && tag.bytes().all(|b| is_word(b) || b == b'.' || b == b'-');
    if fits { Ok(tag.to_owned()) } else { Err(ReferenceError::BadTag { tag: tag.to_owned() }) }
}

/// `algorithm:hex`, lower case and of the algorithm's length.
pub(super) fn digest(digest: &str) -> Result<String, ReferenceError> {
    let fits = digest.split_once(':').is_some_and(|(algorithm, hex)| {
        ALGORITHMS.contains(&(algorithm, hex.len())) && hex.bytes().all(is_lower_hex)
    });
    if fits { Ok(digest.to_owned()) } else { Err(ReferenceError::BadDigest { digest: digest.to_owned() }) }
}

/// Whether a text is a digest as references carry it: `sha256`, `sha384` or `sha512`, a colon, and as many
/// lower-case hexadecimal digits as the algorithm gives.
#[must_use]
pub fn is_digest(text: &str) -> bool {
    digest(text).is_ok()
}

fn is_lower_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}
