//! Which proxy leads to a registry, by the variables that kubectl and curl know: `HTTPS_PROXY` or `HTTP_PROXY` by
//! the URL's scheme, unless `NO_PROXY` names the host. This machine is always reached directly, as in Go's rules.

use domain::problem::Problem;
use reqwest::{ClientBuilder, NoProxy, Proxy};

use crate::problems;

/// Never through a proxy.
const THIS_MACHINE: &str = "localhost,127.0.0.0/8,::1";

/// Sets the proxies that `variable`, the environment, names.
pub(crate) fn set(
    builder: ClientBuilder,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<ClientBuilder, Problem> {
    let get = |name: &str| {
        let spellings = [name.to_owned(), name.to_ascii_lowercase()];
        spellings.iter().find_map(|name| variable(name)).filter(|value| !value.is_empty())
    };
    let direct = get("NO_PROXY").map_or(THIS_MACHINE.to_owned(), |named| format!("{named},{THIS_MACHINE}"));
    let mut builder = builder.no_proxy();
    for (name, of) in [("HTTPS_PROXY", Proxy::https as fn(String) -> _), ("HTTP_PROXY", Proxy::http)] {
        let Some(proxy) = get(name) else { continue };
        // Go takes a proxy without a scheme for an HTTP one.
        let proxy = if proxy.contains("://") { proxy } else { format!("http://{proxy}") };
        let proxy = of(proxy).map_err(|_| problems::proxy(name))?;
        builder = builder.proxy(proxy.no_proxy(NoProxy::from_string(&direct)));
    }
    Ok(builder)
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use super::*;

    /// What a proxy is asked first when `url` is wanted; `None` when it is passed by.
    async fn asked(url: &str, no_proxy: &str) -> Option<String> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let proxy = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut bytes = [0; 1024];
            let length = stream.read(&mut bytes).unwrap();
            stream.write_all(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n").unwrap();
            String::from_utf8_lossy(&bytes[..length]).lines().next().unwrap_or_default().to_owned()
        });
        let _ = rustls::crypto::ring::default_provider().install_default();
        let variable = |name: &str| match name {
            "HTTPS_PROXY" => Some(format!("http://{address}")),
            "http_proxy" => Some(address.to_string()),
            "NO_PROXY" => Some(no_proxy.to_owned()),
            _ => None,
        };
        let client = set(reqwest::Client::builder(), &variable).unwrap().build().unwrap();
        let _ = client.get(url).send().await;
        // Ends the waiting of a proxy that was passed by.
        let _ = std::net::TcpStream::connect(address).map(|mut stream| stream.write_all(b"\n"));
        Some(proxy.join().unwrap()).filter(|line| !line.is_empty())
    }

    #[tokio::test]
    async fn registries_are_reached_through_the_proxy_and_this_machine_is_not() {
        let line = asked("http://registry.invalid/v2/", "").await;
        assert_eq!(line.as_deref(), Some("GET http://registry.invalid/v2/ HTTP/1.1"));
        let line = asked("https://registry.invalid/v2/", "other.invalid").await;
        assert_eq!(line.as_deref(), Some("CONNECT registry.invalid:443 HTTP/1.1"));
        assert_eq!(asked("https://registry.invalid/v2/", "other.invalid,.invalid").await, None);
        for here in ["http://127.0.0.1:1/v2/", "http://localhost:1/v2/", "http://[::1]:1/v2/"] {
            assert_eq!(asked(here, "").await, None, "{here}");
        }
    }

    #[test]
    fn a_proxy_that_is_none_is_told_without_quoting_it() {
        let variable = |name: &str| (name == "HTTPS_PROXY").then(|| "http://user:canary@".to_owned());
        let problem = set(reqwest::Client::builder(), &variable).unwrap_err();
        assert_eq!((problem.code.as_str(), problem.place.as_str()), ("proxy", "HTTPS_PROXY"));
        assert!(!format!("{problem:?}").contains("canary"));
    }
}
