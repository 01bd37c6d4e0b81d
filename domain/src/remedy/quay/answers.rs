//! What this remedy asks: the Cortex version where there is one, and whether another build will do.

use super::destination::Elsewhere;
use super::inquiries;
use crate::cortex::is_cortex_image;
use crate::diagnosis::Scan;
use crate::equivalents::{Judgement, Survey};
use crate::problem::Problem;
use crate::remedy::{Answers, Question, cortex_version};

/// Key of the answer about images that are elsewhere under the same name and tag, as another build.
pub(super) const DIFFERENT: &str = "different";
const LEAVE: &str = "leave";
const TAKE: &str = "take";

/// The keys of `--set`.
pub const KEYS: [&str; 2] = [cortex_version::KEY, DIFFERENT];

/// What Configure asks. Whether another build will do is a question only where one was met.
pub fn questions(scan: &Scan, survey: &Survey) -> Vec<Question> {
    let different = different(scan, survey);
    let build = (!different.is_empty()).then(|| Question {
        key: DIFFERENT.to_owned(),
        label: "Images that are elsewhere as another build".to_owned(),
        help: format!(
            "Same name and tag, another digest: {}. The project pushed both, so they usually serve alike; nothing \
             proves it.",
            different.join(", ")
        ),
        found: Some((LEAVE.to_owned(), String::new())),
        choices: vec![LEAVE.to_owned(), TAKE.to_owned()],
    });
    cortex_version::question(scan).into_iter().chain(build).collect()
}

/// The images that were found elsewhere as another build, as people write them.
fn different(scan: &Scan, survey: &Survey) -> Vec<String> {
    let elsewhere = Elsewhere::new(scan, survey, false);
    let asked = inquiries(scan, &Answers::default()).unwrap_or_default();
    let others = asked.into_iter().map(|inquiry| inquiry.image).filter(|image| !is_cortex_image(image));
    others
        .filter(|image| matches!(elsewhere.judge(image), Judgement::Other { .. }))
        .map(|image| image.familiar())
        .collect()
}

/// Whether another build is taken.
///
/// # Errors
/// When the answer is neither of the two words.
pub(super) fn takes_different(answers: &Answers) -> Result<bool, Problem> {
    match answers.set.get(DIFFERENT).map_or("", String::as_str) {
        "" | LEAVE => Ok(false),
        TAKE => Ok(true),
        other => {
            let shown: String = other.chars().take(60).collect();
            Err(Problem::bad_input(
                "different_unknown",
                format!("{shown:?} is no answer to what becomes of other builds."),
                "They are left on Docker Hub, or taken.",
                format!("Set {DIFFERENT} to {LEAVE} or to {TAKE}."),
            )
            .at(DIFFERENT))
        }
    }
}
