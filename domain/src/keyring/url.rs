//! Host and path of an address, as Go's `net/url` takes them apart.
//!
//! Only what a key or an image can reach is here: an address after `https://`. The rules are those of Go 1.26,
//! which allows brackets only around an IPv6 address. In a kubelet built with an older Go `[ab].io` can be a host
//! too, and the brackets are a set of characters.

use std::net::Ipv6Addr;

/// Host with its port, and path, both with their `%` escapes resolved.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub host: String,
    pub path: String,
}

impl Address {
    /// Reads what follows `https://`. `None` where Go reports an error, or where the result is not UTF-8, which
    /// can match no image.
    pub fn parse(text: &str) -> Option<Self> {
        let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
        if text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
            return None;
        }
        unescaped(fragment)?;
        let (text, _query) = text.split_once('?').unwrap_or((text, ""));
        let (authority, path) = text.split_at(text.find('/').unwrap_or(text.len()));
        let host = match authority.rsplit_once('@') {
            Some((user, host)) => {
                user.bytes().all(may_stand_in_user).then_some(())?;
                unescaped(user)?;
                host
            }
            None => authority,
        };
        Some(Self { host: parse_host(host)?, path: String::from_utf8(unescaped(path)?).ok()? })
    }

    /// The host without its port, and the port, which is empty if there is none. Two colons and more are no port.
    pub fn host_and_port(&self) -> (&str, &str) {
        if let Some(rest) = self.host.strip_prefix('[') {
            return rest.split_once("]:").unwrap_or((&self.host, ""));
        }
        match self.host.split_once(':') {
            Some((host, port)) if !port.contains(':') => (host, port),
            _ => (&self.host, ""),
        }
    }
}

fn parse_host(host: &str) -> Option<String> {
    if let Some(rest) = host.strip_prefix('[') {
        let (address, port) = rest.rsplit_once(']')?;
        address.parse::<Ipv6Addr>().ok()?;
        return is_optional_port(port).then(|| host.to_owned());
    }
    let port = host.rfind(':').map_or("", |colon| &host[colon..]);
    let fits = is_optional_port(port) && !host.contains('[') && host.bytes().all(may_stand_in_host);
    // In a host only bytes beyond ASCII may be escaped, and the percent sign.
    let escapes_fit = host.match_indices('%').all(|(at, _)| {
        matches!(host.as_bytes().get(at + 1), Some(b'8' | b'9' | b'a'..=b'f' | b'A'..=b'F'))
            || host[at..].starts_with("%25")
    });
    (fits && escapes_fit).then(|| unescaped(host))?.and_then(|host| String::from_utf8(host).ok())
}

/// Nothing, or a colon and digits, of which there may be none.
fn is_optional_port(text: &str) -> bool {
    text.is_empty()
        || text.strip_prefix(':').is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
}

fn may_stand_in_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii() || b"-_.~!$&'()*+,;=:[]<>\"%".contains(&byte)
}

fn may_stand_in_user(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&byte)
}

/// The bytes behind `%` escapes; `None` if one of them is malformed.
fn unescaped(text: &str) -> Option<Vec<u8>> {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    Some(bytes)
}
