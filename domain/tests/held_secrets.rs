//! Pull secrets that a cluster holds already: what each does to the account's own, as a plan tells it.
#![expect(clippy::unwrap_used, reason = "a test may stop where its own data is wrong")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::diagnosis::{Fold, Scan, SourceKind};
use domain::equivalents::Survey;
use domain::facts::{Fact, ServiceAccountFact, WorkloadFact};
use domain::held::{Content, Found, HeldSecret, SecretName};
use domain::plan::{FoundSecret, SecretEffect};
use domain::remedy::{Answers, Draft, RemedyKind, draft, questions, secrets_to_look_into};
use domain::time::Timestamp;
use domain::workload::{ContainerImage, ContainerKind, ObjectRef, PodSpec};

const OURS: &str = "unthrottle-docker-hub";
const LOGIN: &str = r#"{"username":"ann","password":"hunter2"}"#;

fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T12:00:00Z").unwrap()
}

fn object(kind: &str, group: &str, name: &str) -> ObjectRef {
    ObjectRef {
        group: group.to_owned(),
        version: "v1".to_owned(),
        kind: kind.to_owned(),
        namespace: Some("shop".to_owned()),
        name: name.to_owned(),
        uid: Some(format!("uid-{name}")),
    }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn deployment(name: &str, image: &str, secrets: &[&str]) -> Fact {
    let containers = vec![ContainerImage {
        kind: ContainerKind::Main,
        name: "c".to_owned(),
        image: image.to_owned(),
        pull_policy: None,
        pointer: "/spec/template/spec/containers/0/image".to_owned(),
        name_pointer: "/spec/template/spec/containers/0/name".to_owned(),
    }];
    Fact::Workload(WorkloadFact {
        object: object("Deployment", "apps", name),
        labels: Default::default(),
        annotations: Default::default(),
        controller: None,
        spec: PodSpec { service_account: None, image_pull_secrets: names(secrets), containers },
        replicas: None,
        present: None,
        update_strategy: None,
        origin: None,
    })
}

fn account(secrets: &[&str]) -> Fact {
    Fact::ServiceAccount(ServiceAccountFact {
        object: object("ServiceAccount", "", "default"),
        labels: Default::default(),
        annotations: Default::default(),
        image_pull_secrets: names(secrets),
        origin: None,
    })
}

fn scanned(kind: SourceKind, facts: Vec<Fact>) -> Scan {
    let mut fold = Fold::new(kind);
    facts.into_iter().for_each(|fact| fold.take(fact));
    fold.finish(now())
}

/// A web shop of two images under an account with these secrets.
fn shop(secrets: &[&str]) -> Scan {
    let facts =
        vec![account(secrets), deployment("web", "nginx:1", &[]), deployment("own", "acme/app:2", &[])];
    scanned(SourceKind::Cluster, facts)
}

fn answers(set: &[(&str, &str)]) -> Answers {
    let set = set.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    Answers { set, only: vec![] }
}

fn allowed() -> Answers {
    answers(&[("read-secrets", "yes")])
}

fn secret(name: &str) -> SecretName {
    SecretName { namespace: "shop".to_owned(), name: name.to_owned() }
}

/// What is kept of a secret with this text.
fn docker(text: &str) -> Found {
    let data = STANDARD.encode(text);
    let long_ago = Some(Timestamp::parse("2026-11-01T00:00:00Z").unwrap());
    let secret_type = "kubernetes.io/dockerconfigjson";
    Content { secret_type, data: Some(&data), changed_at: long_ago }.of(&now())
}

fn keys(entries: &[(&str, &str)]) -> Found {
    let entries: Vec<String> = entries.iter().map(|(key, login)| format!(r#""{key}":{login}"#)).collect();
    docker(&format!(r#"{{"auths":{{{}}}}}"#, entries.join(",")))
}

fn planned(scan: &Scan, held: &[(&str, Found)]) -> Draft {
    let held = held.iter().map(|(name, found)| HeldSecret { secret: secret(name), found: found.clone() });
    let mut survey = Survey::default();
    survey.pull_secrets = Some(held.collect());
    draft(RemedyKind::HubAccount, scan, &allowed(), &survey).unwrap()
}

/// Images that the account does not reach, and the secrets that are told of.
fn told(draft: &Draft) -> (Vec<&str>, Vec<&FoundSecret>) {
    (draft.not_covered.iter().map(|left| left.image.as_str()).collect(), draft.found_secrets.iter().collect())
}

#[test]
fn each_secret_is_told_by_what_it_does_to_ours() {
    use SecretEffect::{First, Hides, None, Spoils, Unknown};
    let hub = "https://index.docker.io/v1/";
    let both: &[&str] = &["acme/app:2", "nginx:1"];
    let other_type = Found::OtherType { secret_type: "Opaque".to_owned() };
    let ecr = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    for (found, effect, lost, says, instead) in [
        (keys(&[("docker.io", LOGIN)]), Hides, both, "Its key docker.io", "Its owner has to"),
        (keys(&[("docker.io", "{}")]), Hides, both, "Its key docker.io", "Its owner has to"),
        (keys(&[("https://docker.io/v1/", LOGIN)]), Hides, both, "https://docker.io/v1/", "Its owner"),
        (
            keys(&[("docker.io/acme", LOGIN), ("quay.io", LOGIN)]),
            Hides,
            &both[..1],
            "docker.io/acme",
            "owner",
        ),
        (keys(&[("*.io", LOGIN)]), Hides, both, "*.io", "Its owner"),
        (keys(&[("ann:hunter2@docker.io", LOGIN)]), Hides, both, "•••••@docker.io", "Its owner"),
        (keys(&[(hub, LOGIN)]), First, &[], "tried first", ""),
        (keys(&[(hub, "{}")]), First, &[], "without a login", "Take that entry out"),
        (keys(&[("index.docker.io/v1/library", LOGIN)]), None, &[], "ours is used beside it", ""),
        (keys(&[("index.docker.io/library", LOGIN)]), None, &[], "ours is used beside it", ""),
        (keys(&[("quay.io", LOGIN)]), None, &[], "ours is used beside it", ""),
        (keys(&[]), None, &[], "holds no logins", ""),
        (keys(&[(ecr, LOGIN)]), None, &[], "live for 12 hours", ""),
        (docker(r#"{"credsStore":"desktop"}"#), None, &[], "helper program", ""),
        (docker("docker login"), Spoils, both, "not JSON at line 1", "Make it again"),
        (docker("\u{feff}{}"), Spoils, both, "byte order mark", "Make it again"),
        (docker(r#"{"auths":{"quay.io":{"auth":"%"}}}"#), Spoils, both, "is not base64", "Make it again"),
        (Found::Missing, None, &[], "FailedToRetrieveImagePullSecret", "Make it"),
        (other_type, None, &[], "Its type is Opaque", "a Secret's type cannot change"),
        (Found::Empty, None, &[], "holds no logins", "Make it again"),
        (Found::Refused, Unknown, &[], "403", r#"resourceNames: ["regcred"], verbs: ["get"]"#),
        (Found::NotAsked, Unknown, &[], "stopped", "Plan again"),
    ] {
        let draft = planned(&shop(&["regcred"]), &[("regcred", found.clone())]);
        let (lost_images, secrets) = told(&draft);
        let [told] = secrets[..] else { panic!("{secrets:?}") };
        assert_eq!((told.effect, lost_images.as_slice()), (effect, lost), "{found:?}");
        assert!(told.says.contains(says), "{says}: {told:?}");
        assert!(told.instead.as_deref().unwrap_or_default().contains(instead), "{instead}: {told:?}");
        assert_eq!(
            (told.secret.as_str(), told.named_by.as_slice()),
            ("shop/regcred", &names(&["ServiceAccount shop/default"])[..])
        );
        // Whatever is there already, ours is added: it works from the moment on that the other is out of the way.
        assert_eq!(draft.object_changes.len(), 1);
        assert!(!format!("{draft:?}").contains("hunter2"));
    }
}

#[test]
fn what_hides_is_named_beside_each_image_with_the_way_on() {
    let held = [("team", keys(&[("quay.io", LOGIN)])), ("old", keys(&[("docker.io/acme", LOGIN)]))];
    let draft = planned(&shop(&["team", "old"]), &held);
    let [left] = draft.not_covered.as_slice() else { panic!("{:?}", draft.not_covered) };
    assert_eq!((left.image.as_str(), left.place.as_str()), ("acme/app:2", "Deployment shop/own"));
    assert!(left.why.contains("The key docker.io/acme in secret shop/old"), "{}", left.why);
    assert!(left.instead.contains("ServiceAccount shop/default"), "{}", left.instead);
    let effects: Vec<_> =
        draft.found_secrets.iter().map(|found| (found.secret.as_str(), found.effect)).collect();
    assert_eq!(effects, [("shop/team", SecretEffect::None), ("shop/old", SecretEffect::Hides)]);
}

#[test]
fn a_template_is_judged_by_its_own_list() {
    let facts = vec![account(&["old"]), deployment("web", "nginx:1", &["team"])];
    let scan = scanned(SourceKind::Cluster, facts);
    let wanted = secrets_to_look_into(RemedyKind::HubAccount, &scan, &allowed()).unwrap();
    assert_eq!(wanted, [secret("team")], "nothing pulls from Docker Hub with the account's list");
    let draft = planned(&scan, &[("team", keys(&[("docker.io", "{}")]))]);
    assert_eq!(draft.found_secrets[0].named_by, ["Deployment shop/web"]);
    assert_eq!(draft.found_secrets[0].keys, ["docker.io (no login)"]);
    assert!(draft.not_covered[0].instead.contains("Deployment shop/web"));
}

#[test]
fn where_ours_is_named_already_it_is_looked_into_as_well() {
    let scan = shop(&[OURS]);
    let wanted = secrets_to_look_into(RemedyKind::HubAccount, &scan, &allowed()).unwrap();
    assert_eq!(wanted, [secret(OURS)]);
    for (found, says) in [
        (keys(&[("https://index.docker.io/v1/", LOGIN)]), "It is there with a login."),
        (keys(&[("quay.io", LOGIN)]), "holds no login for Docker Hub"),
        (Found::Missing, "not there yet"),
    ] {
        let draft = planned(&scan, &[(OURS, found)]);
        assert!(draft.found_secrets[0].says.contains(says), "{:?}", draft.found_secrets);
        assert!(draft.is_empty() && draft.nothing_to_do.contains("stands below"), "{}", draft.nothing_to_do);
    }
}

#[test]
fn nothing_is_looked_into_unless_the_answers_allow_it() {
    let asked =
        |scan: &Scan, set: &[(&str, &str)]| secrets_to_look_into(RemedyKind::HubAccount, scan, &answers(set));
    let scan = shop(&["b", "a"]);
    for set in [&[][..], &[("read-secrets", "no")], &[("read-secrets", " ")]] {
        assert_eq!(asked(&scan, set).unwrap(), []);
    }
    assert_eq!(asked(&scan, &[("read-secrets", "yes")]).unwrap(), [secret("a"), secret("b")]);
    assert_eq!(secrets_to_look_into(RemedyKind::Quay, &scan, &allowed()).unwrap(), []);

    let facts = || vec![account(&["a"]), deployment("web", "nginx", &[])];
    for (kind, word) in [(SourceKind::Files, "Files are read"), (SourceKind::Demo, "practice cluster")] {
        let scan = scanned(kind, facts());
        let problem = asked(&scan, &[("read-secrets", "yes")]).unwrap_err();
        assert_eq!((problem.code.as_str(), problem.place.as_str()), ("answer_wrong", "read-secrets"));
        assert!(problem.why.contains(word), "{}", problem.why);
        assert!(draft(RemedyKind::HubAccount, &scan, &allowed(), &Survey::default()).is_err());
        assert_eq!(asked(&scan, &[]).unwrap(), []);
        let offered = questions(RemedyKind::HubAccount, &scan, &Survey::default());
        assert!(!offered.iter().any(|question| question.key == "read-secrets"));
    }
    assert_eq!(asked(&scan, &[("read-secrets", "maybe")]).unwrap_err().place, "read-secrets");

    // A secret that was read for earlier answers says nothing to later ones.
    let held = HeldSecret { secret: secret("a"), found: Found::Missing };
    let mut survey = Survey::default();
    survey.pull_secrets = Some(vec![held]);
    let draft = draft(RemedyKind::HubAccount, &scan, &answers(&[]), &survey).unwrap();
    assert_eq!(draft.found_secrets, []);
    let risk = draft.risks.iter().find(|risk| risk.what.starts_with("Some lists hold other")).unwrap();
    assert!(risk.why.contains("read-secrets=yes"), "{}", risk.why);
}

#[test]
fn only_the_chosen_objects_have_their_secrets_looked_into() {
    let facts =
        vec![account(&["lent"]), deployment("web", "nginx", &[]), deployment("own", "nginx", &["team"])];
    let scan = scanned(SourceKind::Cluster, facts);
    let only = |label: &str| Answers { only: vec![label.to_owned()], ..allowed() };
    for (label, wanted) in [("Deployment/shop/web", "lent"), ("Deployment/shop/own", "team")] {
        let asked = secrets_to_look_into(RemedyKind::HubAccount, &scan, &only(label)).unwrap();
        assert_eq!(asked, [secret(wanted)], "{label}");
    }
    let mut ending = vec![account(&["lent"]), deployment("web", "nginx", &[])];
    ending.push(Fact::NamespaceEnds("shop".to_owned()));
    let scan = scanned(SourceKind::Cluster, ending);
    assert_eq!(secrets_to_look_into(RemedyKind::HubAccount, &scan, &allowed()).unwrap(), []);
}

/// The cases of bad input that the remedy has to say clearly, each with the way on.
#[test]
fn what_can_be_wrong_is_said_with_the_way_on() {
    let made = |facts: Vec<Fact>, set: &[(&str, &str)]| {
        draft(RemedyKind::HubAccount, &scanned(SourceKind::Cluster, facts), &answers(set), &Survey::default())
    };
    let usual = || vec![account(&[]), deployment("web", "nginx", &[])];
    let said = |draft: &Draft, what: &str, way_on: &str| {
        let risks = draft.risks.iter().map(|risk| format!("{} {}", risk.what, risk.why));
        let left = draft.not_covered.iter().map(|left| format!("{} {}", left.why, left.instead));
        let all: Vec<String> = risks.chain(left).collect();
        assert!(
            all.iter().any(|text| text.contains(what) && text.contains(way_on)),
            "{what} / {way_on}: {all:#?}"
        );
    };
    let usual_plan = made(usual(), &[]).unwrap();
    said(&usual_plan, "New namespaces and new service accounts", "Plan again");
    said(&usual_plan, "Applying needs rights that reading does not.", "give the bundle to somebody who may");
    said(&usual_plan, "A wrong or expired login is worse than none.", "make the secrets again before");

    let mut ending = usual();
    ending.push(Fact::NamespaceEnds("shop".to_owned()));
    let ending = made(ending, &[]).unwrap();
    assert!(ending.is_empty());
    said(&ending, "Its namespace is being deleted", "pods go with the namespace");

    let organisation = made(usual(), &[("token-kind", "oat"), ("username", "ann")]).unwrap();
    said(&organisation, "only if that was allowed", "with a person's name it is refused");
    let mail = made(usual(), &[("token-kind", "oat"), ("username", "ann@example.com")]).unwrap_err();
    assert!(mail.place == "username" && mail.next.contains("organisation's name"), "{mail:?}");
    said(
        &made(usual(), &[("account-plan", "personal")]).unwrap(),
        "A personal account has a limit too.",
        "A paid plan has no limit",
    );
    assert!(made(usual(), &[("account-plan", "personal"), ("token-kind", "oat")]).is_err());
}
