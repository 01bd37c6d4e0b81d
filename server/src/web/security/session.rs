//! Only the browser that opened our address may look.
//!
//! Other people and programs of the machine can reach the port as well. The printed address carries a launch
//! token; `/start` exchanges it for a cookie that scripts cannot read and that other sites cannot make the
//! browser send. The address that the program opens itself carries another token, good once and for a minute,
//! since command lines of browsers can be read by other users.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use app::view::ProblemPage;
use axum::extract::{Query, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, StatusCode};
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use super::host::Authority;
use crate::web::answer;

/// How long the address that is opened for the user is good.
const OPENED_FOR: Duration = Duration::from_secs(60);

/// 256 random bits as hexadecimal digits.
#[derive(Clone)]
struct Token(String);

impl Token {
    fn random() -> Result<Self, rand::rand_core::OsError> {
        let mut bytes = [0_u8; 32];
        OsRng.try_fill_bytes(&mut bytes)?;
        Ok(Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// Takes as long for a nearly right guess as for a wrong one.
    fn is(&self, guess: &str) -> bool {
        self.0.as_bytes().ct_eq(guess.as_bytes()).into()
    }
}

/// The tokens of this start of the program, and the one session that they open.
#[derive(Clone)]
pub struct Session {
    printed: Token,
    opened: Arc<Mutex<Option<(Token, Instant)>>>,
    cookie: Token,
    /// Where a fresh session begins.
    landing: Arc<str>,
}

impl Session {
    /// New tokens. `landing` is the path that `/start` leads to.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn new(landing: &str) -> Result<Self, rand::rand_core::OsError> {
        Ok(Self {
            printed: Token::random()?,
            opened: Arc::default(),
            cookie: Token::random()?,
            landing: landing.into(),
        })
    }

    /// The path to print; good until the program ends.
    pub fn printed_path(&self) -> String {
        format!("/start?token={}", self.printed.0)
    }

    /// A path to open at once; good for one use within a minute.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn path_to_open(&self) -> Result<String, rand::rand_core::OsError> {
        let token = Token::random()?;
        let path = format!("/start?token={}", token.0);
        *self.opened.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((token, Instant::now() + OPENED_FOR));
        Ok(path)
    }

    fn opens(&self, guess: &str, now: Instant) -> bool {
        if self.printed.is(guess) {
            return true;
        }
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let right = opened.as_ref().is_some_and(|(token, until)| token.is(guess) && now < *until);
        if right {
            *opened = None;
        }
        right
    }

    fn is_in(&self, headers: &HeaderMap) -> bool {
        let Some(name) = cookie_name(headers) else { return false };
        let cookies = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut pairs =
            cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.any(|(key, value)| key == name && self.cookie.is(value))
    }
}

/// Cookies are shared by all ports of a host, so the name carries the port; the port is the one the browser
/// used, which behind `ssh -L` is not the one we listen on.
fn cookie_name(headers: &HeaderMap) -> Option<String> {
    Authority::of(headers).map(|authority| format!("unthrottle-{}", authority.port))
}

/// The query of `/start`.
#[derive(Deserialize)]
pub struct Launch {
    #[serde(default)]
    token: String,
}

/// `GET /start?token=…`: a session for a right token, and a clean address.
pub async fn start(
    State(session): State<Session>,
    Query(launch): Query<Launch>,
    headers: HeaderMap,
) -> Response {
    if !session.is_in(&headers) && !session.opens(&launch.token, Instant::now()) {
        return answer::problem(StatusCode::FORBIDDEN, ProblemPage::NoSession);
    }
    let name = cookie_name(&headers).unwrap_or_default();
    let cookie = format!("{name}={}; Path=/; HttpOnly; SameSite=Strict", session.cookie.0);
    ([(SET_COOKIE, cookie)], Redirect::to(&session.landing)).into_response()
}

/// Lets through who has the session.
pub async fn require(State(session): State<Session>, request: Request, next: Next) -> Response {
    if session.is_in(request.headers()) {
        next.run(request).await
    } else {
        answer::problem(StatusCode::FORBIDDEN, ProblemPage::NoSession)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(path: &str) -> &str {
        path.strip_prefix("/start?token=").unwrap()
    }

    #[test]
    fn the_printed_token_stays_good_and_is_long() {
        let session = Session::new("/").unwrap();
        let path = session.printed_path();
        assert_eq!(token(&path).len(), 64);
        assert!(session.opens(token(&path), Instant::now()));
        assert!(session.opens(token(&path), Instant::now()));
        assert!(!session.opens("", Instant::now()));
        assert!(!session.opens(&token(&path)[1..], Instant::now()));
    }

    #[test]
    fn the_opened_token_is_good_once_and_for_a_minute() {
        let session = Session::new("/").unwrap();
        let path = session.path_to_open().unwrap();
        assert!(session.opens(token(&path), Instant::now()));
        assert!(!session.opens(token(&path), Instant::now()), "used");
        let path = session.path_to_open().unwrap();
        assert!(!session.opens(token(&path), Instant::now() + OPENED_FOR), "too late");
        assert!(session.opens(token(&path), Instant::now()));
    }

    #[test]
    fn the_cookie_is_known_by_the_port_the_browser_used() {
        let session = Session::new("/").unwrap();
        let is_in = |host: &str, cookie: String| {
            let pairs = [(http::header::HOST, host.parse().unwrap()), (COOKIE, cookie.parse().unwrap())];
            session.is_in(&HeaderMap::from_iter(pairs))
        };
        let value = &session.cookie.0;
        assert!(is_in("localhost:9999", format!("a=b; unthrottle-9999={value}")));
        assert!(!is_in("localhost:9998", format!("unthrottle-9999={value}")));
        assert!(!is_in("localhost:9999", format!("unthrottle-9999={value}0")));
        assert!(!is_in("localhost:9999", format!("x-unthrottle-9999={value}")));
    }
}
