//! From a response to the domain's words: headers, refusals and what a registry says for itself.

use domain::evidence::mask;
use domain::problem::Problem;
use domain::registry::{Counted, Credentials, LimitHeaders, Reason, Refusal, Terms};
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;

use crate::pass::Pass;
use crate::problems;
use crate::transport::Answered;

/// An error's text that is longer than this is not meant for people.
const LARGEST_ERROR: usize = 64 * 1024;
/// Characters of it that are shown.
const LONGEST: usize = 300;
/// A longer wait is a point in time, which some of Docker's services write there.
const LONGEST_WAIT: u32 = 86_400;

/// What the answer says about the asker's limit, and what the pass that opened it says.
pub(crate) fn terms(answer: &Answered, pass: Option<&Pass>) -> Terms {
    Terms {
        limit: LimitHeaders::read(answer.text("ratelimit-limit"), answer.text("ratelimit-remaining")),
        counted: answer.text("docker-ratelimit-source").and_then(Counted::read),
        token_limit: pass.and_then(|pass| pass.limit),
        token_service: pass.and_then(|pass| pass.service.clone()),
        from_elsewhere: answer.from_elsewhere,
    }
}

/// A refusal with the registry's own words.
pub(crate) async fn refusal(answer: Answered, reason: Reason, login: Option<&Credentials>) -> Refusal {
    let wait = answer.text("retry-after").and_then(|text| text.trim().parse().ok());
    let retry_after_seconds = wait.filter(|seconds| *seconds <= LONGEST_WAIT);
    Refusal { reason, said: said(answer, login).await, retry_after_seconds }
}

/// A status that means nothing here.
pub(crate) async fn unexpected(answer: Answered, login: Option<&Credentials>) -> Problem {
    let (status, url) = (answer.status(), answer.url().clone());
    problems::unexpected(status.as_u16(), said(answer, login).await.as_deref(), &url)
}

/// Whether the answer is a page for people, as login pages and portals on the way send with status 200.
pub(crate) fn is_page(answer: &Answered) -> bool {
    answer.text(CONTENT_TYPE.as_str()).is_some_and(|kind| kind.trim_start().starts_with("text/html"))
}

/// The message of an error, masked and on one line. What cannot be read has said nothing.
async fn said(answer: Answered, login: Option<&Credentials>) -> Option<String> {
    let page = is_page(&answer);
    let body = answer.body(LARGEST_ERROR).await.ok().filter(|_| !page)?;
    let text = match serde_json::from_slice::<Value>(&body) {
        Ok(error) => message(&error)?.to_owned(),
        Err(_) => String::from_utf8(body).ok()?,
    };
    let line = hide(&mask(&text), login).split_whitespace().collect::<Vec<_>>().join(" ");
    let shown: String = line.chars().take(LONGEST).collect();
    (!shown.is_empty()).then_some(shown)
}

/// The places where registries and token services put their words: the distribution specification's first, then
/// those of Docker's services.
fn message(error: &Value) -> Option<&str> {
    let first = &error["errors"][0];
    let places = [
        &first["message"],
        &first["code"],
        &error["message"],
        &error["details"],
        &error["detail"],
        &error["error"],
    ];
    places.into_iter().filter_map(Value::as_str).find(|text| !text.is_empty())
}

/// A registry may say again what it was told.
fn hide(text: &str, login: Option<&Credentials>) -> String {
    const TOO_SHORT_TO_TELL: usize = 3;
    let Some(login) = login else { return text.to_owned() };
    let account = login.account();
    [(login.expose_password(), "•••••"), (login.username(), account.as_str())]
        .into_iter()
        .filter(|(secret, _)| secret.len() > TOO_SHORT_TO_TELL)
        .fold(text.to_owned(), |text, (secret, shown)| text.replace(secret, shown))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn words_are_found_where_registries_put_them() {
        for (error, wanted) in [
            (json!({ "errors": [{ "code": "DENIED", "message": "no" }] }), Some("no")),
            (json!({ "errors": [{ "code": "DENIED", "message": "" }] }), Some("DENIED")),
            (json!({ "details": "incorrect username or password" }), Some("incorrect username or password")),
            (json!({ "errors": "rubbish" }), None),
            (json!([1, 2]), None),
        ] {
            assert_eq!(message(&error), wanted, "{error}");
        }
    }

    #[test]
    fn what_was_told_in_confidence_is_not_repeated() {
        let login = Credentials::new("ann-smith", "canary").unwrap();
        let text = hide("ann-smith: canary is wrong", Some(&login));
        assert_eq!(text, "a•••••: ••••• is wrong");
    }
}
