//! The HTTP client of all calls: rustls with ring, the system's trust store, the environment's proxy.

use std::time::Duration;

use aws_sdk_ecr::config::SharedHttpClient;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpConnector, http_client_fn};
use domain::problem::Problem;

const TO_CONNECT: Duration = Duration::from_secs(10);
/// For the first bytes of an answer: ECR makes a repository in less than a second.
const TO_ANSWER: Duration = Duration::from_secs(30);
/// Never through a proxy: this machine, and where clouds and containers keep a machine's own credentials.
const DIRECT: &str = "localhost,127.0.0.0/8,::1,169.254.0.0/16,fd00:ec2::254";

/// One client for all services. `variable` is the environment. A certificate authority of one's own comes from
/// `AWS_CA_BUNDLE`, besides those of the system (on Linux also `SSL_CERT_FILE` and `SSL_CERT_DIR`).
///
/// # Errors
/// When a variable names no proxy, or a file that cannot be read.
pub(crate) fn client(variable: &dyn Fn(&str) -> Option<String>) -> Result<SharedHttpClient, Problem> {
    let settings =
        HttpConnectorSettings::builder().connect_timeout(TO_CONNECT).read_timeout(TO_ANSWER).build();
    let mut builder = Connector::builder()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(trust(variable)?)
        .connector_settings(settings);
    builder.set_proxy_config(proxy(variable)?);
    let connector = SharedHttpConnector::new(builder.build());
    Ok(http_client_fn(move |_, _| connector.clone()))
}

fn trust(variable: &dyn Fn(&str) -> Option<String>) -> Result<TlsContext, Problem> {
    let mut store = TrustStore::default();
    if let Some(file) = variable("AWS_CA_BUNDLE").filter(|file| !file.is_empty()) {
        let bytes = std::fs::read(&file).map_err(|error| {
            let (what, next) =
                ("The certificates for AWS could not be read.", "Correct AWS_CA_BUNDLE, or unset it.");
            Problem::bad_input("aws_ca_bundle", what, format!("{error}."), next).at(file)
        })?;
        store = store.with_pem_certificate(bytes);
    }
    TlsContext::builder().with_trust_store(store).build().map_err(|error| {
        let (what, next) = ("No TLS client could be made for AWS.", "Check the system's certificates.");
        Problem::outside("aws_tls", what, format!("{error}."), next)
    })
}

/// The proxy for what is encrypted. What is not is on this machine, or a stand-in that somebody named.
fn proxy(variable: &dyn Fn(&str) -> Option<String>) -> Result<Option<ProxyConfig>, Problem> {
    let get = |name: &str| {
        let spellings = [name.to_owned(), name.to_ascii_lowercase()];
        spellings.iter().find_map(|name| variable(name)).filter(|value| !value.is_empty())
    };
    let Some(named) = get("HTTPS_PROXY") else { return Ok(None) };
    let url = if named.contains("://") { named } else { format!("http://{named}") };
    let direct = get("NO_PROXY").map_or(DIRECT.to_owned(), |more| format!("{more},{DIRECT}"));
    let proxy = ProxyConfig::https(url).map_err(|_| {
        let (what, why) = ("AWS cannot be asked.", "HTTPS_PROXY does not hold the URL of a proxy.");
        Problem::bad_input("proxy", what, why, "Correct HTTPS_PROXY, or unset it.").at("HTTPS_PROXY")
    })?;
    Ok(Some(proxy.no_proxy(direct)))
}
