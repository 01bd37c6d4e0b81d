//! What can go wrong on the way to a cluster, in four parts.

use std::error::Error;
use std::io;

use domain::evidence::mask;
use domain::problem::Problem;
use kube::client::AuthError;
use rustls::CertificateError;

/// A request that got no answer.
pub(crate) fn no_answer(error: &(dyn Error + 'static), host: &str) -> Problem {
    if let Some(auth) = find::<AuthError>(error) {
        return not_logged_in(auth, None, host);
    }
    if let Some(tls) = find::<rustls::Error>(error) {
        return not_trusted(tls, host);
    }
    let text = mask(&innermost(error));
    let kind = find::<io::Error>(error).map(io::Error::kind);
    let why = match kind {
        Some(io::ErrorKind::ConnectionRefused) => {
            "Nothing listens there: the connection was refused.".to_owned()
        }
        Some(io::ErrorKind::TimedOut) => "It did not answer in time.".to_owned(),
        Some(io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof) => {
            "The connection was cut, by the server or by something on the way.".to_owned()
        }
        _ => format!("{text}."),
    };
    unreachable(why, host)
}

/// An API server that does not answer in time.
pub(crate) fn too_slow(seconds: u64, host: &str) -> Problem {
    unreachable(format!("It sent nothing for {seconds} seconds."), host)
}

fn unreachable(why: String, host: &str) -> Problem {
    let next = "Check that the cluster runs and that this machine can reach it (VPN, proxy, firewall), then run the same command again.";
    Problem::outside("cluster_unreachable", "The cluster could not be reached.", why, next).at(host)
}

fn not_trusted(error: &rustls::Error, host: &str) -> Problem {
    let (why, next) = match error {
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => (
            "Its certificate is signed by an authority that neither the kubeconfig nor this machine knows."
                .to_owned(),
            "Put the cluster's CA into the kubeconfig (certificate-authority-data), or into the system's trust store when a company proxy opens the connection.",
        ),
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => (
            "Its certificate is made out to another name than the kubeconfig uses.".to_owned(),
            "Use the name in the certificate, or set tls-server-name in the kubeconfig.",
        ),
        rustls::Error::InvalidCertificate(
            CertificateError::Expired | CertificateError::ExpiredContext { .. },
        ) => (
            "Its certificate has expired, or this machine's clock is wrong.".to_owned(),
            "Renew the certificate, or set the clock.",
        ),
        rustls::Error::AlertReceived(_) => (
            format!("It ended the handshake: {error}. The client certificate may have expired."),
            "Log in to the cluster anew, as with kubectl.",
        ),
        other => (format!("{other}."), "Check the server's certificate and the kubeconfig."),
    };
    Problem::outside("cluster_tls", "The cluster's certificate could not be checked.", why, next).at(host)
}

/// Login that failed before a request could be sent. `plugin` is the command of the kubeconfig's exec plugin.
pub(crate) fn not_logged_in(error: &AuthError, plugin: Option<(&str, Option<&str>)>, host: &str) -> Problem {
    let what = "Logging in to the cluster failed.";
    let command = plugin.map_or("the login plugin", |(command, _)| command);
    let problem = match error {
        AuthError::AuthExecStart(error) if error.kind() == io::ErrorKind::NotFound => {
            let hint = plugin.and_then(|(_, hint)| hint).map(mask);
            let next =
                hint.unwrap_or_else(|| format!("Install {command}, or put it on the PATH of this program."));
            let why = format!("The kubeconfig logs in by running {command}, which was not found.");
            Problem::outside("login_plugin_missing", what, why, next)
        }
        AuthError::AuthExecStart(error) => {
            let why =
                format!("The kubeconfig logs in by running {command}, which could not be started: {error}.");
            Problem::outside("login_plugin_missing", what, why, "Check the file's permissions.")
        }
        AuthError::AuthExecRun { out, .. } => {
            let said = mask(String::from_utf8_lossy(&out.stderr).trim());
            let said = if said.is_empty() {
                "It said nothing.".to_owned()
            } else {
                format!("It said: {}", shortened(&said))
            };
            let why = format!("{command} ended with {}. {said}", out.status);
            Problem::outside(
                "login_plugin_failed",
                what,
                why,
                "Run it by hand or log in anew (for example aws sso login), then try again.",
            )
        }
        other => {
            let why = format!("{}.", mask(&other.to_string()));
            Problem::outside(
                "login_failed",
                what,
                why,
                "Check the user in the kubeconfig, and whether kubectl can log in.",
            )
        }
    };
    problem.at(host)
}

/// HTTP 401.
pub(crate) fn expired(message: &str, host: &str) -> Problem {
    let why = format!("It does not accept the credentials: {message}. They may have expired.");
    let next = "Log in anew (for example aws sso login, or fetch the kubeconfig again), then run the same command again.";
    Problem::outside("cluster_unauthorized", "The cluster refused the login.", why, next).at(host)
}

/// HTTP 403 to everything that matters.
pub(crate) fn forbidden(why: String, host: &str) -> Problem {
    let next = "Ask an administrator for the view role (kubectl create clusterrolebinding … --clusterrole=view), name namespaces you may read with -n, or read files with --from.";
    Problem::outside("cluster_forbidden", "Nothing of the cluster may be read.", why, next).at(host)
}

/// HTTP 429, 503 or 504, also after waiting.
pub(crate) fn busy(status: u16, tries: u32, host: &str) -> Problem {
    let why = format!("It answered {status} to the same question {tries} times.");
    Problem::outside(
        "cluster_busy",
        "The cluster is too busy to answer.",
        why,
        "Wait a minute and run the same command again.",
    )
    .at(host)
}

/// Any other status.
pub(crate) fn refused(status: u16, message: &str, path: &str, host: &str) -> Problem {
    let why = format!("To {path} it answered {status}: {message}.");
    let next = "Check that the server in the kubeconfig is a Kubernetes API server.";
    Problem::outside("cluster_refused", "The cluster answered with an error.", why, next).at(host)
}

/// An answer of 200 that is not what was asked for.
pub(crate) fn not_understood(path: &str, bytes: &[u8], error: &dyn Error, host: &str) -> Problem {
    let html = bytes.trim_ascii_start().first() == Some(&b'<');
    let why = if html {
        format!("To {path} it answered with a web page, as login pages and proxies do.")
    } else {
        format!("To {path} it answered with something else than the Kubernetes API: {error}.")
    };
    let next =
        "Check the server in the kubeconfig and any proxy on the way; log in there first if it asks for it.";
    Problem::outside("cluster_answer", "The cluster's answer was not understood.", why, next).at(host)
}

/// An answer of 200 that is no Secret. What it holds is not repeated, not even by the parser.
pub(crate) fn no_secret(path: &str, bytes: &[u8], host: &str) -> Problem {
    let silent = io::Error::other("it is no Secret");
    not_understood(path, bytes, &silent, host)
}

/// Anything that keeps a client from being made of the kubeconfig.
pub(crate) fn not_configured(error: &dyn Error, host: &str) -> Problem {
    let why = format!("{}.", mask(&error.to_string()));
    let next = "Check the context's cluster and user in the kubeconfig.";
    Problem::bad_input("kubeconfig_unusable", "The context cannot be used.", why, next).at(host)
}

/// Text of bounded length for one line.
pub(crate) fn shortened(text: &str) -> String {
    const LONGEST: usize = 400;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST { line } else { line.chars().take(LONGEST).chain(['…']).collect() }
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
    last.to_string()
}
