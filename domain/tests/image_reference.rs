//! Image references, checked against the grammar row by row. The expectations were read off
//! `github.com/distribution/reference` (`ParseNormalizedNamed`, then `TagNameOnly`).

#![expect(clippy::panic, reason = "functions that tests share fail as tests do")]

use domain::image::{ImageReference, PullPolicy, ReferenceError};

const HEX: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// `%` in a row stands for sixty-four hexadecimal digits.
fn fill(text: &str) -> String {
    text.replace('%', HEX)
}

fn parse(text: &str) -> ImageReference {
    text.parse().unwrap_or_else(|error: ReferenceError| panic!("{text:?}: {error}"))
}

#[test]
fn references_are_normalised_and_docker_hub_is_recognised() {
    for (written, normalized, docker_hub) in [
        ("nginx", "docker.io/library/nginx:latest", true),
        ("nginx:1.27", "docker.io/library/nginx:1.27", true),
        ("library/nginx", "docker.io/library/nginx:latest", true),
        ("docker.io/nginx", "docker.io/library/nginx:latest", true),
        ("index.docker.io/nginx", "docker.io/library/nginx:latest", true),
        ("index.docker.io/a/b", "docker.io/a/b:latest", true),
        ("registry-1.docker.io/library/nginx", "registry-1.docker.io/library/nginx:latest", true),
        ("registry-1.docker.io/nginx", "registry-1.docker.io/nginx:latest", true),
        ("registry.hub.docker.com/library/nginx", "registry.hub.docker.com/library/nginx:latest", true),
        ("hub.docker.com/r/library/nginx", "hub.docker.com/r/library/nginx:latest", false),
        ("bitnami/redis", "docker.io/bitnami/redis:latest", true),
        ("a/b/c", "docker.io/a/b/c:latest", true),
        ("docker.io", "docker.io/library/docker.io:latest", true),
        ("docker.io/library", "docker.io/library/library:latest", true),
        ("library/library/nginx", "docker.io/library/library/nginx:latest", true),
        ("localhost/nginx", "localhost/nginx:latest", false),
        ("localhost", "docker.io/library/localhost:latest", true),
        ("localhost:5000", "docker.io/library/localhost:5000", true),
        ("localhost:5000/nginx", "localhost:5000/nginx:latest", false),
        ("registry:5000", "docker.io/library/registry:5000", true),
        ("10.0.0.5:5000", "docker.io/library/10.0.0.5:5000", true),
        ("192.168.0.1", "docker.io/library/192.168.0.1:latest", true),
        ("192.168.0.1/nginx", "192.168.0.1/nginx:latest", false),
        ("foo:5000/bar", "foo:5000/bar:latest", false),
        ("foo/bar:5000", "docker.io/foo/bar:5000", true),
        ("myregistry/app", "docker.io/myregistry/app:latest", true),
        ("MyRegistry/app", "MyRegistry/app:latest", false),
        ("Docker.io/nginx", "Docker.io/nginx:latest", false),
        ("EXAMPLE.com/app", "EXAMPLE.com/app:latest", false),
        ("docker.io:443/library/nginx", "docker.io:443/library/nginx:latest", false),
        ("nginx@sha256:%", "docker.io/library/nginx@sha256:%", true),
        ("nginx:1.27@sha256:%", "docker.io/library/nginx:1.27@sha256:%", true),
        ("nginx@sha512:%%", "docker.io/library/nginx@sha512:%%", true),
        ("sha256:%", "docker.io/library/sha256:%", true),
        ("%:latest", "docker.io/library/%:latest", true),
        ("library/%", "docker.io/library/%:latest", true),
        ("[2001:db8::1]:5000/nginx", "[2001:db8::1]:5000/nginx:latest", false),
        ("[2001:db8::1]/nginx:1", "[2001:db8::1]/nginx:1", false),
        ("foo_bar/app", "docker.io/foo_bar/app:latest", true),
        ("a__b", "docker.io/library/a__b:latest", true),
        ("a--b", "docker.io/library/a--b:latest", true),
        ("a-----b.c_d", "docker.io/library/a-----b.c_d:latest", true),
        ("1password/connect", "docker.io/1password/connect:latest", true),
        ("public.ecr.aws/docker/library/nginx", "public.ecr.aws/docker/library/nginx:latest", false),
        ("mirror.gcr.io/library/nginx", "mirror.gcr.io/library/nginx:latest", false),
        ("quay.io/a/b:V1.0_x-y", "quay.io/a/b:V1.0_x-y", false),
        ("nginx:_1", "docker.io/library/nginx:_1", true),
        ("a.b-c.example:1/d", "a.b-c.example:1/d:latest", false),
        ("nginx:latest", "docker.io/library/nginx:latest", true),
    ] {
        let (written, normalized) = (fill(written), fill(normalized));
        let reference = parse(&written);
        assert_eq!(reference.normalized(), normalized, "{written}");
        assert_eq!(reference.is_docker_hub(), docker_hub, "{written}");
        assert_eq!(reference.as_written(), written);
        assert_eq!(reference.to_string(), written);
        let again = parse(&normalized);
        assert_eq!(again.normalized(), normalized, "normalising {written} twice");
        assert_eq!(again.repository(), reference.repository());
    }
}

#[test]
fn parts_are_told_apart() {
    let reference = parse(&fill("localhost:5000/team/app:1.2@sha256:%"));
    assert_eq!(reference.domain(), "localhost:5000");
    assert_eq!(reference.path(), "team/app");
    assert_eq!(reference.repository(), "localhost:5000/team/app");
    assert_eq!(reference.tag(), Some("1.2"));
    assert_eq!(reference.digest(), Some(fill("sha256:%").as_str()));
    let bare = parse("nginx");
    assert_eq!(
        (bare.domain(), bare.path(), bare.tag(), bare.digest()),
        ("docker.io", "library/nginx", None, None)
    );
}

#[test]
fn what_is_no_reference_is_refused_with_its_own_reason() {
    type Expected = fn(&ReferenceError) -> bool;
    let bad_path: Expected = |error| matches!(error, ReferenceError::BadPath { .. });
    let bad_tag: Expected = |error| matches!(error, ReferenceError::BadTag { .. });
    let bad_digest: Expected = |error| matches!(error, ReferenceError::BadDigest { .. });
    let bad_registry: Expected = |error| matches!(error, ReferenceError::BadRegistry { .. });
    let scheme: Expected = |error| matches!(error, ReferenceError::Scheme { .. });
    let uppercase: Expected = |error| matches!(error, ReferenceError::Uppercase { .. });
    let whitespace: Expected = |error| matches!(error, ReferenceError::Whitespace { .. });
    let template: Expected = |error| matches!(error, ReferenceError::Template { .. });
    for (text, expected) in [
        ("", (|error| matches!(error, ReferenceError::Empty)) as Expected),
        ("%", |error| matches!(error, ReferenceError::ImageId)),
        ("hub.docker.com/_/nginx", bad_path),
        ("https://docker.io/nginx", scheme),
        ("docker://nginx", scheme),
        ("oci://nginx", scheme),
        ("foo/Bar", uppercase),
        ("NGINX", uppercase),
        ("nginx@sha256:abc", bad_digest),
        ("nginx@md5:0123456789abcdef0123456789abcdef", bad_digest),
        ("nginx@SHA256:%", bad_digest),
        ("nginx@", bad_digest),
        ("user@host/app", bad_digest),
        ("foo_bar.com/app", bad_registry),
        ("foo:/bar", bad_registry),
        ("foo:50x/bar", bad_registry),
        ("-a.b/c", bad_registry),
        ("a..b/c", bad_registry),
        ("[2001:db8::1/nginx", bad_registry),
        ("[:/nginx", bad_registry),
        ("[]/nginx", bad_path),
        ("a___b", bad_path),
        ("a..b", bad_path),
        ("a._b", bad_path),
        ("_nginx", bad_path),
        ("nginx_", bad_path),
        ("-nginx/x", bad_path),
        ("nginx/", bad_path),
        ("/nginx", bad_path),
        ("a//b", bad_path),
        ("docker.io/", bad_path),
        (":1", bad_path),
        ("nginx:", bad_tag),
        ("nginx:.1", bad_tag),
        ("nginx:-1", bad_tag),
        ("nginx:1.0+build", bad_tag),
        ("nginx:a:b", bad_tag),
        (" nginx", whitespace),
        ("nginx\n", whitespace),
        ("nginx\u{0}", whitespace),
        ("$(REG)/nginx", template),
        ("${REG}/nginx", template),
        ("{{ .Values.image }}", template),
    ] {
        let text = fill(text);
        match text.parse::<ImageReference>() {
            Ok(reference) => panic!("{text:?} was read as {}", reference.normalized()),
            Err(error) => assert!(expected(&error), "{text:?}: {error:?}"),
        }
    }
}

#[test]
fn lengths_are_limited() {
    assert!(format!("nginx:{}", "a".repeat(128)).parse::<ImageReference>().is_ok());
    assert!(format!("nginx:{}", "a".repeat(129)).parse::<ImageReference>().is_err());
    assert!(format!("a.io/{}", "a".repeat(255)).parse::<ImageReference>().is_ok());
    assert_eq!(
        format!("a.io/{}", "a".repeat(256)).parse::<ImageReference>(),
        Err(ReferenceError::PathTooLong { length: 256 })
    );
}

#[test]
fn errors_say_what_why_and_what_next_without_repeating_long_input() {
    for text in ["", "NGINX", "a b", "{{x}}", "oci://x", HEX, "a_b.c/d", "a..b", "a//b", "a:", "a:+", "a@b"] {
        let error = text.parse::<ImageReference>().unwrap_err();
        for sentence in [error.what().as_str(), error.why(), error.next()] {
            assert!(sentence.len() > 15 && !sentence.contains('!'), "{text:?}: {sentence}");
        }
        assert_eq!(error.to_string(), error.what());
    }
    let long = format!("A{}\u{1b}[31m", "b".repeat(10_000)).parse::<ImageReference>().unwrap_err();
    assert!(long.what().len() < 200 && !long.what().contains('\u{1b}'));
}

#[test]
fn the_default_pull_policy_is_that_of_the_api_server() {
    for (written, policy) in [
        ("nginx", PullPolicy::Always),
        ("nginx:latest", PullPolicy::Always),
        ("nginx:1.27", PullPolicy::IfNotPresent),
        ("nginx:Latest", PullPolicy::IfNotPresent),
        ("nginx@sha256:%", PullPolicy::IfNotPresent),
        ("nginx:1@sha256:%", PullPolicy::IfNotPresent),
        ("nginx:latest@sha256:%", PullPolicy::Always),
        ("localhost:5000", PullPolicy::IfNotPresent),
    ] {
        assert_eq!(parse(&fill(written)).default_pull_policy(), policy, "{written}");
    }
}

#[test]
fn the_familiar_form_is_short_and_adds_nothing() {
    for (written, familiar) in [
        ("docker.io/library/nginx:1", "nginx:1"),
        ("nginx", "nginx"),
        ("index.docker.io/a/b", "a/b"),
        ("docker.io/library/a/b", "library/a/b"),
        ("quay.io/a/b@sha256:%", "quay.io/a/b@sha256:%"),
        ("registry-1.docker.io/library/nginx", "registry-1.docker.io/library/nginx"),
    ] {
        assert_eq!(parse(&fill(written)).familiar(), fill(familiar));
    }
}

#[test]
fn moving_keeps_tag_and_digest() {
    let reference = parse(&fill("bitnami/redis:7@sha256:%"));
    assert_eq!(
        reference.with_registry("quay.io").unwrap().as_written(),
        fill("quay.io/bitnami/redis:7@sha256:%")
    );
    assert_eq!(
        reference.with_repository("localhost:5000", "cache/redis").unwrap().normalized(),
        fill("localhost:5000/cache/redis:7@sha256:%")
    );
    assert_eq!(parse("nginx").with_registry("quay.io").unwrap().as_written(), "quay.io/library/nginx");
    assert_eq!(
        reference.with_repository("index.docker.io", "redis").unwrap().repository(),
        "docker.io/library/redis"
    );
}

#[test]
fn moving_to_what_is_no_registry_is_refused() {
    let reference = parse("nginx:1");
    assert_eq!(
        reference.with_registry("mirror"),
        Err(ReferenceError::NotARegistry { host: "mirror".to_owned() })
    );
    assert!(reference.with_repository("quay.io", "Upper/case").is_err());
    for smuggled in ["a:2", "a@sha256:1", ""] {
        assert!(parse("nginx").with_repository("quay.io", smuggled).is_err(), "{smuggled}");
    }
}

#[test]
fn references_are_serialised_as_written_and_checked_when_read() {
    let reference = parse("nginx:1.27");
    assert_eq!(serde_json::to_string(&reference).unwrap(), "\"nginx:1.27\"");
    assert_eq!(serde_json::from_str::<ImageReference>("\"nginx:1.27\"").unwrap(), reference);
    assert!(serde_json::from_str::<ImageReference>("\"NGINX\"").is_err());
    assert_ne!(reference, parse("docker.io/library/nginx:1.27"), "written differently");
}
