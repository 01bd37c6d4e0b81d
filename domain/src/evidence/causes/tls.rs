//! Certificates, or plain HTTP on a port where HTTPS was expected: the words of Go's `crypto/x509`, `crypto/tls`
//! and `net/http`. A handshake that timed out is the network's fault.

use super::{Cause, Certainty, Finding, Message, by_words};

const WORDS: [&str; 13] = [
    "x509:",
    "certificate signed by unknown authority",
    "failed to verify certificate",
    "certificate verify failed",
    "server gave http response to https client",
    "first record does not look like a tls handshake",
    "remote error: tls",
    "tls: ",
    "ssl certificate problem",
    "certificate has expired",
    "unable to get local issuer certificate",
    "self signed certificate",
    "self-signed certificate",
];

pub(super) fn read(message: &Message) -> Option<Finding> {
    by_words(message, Cause::Tls, Certainty::Certain, &WORDS)
}
