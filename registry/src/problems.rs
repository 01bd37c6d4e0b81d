//! What can go wrong on the way to a registry, in four parts.
//!
//! Texts of registries are masked before they get here; a URL is told without its query, which may hold rights.

use std::error::Error;
use std::io;

use domain::copy::Descriptor;
use domain::image::ReferenceError;
use domain::problem::Problem;
use domain::registry::RegistryName;
use reqwest::Url;
use rustls::CertificateError;

const OPTION: &str = "--registry-endpoint";

/// An option without `=`.
pub(crate) fn endpoint_without_host() -> Problem {
    endpoint("It has no = between the registry's name and the URL.", OPTION.to_owned())
}

/// A URL for something that is no registry's name.
pub(crate) fn endpoint_of_nothing(host: &str, error: &ReferenceError) -> Problem {
    let why = format!("Before the = stands no registry's name: {}", error.why());
    endpoint(&why, format!("{OPTION} {host}=…"))
}

/// A URL that is none, or not one for this.
pub(crate) fn endpoint_url(host: &str, why: &str) -> Problem {
    endpoint(&format!("What stands after the = cannot be used. {why}"), format!("{OPTION} {host}=…"))
}

/// Two URLs for one registry.
pub(crate) fn endpoint_twice(host: &str) -> Problem {
    endpoint("This registry is named twice.", format!("{OPTION} {host}=…"))
}

fn endpoint(why: &str, place: String) -> Problem {
    let next = "Write it as HOST=URL, for example docker.io=http://127.0.0.1:5010.";
    Problem::bad_input("registry_endpoint", "A registry's endpoint could not be understood.", why, next)
        .at(place)
}

/// A proxy's variable that holds no URL. It may hold a password, so it is not quoted.
pub(crate) fn proxy(variable: &str) -> Problem {
    let what = "The proxy in the environment cannot be used.";
    let why = format!("{variable} does not hold the URL of a proxy.");
    Problem::bad_input("proxy", what, why, "Correct the variable, or unset it.").at(variable)
}

/// No client at all.
pub(crate) fn no_client(error: &reqwest::Error) -> Problem {
    let what = "Connections to registries cannot be made.";
    let why = format!("This machine's trusted certificates could not be read: {}.", innermost(error));
    let next =
        "Install the system's certificates (the package ca-certificates), or name a file with SSL_CERT_FILE.";
    Problem::outside("no_trust_store", what, why, next).at("the system's trust store")
}

/// A registry whose name makes no address.
pub(crate) fn no_address(registry: &RegistryName) -> Problem {
    let why = "Its name is well-formed, but its port or address is not one that exists.";
    let next = "Correct the registry's name, or say where it is with --registry-endpoint.";
    Problem::bad_input("registry_name", "The registry has no address.", why, next).at(registry.as_str())
}

/// A request that got no answer.
pub(crate) fn no_answer(error: &reqwest::Error, url: &Url) -> Problem {
    if let Some(tls) = find::<rustls::Error>(error) {
        return not_trusted(tls, url);
    }
    let why = match find::<io::Error>(error).map(io::Error::kind) {
        _ if error.is_timeout() => "It did not answer in time.".to_owned(),
        Some(io::ErrorKind::ConnectionRefused) => {
            "Nothing listens there: the connection was refused.".to_owned()
        }
        Some(io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof) => {
            "The connection was cut, by the registry or by something on the way.".to_owned()
        }
        _ => format!("{}.", innermost(error)),
    };
    unreachable(why, url)
}

fn unreachable(why: String, url: &Url) -> Problem {
    let next = "Check that this machine can reach it (VPN, firewall, HTTPS_PROXY and NO_PROXY), then run the same command again. --registry-endpoint names another address.";
    Problem::outside("registry_unreachable", "The registry could not be reached.", why, next).at(place(url))
}

fn not_trusted(error: &rustls::Error, url: &Url) -> Problem {
    let (why, next) = match error {
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => (
            "Its certificate is signed by an authority that this machine does not know.".to_owned(),
            "Put the authority's certificate into the system's trust store, or name it with SSL_CERT_FILE; a company proxy that opens connections has one of its own.",
        ),
        rustls::Error::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        ) => (
            "Its certificate has expired, or this machine's clock is wrong.".to_owned(),
            "Renew the certificate, or set the clock.",
        ),
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => ("Its certificate is made out to another name.".to_owned(), "Use the name in the certificate."),
        rustls::Error::InvalidMessage(_) => (
            "It does not speak TLS there.".to_owned(),
            "If it is meant to be asked without TLS, say so with --registry-endpoint HOST=http://….",
        ),
        other => (format!("{other}."), "Check the registry's certificate."),
    };
    Problem::outside("registry_tls", "The registry's certificate could not be checked.", why, next)
        .at(place(url))
}

/// A redirect that must not be followed.
pub(crate) fn redirect(from: &Url) -> Problem {
    let why = "It sends us on to a place without TLS, or away from where the login belongs.";
    strange("registry_redirect", "The registry's redirect was not followed.", why.to_owned()).at(place(from))
}

/// A chain of redirects without an end.
pub(crate) fn too_many_redirects(from: &Url, most: usize) -> Problem {
    let why = format!("It sent us on more than {most} times.");
    strange("registry_redirect", "The registry's redirects were not followed to their end.", why)
        .at(place(from))
}

/// A token service to which nothing may be sent.
pub(crate) fn realm(endpoint: &Url, realm: &str) -> Problem {
    let why = match Url::parse(realm).ok().filter(Url::has_host) {
        Some(url) => format!(
            "Its token service is at {}, on another host without TLS, where a login could be read by others.",
            url.origin().ascii_serialization()
        ),
        None => "It names a token service, but not by a URL.".to_owned(),
    };
    strange("registry_realm", "The registry's way to log in is not safe.", why).at(place(endpoint))
}

/// A token service that gave none.
pub(crate) fn no_token(url: &Url) -> Problem {
    let why = "It answered with success, but with nothing that is a token.";
    strange("registry_token", "The token service's answer was not understood.", why.to_owned()).at(place(url))
}

/// A body beyond its bound.
pub(crate) fn too_large(url: &Url, most: usize) -> Problem {
    let why = format!("It is larger than {} KiB, the most that is allowed for it.", most / 1024);
    strange("registry_too_large", "The registry's answer is too large.", why).at(place(url))
}

/// Bytes that are not what they are said to be.
pub(crate) fn wrong_digest(wanted: &str, url: &Url) -> Problem {
    let why = format!(
        "It is not the one with the digest {wanted}: damaged on the way, or not what it is said to be."
    );
    strange("registry_digest", "The registry's manifest is not what was asked for.", why).at(place(url))
}

/// The bytes of a blob that are not what they are said to be.
pub(crate) fn wrong_blob(wanted: &str, url: &Url) -> Problem {
    let why =
        format!("Its bytes do not have the digest {wanted}: they were damaged on the way or at the source.");
    strange("registry_digest", "A layer is not what was asked for.", why).at(place(url))
}

/// More or fewer bytes than the manifest names.
pub(crate) fn wrong_length(blob: &Descriptor, url: &Url) -> Problem {
    let why =
        format!("The manifest says that it has {} bytes, and the source sends another number.", blob.size);
    strange("registry_digest", "A layer is not what was asked for.", why).at(place(url))
}

/// A digest by an algorithm that nobody here computes.
pub(crate) fn digest_kind(digest: &str) -> Problem {
    let why = format!("Its digest, {digest}, is by an algorithm that is not known.");
    strange("registry_digest", "A layer cannot be checked.", why)
}

/// A connection that ended before its time.
pub(crate) fn cut(url: &Url) -> Problem {
    let why = "The connection was cut, by the registry or by something on the way.";
    unreachable(why.to_owned(), url)
}

/// A connection on which nothing moves any more.
pub(crate) fn stalled(url: &Url) -> Problem {
    unreachable("Nothing moved on the connection any more.".to_owned(), url)
}

/// An upload without a place for it.
pub(crate) fn no_place(url: &Url) -> Problem {
    let why = "It named no place to upload to.";
    strange("registry_answer", "The registry's answer was not understood.", why.to_owned()).at(place(url))
}

/// An upload that the registry has forgotten.
pub(crate) fn upload_lost(repository: &str) -> Problem {
    let (what, why) = ("An upload was lost.", "The registry no longer knows the upload that it had begun.");
    Problem::outside("registry_upload", what, why, "Run the same command again.").at(repository)
}

/// A manifest whose media type cannot be sent.
pub(crate) fn media_type(url: &Url) -> Problem {
    let why = "Its media type cannot be a header's value.";
    strange("registry_answer", "The manifest cannot be sent.", why.to_owned()).at(place(url))
}

/// A list of tags that is none.
pub(crate) fn no_tags(url: &Url) -> Problem {
    let why = "It is not a list of tags.";
    strange("registry_answer", "The registry's answer was not understood.", why.to_owned()).at(place(url))
}

/// A list without an end.
pub(crate) fn too_many_pages(url: &Url, most: usize) -> Problem {
    let why = format!("Its list goes on for more than {most} pages.");
    strange("registry_too_large", "The registry's answer is too large.", why).at(place(url))
}

/// A web page in place of an answer.
pub(crate) fn page(url: &Url) -> Problem {
    let why = "It answered with a web page, as login pages and proxies on the way do.";
    strange("registry_answer", "The registry's answer was not understood.", why.to_owned()).at(place(url))
}

/// Nothing at `/v2/`.
pub(crate) fn no_registry(endpoint: &str) -> Problem {
    let why = "It has nothing at /v2/, where every registry answers.";
    strange("registry_answer", "There is no registry.", why.to_owned()).at(endpoint)
}

/// A status that is none of those that mean something.
pub(crate) fn unexpected(status: u16, said: Option<&str>, url: &Url) -> Problem {
    let said = said.map(|said| format!(" It said: {said}")).unwrap_or_default();
    let why = format!("It answered with status {status}.{said}");
    let next = match status {
        500.. => "Wait a minute and run the same command again.",
        407 => "Give the proxy's name and password in HTTPS_PROXY.",
        _ => "Check the registry's name and address, and any proxy on the way.",
    };
    Problem::outside("registry_answer", "The registry answered with an error.", why, next).at(place(url))
}

/// An answer that an honest registry does not give.
fn strange(code: &str, what: &str, why: String) -> Problem {
    let next =
        "Check the registry's name, the address given with --registry-endpoint, and any proxy on the way.";
    Problem::outside(code, what, why, next)
}

/// Scheme, host and path. A query may hold a signature, and a name and password are nobody's business.
fn place(url: &Url) -> String {
    url.host_str().map_or_else(String::new, |host| {
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}://{host}{port}{}", url.scheme(), url.path())
    })
}

/// The first error of a type in a chain of causes. I/O errors hide their cause from the chain.
fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    if let Some(found) = error.downcast_ref::<T>() {
        return Some(found);
    }
    let inner = error.downcast_ref::<io::Error>().and_then(|error| error.get_ref());
    inner.and_then(|inner| find::<T>(inner)).or_else(|| error.source().and_then(find::<T>))
}

/// What the last error of the chain says: the outer ones only repeat that something failed.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut last = error;
    while let Some(next) = last.source() {
        last = next;
    }
    domain::evidence::mask(&last.to_string())
}
