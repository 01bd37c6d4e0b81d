//! Credentials that are missing, wrong, expired, locked out or not allowed to pull.

use super::{Cause, Certainty, Finding, Message, by_words};
use crate::evidence::{Throttle, registry::DOCKER_HUB};

/// Docker Hub's limit of logins, which comes with the code or the status of a rate limit.
const LOCKED_OUT: [&str; 2] = ["too many failed login attempts", "you have been locked out"];

/// Words that speak of the credentials themselves.
const ABOUT_CREDENTIALS: [&str; 17] = [
    "no basic auth credentials",
    "incorrect username or password",
    "invalid username/password",
    "invalid username or password",
    "authorization token has expired",
    "is not authorized to perform",
    "accessdeniedexception",
    "unrecognizedclientexception",
    "expiredtokenexception",
    "http basic: access denied",
    "personal access token is expired",
    "failedtoretrieveimagepullsecret",
    "wrong username or password",
    "invalid credentials",
    "bad credentials",
    "error getting credentials",
    "invalid_token",
];

/// Statuses and codes of a registry or its token service.
const REFUSALS: [&str; 18] = [
    "401 unauthorized",
    "403 forbidden",
    "(forbidden)",
    "(unauthorized)",
    "status code 401",
    "status code 403",
    "status 401",
    "status 403",
    "http code 401",
    "unauthorized:",
    "authentication required",
    "authorization required",
    "authentication failed",
    "unable to retrieve auth token",
    "denied: permission",
    "denied: denied",
    "access forbidden",
    "authentication is required",
];

/// The code `DENIED` with or without a text, and what may be left of the others.
const DENIALS: [&str; 5] = ["denied:", ": denied", "access denied", "unauthorized", "forbidden"];

pub(super) fn locked_out(message: &Message) -> Option<Finding> {
    let finding = by_words(message, Cause::Auth, Certainty::Certain, &LOCKED_OUT)?;
    Some(finding.throttled_by(Throttle::LoginLimit).at(DOCKER_HUB))
}

pub(super) fn refused_credentials(message: &Message) -> Option<Finding> {
    by_words(message, Cause::Auth, Certainty::Certain, &ABOUT_CREDENTIALS)
}

pub(super) fn refused(message: &Message) -> Option<Finding> {
    by_words(message, Cause::Auth, Certainty::Certain, &REFUSALS)
}

/// A file's permissions are the node's matter and no denial by a registry.
pub(super) fn denied(message: &Message) -> Option<Finding> {
    by_words(message, Cause::Auth, Certainty::Likely, &DENIALS).filter(|_| !message.has("permission denied"))
}
