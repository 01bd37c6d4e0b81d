//! The registry could not be reached, or the connection broke: the words of Go's `net`, `net/http` and `context`,
//! of resolvers, and of proxies that gave up waiting.

use super::{Cause, Certainty, Finding, Message, by_words};

const WORDS: [&str; 38] = [
    "no such host",
    "server misbehaving",
    "temporary failure in name resolution",
    "could not resolve host",
    "connection refused",
    "actively refused it",
    "connection reset",
    "forcibly closed",
    "no route to host",
    "network is unreachable",
    "host is unreachable",
    "i/o timeout",
    "tls handshake timeout",
    "connection timed out",
    "operation timed out",
    "client.timeout",
    "timeout awaiting response headers",
    "request timeout",
    "request time-out",
    "gateway timeout",
    "gateway time-out",
    "request canceled",
    "broken pipe",
    "use of closed network connection",
    "connection lost",
    "connection broken",
    "server closed idle connection",
    "stream error: stream id",
    "proxyconnect",
    "dial tcp",
    "dial udp",
    "read tcp",
    "write tcp",
    "progress deadline exceeded",
    "registryunavailable",
    "failure resolving",
    "proxy authentication required",
    "goaway",
];
const DEADLINES: [&str; 6] =
    ["deadline exceeded", "context canceled", "context cancelled", "timed out", "timeout", "(http code 408)"];

pub(super) fn read(message: &Message) -> Option<Finding> {
    by_words(message, Cause::Network, Certainty::Certain, &WORDS).or_else(|| closed(message))
}

/// Something took too long, it is not said what; most often the connection.
pub(super) fn took_too_long(message: &Message) -> Option<Finding> {
    by_words(message, Cause::Network, Certainty::Likely, &DEADLINES)
}

/// `Get "https://…": EOF`: the other side closed before it answered. An *unexpected* end is of the content.
fn closed(message: &Message) -> Option<Finding> {
    by_words(message, Cause::Network, Certainty::Certain, &[": eof"])
}
