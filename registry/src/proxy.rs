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
