//! The token service: from a challenge to a token (distribution project, "Token authentication specification").

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::evidence::RateLimit;
use domain::problem::Problem;
use domain::registry::{Credentials, Reason, Refusal};
use reqwest::{Method, Url};
use serde_json::Value;

use crate::pass::{self, Kind, Pass, Right};
use crate::transport::{Redirects, Request, Transport, What, may_lead};
use crate::{answers, problems};

/// Tokens are a few kilobytes; services that list many rights in them write more.
const LARGEST: usize = 256 * 1024;
/// Seconds that a token lives when the service does not say, and the least that the specification lets a client
/// count on.
const SHORTEST_LIFE: u64 = 60;
const LONGEST_LIFE: u64 = 3_600;
/// Given up so many seconds early, for clocks and long ways.
const MARGIN: u64 = 5;

/// What a token is wanted for, and by whom.
pub(crate) struct Wanted<'a> {
    /// Where the registry is contacted, which sent us to the service.
    pub(crate) endpoint: &'a Url,
    pub(crate) realm: &'a str,
    pub(crate) service: Option<&'a str>,
    pub(crate) right: &'a Right,
    /// The right that the challenge named.
    pub(crate) scope: Option<&'a str>,
    pub(crate) login: Option<&'a Credentials>,
}

/// Asks for a token, once. A service that refuses is an answer.
pub(crate) async fn ask(
    transport: &Transport,
    wanted: &Wanted<'_>,
) -> Result<Result<Pass, Refusal>, Problem> {
    let mut url = Url::parse(wanted.realm).map_err(|_| problems::realm(wanted.endpoint, wanted.realm))?;
    if !may_lead(wanted.endpoint, &url) {
        return Err(problems::realm(wanted.endpoint, wanted.realm));
    }
    {
        let mut query = url.query_pairs_mut();
        wanted.service.map(|service| query.append_pair("service", service));
        for scope in wanted.scopes() {
            query.append_pair("scope", &scope);
        }
    }
    let basic = wanted.login.and_then(pass::basic);
    let what = What::new(Method::GET, url, "application/json");
    let request = Request { what: &what, authorization: basic.as_ref(), redirects: Redirects::AtHome };
    let answer = transport.send(request).await?;
    let reason = match (answer.status().as_u16(), wanted.login) {
        (200, _) => {
            let url = answer.url().clone();
            let body = answer.body(LARGEST).await?;
            let pass = read(&body, wanted.service).ok_or_else(|| problems::no_token(&url))?;
            return Ok(Ok(pass));
        }
        (401, Some(_)) => Reason::LoginRefused,
        (401 | 403, None) if !matches!(wanted.right, Right::Read(_)) => Reason::LoginNeeded,
        (401 | 403, _) => Reason::NotAllowed,
        (429, Some(_)) => Reason::LoginLimit,
        (429, None) => Reason::TooManyRequests { before_login: true },
        _ => return Err(answers::unexpected(answer, wanted.login).await),
    };
    Ok(Err(answers::refusal(answer, reason, wanted.login).await))
}

impl Wanted<'_> {
    /// What is asked for is what we want to do, whatever the challenge would have us ask for. Its own name for the
    /// repository is taken, which may be longer than ours behind a proxy, where it names a single one.
    fn scopes(&self) -> Vec<String> {
        let named = self.scope.and_then(|scope| {
            let (name, actions) = scope.strip_prefix("repository:")?.rsplit_once(':')?;
            let reads = actions.split(',').any(|action| action == "pull");
            (reads && !name.contains(char::is_whitespace)).then_some(name)
        });
        let scopes = self.right.scopes();
        let named = named.filter(|_| scopes.len() == 1);
        let text = |(repository, actions): &(&str, _)| {
            format!("repository:{}:{actions}", named.unwrap_or(repository))
        };
        scopes.iter().map(text).collect()
    }
}

/// The token and what is said about it. Both names of it are in use.
fn read(body: &[u8], service: Option<&str>) -> Option<Pass> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let token = ["token", "access_token"]
        .iter()
        .find_map(|name| answer[*name].as_str().filter(|token| !token.is_empty()))?;
    let life = answer["expires_in"].as_u64().unwrap_or(SHORTEST_LIFE).clamp(SHORTEST_LIFE, LONGEST_LIFE);
    Some(Pass {
        header: pass::secret(&format!("Bearer {token}"))?,
        kind: Kind::Token,
        expires: Instant::now().checked_add(Duration::from_secs(life - MARGIN)),
        service: service.map(str::to_owned),
        limit: limit(token),
    })
}

/// The pull limit that Docker writes into its tokens, `access[].parameters.pull_limit` and `pull_limit_interval`,
/// as texts. The signature is not checked: it is a hint about ourselves, not a right.
fn limit(token: &str) -> Option<RateLimit> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?.trim_end_matches('=')).ok()?;
    let claims: Value = serde_json::from_slice(&payload).ok()?;
    claims["access"].as_array()?.iter().find_map(|access| {
        let number = |name: &str| match &access["parameters"][name] {
            Value::String(text) => text.parse().ok(),
            number => number.as_u64().and_then(|number| u32::try_from(number).ok()),
        };
        let (limit, window_seconds) = (number("pull_limit")?, number("pull_limit_interval")?);
        Some(RateLimit { limit, remaining: None, window_seconds })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(right: &Right, scope: Option<&str>) -> Vec<String> {
        let endpoint = Url::parse("https://quay.io").unwrap();
        let login = None;
        Wanted { endpoint: &endpoint, realm: "", service: None, right, scope, login }.scopes()
    }

    #[test]
    fn no_challenge_makes_us_ask_for_more_than_we_want_to_do() {
        for (named, wanted) in [
            (None, "repository:a/b:pull"),
            (Some("repository:a/b:pull"), "repository:a/b:pull"),
            (Some("repository:mirror/a/b:pull"), "repository:mirror/a/b:pull"),
            (Some("repository:a/b:pull,push,delete"), "repository:a/b:pull"),
            (Some("registry:catalog:*"), "repository:a/b:pull"),
            (Some("repository:a/b:pull repository:c:push:pull"), "repository:a/b:pull"),
        ] {
            assert_eq!(scopes(&Right::Read("a/b".to_owned()), named), [wanted], "{named:?}");
        }
        assert!(scopes(&Right::Greet, Some("registry:catalog:*")).is_empty());
        let write = Right::Write("a/b".to_owned());
        assert_eq!(scopes(&write, Some("repository:x/a/b:pull")), ["repository:x/a/b:pull,push"]);
        let mount = Right::Mount { into: "a/b".to_owned(), from: "c".to_owned() };
        let wanted = ["repository:a/b:pull,push", "repository:c:pull"];
        assert_eq!(scopes(&mount, Some("repository:x/a/b:pull,push")), wanted);
    }

    #[test]
    fn the_limit_in_a_token_is_read_where_there_is_one() {
        let token = |claims: &str| format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims));
        let of_docker = r#"{"access":[{"type":"repository","parameters":{"pull_limit":"100","pull_limit_interval":"21600"}}]}"#;
        let wanted = RateLimit { limit: 100, remaining: None, window_seconds: 21_600 };
        assert_eq!(limit(&token(of_docker)), Some(wanted));
        for other in [
            token("{}"),
            token(r#"{"access":[{"parameters":{"pull_limit":"many"}}]}"#),
            token("rubbish"),
            "opaque".to_owned(),
            "a.%%%.c".to_owned(),
            String::new(),
        ] {
            assert_eq!(limit(&other), None, "{other}");
        }
    }

    #[test]
    fn a_token_has_two_names_and_a_life_within_bounds() {
        let life = |body: &str| {
            let pass = read(body.as_bytes(), None)?;
            assert!(pass.header.is_sensitive());
            Some(pass.expires?.saturating_duration_since(Instant::now()).as_secs() + 1 + MARGIN)
        };
        assert_eq!(life(r#"{"token":"a","expires_in":300}"#), Some(300));
        assert_eq!(life(r#"{"token":"","access_token":"a"}"#), Some(60));
        assert_eq!(life(r#"{"token":"a","expires_in":-5}"#), Some(60));
        assert_eq!(life(r#"{"token":"a","expires_in":1e30}"#), Some(60));
        assert_eq!(life(r#"{"token":"a","expires_in":99999999999}"#), Some(3_600));
        for body in ["", "[]", "{}", r#"{"token":5}"#, "{\"token\":\"a\\nb\"}"] {
            assert_eq!(life(body), None, "{body}");
        }
    }
}
