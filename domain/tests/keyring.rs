//! Which key of which secret a kubelet uses. The lab holds the same rules against the kubelet's own package; these
//! are the cases worth reading.
#![expect(clippy::unwrap_used, reason = "a test may stop where its own data is wrong")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::image::ImageReference;
use domain::keyring::{AuthError, Defect, Form, Keyring, Outline, Place, PullSecret, Reach, Unusable, Why};

const KUBECTL: &str = "https://index.docker.io/v1/";

/// Secrets `a`, `b`, … with these texts, in this order.
fn secrets<T: AsRef<[u8]>>(texts: &[T]) -> Vec<PullSecret> {
    let named = ('a'..='z').zip(texts);
    named
        .map(|(name, text)| PullSecret::new(name, Form::DockerConfigJson, text.as_ref().to_vec().into()))
        .collect()
}

/// A secret with these keys, each with a login of its own.
fn config(keys: &[&str]) -> String {
    let entry = |key: &&str| format!(r#""{key}":{{"username":"user","password":"of {key}"}}"#);
    format!(r#"{{"auths":{{{}}}}}"#, keys.iter().map(entry).collect::<Vec<_>>().join(","))
}

fn keyring(layout: &[&[&str]]) -> Keyring {
    let texts: Vec<String> = layout.iter().map(|keys| config(keys)).collect();
    Keyring::read(&secrets(&texts)).unwrap()
}

fn image(text: &str) -> ImageReference {
    text.parse().unwrap()
}

fn place(text: &str) -> Place {
    let (secret, key) = text.split_once(' ').unwrap();
    Place { secret: secret.into(), key: key.into() }
}

fn tried(keyring: &Keyring, name: &str) -> Vec<String> {
    let candidates = keyring.lookup(&image(name)).candidates;
    candidates.iter().map(|candidate| format!("{} {}", candidate.place.secret, candidate.place.key)).collect()
}

fn hidden(keyring: &Keyring, name: &str) -> Vec<(Place, Why)> {
    keyring.lookup(&image(name)).hidden.into_iter().map(|hidden| (hidden.place, hidden.why)).collect()
}

#[test]
fn a_key_is_for_docker_hub_or_for_one_of_its_hosts_or_for_neither() {
    for (key, docker_hub, its_host) in [
        (KUBECTL, true, false),
        ("https://index.docker.io/v2/", true, false),
        ("https://index.docker.io/", true, false),
        ("index.docker.io", true, false),
        ("index.docker.io/v1/", true, false),
        ("docker.io", true, false),
        ("docker.io:", true, false),
        ("https://docker.io", true, false),
        ("http://docker.io", true, false),
        ("https://docker.io/v1/", true, false),
        ("docker.io?x=1", true, false),
        ("docker.io#x", true, false),
        ("user:password@docker.io", true, false),
        ("docker.io/library", true, false),
        ("docker.io/lib", true, false),
        ("*.io", true, false),
        ("d*k*.io", true, false),
        ("https://index.docker.io/v1", false, false),
        ("https://docker.io/v1", false, false),
        ("https://docker.io/v3/", false, false),
        ("https://index.docker.io//", false, false),
        ("index.docker.io/library", false, false),
        ("index.docker.io:", false, false),
        ("index.docker.io:443", false, false),
        ("docker.io:443", false, false),
        ("docker.io/myorg", false, false),
        ("DOCKER.IO", false, false),
        ("HTTPS://docker.io", false, false),
        ("hub.docker.com", false, false),
        ("registry.hub.docker.com", false, false),
        ("https://auth.docker.io/token", false, false),
        ("registry-1.docker.io", false, true),
        ("https://registry-1.docker.io", false, true),
        ("*.docker.io", false, true),
        ("*", false, false),
        ("*.*", true, false),
        ("docker.i?", false, false),
        ("[d]ocker.io", false, false),
        ("docker.io ", false, false),
        ("docker.io/%zz", false, false),
        ("docker.io/%6cibrary", true, false),
        ("docker.io/%23", true, false),
        ("", false, false),
    ] {
        let keyring = keyring(&[&[key]]);
        assert_eq!(!keyring.lookup(&image("nginx")).is_anonymous(), docker_hub, "{key} for nginx");
        let host = image("registry-1.docker.io/library/nginx");
        assert_eq!(!keyring.lookup(&host).is_anonymous(), its_host, "{key} for registry-1.docker.io");
    }
}

#[test]
fn a_key_is_for_other_registries_by_host_port_and_beginning_of_the_path() {
    for (key, name, matches) in [
        ("docker.io/myorg", "myorg/app", true),
        ("docker.io/myorg", "myorganisation/app", true),
        ("docker.io/myorg/", "myorganisation/app", false),
        ("quay.io:443", "quay.io/a/b", false),
        ("registry.example.com", "registry.example.com:5000/a", false),
        ("registry.example.com:5000", "registry.example.com:5000/a", true),
        ("*.example.com:5000", "registry.example.com:5000/a", true),
        ("*.example.com:*", "registry.example.com:5000/a", false),
        ("*.example.com", "a.b.example.com/a", false),
        ("10.0.*.5", "10.0.0.5/a", true),
        ("[2001:db8::1]:5000", "[2001:db8::1]:5000/a", true),
        // Brackets without a port are a set of characters to the kubelet, even around an address.
        ("[2001:db8::1]", "[2001:db8::1]/a", false),
        ("*", "[2001:db8::1]/a", true),
        ("localhost", "localhost/a", true),
        ("*", "Foo/bar", true),
        // Docker Hub's last resort is offered to registries without dot and colon.
        (KUBECTL, "localhost/a", true),
        (KUBECTL, "Foo/bar", true),
        (KUBECTL, "localhost:5000/a", false),
        (KUBECTL, "quay.io/a/b", false),
    ] {
        assert_eq!(!keyring(&[&[key]]).lookup(&image(name)).is_anonymous(), matches, "{key} for {name}");
    }
}

#[test]
fn longer_keys_come_first_then_the_order_of_the_secrets() {
    let keyring = keyring(&[&["*.io", "docker.io"], &["docker.io/myorg", "https://docker.io"]]);
    assert_eq!(
        tried(&keyring, "myorg/app"),
        ["b docker.io/myorg", "a docker.io", "b https://docker.io", "a *.io"]
    );
    assert_eq!(tried(&keyring, "quay.io/a/b"), ["a *.io"]);
}

#[test]
fn the_last_resort_is_asked_only_when_nothing_else_matches() {
    let hides = keyring(&[&[KUBECTL], &["docker.io"]]);
    assert_eq!(tried(&hides, "nginx"), ["b docker.io"]);
    let by = place("b docker.io");
    assert_eq!(hidden(&hides, "nginx"), [(place("a https://index.docker.io/v1/"), Why::LastResort { by })]);
    assert!(hidden(&hides, "quay.io/a/b").is_empty());

    let narrow = keyring(&[&[KUBECTL, "docker.io/myorg"], &["index.docker.io"]]);
    assert_eq!(tried(&narrow, "myorg/app"), ["a docker.io/myorg"]);
    assert_eq!(tried(&narrow, "nginx"), ["a https://index.docker.io/v1/", "b index.docker.io"]);
    assert!(hidden(&narrow, "nginx").is_empty());
}

#[test]
fn an_empty_entry_hides_as_well_as_a_full_one() {
    for empty in ["{}", "null", r#"{"identitytoken":"x"}"#, r#"{"auth":""}"#, r#"{"auth":"Og=="}"#] {
        let text = format!(r#"{{"auths":{{"docker.io":{empty}}}}}"#);
        let keyring = Keyring::read(&secrets(&[config(&[KUBECTL]), text])).unwrap();
        let lookup = keyring.lookup(&image("nginx"));
        assert!(lookup.candidates[0].empty, "{empty}");
        assert_eq!((lookup.candidates.len(), lookup.hidden.len()), (1, 1), "{empty}");
        assert_eq!(lookup.candidates[0].username, "");
    }
}

#[test]
fn two_spellings_in_one_secret_have_no_order_and_in_two_they_have() {
    let ambiguous = |layout: &[&[&str]]| -> Vec<bool> {
        keyring(layout)
            .lookup(&image("nginx"))
            .candidates
            .iter()
            .map(|candidate| candidate.ambiguous)
            .collect()
    };
    assert_eq!(ambiguous(&[&["docker.io", "https://docker.io/v1/"]]), [true, true]);
    assert_eq!(ambiguous(&[&[KUBECTL, "index.docker.io"], &["index.docker.io"]]), [true, true, false]);
    assert_eq!(ambiguous(&[&["docker.io"], &["https://docker.io"]]), [false, false]);
    assert_eq!(ambiguous(&[&["docker.io", "*.io"]]), [false, false]);
}

#[test]
fn keys_that_only_look_right_are_named_with_the_reason() {
    for (key, why) in [
        ("https://index.docker.io/v1", Why::NoFinalSlash),
        ("https://docker.io/v2", Why::NoFinalSlash),
        ("index.docker.io/library", Why::IndexWithPath),
        ("registry-1.docker.io", Why::OtherName),
        ("hub.docker.com", Why::OtherName),
        ("https://auth.docker.io/token", Why::OtherName),
        ("*.docker.io", Why::OtherName),
        ("DOCKER.IO", Why::LetterCase),
        ("https://Index.docker.io/v1/", Why::LetterCase),
        ("docker.io:443", Why::Port),
        ("index.docker.io:443", Why::Port),
        (" docker.io", Why::NotAnAddress),
    ] {
        assert_eq!(hidden(&keyring(&[&[key]]), "nginx"), [(place(&format!("a {key}")), why)]);
        assert!(hidden(&keyring(&[&[key]]), "quay.io/a/b").is_empty(), "{key}");
    }
    for key in ["docker.io/myorg", "quay.io", "*.example.com", "*.com", "*:5000"] {
        assert!(hidden(&keyring(&[&[key]]), "nginx").is_empty(), "{key}");
    }
    assert_eq!(hidden(&keyring(&[&["quay.io:443"]]), "quay.io/a/b"), [(place("a quay.io:443"), Why::Port)]);
}

#[test]
fn a_login_is_decoded_as_go_does_it() {
    for (entry, expected) in [
        (r#"{"username":"u","password":"p"}"#, "u:p"),
        (r#"{"Username":"u","PASSWORD":"p"}"#, "u:p"),
        (r#"{"u\u017fername":"u","paſsword":"p"}"#, "u:p"),
        (r#"{"username":"u","username":null,"password":"p"}"#, "u:p"),
        (r#"{"username":"u","username":"v"}"#, "v:"),
        (r#"{"auth":"dTpw"}"#, "u:p"),
        (r#"{"auth":"dTpw","username":"x","password":"y"}"#, "u:p"),
        (r#"{"auth":"dTpwOnE="}"#, "u:p:q"),
        (r#"{"auth":"dTpwOnE"}"#, "u:p:q"),
        (r#"{"auth":"dTpwOnF="}"#, "u:p:q"),
        (r#"{"auth":"\r\ndTpw\nOnE=\n"}"#, "u:p:q"),
        (r#"{"auth":"dTpwOnE\n"}"#, "u:p:q"),
        (r#"{"email":"x","extra":[{"a":1e999}],"username":"\ud800"}"#, "\u{fffd}\u{fffd}\u{fffd}:"),
    ] {
        let text = format!(r#"{{"AUTHS":{{"docker.io":{entry}}},"credsStore":"desktop"}}"#);
        let keyring = Keyring::read(&secrets(&[text])).unwrap();
        let lookup = keyring.lookup(&image("nginx"));
        let login = keyring.login(&lookup.candidates[0]).unwrap();
        let found = [login.username(), login.password()].join(&b':');
        assert_eq!(String::from_utf8(found).unwrap(), expected, "{entry}");
    }
}

#[test]
fn one_bad_secret_makes_every_pull_fail() {
    let bad_auth = |auth: &str| format!(r#"{{"auths":{{"quay.io":{{"auth":"{auth}"}}}}}}"#);
    let auth = |why| Defect::Auth { key: "quay.io".into(), why };
    for (text, defect) in [
        (bad_auth("dTpw "), auth(AuthError::NotBase64)),
        (bad_auth("dTpwOnE= "), auth(AuthError::NotBase64)),
        (bad_auth("dTpw="), auth(AuthError::NotBase64)),
        (bad_auth("dTpwOnE=="), auth(AuthError::NotBase64)),
        (bad_auth("dTpw-_"), auth(AuthError::NotBase64)),
        (bad_auth("dXNlcg=="), auth(AuthError::NoColon)),
        (bad_auth("\\n"), auth(AuthError::NoColon)),
        // What takes its place later does not help.
        (r#"{"auths":{"quay.io":{"auth":" "},"quay.io":{}}}"#.into(), auth(AuthError::NotBase64)),
        (r#"{"auths":{"quay.io":{"auth":" "}},"auths":null}"#.into(), auth(AuthError::NotBase64)),
        ("\u{feff}{}".into(), Defect::ByteOrderMark),
        ("{".into(), Defect::NotJson { line: 1, column: 1 }),
        ("{} x".into(), Defect::NotJson { line: 1, column: 4 }),
        (" ".into(), Defect::NotJson { line: 1, column: 1 }),
        ("{\"auths\":{\"quay.io\":{\"username\":\"a\tb\"}}}".into(), Defect::NotJson { line: 1, column: 34 }),
        ("[]".into(), Defect::WrongKind { line: 1, column: 0 }),
        (r#"{"auths":[]}"#.into(), Defect::WrongKind { line: 1, column: 9 }),
        (r#"{"auths":{"a":"b"}}"#.into(), Defect::WrongKind { line: 1, column: 17 }),
        (r#"{"auths":{"a":{"email":1}}}"#.into(), Defect::WrongKind { line: 1, column: 24 }),
        (r#"{"HttpHeaders":{"a":1}}"#.into(), Defect::WrongKind { line: 1, column: 21 }),
    ] {
        let texts = [config(&["docker.io"]), text.clone(), config(&["docker.io"])];
        let found = Keyring::read(&secrets(&texts)).unwrap_err();
        assert_eq!(found, Unusable { secret: "b".into(), defect }, "{text:?}");
    }
}

#[test]
fn what_holds_nothing_is_passed_over() {
    let nothing = ["", "{}", "null", r#"{"auths":null}"#, r#"{"auths":{"docker.io":{}},"auths":null}"#];
    let mut layout = secrets(&nothing);
    layout.push(PullSecret::passed_over("absent"));
    let keyring = Keyring::read(&layout).unwrap();
    assert!(keyring.lookup(&image("nginx")).is_anonymous());
}

#[test]
fn the_type_says_which_key_of_the_data_is_read_and_in_which_form() {
    assert_eq!(Form::of_type("kubernetes.io/dockerconfigjson").unwrap().data_key(), ".dockerconfigjson");
    assert_eq!(Form::of_type("kubernetes.io/dockercfg").unwrap().data_key(), ".dockercfg");
    assert_eq!(Form::of_type("Opaque"), None);

    let old = br#"{"docker.io":{"auth":"dTpw"}}"#.to_vec();
    let read = |form| Keyring::read(&[PullSecret::new("a", form, old.clone().into())]).unwrap();
    assert_eq!(tried(&read(Form::Dockercfg), "nginx"), ["a docker.io"]);
    assert!(tried(&read(Form::DockerConfigJson), "nginx").is_empty());
}

#[test]
fn a_new_secret_is_used_or_the_key_that_hides_it_is_named() {
    let turn = |layout: &[&[&str]], key: &str, name: &str| keyring(layout).reach("new", key, &image(name));
    let last_resort = |by: &str| Reach::NotTried { why: Some(Why::LastResort { by: place(by) }) };
    let first = || Reach::Tried { after: vec![], hides: vec![] };

    assert_eq!(turn(&[], KUBECTL, "nginx"), first());
    assert_eq!(turn(&[&["quay.io"]], KUBECTL, "nginx"), first());
    assert_eq!(turn(&[&["docker.io"]], KUBECTL, "nginx"), last_resort("a docker.io"));
    assert_eq!(turn(&[&["quay.io"], &["*.io"]], KUBECTL, "nginx"), last_resort("b *.io"));
    assert_eq!(turn(&[&["docker.io/myorg"]], KUBECTL, "myorg/app"), last_resort("a docker.io/myorg"));
    assert_eq!(turn(&[&["docker.io/myorg"]], KUBECTL, "nginx"), first());
    assert_eq!(turn(&[], KUBECTL, "quay.io/a/b"), Reach::NotTried { why: None });
    let slash = Reach::NotTried { why: Some(Why::NoFinalSlash) };
    assert_eq!(turn(&[], "https://index.docker.io/v1", "nginx"), slash);

    let after = |layout: &[&[&str]], key: &str| match turn(layout, key, "nginx") {
        Reach::Tried { after, hides } => {
            (after.into_iter().map(|candidate| candidate.place).collect::<Vec<_>>(), hides)
        }
        Reach::NotTried { why } => panic!("not tried: {why:?}"),
    };
    let old = "a https://index.docker.io/v1/";
    assert_eq!(after(&[&[KUBECTL]], "index.docker.io"), (vec![place(old)], vec![]));
    assert_eq!(after(&[&[KUBECTL]], "docker.io"), (vec![], vec![place(old)]));
    assert_eq!(after(&[&["*.io"]], "docker.io"), (vec![], vec![]));
}

#[test]
fn no_secret_is_shown() {
    let texts = [
        r#"{"auths":{"docker.io":{"username":"alice","password":"hunter2"}}}"#,
        r#"{"auths":{"bob:hunter2@docker.io":{"auth":"YWxpY2U6aHVudGVyMg=="}}}"#,
    ];
    let read = secrets(&texts);
    let keyring = Keyring::read(&read).unwrap();
    let lookup = keyring.lookup(&image("nginx"));
    let broken = Keyring::read(&secrets(&[r#"{"auths":"hunter2"}"#])).unwrap_err();
    let places: Vec<String> = lookup.candidates.iter().map(|candidate| candidate.place.to_string()).collect();
    let shown = format!("{read:?} {keyring:?} {lookup:?} {broken:?} {broken} {places:?}");
    for secret in ["hunter2", "alice", "bob", "YWxpY2U6aHVudGVyMg"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    assert_eq!(lookup.candidates[0].username, "a•••••");
    assert_eq!(places, ["docker.io in secret a", "•••••@docker.io in secret b"]);
}

/// The keyring of what may be kept of these secrets.
fn kept(secrets: &[PullSecret]) -> Result<Keyring, Unusable> {
    let outlines: Vec<Outline> = secrets
        .iter()
        .map(|secret| serde_json::from_value(serde_json::to_value(secret.outline()).unwrap()).unwrap())
        .collect();
    let named: Vec<(&str, &Outline)> = secrets.iter().map(PullSecret::name).zip(&outlines).collect();
    Keyring::of_outlines(&named)
}

#[test]
fn without_its_logins_a_keyring_answers_alike() {
    let texts = [
        config(&[KUBECTL, "docker.io/myorg", "user:hunter2@docker.io/library"]),
        r#"{"auths":{"docker.io":{},"https://docker.io/v1/":{"auth":"dTpw"}}}"#.to_owned(),
        config(&["*.io", "index.docker.io/library", "[d]ocker.io"]),
    ];
    let read = secrets(&texts);
    let (whole, kept) = (Keyring::read(&read).unwrap(), kept(&read).unwrap());
    for name in ["nginx", "myorg/app", "quay.io/a/b", "localhost/a"] {
        assert_eq!(tried(&whole, name), tried(&kept, name), "{name}");
        assert_eq!(hidden(&whole, name), hidden(&kept, name), "{name}");
        for candidate in kept.lookup(&image(name)).candidates {
            assert!(kept.login(&candidate).is_none());
            assert!(["", "•••••"].contains(&candidate.username.as_str()), "{candidate:?}");
        }
    }
    assert!(!format!("{kept:?}").contains("hunter2"));
}

mod any_input {
    use proptest::prelude::*;

    use super::*;

    /// Keys and parts of keys that matter, in any order.
    fn key() -> impl Strategy<Value = String> {
        let parts = "https://|http://|index\\.|docker\\.io|\\*|\\.io|/|v1|v2|library|:443|:|@|%2|%25|%C3|ü|\\?|#|\\[|\\]|::1| ";
        proptest::collection::vec(parts, 0..6).prop_map(|parts| parts.concat())
    }

    fn entry() -> impl Strategy<Value = (String, String)> {
        (key(), "[a-z]{0,3}:[a-z]{0,3}").prop_map(|(key, login)| (key, STANDARD.encode(login)))
    }

    fn text(entries: &[(String, String)]) -> String {
        let auths: serde_json::Map<_, _> =
            entries.iter().map(|(key, auth)| (key.clone(), serde_json::json!({ "auth": auth }))).collect();
        serde_json::json!({ "auths": auths }).to_string()
    }

    proptest! {
        #[test]
        fn bytes_are_read_or_refused(bytes: Vec<u8>, splice in any::<prop::sample::Index>()) {
            let mut text = config(&[KUBECTL, "docker.io"]).into_bytes();
            let at = splice.index(text.len());
            text.splice(at..at, bytes.iter().copied());
            for data in [bytes, text] {
                if let Ok(keyring) = Keyring::read(&secrets(&[data])) {
                    let _ = keyring.lookup(&image("nginx"));
                }
            }
        }

        /// What is kept of secrets tells as much as they do. A sign that a login could hide behind is masked.
        #[test]
        fn what_is_kept_answers_alike(
            layout in proptest::collection::vec(proptest::collection::vec(entry(), 0..4), 0..4),
            name in prop::sample::select(vec!["nginx", "library/x/y", "localhost/a", "docker.io:443/a"]),
        ) {
            prop_assume!(!layout.iter().flatten().any(|(key, _)| key.contains('@')));
            let texts: Vec<String> = layout.iter().map(|entries| text(entries)).collect();
            let read = secrets(&texts);
            let (whole, kept) = (Keyring::read(&read).unwrap(), kept(&read).unwrap());
            prop_assert_eq!(tried(&whole, name), tried(&kept, name));
            prop_assert_eq!(hidden(&whole, name), hidden(&kept, name));
        }

        /// What is foretold of a new secret is what happens when it is there.
        #[test]
        fn a_new_secret_does_what_was_foretold(
            layout in proptest::collection::vec(proptest::collection::vec(entry(), 0..4), 0..4),
            new in entry(),
            name in prop::sample::select(vec!["nginx", "library/x/y", "localhost/a", "docker.io:443/a"]),
        ) {
            let mut texts: Vec<String> = layout.iter().map(|entries| text(entries)).collect();
            let foretold = Keyring::read(&secrets(&texts)).unwrap().reach("new", &new.0, &image(name));
            let ours = ('a'..='z').nth(texts.len()).unwrap().to_string();
            texts.push(text(std::slice::from_ref(&new)));
            let lookup = Keyring::read(&secrets(&texts)).unwrap().lookup(&image(name));
            let turn = lookup.candidates.iter().position(|candidate| candidate.place.secret == ours);
            match foretold {
                Reach::Tried { after, .. } => prop_assert_eq!(Some(after.as_slice()), turn.map(|turn| &lookup.candidates[..turn])),
                Reach::NotTried { why } => {
                    prop_assert_eq!(turn, None);
                    let hidden = lookup.hidden.into_iter().find(|hidden| hidden.place.secret == ours);
                    prop_assert_eq!(why, hidden.map(|hidden| hidden.why));
                }
            }
        }
    }
}
