//! `quota`: asks a registry for the pull limit without spending a pull (INTERFACE §1).

use clap::Args;
use domain::diagnosis::{Budget, MeasuredFrom};
use domain::evidence::{RateLimit, Throttle};
use domain::problem::Problem;
use domain::registry::{Counted, Quota as Asked, RegistryName, Standing, Unknown};
use serde::Serialize;

use super::Status;
use super::output::{Output, Tone, table};
use super::registries::{LoginArgs, RegistryArgs};

/// Asks a registry how many pulls are left, without spending one
///
/// The answer is for this machine's address, or for the account that is logged in with. Nodes may leave by another
/// address: run this on a node to ask for theirs.
#[derive(Debug, Args)]
pub(super) struct Quota {
    /// The registry, as image references name it
    #[arg(default_value = "docker.io", value_name = "REGISTRY")]
    registry: String,
    #[command(flatten)]
    login: LoginArgs,
    #[command(flatten)]
    registries: RegistryArgs,
}

/// The answer for programs: the fields of a scan's budget (INTERFACE §4), and how they came about.
#[derive(Debug, Serialize)]
struct Printed<'a> {
    schema: &'static str,
    registry: &'a RegistryName,
    endpoint: &'a str,
    account: Option<&'a str>,
    #[serde(flatten)]
    budget: Budget,
    /// Whether the question itself was refused (status 429).
    refused: bool,
    throttle: Option<Throttle>,
    retry_after_seconds: Option<u32>,
    /// Why nothing is known, as a word and in a sentence.
    unknown: Option<Unknown>,
    why: Option<&'static str>,
    /// What the access token says about the limit; a hint only.
    token_limit: Option<RateLimit>,
}

impl Quota {
    pub(super) async fn run(&self, output: &Output) -> Result<Status, Problem> {
        let registry: RegistryName =
            self.registry.parse().map_err(|error| no_name(&self.registry, &error))?;
        let anonymous = self.registries.client()?;
        let login = self.login.credentials()?;
        let client = match &login {
            Some(login) => anonymous.with_login(registry.clone(), login.clone()),
            None => anonymous,
        };
        let asked = engine::quota::ask(&client, &registry, login.as_ref()).await?;
        if output.is_json() {
            output.json(&printed(&asked))?;
        } else {
            output.text(&text(&asked, output))?;
        }
        Ok(Status::Done)
    }
}

fn no_name(text: &str, error: &domain::image::ReferenceError) -> Problem {
    let next = "Name a registry as image references do: docker.io, quay.io, registry.example.com:5000.";
    Problem::bad_input("registry_name", format!("{}.", error.what()), error.why(), next).at(text)
}

fn printed(asked: &Asked) -> Printed<'_> {
    let (throttle, retry_after_seconds) = match asked.standing {
        Standing::Refused { throttle, retry_after_seconds, .. } => (throttle, retry_after_seconds),
        _ => (None, None),
    };
    let unknown = asked.unknown();
    Printed {
        schema: "unthrottle.quota/v1",
        registry: &asked.registry,
        endpoint: &asked.endpoint.url,
        account: asked.account.as_deref(),
        budget: asked.budget(),
        refused: matches!(asked.standing, Standing::Refused { .. }),
        throttle,
        retry_after_seconds,
        unknown,
        why: unknown.map(Unknown::sentence),
        token_limit: asked.token_limit,
    }
}

fn text(asked: &Asked, output: &Output) -> String {
    let name = asked.registry.for_people();
    let (tone, says) = headline(asked.standing);
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    let mut rows = Vec::new();
    if let Some(window) = asked.budget().window_seconds {
        rows.push(row("window", format!("{}, rolling", span(window))));
    }
    if let Some(counted) = whom(asked) {
        rows.push(row("counted", counted));
    }
    if let Standing::Refused { retry_after_seconds: Some(seconds), .. } = asked.standing {
        rows.push(row("wait", format!("{}, by its own word", span(seconds))));
    }
    if let (Standing::Unknown(_), Some(limit)) = (asked.standing, asked.token_limit) {
        let hint = format!("{} pulls in {}, which is a hint only", limit.limit, span(limit.window_seconds));
        rows.push(row("token says", hint));
    }
    let named = if asked.endpoint.named_by_user { ", named with --registry-endpoint" } else { "" };
    rows.push(row("asked", format!("{}{named}; it cost no pull", asked.endpoint.url)));
    let meaning: Vec<String> = meaning(asked).into_iter().map(|line| format!("{line}\n")).collect();
    let headline = output.toned(tone, &format!("{name}: {says}"));
    format!("{headline}\n{}\n{}", table(&rows), meaning.concat())
}

fn headline(standing: Standing) -> (Tone, String) {
    match standing {
        Standing::Limited(limit) => match limit.remaining {
            Some(0) => (Tone::Bad, format!("none of {} pulls left", limit.limit)),
            Some(left) => (
                if left < limit.limit / 5 { Tone::Warning } else { Tone::Good },
                format!("{left} of {} pulls left", limit.limit),
            ),
            None => (Tone::Warning, format!("{} pulls in all; how many are left was not told", limit.limit)),
        },
        Standing::Unlimited => (Tone::Good, "no pull limit".to_owned()),
        Standing::Refused { throttle: Some(Throttle::AbuseLimit), .. } => {
            (Tone::Bad, "refused, too many requests from this address".to_owned())
        }
        Standing::Refused { limit: Some(limit), throttle: Some(Throttle::PullLimit), .. } => {
            (Tone::Bad, format!("none of {} pulls left", limit.limit))
        }
        Standing::Refused { .. } => (Tone::Bad, "refused, too many pulls or requests".to_owned()),
        Standing::Unknown(_) => (Tone::Warning, "the pull limit is not known".to_owned()),
    }
}

/// Whom the registry counts, by its own word, else by the login.
fn whom(asked: &Asked) -> Option<String> {
    match (&asked.counted, &asked.account) {
        (Some(Counted::Address(address)), None) => {
            Some(format!("{address}, the address this machine is seen with"))
        }
        (Some(Counted::Address(address)), Some(account)) => {
            Some(format!("account {account}, from {address}"))
        }
        (Some(Counted::Account(account)), _) | (None, Some(account)) => Some(format!("account {account}")),
        (None, None) => None,
    }
}

/// What follows from the answer.
fn meaning(asked: &Asked) -> Vec<&'static str> {
    let account = asked.account.is_some();
    let mut lines = match asked.standing {
        Standing::Limited(limit) if limit.remaining == Some(0) => {
            vec!["Pulls are refused until earlier ones are older than the window."]
        }
        Standing::Limited(_) => Vec::new(),
        Standing::Unlimited if account => vec!["Docker Hub itself states no limit, as for paid accounts."],
        Standing::Unlimited => vec!["Docker Hub itself states no limit, as for addresses that are exempt."],
        Standing::Refused { throttle: Some(Throttle::AbuseLimit), .. } => vec![
            "This limit is on requests of any kind. No account and no plan lifts it: ask less often, and wait a minute.",
        ],
        Standing::Refused { throttle: Some(_), .. } => {
            vec!["Pulls are refused until earlier ones are older than the window."]
        }
        Standing::Refused { throttle: None, .. } => vec![
            "Either the pulls are spent, or too many requests came from this address: the refusal does not say which.",
        ],
        Standing::Unknown(unknown) => vec![unknown.sentence()],
    };
    match (asked.standing, account) {
        (Standing::Unknown(_), _) => {}
        (_, true) => lines.push("Everything that pulls with this account shares its limit, wherever it runs."),
        (_, false) => lines.push(
            "This is about this machine's address. Nodes may leave by another one; run this on a node to ask for theirs.",
        ),
    }
    lines
}

/// What a scan has to say of the limit, where it was asked for: the answer, and whose it is.
pub(super) fn measured(budget: &Budget) -> impl Iterator<Item = String> {
    let window = budget.window_seconds.map(|seconds| format!(" in {}", span(seconds))).unwrap_or_default();
    let left = match (budget.limit, budget.remaining) {
        _ if budget.unlimited => "Docker Hub itself states no limit.".to_owned(),
        (Some(limit), Some(left)) => format!("{left} of {limit} pulls{window} are left."),
        (Some(limit), None) => format!("{limit} pulls{window} in all; how many are left was not told."),
        (None, Some(_)) => "Docker Hub refused the very question, so nothing can be pulled.".to_owned(),
        (None, None) => "The answer tells no limit.".to_owned(),
    };
    let counted = budget.source.as_ref().map(|source| format!(", which Docker Hub counts as {source}"));
    let from = format!("Asked from this machine{}.", counted.unwrap_or_default());
    let nodes =
        "Nodes may leave by another address; run unthrottle quota on one to ask for theirs.".to_owned();
    let told = (budget.measured_from == MeasuredFrom::Here).then_some([left, from, nodes]);
    told.into_iter().flatten()
}

/// A length of time in its largest whole unit.
fn span(seconds: u32) -> String {
    let (count, unit) = match seconds {
        s if s > 0 && s % 3_600 == 0 => (s / 3_600, "hour"),
        s if s > 0 && s % 60 == 0 => (s / 60, "minute"),
        s => (s, "second"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_told_in_its_largest_whole_unit() {
        for (seconds, wanted) in [
            (21_600, "6 hours"),
            (3_600, "1 hour"),
            (5_400, "90 minutes"),
            (61, "61 seconds"),
            (0, "0 seconds"),
        ] {
            assert_eq!(span(seconds), wanted);
        }
    }
}
