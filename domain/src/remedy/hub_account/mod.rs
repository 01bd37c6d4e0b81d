//! Pull with a paid Docker Hub account: a pull secret of our own in every namespace that needs it, lent by the
//! service accounts under which pods pull.
//!
//! Adds to the lists it finds and never replaces them. Must never hold the access token: a person gives it to
//! the plan's command lines, on standard input.

mod accounts;
mod answers;
mod beyond;
mod cluster;
mod fit;
mod held;
mod held_words;
mod lists;
mod pods;
mod risks;
mod selection;
mod templates;

pub use answers::{KEYS, questions};
pub use fit::fit;

use self::answers::Account;
use self::cluster::Here;
use self::selection::Selection;
use crate::diagnosis::Scan;
use crate::equivalents::Survey;
use crate::held::SecretName;
use crate::problem::Problem;
use crate::remedy::running::Running;
use crate::remedy::{Answers, Draft, SecretDraft, cortex_version};

/// What gives this cluster the account. `survey` holds what Docker Hub said when its login was tried, and what the
/// cluster's own pull secrets were found to hold, where somebody allowed to look.
///
/// # Errors
/// When an answer cannot be used, or the account would give less than the cluster has now.
pub fn draft(scan: &Scan, answers: &Answers, survey: &Survey) -> Result<Draft, Problem> {
    let account = Account::of(answers, scan, survey.account.as_ref())?;
    let may_look = held::is_allowed(answers, scan)?;
    let selection = Selection::new(&answers.only, scan)?;
    let running = Running::of(answers, scan)?;
    let here = Here { scan, selection, running, account: &account };
    let mut draft = Draft { cortex_version: cortex_version::resolve(scan, answers)?, ..Draft::default() };
    let mut secret =
        SecretDraft { secret: account.secret(), namespaces: Default::default(), made_anew: Vec::new() };
    accounts::plan(&here, &mut secret, &mut draft);
    templates::plan(&here, &mut secret, &mut draft);
    pods::plan(&here, &mut secret, &mut draft);
    beyond::note(&here, &mut draft);
    if may_look {
        held::note(&here, survey, &mut draft);
    }
    draft.not_covered.sort();
    draft.not_covered.dedup();
    draft.nothing_to_do = nothing_to_do(&here, &draft);
    draft.pull_secret = Some(secret);
    if !draft.is_empty() {
        risks::note(&here, &mut draft);
    }
    Ok(draft)
}

/// The pull secrets to look into before the plan is made, sorted; none unless the answers allow it.
///
/// # Errors
/// As for [`draft`].
pub fn secrets_to_look_into(scan: &Scan, answers: &Answers) -> Result<Vec<SecretName>, Problem> {
    if !held::is_allowed(answers, scan)? {
        return Ok(Vec::new());
    }
    let account = Account::of(answers, scan, None)?;
    let selection = Selection::new(&answers.only, scan)?;
    let running = Running::of(answers, scan)?;
    Ok(held::names(&Here { scan, selection, running, account: &account }).into_iter().collect())
}

fn nothing_to_do(here: &Here<'_>, draft: &Draft) -> String {
    let name = &here.account.name;
    match (here.pulls_from_docker_hub(), draft.not_covered.is_empty()) {
        (false, _) => "Nothing to change: no image from Docker Hub was found.".to_owned(),
        (true, true) => format!(
            "Nothing to change: everything that pulls from Docker Hub already names the pull secret {name}. If pulls \
             still fail, the login in it is wrong, expired or not of a paid plan; {}",
            if draft.found_secrets.is_empty() {
                "the secret itself was not read."
            } else {
                "what it holds stands below."
            }
        ),
        (true, false) => {
            "No pull secret reaches what pulls from Docker Hub here. Each image is listed with another way."
                .to_owned()
        }
    }
}
