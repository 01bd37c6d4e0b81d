//! The words people read for the domain's values. Scripts read the serialised names; these may be improved at
//! any time.

use domain::diagnosis::{Diagnosis, EvidenceSource, Knowledge, SourceKind, Verdict};
use domain::evidence::{Cause, Certainty, Throttle};
use domain::remedy::{FitLevel, RemedyKind};
use domain::run::Step;
use domain::verification::{CheckState, Outcome, SecretState};

/// The three meanings of colour, and none; always beside words that say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Something is wrong now.
    Bad,
    /// Something can go wrong.
    Warn,
    /// As it should be.
    Good,
    /// No judgement.
    Plain,
}

impl Tone {
    /// The class of the style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Self::Bad => "bad",
            Self::Warn => "warn",
            Self::Good => "good",
            Self::Plain => "plain",
        }
    }
}

/// "1 container", "7 containers": `noun` is the singular of a noun that takes an s.
pub fn count(number: impl Into<u64>, noun: &str) -> String {
    match number.into() {
        1 => format!("1 {noun}"),
        many => format!("{many} {noun}s"),
    }
}

/// "a, b and c".
pub fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The same words, with a capital in front.
pub fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Words as a sentence: a capital in front, a full stop at the end. Nothing stays nothing.
pub fn sentence(words: &str) -> String {
    match words {
        "" => String::new(),
        ended if ended.ends_with('.') => capitalised(ended),
        open => format!("{}.", capitalised(open)),
    }
}

/// The name of a step.
pub fn step(step: Step) -> &'static str {
    match step {
        Step::Connect => "Connect",
        Step::Detect => "Detect",
        Step::Remedy => "Remedy",
        Step::Configure => "Configure",
        Step::Review => "Review",
        Step::Apply => "Apply",
        Step::Verify => "Verify",
    }
}

/// The verdict in one or two words, for titles, tags and the rail.
pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Affected => "affected",
        Verdict::WasAffected => "was affected",
        Verdict::AtRisk => "at risk",
        Verdict::NotAffected => "not affected",
        Verdict::Unknown => "unknown",
    }
}

/// How a verdict is coloured.
pub fn verdict_tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Affected => Tone::Bad,
        Verdict::WasAffected | Verdict::AtRisk => Tone::Warn,
        Verdict::NotAffected => Tone::Good,
        Verdict::Unknown => Tone::Plain,
    }
}

/// The verdict as the sentence that heads a page.
pub fn verdict_sentence(diagnosis: &Diagnosis) -> &'static str {
    let files = diagnosis.source.kind == SourceKind::Files;
    match (diagnosis.verdict, files) {
        (Verdict::Affected, false) => "Docker Hub is refusing pulls from this cluster.",
        (Verdict::Affected, true) => "These files show Docker Hub refusing pulls.",
        (Verdict::WasAffected, false) => "Docker Hub refused pulls from this cluster, but not now.",
        (Verdict::WasAffected, true) => "These files show pulls that Docker Hub refused earlier.",
        (Verdict::AtRisk, false) => "Docker Hub can start refusing pulls from this cluster.",
        (Verdict::AtRisk, true) => "Docker Hub can refuse pulls of what these files describe.",
        (Verdict::NotAffected, false) => "Docker Hub's pull limits do not touch this cluster.",
        (Verdict::NotAffected, true) => "Docker Hub's pull limits do not touch what these files describe.",
        (Verdict::Unknown, _) => "Too little could be seen to tell.",
    }
}

/// Which limit of Docker Hub a finding met, as the object of "refused by".
pub fn limit(cause: Cause, throttle: Option<Throttle>) -> &'static str {
    match (throttle, cause) {
        (Some(Throttle::AbuseLimit), _) => "abuse limit",
        (Some(Throttle::LoginLimit), _) => "login limit",
        (_, Cause::DockerHubRateLimitAuthenticated) => "account's pull limit",
        _ => "pull limit",
    }
}

/// A cause in a few words.
pub fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::DockerHubRateLimit => "Docker Hub's limit",
        Cause::DockerHubRateLimitAuthenticated => "Docker Hub's limit of an account",
        Cause::OtherRegistryRateLimit => "another registry's limit",
        Cause::KubeletQps => "kubelet's own limit",
        Cause::Auth => "not allowed to pull",
        Cause::AmbiguousAuthOrNotFound => "private or missing",
        Cause::NotFound => "does not exist",
        Cause::Network => "registry not reached",
        Cause::Tls => "certificate or HTTPS",
        Cause::PlatformMismatch => "wrong platform",
        Cause::Disk => "disk full",
        Cause::Corrupt => "damaged download",
        Cause::InvalidName => "invalid image name",
        Cause::NeverPull => "pull policy Never",
        Cause::BackoffOnly => "waiting, cause not shown",
        Cause::Other => "another cause",
        Cause::Undecided => "cause not told",
    }
}

/// What a cause that is not Docker Hub's limit means, in one sentence.
pub fn cause_means(cause: Cause) -> &'static str {
    match cause {
        Cause::DockerHubRateLimit | Cause::DockerHubRateLimitAuthenticated => "Docker Hub refused the pull.",
        Cause::OtherRegistryRateLimit => "A registry other than Docker Hub asks to slow down.",
        Cause::KubeletQps => "The node pulls only so many images a second. It clears by itself.",
        Cause::Auth => "Credentials are missing, wrong or expired.",
        Cause::AmbiguousAuthOrNotFound => {
            "The registry does not say whether the image is private or missing."
        }
        Cause::NotFound => "There is no such repository, tag or digest.",
        Cause::Network => "The registry could not be reached, or the connection broke.",
        Cause::Tls => "The connection was not trusted, or spoke HTTP where HTTPS was expected.",
        Cause::PlatformMismatch => "The image is not made for this node's processor or system.",
        Cause::Disk => "The node has no room for the image.",
        Cause::Corrupt => "What arrived is not what was promised.",
        Cause::InvalidName => "The name is not a valid image reference.",
        Cause::NeverPull => "The pod forbids pulling, and the node does not hold the image.",
        Cause::BackoffOnly => "The kubelet waits before it tries again; its message no longer says why.",
        Cause::Other => "The message names a cause that has nothing to do with limits.",
        Cause::Undecided => "The message does not say enough to name the cause.",
    }
}

/// How sure a cause is.
pub fn certainty(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Certain => "certain",
        Certainty::Likely => "likely",
        Certainty::Guess => "a guess",
    }
}

/// Where a line of proof stood.
pub fn evidence_source(source: EvidenceSource) -> &'static str {
    match source {
        EvidenceSource::WaitingMessage => "container status",
        EvidenceSource::Event => "event",
        EvidenceSource::Log => "log line",
        EvidenceSource::Header => "registry's answer",
    }
}

/// How an address is known.
pub fn knowledge(how: Knowledge) -> &'static str {
    match how {
        Knowledge::Measured => "measured",
        Knowledge::Declared => "declared by the cluster",
        Knowledge::Inferred => "inferred from missing external addresses",
    }
}

/// A remedy as a choice: verb first.
pub fn remedy(remedy: RemedyKind) -> &'static str {
    match remedy {
        RemedyKind::Quay => "Pull from registries that do not count",
        RemedyKind::HubAccount => "Use a paid Docker Hub account",
        RemedyKind::EcrCopy => "Copy to Amazon ECR",
        RemedyKind::EcrCache => "Pull through Amazon ECR",
    }
}

/// A remedy as what is done: the subject of a sentence.
pub fn remedy_doing(remedy: RemedyKind) -> &'static str {
    match remedy {
        RemedyKind::Quay => "Pulling from registries that do not count",
        RemedyKind::HubAccount => "A paid Docker Hub account",
        RemedyKind::EcrCopy => "Copying to Amazon ECR",
        RemedyKind::EcrCache => "Pulling through Amazon ECR",
    }
}

/// A remedy as a word of the rail.
pub fn remedy_short(remedy: RemedyKind) -> &'static str {
    match remedy {
        RemedyKind::Quay => "other registries",
        RemedyKind::HubAccount => "paid account",
        RemedyKind::EcrCopy => "copy to ECR",
        RemedyKind::EcrCache => "ECR cache",
    }
}

/// How well a remedy fits.
pub fn fit(level: FitLevel) -> &'static str {
    match level {
        FitLevel::Fits => "Fits",
        FitLevel::Partly => "Fits in part",
        FitLevel::NothingToChange => "Nothing to change",
        FitLevel::CannotHelp => "Cannot help here",
    }
}

/// How a fit is coloured.
pub fn fit_tone(level: FitLevel) -> Tone {
    match level {
        FitLevel::Fits | FitLevel::NothingToChange => Tone::Good,
        FitLevel::Partly => Tone::Warn,
        FitLevel::CannotHelp => Tone::Plain,
    }
}

/// The result of a verification, for titles, tags and the rail.
pub fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "done",
        Outcome::InProgress => "in progress",
        Outcome::NotApplied => "not applied",
        Outcome::Failed => "failed",
        Outcome::Unknown => "unknown",
    }
}

/// How a result is coloured.
pub fn outcome_tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Done => Tone::Good,
        Outcome::InProgress => Tone::Warn,
        Outcome::Failed => Tone::Bad,
        Outcome::NotApplied | Outcome::Unknown => Tone::Plain,
    }
}

/// Where a planned container stands.
pub fn check_state(state: CheckState) -> &'static str {
    match state {
        CheckState::FromNewPlace => "from the new place",
        CheckState::OnItsWay => "on its way",
        CheckState::Failing => "failing",
        CheckState::OldImage => "still the old image",
        CheckState::Gone => "gone",
    }
}

/// How it stands with a pull secret.
pub fn secret_state(state: SecretState) -> &'static str {
    match state {
        SecretState::Named => "named",
        SecretState::Runs => "runs with it",
        SecretState::RunsWithout => "runs without it",
        SecretState::OnItsWay => "on its way",
        SecretState::Failing => "carries it and fails",
        SecretState::Lacking => "lacks it",
        SecretState::Gone => "gone",
        SecretState::NotSeen => "not seen",
    }
}

/// How that is coloured.
pub fn secret_tone(state: SecretState) -> Tone {
    match state {
        SecretState::Named | SecretState::Runs => Tone::Good,
        SecretState::OnItsWay => Tone::Warn,
        SecretState::Failing | SecretState::Lacking => Tone::Bad,
        SecretState::RunsWithout | SecretState::Gone | SecretState::NotSeen => Tone::Plain,
    }
}

/// How a planned container's state is coloured.
pub fn check_tone(state: CheckState) -> Tone {
    match state {
        CheckState::FromNewPlace => Tone::Good,
        CheckState::OnItsWay => Tone::Warn,
        CheckState::Failing | CheckState::OldImage => Tone::Bad,
        CheckState::Gone => Tone::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_not_many() {
        assert_eq!(count(1_u32, "node"), "1 node");
        assert_eq!(count(0_u32, "node"), "0 nodes");
        assert_eq!(count(12_u32, "node"), "12 nodes");
    }

    #[test]
    fn clauses_become_sentences() {
        for (clause, sentence_of_it) in [("it is new", "It is new."), ("It is.", "It is."), ("", "")] {
            assert_eq!(sentence(clause), sentence_of_it);
        }
    }

    #[test]
    fn lists_read_as_prose() {
        let words = |all: &[&str]| list(&all.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert_eq!(words(&[]), "");
        assert_eq!(words(&["a"]), "a");
        assert_eq!(words(&["a", "b", "c"]), "a, b and c");
    }
}
