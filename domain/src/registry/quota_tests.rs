use super::*;
use crate::registry::Refusal;

const LIMIT: RateLimit = RateLimit { limit: 100, remaining: Some(76), window_seconds: 21_600 };

fn direct() -> Endpoint {
    Endpoint { url: "https://registry-1.docker.io".to_owned(), named_by_user: false }
}

fn named() -> Endpoint {
    Endpoint { url: "http://127.0.0.1:5010".to_owned(), named_by_user: true }
}

fn terms(limit: LimitHeaders) -> Terms {
    Terms { limit, token_service: Some(DOCKER_HUBS_TOKEN_SERVICE.to_owned()), ..Terms::default() }
}

fn limited(before_login: bool) -> Answer<()> {
    let reason = Reason::TooManyRequests { before_login };
    Answer::Refused(Refusal { reason, said: None, retry_after_seconds: None })
}

fn standing(registry: &str, endpoint: Endpoint, answer: Answer<()>, terms: Terms) -> Standing {
    let reply = Reply { answer, terms };
    Quota::judge(registry.parse().unwrap(), endpoint, None, &reply).unwrap().standing
}

#[test]
fn no_header_means_no_limit_only_when_docker_hub_itself_answered() {
    let none = || terms(LimitHeaders::Absent);
    let mirror = || Terms { token_service: None, ..none() };
    let hint = || Terms { token_limit: Some(LIMIT), ..none() };
    let elsewhere = || Terms { from_elsewhere: true, ..none() };
    let found = Answer::Found(());
    for (registry, endpoint, terms, wanted) in [
        ("docker.io", direct(), none(), Standing::Unlimited),
        ("docker.io", direct(), hint(), Standing::Unlimited),
        ("docker.io", direct(), elsewhere(), Standing::Unknown(Unknown::Mirror)),
        ("docker.io", named(), none(), Standing::Unlimited),
        ("docker.io", named(), mirror(), Standing::Unknown(Unknown::Mirror)),
        ("docker.io", named(), hint(), Standing::Unknown(Unknown::TakenOut)),
        ("quay.io", direct(), none(), Standing::Unknown(Unknown::NotTold)),
    ] {
        assert_eq!(
            standing(registry, endpoint, found.clone(), terms.clone()),
            wanted,
            "{registry} {terms:?}"
        );
    }
}

#[test]
fn headers_count_whoever_sends_them_and_even_when_the_image_is_missing() {
    let told = || terms(LimitHeaders::Told(LIMIT));
    assert_eq!(standing("docker.io", named(), Answer::Found(()), told()), Standing::Limited(LIMIT));
    assert_eq!(standing("docker.io", direct(), Answer::NotThere, told()), Standing::Limited(LIMIT));
    assert_eq!(standing("quay.io", direct(), Answer::Found(()), told()), Standing::Limited(LIMIT));
    let missing = standing("docker.io", named(), Answer::NotThere, terms(LimitHeaders::Absent));
    assert_eq!(missing, Standing::Unknown(Unknown::NoPreview));
    let rubbish = standing("docker.io", direct(), Answer::Found(()), terms(LimitHeaders::Unreadable));
    assert_eq!(rubbish, Standing::Unknown(Unknown::Unreadable));
}

#[test]
fn a_refused_question_means_that_nothing_is_left() {
    let spent = RateLimit { remaining: Some(0), ..LIMIT };
    for (before_login, headers, limit, throttle) in [
        (false, LimitHeaders::Told(spent), Some(spent), Some(Throttle::PullLimit)),
        (false, LimitHeaders::Told(LIMIT), Some(spent), None),
        (false, LimitHeaders::Absent, None, None),
        (true, LimitHeaders::Absent, None, Some(Throttle::AbuseLimit)),
    ] {
        let found = standing("docker.io", direct(), limited(before_login), terms(headers));
        assert_eq!(found, Standing::Refused { limit, throttle, retry_after_seconds: None });
    }
    let mirror = standing("docker.io", named(), limited(true), terms(LimitHeaders::Absent));
    let nothing = Standing::Refused { limit: None, throttle: None, retry_after_seconds: None };
    assert_eq!(mirror, nothing, "a mirror's own limit is not Docker's");

    let reply = Reply { answer: limited(false), terms: terms(LimitHeaders::Absent) };
    let budget = Quota::judge(RegistryName::default(), direct(), None, &reply).unwrap().budget();
    assert_eq!((budget.limit, budget.remaining, budget.unlimited), (None, Some(0), false));
}

#[test]
fn a_wrong_login_is_a_problem_and_a_missing_right_one_only_with_a_login() {
    let login = Credentials::new("acme", "dckr_oat_x").unwrap();
    let judge_at = |registry: &str, reason, login| {
        let refusal = Refusal { reason, said: None, retry_after_seconds: None };
        let reply = Reply::<()> { answer: Answer::Refused(refusal), terms: terms(LimitHeaders::Absent) };
        Quota::judge(registry.parse().unwrap(), direct(), login, &reply)
    };
    let judge = |reason, login| judge_at("docker.io", reason, login);
    assert_eq!(judge(Reason::LoginRefused, Some(&login)).unwrap_err().code, "registry_login");
    assert_eq!(judge(Reason::NotAllowed, Some(&login)).unwrap_err().code, "registry_not_allowed");
    let anonymous = judge(Reason::NotAllowed, None).unwrap();
    assert_eq!(anonymous.standing, Standing::Unknown(Unknown::NoPreview));
    let elsewhere = judge_at("quay.io", Reason::NotAllowed, None).unwrap();
    assert_eq!(elsewhere.standing, Standing::Unknown(Unknown::NotTold));
    assert_eq!(judge_at("quay.io", Reason::LoginNeeded, None).unwrap_err().code, "registry_login_needed");
}

#[test]
fn the_budget_never_names_an_account_in_clear() {
    let counted = Counted::read("free-user");
    let reply =
        Reply { answer: Answer::Found(()), terms: Terms { counted, ..terms(LimitHeaders::Told(LIMIT)) } };
    let login = Credentials::new("free-user", "x").unwrap();
    let quota = Quota::judge(RegistryName::default(), direct(), Some(&login), &reply).unwrap();
    let budget = quota.budget();
    assert_eq!(budget.source.as_deref(), Some("f•••••"));
    assert_eq!(quota.account.as_deref(), Some("f•••••"));
    assert_eq!((budget.limit, budget.remaining, budget.window_seconds), (Some(100), Some(76), Some(21_600)));
}
