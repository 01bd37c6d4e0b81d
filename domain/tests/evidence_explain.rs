//! What an explanation holds besides its cause: the limit, the registry, the account, and the telling words.

use domain::evidence::{Cause, Certainty, Throttle, explain};

/// One expectation.
struct Expected {
    message: &'static str,
    image: Option<&'static str>,
    cause: Cause,
    throttle: Option<Throttle>,
    registry: Option<&'static str>,
    certainty: Certainty,
    evidence: &'static str,
}

fn check(rows: &[Expected]) {
    for row in rows {
        let said = explain(row.message, row.image);
        assert_eq!(said.cause, row.cause, "{}", row.message);
        assert_eq!(said.throttle, row.throttle, "{}", row.message);
        assert_eq!(said.registry.as_deref(), row.registry, "{}", row.message);
        assert_eq!(said.certainty, row.certainty, "{}", row.message);
        assert_eq!(said.evidence, row.evidence, "{}", row.message);
    }
}

#[test]
fn the_answer_has_the_names_of_the_outer_interface() {
    let said =
        explain("toomanyrequests: You have reached your unauthenticated pull rate limit. https://x", None);
    assert_eq!(
        serde_json::to_string(&said).unwrap(),
        r#"{"cause":"dockerhub_rate_limit","throttle":"pull_limit","registry":"docker.io","account":null,"certainty":"certain","evidence":"You have reached your unauthenticated pull rate limit"}"#
    );
    let said = explain("You have reached your pull rate limit as 'somebody': dckr_jti_abc=. You may", None);
    assert_eq!(said.account.as_deref(), Some("s•••••"));
    let cause = serde_json::to_string(&said.cause).unwrap();
    assert_eq!(cause, "\"dockerhub_rate_limit_authenticated\"");
    for (cause, name) in [
        (Cause::OtherRegistryRateLimit, "other_registry_rate_limit"),
        (Cause::KubeletQps, "kubelet_qps"),
        (Cause::AmbiguousAuthOrNotFound, "ambiguous_auth_or_not_found"),
        (Cause::PlatformMismatch, "platform_mismatch"),
        (Cause::BackoffOnly, "backoff_only"),
    ] {
        assert_eq!(serde_json::to_string(&cause).unwrap(), format!("\"{name}\""));
    }
}

#[test]
fn docker_hubs_three_limits_are_told_apart() {
    let hub = |message, cause, throttle, certainty, evidence| Expected {
        message,
        image: None,
        cause,
        throttle,
        registry: Some("docker.io"),
        certainty,
        evidence,
    };
    check(&[
        hub(
            "toomanyrequests: You have reached your pull rate limit. You may",
            Cause::DockerHubRateLimit,
            Some(Throttle::PullLimit),
            Certainty::Certain,
            "You have reached your pull rate limit",
        ),
        hub(
            "failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/a/b: 429 Too Many Requests",
            Cause::DockerHubRateLimit,
            Some(Throttle::AbuseLimit),
            Certainty::Likely,
            "registry-1.docker.io/v2/a/b: 429 Too Many Requests",
        ),
        hub(
            "unexpected status from HEAD request to https://registry-1.docker.io/v2/a/b: 429 Too Many Requests",
            Cause::DockerHubRateLimit,
            None,
            Certainty::Likely,
            "registry-1.docker.io/v2/a/b: 429 Too Many Requests",
        ),
        hub(
            "Get https://registry-1.docker.io/v2/: toomanyrequests: too many failed login attempts for username or IP address",
            Cause::Auth,
            Some(Throttle::LoginLimit),
            Certainty::Certain,
            "too many failed login attempts for username or IP address",
        ),
        hub(
            "failed to fetch oauth token: unexpected status from POST request to https://auth.docker.io/token: 429 Too Many Requests",
            Cause::Undecided,
            Some(Throttle::LoginLimit),
            Certainty::Guess,
            "auth.docker.io/token: 429 Too Many Requests",
        ),
    ]);
}

#[test]
fn the_registry_is_the_one_the_pull_was_meant_for() {
    for (message, image, registry) in [
        ("Get https://10.0.0.1:5000/v2/library/nginx/manifests/1?ns=docker.io: EOF", None, Some("docker.io")),
        (
            "unpack image \"docker.io/a/b:1\": Head \"https://mirror.example.net/v2/\": EOF",
            None,
            Some("docker.io"),
        ),
        ("unpack image \"ghcr.io/a/b:1\": Head \"https://ghcr.io/v2/\": EOF", None, Some("ghcr.io")),
        ("pulling from host registry.example.net failed: EOF", None, Some("registry.example.net")),
        ("Failed to pull image \"nginx\": no such host", None, Some("docker.io")),
        ("Get \"https://registry-1.docker.io/v2/\": EOF", Some("quay.io/a/b"), Some("docker.io")),
        ("no such host", Some("quay.io/a/b"), Some("quay.io")),
        ("no such host", Some("Not An Image"), None),
        ("no such host, see https://docs.docker.com/x", None, None),
        ("toomanyrequests: Data limit exceeded", Some("nginx"), None),
        ("toomanyrequests: retry-after: 1ms, allowed: 44000/minute", Some("nginx"), Some("ghcr.io")),
    ] {
        assert_eq!(explain(message, image).registry.as_deref(), registry, "{message}");
    }
}

#[test]
fn evidence_is_masked_and_short() {
    let long = format!("error: denied for jane.doe@example.com {}", "x".repeat(5_000));
    let said = explain(&long, None);
    assert!(said.evidence.contains("j•••••@example.com") && said.evidence.len() <= 400, "{}", said.evidence);
    assert_eq!(explain(" \n ", None).evidence, "");
    assert_eq!(explain("", None).cause, Cause::Undecided);
}
