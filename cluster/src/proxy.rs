//! Which proxy leads to a cluster, if any.
//!
//! Go's rules, which kubectl follows (`net/http.ProxyFromEnvironment`; golang.org/x/net/http/httpproxy): a
//! kubeconfig's `proxy-url` always holds; otherwise `HTTPS_PROXY` or `HTTP_PROXY` by the server's scheme,
//! unless `NO_PROXY` names the server or it is this machine. The client library of ours compares `NO_PROXY`
//! with the proxy's own host, so its choice is not used.

use std::net::IpAddr;

use http::Uri;

/// The proxy's URL as it is written, or `None` for a direct connection.
pub(crate) fn choose(
    server: &Uri,
    of_kubeconfig: Option<&str>,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Option<String> {
    let set = |name: &str| {
        [name.to_owned(), name.to_ascii_lowercase()]
            .iter()
            .find_map(|name| variable(name))
            .filter(|value| !value.is_empty())
    };
    if let Some(proxy) = of_kubeconfig.filter(|proxy| !proxy.is_empty()) {
        return Some(proxy.to_owned());
    }
    let https = server.scheme_str() == Some("https");
    let proxy = set(if https { "HTTPS_PROXY" } else { "HTTP_PROXY" })?;
    let host = server.host()?.trim_matches(['[', ']']).to_ascii_lowercase();
    let port = server.port_u16().unwrap_or(if https { 443 } else { 80 });
    let direct = is_this_machine(&host)
        || set("NO_PROXY").is_some_and(|list| list.split(',').any(|entry| names(entry.trim(), &host, port)));
    // Go takes a proxy without a scheme for an HTTP one.
    let with_scheme = || if proxy.contains("://") { proxy.clone() } else { format!("http://{proxy}") };
    (!direct).then(with_scheme)
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether an entry of `NO_PROXY` names a host: `*`, an address, a network, a domain with or without a dot or
/// `*.` before it, each but the networks with or without a port.
fn names(entry: &str, host: &str, port: u16) -> bool {
    if entry == "*" {
        return true;
    }
    let entry = entry.to_ascii_lowercase();
    if let Some((network, bits)) = entry.split_once('/') {
        let parsed = (network.parse().ok(), bits.parse().ok(), host.parse().ok());
        return matches!(parsed, (Some(network), Some(bits), Some(address)) if contains(network, bits, address));
    }
    let (name, entry_port) = match entry.rsplit_once(':') {
        Some((name, digits)) if !name.contains(':') || name.ends_with(']') => {
            (name, digits.parse::<u16>().ok())
        }
        _ => (entry.as_str(), None),
    };
    if entry_port.is_some_and(|entry_port| entry_port != port) {
        return false;
    }
    let name = name.trim_matches(['[', ']']);
    if let Ok(address) = name.parse::<IpAddr>() {
        return host.parse() == Ok(address);
    }
    let below = name.trim_start_matches('*');
    match below.strip_prefix('.') {
        Some(domain) => !domain.is_empty() && host.ends_with(below),
        None => !name.is_empty() && (host == name || host.ends_with(&format!(".{name}"))),
    }
}

fn contains(network: IpAddr, bits: u32, address: IpAddr) -> bool {
    let prefix = |value: u128, width: u32| value.checked_shr(width.saturating_sub(bits)).unwrap_or(0);
    match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) if bits <= 32 => {
            prefix(u128::from(u32::from(network)), 32) == prefix(u128::from(u32::from(address)), 32)
        }
        (IpAddr::V6(network), IpAddr::V6(address)) if bits <= 128 => {
            prefix(u128::from(network), 128) == prefix(u128::from(address), 128)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(server: &str, of_kubeconfig: Option<&str>, environment: &[(&str, &str)]) -> Option<String> {
        let variable = |name: &str| {
            environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        choose(&server.parse().unwrap(), of_kubeconfig, &variable)
    }

    #[test]
    fn the_scheme_of_the_server_chooses_the_variable() {
        let both = [("HTTPS_PROXY", "http://secure:3128"), ("http_proxy", "plain:3128")];
        assert_eq!(chosen("https://api.example.com", None, &both).as_deref(), Some("http://secure:3128"));
        assert_eq!(chosen("http://api.example.com", None, &both).as_deref(), Some("http://plain:3128"));
        assert_eq!(chosen("https://127.0.0.1:6443", None, &both), None);
        assert_eq!(chosen("https://api.example.com", None, &[]), None);
        let own = chosen("https://127.0.0.1:6443", Some("socks5://jump:1080"), &both);
        assert_eq!(own.as_deref(), Some("socks5://jump:1080"), "the kubeconfig's own proxy holds always");
    }

    #[test]
    fn no_proxy_names_the_server_not_the_proxy() {
        for (server, no_proxy, direct) in [
            ("https://api.example.com:6443", "example.com", true),
            ("https://api.example.com:6443", ".example.com", true),
            ("https://api.example.com:6443", "*.example.com", true),
            ("https://example.com", ".example.com", false),
            ("https://badexample.com", "example.com", false),
            ("https://api.example.com:6443", "other.org, API.example.com:6443", true),
            ("https://api.example.com:6443", "api.example.com:443", false),
            ("https://10.1.2.3:6443", "10.0.0.0/8", true),
            ("https://11.1.2.3:6443", "10.0.0.0/8", false),
            ("https://10.1.2.3:6443", "0.0.0.0/0", true),
            ("https://[fd00::1]:6443", "fd00::/16", true),
            ("https://[fd00::1]:6443", "[fd00::1]:6443", true),
            ("https://api.example.com", "*", true),
            ("https://api.example.com", "proxy.corp", false),
            ("https://api.example.com", ",", false),
        ] {
            let environment = [("HTTPS_PROXY", "http://proxy.corp:3128"), ("no_proxy", no_proxy)];
            assert_eq!(chosen(server, None, &environment).is_none(), direct, "{server} {no_proxy}");
        }
    }
}
