//! What this remedy asks. Never the access token.

use crate::diagnosis::{Scan, SourceKind};
use crate::plan::PullSecret;
use crate::problem::Problem;
use crate::registry::AccountTest;
use crate::remedy::{Answers, Question, cortex_version};

const USERNAME: &str = "username";
const SECRET_NAME: &str = "secret-name";
const TOKEN_KIND: &str = "token-kind";
const ACCOUNT_PLAN: &str = "account-plan";
pub(super) const READ_SECRETS: &str = "read-secrets";

/// Keys of `--set`.
pub const KEYS: [&str; 6] =
    [USERNAME, TOKEN_KIND, ACCOUNT_PLAN, SECRET_NAME, READ_SECRETS, cortex_version::KEY];

/// A name of our own, so that no secret of somebody else is touched, and none that Cortex reads: from 0.21 on
/// it sends `registry-credentials` to every registry but ECR (facts: cortex trap T9).
pub(super) const DEFAULT_NAME: &str = "unthrottle-docker-hub";

/// The key that `kubectl create secret docker-registry` and `docker login` write.
///
/// The kubelet looks at keys of `index.docker.io` only when no key matches directly, and `docker.io` matches
/// directly (Kubernetes: `pkg/credentialprovider/keyring.go`). A `docker.io` key of ours would therefore hide
/// every other login for Docker Hub in the same pod, such as the one for a private repository. This key hides
/// nothing; in turn a `docker.io` key of somebody else hides ours, which the plan names as a risk.
const KEY: &str = "https://index.docker.io/v1/";

/// Pulls in six hours: of an address without a login, and of a personal account (docker/docs, usage/pulls).
const PER_ADDRESS: usize = 100;
const PERSONAL: usize = 200;

/// The account by its answers.
pub(super) struct Account {
    pub(super) name: String,
    pub(super) username: Option<String>,
    pub(super) organisation: bool,
    pub(super) paid: bool,
    /// What came of trying its login, in whole sentences; `None` when it was not tried.
    pub(super) tested: Option<String>,
}

impl Account {
    /// # Errors
    /// When an answer cannot be used or is not what Docker Hub says, or a personal account would give less than
    /// there is.
    pub(super) fn of(answers: &Answers, scan: &Scan, tested: Option<&AccountTest>) -> Result<Self, Problem> {
        let given = |key: &str| answers.set.get(key).map(|text| text.trim()).filter(|text| !text.is_empty());
        let organisation = one_of(TOKEN_KIND, given(TOKEN_KIND), ["pat", "oat"])? == 1;
        let said = given(ACCOUNT_PLAN).is_some();
        let paid = one_of(ACCOUNT_PLAN, given(ACCOUNT_PLAN), ["paid", "personal"])? == 0;
        let paid = match tested.and_then(AccountTest::is_unlimited) {
            Some(false) if said && paid => return Err(not_paid(tested)),
            Some(unlimited) => unlimited,
            None => paid,
        };
        let account = Self {
            name: secret_name(given(SECRET_NAME).unwrap_or(DEFAULT_NAME))?,
            username: given(USERNAME).map(|name| username(name, organisation)).transpose()?,
            organisation,
            paid,
            tested: tested.map(AccountTest::sentence),
        };
        if !account.paid {
            refuse_less_than_now(&account, scan)?;
        }
        Ok(account)
    }

    pub(super) fn secret(&self) -> PullSecret {
        PullSecret { name: self.name.clone(), key: KEY.to_owned(), username: self.username.clone() }
    }
}

/// What Configure asks. Only a live cluster has secrets that can be looked into.
pub fn questions(scan: &Scan) -> Vec<Question> {
    let question = |key: &str, label: &str, help: &str, found: Option<&str>, choices: &[&str]| Question {
        key: key.to_owned(),
        label: label.to_owned(),
        help: help.to_owned(),
        found: found.map(|value| (value.to_owned(), String::new())),
        choices: choices.iter().map(|choice| (*choice).to_owned()).collect(),
    };
    let mut asked = vec![
        question(
            USERNAME,
            "Docker Hub user name",
            "For an organisation's access token it is the organisation's name. Left empty, the command lines ask for it.",
            None,
            &[],
        ),
        question(
            TOKEN_KIND,
            "Kind of access token",
            "`pat` is a person's token; `oat` belongs to an organisation with a Team or Business plan, and pulls public \
             images only if that was ticked when it was made.",
            Some("pat"),
            &["pat", "oat"],
        ),
        question(
            ACCOUNT_PLAN,
            "Docker plan of the account",
            "A `personal` account has a limit of its own, for all nodes together; every `paid` plan has none.",
            Some("paid"),
            &["paid", "personal"],
        ),
        question(
            SECRET_NAME,
            "Name of the pull secret",
            "A new secret of this name is made in each namespace; no other secret is changed.",
            Some(DEFAULT_NAME),
            &[],
        ),
    ];
    if scan.diagnosis.source.kind == SourceKind::Cluster {
        asked.push(question(
            READ_SECRETS,
            "Look into the pull secrets that pods here already name",
            "No secret is read unless you allow it. Each of these is then read once, by its name, to see whether it hides this \
             account. The registries it names are kept with the run; its logins are forgotten at once, and it is not edited.",
            Some("no"),
            &["no", "yes"],
        ));
    }
    asked
}

fn one_of(key: &str, given: Option<&str>, choices: [&str; 2]) -> Result<usize, Problem> {
    let Some(text) = given else { return Ok(0) };
    choices.iter().position(|choice| *choice == text).ok_or_else(|| {
        let why = format!("It is either {} or {}.", choices[0], choices[1]);
        wrong(key, "An answer is not one of the choices.", why, "Choose one of them.")
    })
}

/// A name for a Secret: a DNS subdomain of Kubernetes (RFC 1123).
fn secret_name(text: &str) -> Result<String, Problem> {
    let is_label = |label: &str| {
        let ends = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        label.starts_with(ends) && label.ends_with(ends) && label.chars().all(|c| ends(c) || c == '-')
    };
    if text.len() <= 253 && text.split('.').all(is_label) {
        return Ok(text.to_owned());
    }
    let why = "Kubernetes wants lower-case letters, digits, hyphens and dots, beginning and ending with a letter or digit.";
    Err(wrong(
        SECRET_NAME,
        "This is no name for a secret.",
        why.to_owned(),
        "Leave it out to use the usual name.",
    ))
}

/// A user name goes in front of a colon into the login. What was typed is not repeated: it may be a secret.
fn username(text: &str, organisation: bool) -> Result<String, Problem> {
    if organisation && text.contains('@') {
        let why = "An organisation's access token goes with the organisation's name; this is a mail address."
            .to_owned();
        let next = "Give the organisation's name, or say that it is a person's token with token-kind=pat.";
        return Err(wrong(USERNAME, "The name is not the token's.", why, next));
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '@' | '+');
    if text.len() <= 255 && text.chars().all(is_plain) {
        return Ok(text.to_owned());
    }
    let why = "It holds a character that no Docker Hub name or mail address has.".to_owned();
    Err(wrong(USERNAME, "This is no Docker Hub user name.", why, "Correct it, or leave it out."))
}

/// A personal account has one limit for all nodes together, where each outgoing address has one of its own
/// without it.
fn refuse_less_than_now(account: &Account, scan: &Scan) -> Result<(), Problem> {
    if account.organisation {
        let why = "Organisations have access tokens from the Team plan on.".to_owned();
        return Err(wrong(
            ACCOUNT_PLAN,
            "A personal account has no organisation access token.",
            why,
            "Set account-plan=paid, or token-kind=pat.",
        ));
    }
    let groups = scan.diagnosis.budget.egress_groups.len();
    let now = groups.saturating_mul(PER_ADDRESS);
    if now <= PERSONAL {
        return Ok(());
    }
    let why = format!(
        "Its limit is {PERSONAL} pulls in six hours for the whole cluster. The nodes leave by {groups} addresses, which \
         have {PER_ADDRESS} each, so {now} together."
    );
    Err(wrong(
        ACCOUNT_PLAN,
        "A personal account would give this cluster less than it has now.",
        why,
        "Use an account with a paid plan, or another remedy.",
    ))
}

fn not_paid(tested: Option<&AccountTest>) -> Problem {
    wrong(
        ACCOUNT_PLAN,
        "This account has a limit.",
        tested.map(AccountTest::sentence).unwrap_or_default(),
        "Give the login of an account with a paid plan, or say that it is a personal one.",
    )
}

fn wrong(key: &str, what: &str, why: String, next: &str) -> Problem {
    Problem::bad_input("answer_wrong", what, why, next).at(key)
}

/// What a personal account means here, in two sentences.
pub(super) fn personal_limit() -> String {
    format!(
        "It has {PERSONAL} pulls in six hours for all nodes together, and {PER_ADDRESS} an address count no more. A \
         paid plan has no limit."
    )
}
