//! One request of the registry API: decide, hand over, add the limit headers, write the log.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::response::{IntoResponse as _, Response};
use http::{Method, Request, StatusCode, header};

use super::answers;
use super::book::{Admission, Refusal, action};
use super::log::Entry;
use super::quota::Principal;
use super::serve::Front;
use super::target::{Source, Target};

/// Answers everything below `/v2`.
pub async fn registry(
    State(front): State<Arc<Front>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request<Body>,
) -> Response {
    let Some(target) = Target::parse(request.uri().path()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let source = Source::of(peer.ip());
    let method = request.method().clone();
    let host = header_text(&request, header::HOST);
    let bearer = header_text(&request, header::AUTHORIZATION);
    let token = bearer.strip_prefix("Bearer ");

    let now = front.now();
    let decision = front.book().admit(&target, &method, token, source, now);
    let (response, counted) = match decision {
        Ok(admission) => {
            let answer = front.storage.forward(&target, request).await;
            finish(&front, &admission, source, answer)
        }
        Err(refusal) => (refuse(&refusal, &host, &target, &method, source), false),
    };

    let mut book = front.book();
    let principal = book.principal(token, source, now).to_string();
    book.log.push(Entry {
        time: front.now().to_string(),
        source: source.to_string(),
        principal,
        method: method.to_string(),
        repository: target.repository,
        reference: target.reference,
        kind: target.kind,
        status: response.status().as_u16(),
        counted,
    });
    drop(book);
    response
}

/// Adds what the limit says to the storage's answer; a pull that found nothing is given back.
fn finish(
    front: &Front,
    admission: &Admission,
    source: Source,
    answer: Result<Response, String>,
) -> (Response, bool) {
    let mut response = answer.unwrap_or_else(|why| answers::storage_failure(&why));
    let found = response.status().is_success();
    let mut book = front.book();
    if admission.counted && !found {
        book.quota.refund(&admission.principal);
    }
    if let Some(allowance) = admission.allowance {
        let remaining = book.quota.remaining(&admission.principal, allowance, front.now());
        let charged = charged_to(&admission.principal, source);
        answers::add_limit_headers(response.headers_mut(), allowance, remaining, &charged);
    }
    drop(book);
    (response, admission.counted && found)
}

fn refuse(refusal: &Refusal, host: &str, target: &Target, method: &Method, source: Source) -> Response {
    let scope = (!target.repository.is_empty()).then_some((
        target.repository.as_str(),
        match action(method) {
            "push" => "pull,push",
            pull => pull,
        },
    ));
    match refusal {
        Refusal::NoToken => answers::challenge(host, scope, false, source),
        Refusal::WrongScope => answers::challenge(host, scope, true, source),
        Refusal::AbuseLimit => answers::abuse_limit(),
        Refusal::PullLimit(principal, allowance) => {
            let mut response = match principal {
                Principal::Address(_) => answers::anonymous_limit(),
                Principal::Account(name) => answers::account_limit(name),
            };
            let charged = charged_to(principal, source);
            answers::add_limit_headers(response.headers_mut(), *allowance, 0, &charged);
            response
        }
    }
}

/// `docker-ratelimit-source`: the address for anonymous pulls, the account's name otherwise.
fn charged_to(principal: &Principal, source: Source) -> String {
    match principal {
        Principal::Address(_) => source.to_string(),
        Principal::Account(name) => name.clone(),
    }
}

fn header_text(request: &Request<Body>, name: header::HeaderName) -> String {
    request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}
