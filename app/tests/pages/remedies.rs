//! The states that a single remedy has, and those of a crowded cluster with long names.

use app::pages;
use app::view::*;
use domain::equivalents::Survey;
use domain::plan::{DiffLine, FileDiff, FoundSecret, Hunk, LineKind, Plan, SecretEffect};
use domain::remedy::{self, Answers, RemedyKind};
use domain::run::{JobState, Run, Step};
use domain::verification::{CheckState, CheckedSecret, Outcome, SecretState};

use crate::data::Data;
use crate::gallery::{Shown, base, shown, until};

/// As many workloads as make a page long.
const MANY: usize = 200;

pub fn all(data: &Data) -> Vec<Shown> {
    let mut all = comparison(data);
    all.extend(questions(data));
    all.extend(account(data));
    all.extend(crowd(data));
    all
}

fn comparison(data: &Data) -> Vec<Shown> {
    let view = |remedy| {
        let run = Run { remedy, ..until(data, Step::Detect) };
        RemedyView { base: base(run), fits: data.four_fits() }
    };
    vec![
        shown("remedy-four", || pages::remedy(&view(None))),
        shown("remedy-four-chosen", || pages::remedy(&view(Some(RemedyKind::EcrCopy)))),
    ]
}

/// What each remedy asks in its own words, and what it says when an answer is missing.
fn questions(data: &Data) -> Vec<Shown> {
    let names = [
        (RemedyKind::Quay, "configure-of-quay", "configure-of-quay-refused"),
        (RemedyKind::HubAccount, "configure-of-hub-account", "configure-of-hub-account-refused"),
        (RemedyKind::EcrCopy, "configure-of-ecr-copy", "configure-of-ecr-copy-refused"),
        (RemedyKind::EcrCache, "configure-of-ecr-cache", "configure-of-ecr-cache-refused"),
    ];
    let mut all = Vec::new();
    for (kind, name, refused_name) in names {
        let run = Run { remedy: Some(kind), ..until(data, Step::Configure) };
        let Some(scan) = &run.scan else { continue };
        let wrong = Answers {
            set: kind.keys().iter().map(|key| ((*key).to_owned(), data.text("not an answer"))).collect(),
            only: vec![],
        };
        let view = |run| ConfigureView {
            tries_login: kind == RemedyKind::HubAccount,
            questions: remedy::questions(kind, scan, &Survey::default()),
            base: base(run),
            workloads: vec![],
            urgent: None,
        };
        all.push(shown(name, || pages::configure(&view(run.clone()))));
        if let Err(problem) = remedy::draft(kind, scan, &wrong, &Survey::default()) {
            let mut refused = Run { answers: wrong, ..run.clone() };
            refused.problems.insert(Step::Configure, vec![problem]);
            all.push(shown(refused_name, || pages::configure(&view(refused))));
        }
    }
    all
}

/// One added line for each edit of a live object.
fn live_diffs(plan: &Plan) -> Vec<FileDiff> {
    let diff = |step: &domain::plan::Step| FileDiff {
        name: step.target.label(),
        live: true,
        note: step.says.clone(),
        hunks: vec![Hunk {
            skipped: 0,
            lines: vec![DiffLine {
                old: None,
                new: None,
                kind: LineKind::Added,
                pieces: vec![
                    (false, "imagePullSecrets: ".to_owned()),
                    (true, "unthrottle-docker-hub".to_owned()),
                ],
            }],
        }],
        why: plan.edits.first().map(|edit| edit.why.clone()).into_iter().collect(),
    };
    plan.steps.iter().filter(|step| step.op == domain::plan::Op::Patch).map(diff).collect()
}

fn account(data: &Data) -> Vec<Shown> {
    let plan = data.account_plan();
    let diffs = live_diffs(&plan);
    let run = || Run {
        remedy: Some(RemedyKind::HubAccount),
        plan: Some(plan.clone()),
        verification: None,
        verify_state: JobState::Idle,
        ..data.run()
    };
    let lists = |states: &[SecretState]| {
        let mut checked = data.verification();
        checked.containers.clear();
        checked.still_throttled.clear();
        checked.pull_secrets = states
            .iter()
            .zip(plan.steps.iter().rev())
            .map(|(state, step)| CheckedSecret {
                step: step.id.clone(),
                object: step.target.label(),
                pod: (*state == SecretState::Failing).then(|| data.text("api-iris-7d9f6c5b8d-x2kqp")),
                state: *state,
                proof: (*state == SecretState::Failing).then(|| {
                    data.text("Failed to pull image \"docker.io/acme/shop:7\": failed to authorize: 401 Unauthorized")
                }),
            })
            .collect();
        checked
    };
    let checked = |outcome, states: &[SecretState]| {
        let mut checked = lists(states);
        checked.outcome = outcome;
        let run = Run { verification: Some(checked), verify_state: JobState::Done, ..run() };
        VerifyView { base: base(run), rollback: String::new(), contexts: vec![] }
    };
    let every = [
        SecretState::Named,
        SecretState::Runs,
        SecretState::RunsWithout,
        SecretState::OnItsWay,
        SecretState::Failing,
        SecretState::Lacking,
        SecretState::Gone,
        SecretState::NotSeen,
    ];
    let before = VerifyView { base: base(run()), rollback: String::new(), contexts: vec![] };
    let lines = data.text(
        "(\n  set -eu\n  IFS= read -r token || [ -n \"$token\" ]\n  kubectl -n default create secret generic unthrottle-docker-hub --type=kubernetes.io/dockerconfigjson --from-file=.dockerconfigjson=/dev/stdin\n)\nkubectl -n default patch serviceaccount/builder --type=json --patch-file kubernetes/patches/03-serviceaccount-default-builder.json\n",
    );
    let apply = ApplyView {
        base: base(run()),
        rollback: lines.clone(),
        commands: lines,
        zip_bytes: Some(2 * 1024 * 1024),
    };
    vec![
        shown("review-hub-account-secrets", || {
            let found = Plan { found_secrets: found_secrets(data), ..plan.clone() };
            let run = Run { plan: Some(found), ..run() };
            pages::review(&ReviewView { base: base(run), diffs: live_diffs(&plan), urgent: None })
        }),
        shown("review-hub-account", || pages::review(&ReviewView { base: base(run()), diffs, urgent: None })),
        shown("apply-hub-account", || pages::apply(&apply)),
        shown("verify-hub-account", || pages::verify(&before)),
        shown("verify-hub-account-every-state", || pages::verify(&checked(Outcome::Failed, &every))),
        shown("verify-hub-account-done", || {
            pages::verify(&checked(Outcome::Done, &[SecretState::Named, SecretState::Runs]))
        }),
        shown("verify-hub-account-one", || {
            pages::verify(&checked(Outcome::InProgress, &[SecretState::OnItsWay]))
        }),
    ]
}

/// One of each kind.
fn found_secrets(data: &Data) -> Vec<FoundSecret> {
    let found = |name: &str, keys: &[&str], effect, says: &str, instead: Option<&str>| FoundSecret {
        secret: data.text(name),
        named_by: vec![data.text("ServiceAccount shop/default"), data.text("Deployment shop/private")],
        keys: keys.iter().map(|key| data.text(key)).collect(),
        effect,
        says: data.text(says),
        instead: instead.map(|text| data.text(text)),
    };
    use SecretEffect::{First, Hides, None as Nothing, Spoils, Unknown};
    vec![
        found(
            "shop/regcred",
            &["docker.io", "quay.io (no login)"],
            Hides,
            "Its key docker.io matches images of Docker Hub directly; the account's key is a last resort, so the kubelet never asks it.",
            Some(
                "Its owner has to take that key out, or its name out of the list, if nothing private needs it; it is not edited here.",
            ),
        ),
        found(
            "shop/broken",
            &[],
            Spoils,
            "The kubelet cannot read it: it is not JSON at line 1, column 1. It then pulls no image for pods that name it.",
            Some(
                "Make it again with kubectl create secret docker-registry, or take its name out of the list.",
            ),
        ),
        found(
            "shop/team",
            &["https://index.docker.io/v1/"],
            First,
            "It has a login for Docker Hub of its own, which is tried first; the account's is tried when that one is refused.",
            None,
        ),
        found(
            "payments/locked",
            &[],
            Unknown,
            "The cluster refuses it to this user (403), so whether it hides the account's key is not known.",
            Some(
                "A rule that would allow it: {apiGroups: [\"\"], resources: [\"secrets\"], resourceNames: [\"locked\"], verbs: [\"get\"]} in a Role of namespace payments.",
            ),
        ),
        found(
            "shop/ghcr",
            &["ghcr.io"],
            Nothing,
            "It is for other registries or repositories: ours is used beside it.",
            None,
        ),
    ]
}

/// As long as references may become, without a blank in it.
fn long_image(data: &Data, number: usize) -> String {
    let path = "an-even-longer-repository-name-without-blanks/".repeat(3);
    let digest = "0123456789abcdef".repeat(4);
    data.text(&format!(
        "registry-1.docker.io/an-organisation/{path}model-{number}:2026.11.23@sha256:{digest}"
    ))
}

fn long_name(data: &Data, number: usize) -> String {
    data.text(&format!("inference-service-of-a-team-with-a-rather-long-name-in-europe-{number:03}"))
}

fn crowd(data: &Data) -> Vec<Shown> {
    let mut read = until(data, Step::Detect);
    if let Some(scan) = &mut read.scan {
        let (exposed, found) = (scan.diagnosis.exposure.clone(), scan.diagnosis.findings.clone());
        let often = |number: usize| exposed.get(number % exposed.len()).cloned();
        let failing = |number: usize| found.get(number % found.len()).cloned();
        scan.diagnosis.exposure = (0..MANY)
            .filter_map(|number| Some((number, often(number)?)))
            .map(|(number, mut image)| {
                image.image = long_image(data, number);
                image.workloads =
                    (0..7).map(|at| format!("Deployment default/{}", long_name(data, at))).collect();
                image
            })
            .collect();
        scan.diagnosis.findings = (0..MANY)
            .filter_map(|number| Some((number, failing(number)?)))
            .map(|(number, mut finding)| {
                finding.workload.name = long_name(data, number);
                finding.image = long_image(data, number);
                finding
            })
            .collect();
    }
    let workloads = (0..MANY)
        .map(|number| WorkloadChoice {
            label: format!("Deployment default/{}", long_name(data, number)),
            only: format!("Deployment/default/{}", long_name(data, number)),
            images: vec![long_image(data, number), long_image(data, number + 1)],
            pods: None,
            runs: false,
            throttled_pods: u32::from(number < 3),
            managed_by: (number == 1).then(|| data.text("Helm release sentiment-analysis-in-europe")),
        })
        .collect();
    let configure = ConfigureView {
        base: base(until(data, Step::Configure)),
        questions: data.questions(),
        tries_login: false,
        workloads,
        urgent: None,
    };
    let first = data.diffs();
    let diffs = (0..MANY)
        .filter_map(|number| Some((number, first.last()?.clone())))
        .map(|(number, mut diff)| {
            diff.name = format!("Deployment default/{}", long_name(data, number));
            for (_, piece) in
                diff.hunks.iter_mut().flat_map(|hunk| &mut hunk.lines).flat_map(|line| &mut line.pieces)
            {
                if piece.contains(':') && !piece.ends_with(' ') {
                    *piece = long_image(data, number);
                }
            }
            diff
        })
        .collect();
    let mut checked = data.verification();
    checked.outcome = Outcome::InProgress;
    let one = checked.containers.clone();
    checked.containers = (0..MANY)
        .filter_map(|number| one.get(number % one.len()).cloned().map(|container| (number, container)))
        .map(|(number, mut container)| {
            container.object = format!("Deployment default/{}", long_name(data, number));
            container.wanted = long_image(data, number);
            if number % 5 == 0 {
                container.state = CheckState::Gone;
                container.pod = None;
            }
            container
        })
        .collect();
    let after = Run { verification: Some(checked), verify_state: JobState::Done, ..data.run() };
    vec![
        shown("detect-crowd", || pages::detect(&DetectView { base: base(read) })),
        shown("configure-crowd", || pages::configure(&configure)),
        shown("review-crowd", || pages::review(&ReviewView { base: base(data.run()), diffs, urgent: None })),
        shown("verify-crowd", || {
            pages::verify(&VerifyView { base: base(after), rollback: String::new(), contexts: vec![] })
        }),
    ]
}
