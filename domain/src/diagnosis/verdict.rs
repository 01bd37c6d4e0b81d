//! The verdict in one word.

use super::types::{Finding, Verdict};

/// What the verdict rests on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grounds<'a> {
    /// Findings, those of the past included.
    pub(super) findings: &'a [Finding],
    /// At least one image on Docker Hub is used.
    pub(super) exposed: bool,
    /// Something that matters could not be seen.
    pub(super) partial: bool,
}

/// Weighs the grounds. Proof beats everything; "not affected" needs a complete view (INTERFACE §4).
pub(super) fn verdict(grounds: Grounds<'_>) -> Verdict {
    let throttled = |current: bool| {
        grounds.findings.iter().any(|f| f.cause.is_docker_hub_limit() && f.current == current)
    };
    if throttled(true) {
        Verdict::Affected
    } else if throttled(false) {
        Verdict::WasAffected
    } else if grounds.exposed {
        Verdict::AtRisk
    } else if grounds.partial {
        Verdict::Unknown
    } else {
        Verdict::NotAffected
    }
}
