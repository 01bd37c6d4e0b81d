//! Every page × state, by name.

use std::sync::LazyLock;

use app::pages::{self, Page};
use app::report::{self, Styles};
use app::shell::{self, Assets};
use app::view::*;
use domain::diagnosis::{Budget, Counts, MeasuredFrom, SourceKind, Verdict};
use domain::ecr::Registry;
use domain::plan::{Copy, EcrSide, EcrWay};
use domain::problem::Problem;
use domain::remedy::{Fit, FitLevel};
use domain::run::{JobState, Progress, Run, Source, Step};
use domain::verification::{CheckState, Outcome};

use crate::data::{Data, at};
use crate::owners::owned;

/// A page as a browser gets it.
pub struct Shown {
    pub name: &'static str,
    pub html: String,
}

/// When the pages are looked at: two minutes after the scan.
const NOW: &str = "2026-11-23T12:45:00Z";

pub fn shown(name: &'static str, page: impl FnOnce() -> Page) -> Shown {
    let assets = Assets { style: "style.css", islands: None };
    Shown { name, html: app::render(|| shell::document(page(), assets)) }
}

pub fn base(run: Run) -> RunView {
    RunView { run, now: at(NOW), version: "0.1.0".to_owned() }
}

/// The run as far as it has come before a step is answered.
pub fn until(data: &Data, step: Step) -> Run {
    let mut run = data.run();
    if step <= Step::Detect {
        run.remedy = None;
    }
    if step <= Step::Configure {
        run.plan = None;
    }
    if step <= Step::Connect {
        run.scan = None;
        run.requests.clear();
    }
    run
}

fn with_problem(mut run: Run, step: Step, data: &Data) -> Run {
    run.problems.insert(step, data.problems());
    run
}

const LIMITS: UploadLimits =
    UploadLimits { bytes: 64 * 1024 * 1024, pasted_bytes: 16 * 1024 * 1024, files: 5_000 };

/// The gallery of the plain data, rendered once for all tests.
pub static PLAIN: LazyLock<Vec<Shown>> = LazyLock::new(|| all(&Data::plain()));

pub fn all(data: &Data) -> Vec<Shown> {
    let mut all = starts(data);
    all.extend(connects(data));
    all.extend(detects(data));
    all.extend(verdicts(data));
    all.extend(remedies(data));
    all.extend(configures(data));
    all.extend(reviews(data));
    all.extend(applies(data));
    all.extend(verifies(data));
    all.extend(problems(data));
    all.extend(reports(data));
    all.extend(crate::remedies::all(data));
    all.extend(crate::running::all(data));
    all
}

fn starts(data: &Data) -> Vec<Shown> {
    let view = |runs, problems| StartView { now: at(NOW), version: "0.1.0".to_owned(), runs, problems };
    let fresh = Run::new("fresh".to_owned(), at("2026-10-01T08:00:00Z"));
    let mut demo = until(data, Step::Detect);
    demo.id = "demo".to_owned();
    demo.source = Some(Source::Demo);
    demo.changed_at = at("2026-11-21T09:12:00Z");
    if let Some(scan) = &mut demo.scan {
        scan.diagnosis.verdict = Verdict::NotAffected;
    }
    let runs = vec![data.run(), demo, fresh];
    vec![
        shown("start-empty", || pages::start(&view(vec![], vec![]))),
        shown("start-runs", || pages::start(&view(runs, vec![]))),
        shown("start-problem", || pages::start(&view(vec![], data.problems()))),
    ]
}

fn contexts(data: &Data) -> Vec<ContextChoice> {
    let choice = |name: &str, server: Option<&str>, runs: Option<&str>, current| ContextChoice {
        name: data.text(name),
        server: server.map(|server| data.text(server)),
        runs: runs.map(|runs| data.text(runs)),
        current,
    };
    vec![
        choice(
            "prod-eks",
            Some("abcd1234.gr7.eu-west-1.eks.amazonaws.com:443"),
            Some("aws eks get-token --cluster-name prod"),
            true,
        ),
        choice(
            "arn:aws:eks:eu-west-1:111122223333:cluster/staging-with-a-rather-long-name",
            Some("10.0.0.1:6443"),
            None,
            false,
        ),
        choice("kind-dev", None, None, false),
    ]
}

fn connects(data: &Data) -> Vec<Shown> {
    let view = |run, kubeconfig| ConnectView { base: base(run), kubeconfig, limits: LIMITS };
    let new = || Run::new("new".to_owned(), at(NOW));
    let found = || Kubeconfig::Found { files: vec![data.text("~/.kube/config")], contexts: contexts(data) };
    let missing = Kubeconfig::Missing { looked: vec![data.text("$KUBECONFIG"), data.text("~/.kube/config")] };
    let unreadable = Problem::bad_input(
        "kubeconfig_unreadable",
        data.text("The kubeconfig cannot be read."),
        data.text("Line 12 is not YAML."),
        data.text("Repair it, or start with `--kubeconfig FILE`."),
    )
    .at(data.text("~/.kube/config:12:3"));
    vec![
        shown("connect", || pages::connect(&view(new(), found()))),
        shown("connect-again", || pages::connect(&view(until(data, Step::Detect), found()))),
        shown("connect-empty", || {
            pages::connect(&view(new(), Kubeconfig::Found { files: vec!["a".to_owned()], contexts: vec![] }))
        }),
        shown("connect-missing", || pages::connect(&view(new(), missing))),
        shown("connect-unreadable", || pages::connect(&view(new(), Kubeconfig::Unreadable(unreadable)))),
        shown("connect-problem", || pages::connect(&view(with_problem(new(), Step::Connect, data), found()))),
    ]
}

fn detects(data: &Data) -> Vec<Shown> {
    let detect = |name, run: Run| shown(name, || pages::detect(&DetectView { base: base(run) }));
    let unread = |state| {
        let mut run = until(data, Step::Connect);
        run.scan_state = state;
        run
    };
    let again = |state| {
        let mut run = until(data, Step::Detect);
        run.scan_state = state;
        run
    };
    let reading = JobState::Running {
        progress: Progress {
            phase: "Reading pods".to_owned(),
            done: 1_500,
            total: Some(4_200),
            early: Some(data.text("Docker Hub refuses pulls: 7 containers so far")),
        },
    };
    let begun = JobState::Running {
        progress: Progress { phase: "Reading events".to_owned(), done: 0, total: None, early: None },
    };
    let mut demo = until(data, Step::Detect);
    demo.source = Some(Source::Demo);
    let old =
        DetectView { base: RunView { now: at("2026-11-23T14:30:00Z"), ..base(until(data, Step::Detect)) } };
    vec![
        detect("detect-affected", until(data, Step::Detect)),
        detect("detect-practice", demo),
        shown("detect-stale", || pages::detect(&old)),
        detect("detect-ready", unread(JobState::Idle)),
        detect("detect-begun", unread(begun)),
        detect("detect-reading", unread(reading)),
        detect("detect-stopped", unread(JobState::Cancelled)),
        detect("detect-stopped-partial", again(JobState::Cancelled)),
        detect("detect-failed", with_problem(unread(JobState::Failed), Step::Detect, data)),
        detect("detect-failed-again", with_problem(again(JobState::Failed), Step::Detect, data)),
        detect("detect-unconnected", Run::new("new".to_owned(), at(NOW))),
    ]
}

fn verdicts(data: &Data) -> Vec<Shown> {
    let judged = |verdict: Verdict, change: &dyn Fn(&mut domain::diagnosis::Diagnosis)| {
        let mut run = until(data, Step::Detect);
        if let Some(scan) = &mut run.scan {
            scan.diagnosis.verdict = verdict;
            scan.diagnosis.first_aid.clear();
            change(&mut scan.diagnosis);
        }
        DetectView { base: base(run) }
    };
    let was = judged(Verdict::WasAffected, &|diagnosis| {
        diagnosis.findings.retain(|finding| finding.cause.is_docker_hub_limit());
        diagnosis.findings.iter_mut().for_each(|finding| finding.current = false);
        diagnosis.counts.throttled_containers = 0;
        diagnosis.budget = Budget {
            measured_from: MeasuredFrom::Nodes,
            limit: Some(100),
            remaining: Some(38),
            window_seconds: Some(21_600),
            source: Some(data.text("203.0.113.7")),
            ..diagnosis.budget.clone()
        };
    });
    let risk = judged(Verdict::AtRisk, &|diagnosis| {
        diagnosis.findings.clear();
        diagnosis.budget.egress_groups.truncate(1);
        diagnosis.budget.unlimited = true;
        diagnosis.budget.measured_from = MeasuredFrom::Here;
        diagnosis.budget.measured_at = Some(at("2026-11-23T12:40:00Z"));
    });
    let not = judged(Verdict::NotAffected, &|diagnosis| {
        diagnosis.findings.clear();
        diagnosis.exposure.clear();
        diagnosis.not_seen.clear();
        diagnosis.cortex = None;
        diagnosis.counts.docker_hub_images = 0;
    });
    let files = judged(Verdict::AtRisk, &|diagnosis| {
        diagnosis.findings.clear();
        diagnosis.source.kind = SourceKind::Files;
        diagnosis.source.kubernetes_version = None;
        diagnosis.counts = Counts { docker_hub_images: 14, ..Counts::default() };
        diagnosis.budget.egress_groups.clear();
    });
    let unknown = judged(Verdict::Unknown, &|diagnosis| {
        diagnosis.findings.clear();
        diagnosis.exposure.clear();
        diagnosis.budget.egress_groups.clear();
        diagnosis.cortex = None;
    });
    [
        ("detect-was-affected", was),
        ("detect-at-risk", risk),
        ("detect-not-affected", not),
        ("detect-files", files),
        ("detect-unknown", unknown),
    ]
    .into_iter()
    .map(|(name, view)| shown(name, || pages::detect(&view)))
    .collect()
}

fn remedies(data: &Data) -> Vec<Shown> {
    let view = |fits, run| RemedyView { base: base(run), fits };
    let run = || until(data, Step::Detect);
    let at_level = |level| {
        let mut fits = data.fits();
        fits.iter_mut().for_each(|fit| fit.level = level);
        fits
    };
    let one_helps: Vec<_> = data
        .fits()
        .into_iter()
        .chain(data.four_fits().into_iter().skip(1))
        .enumerate()
        .map(|(at, fit)| Fit { level: if at == 0 { fit.level } else { FitLevel::CannotHelp }, ..fit })
        .collect();
    vec![
        shown("remedy", || pages::remedy(&view(data.fits(), run()))),
        shown("remedy-fits", || pages::remedy(&view(at_level(FitLevel::Fits), run()))),
        shown("remedy-nothing", || pages::remedy(&view(at_level(FitLevel::NothingToChange), run()))),
        shown("remedy-cannot", || pages::remedy(&view(at_level(FitLevel::CannotHelp), run()))),
        shown("remedy-one-of-four", || pages::remedy(&view(one_helps, run()))),
        shown("remedy-empty", || pages::remedy(&view(vec![], run()))),
        shown("remedy-problem", || {
            pages::remedy(&view(data.fits(), with_problem(run(), Step::Remedy, data)))
        }),
    ]
}

fn configures(data: &Data) -> Vec<Shown> {
    let run = || until(data, Step::Configure);
    let workload = |kind: &str, name: &str, throttled_pods, managed_by: Option<&str>| WorkloadChoice {
        label: data.text(&format!("{kind} default/{name}")),
        only: data.text(&format!("{kind}/default/{name}")),
        images: vec![
            data.text("cortexlabs/python-predictor-cpu:0.22.1"),
            data.text("cortexlabs/downloader:0.22.1"),
        ],
        pods: None,
        runs: false,
        throttled_pods,
        managed_by: managed_by.map(|owner| data.text(owner)),
    };
    let workloads = || {
        vec![
            workload("Deployment", "api-iris", 2, Some("Cortex")),
            workload("Deployment", "api-sentiment-analyzer", 1, Some("Cortex")),
            workload("Deployment", "operator", 0, None),
        ]
    };
    let view = |run, questions, workloads| ConfigureView {
        base: base(run),
        questions,
        tries_login: false,
        workloads,
        urgent: None,
    };
    let mut chosen = run();
    chosen.answers.only = vec![data.text("Deployment/default/api-iris")];
    let mut wrong = with_problem(run(), Step::Configure, data);
    wrong.problems.insert(
        Step::Configure,
        vec![
            Problem::bad_input(
                "version_unknown",
                data.text("0.99.0 is not a version of Cortex that is known here."),
                data.text("Its image keys are not known, so no change would be certain."),
                data.text("Choose the version that `cortex version` prints."),
            )
            .at("cortex-version"),
        ],
    );
    let mut few = data.questions();
    few.iter_mut().for_each(|question| question.choices.truncate(3));
    let mut free = data.questions();
    free.iter_mut().for_each(|question| question.choices.clear());
    vec![
        shown("configure", || pages::configure(&view(run(), data.questions(), workloads()))),
        shown("configure-some", || pages::configure(&view(chosen, few, workloads()))),
        shown("configure-free", || pages::configure(&view(run(), free, workloads()))),
        shown("configure-problem", || pages::configure(&view(wrong, data.questions(), workloads()))),
        shown("configure-workloads", || pages::configure(&view(run(), vec![], workloads()))),
        shown("configure-nothing", || pages::configure(&view(run(), vec![], vec![]))),
    ]
}

/// A run whose plan changes nothing.
fn unchanged(data: &Data) -> Run {
    let mut run = data.run();
    if let Some(plan) = &mut run.plan {
        plan.change_needed = false;
        plan.summary = data.text("Cortex already names quay.io for every image, so nothing has to change.");
        plan.edits.clear();
        plan.steps.clear();
        plan.risks.clear();
        plan.refused.clear();
    }
    run
}

fn reviews(data: &Data) -> Vec<Shown> {
    let view = |run, diffs| ReviewView { base: base(run), diffs, urgent: None };
    let in_ecr = |way| {
        let mut run = data.run();
        if let Some(plan) = &mut run.plan {
            plan.ecr = Some(EcrSide {
                way,
                registry: Registry::new("111122223333", "eu-west-1").unwrap(),
                host: data.text("111122223333.dkr.ecr.eu-west-1.amazonaws.com"),
                prefix: data.text("docker-hub"),
                repositories: vec![data.text("docker-hub/library/nginx")],
                node_platforms: vec![data.text("linux/amd64")],
                secret_name: Some(data.text("ecr-pullthroughcache/docker-hub")),
            });
            plan.copies = ["library/nginx:1.27", "cortexlabs/python-predictor-cpu:0.22.1"]
                .map(|image| Copy {
                    source: data.text(&format!("docker.io/{image}")),
                    target: data
                        .text(&format!("111122223333.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/{image}")),
                    digest: None,
                    also: Vec::new(),
                    platforms: Vec::new(),
                })
                .into();
        }
        run
    };
    vec![
        shown("review-ecr-copy", || pages::review(&view(in_ecr(EcrWay::Copy), data.diffs()))),
        shown("review-ecr-cache", || pages::review(&view(in_ecr(EcrWay::Cache), data.diffs()))),
        shown("review", || pages::review(&view(data.run(), data.diffs()))),
        shown("review-unchanged", || pages::review(&view(unchanged(data), vec![]))),
        shown("review-asking", || pages::review(&view(asking(data), vec![]))),
        shown("review-owners", || pages::review(&view(owned(data), data.diffs()))),
        shown("review-no-plan", || pages::review(&view(until(data, Step::Configure), vec![]))),
        shown("review-problem", || {
            pages::review(&view(with_problem(until(data, Step::Configure), Step::Review, data), vec![]))
        }),
    ]
}

fn asking(data: &Data) -> Run {
    let progress = Progress {
        phase: "Asking registries".to_owned(),
        done: 3,
        total: Some(12),
        early: Some(data.text("Now for prom/prometheus:v3.1.0.")),
    };
    Run { plan_state: JobState::Running { progress }, ..until(data, Step::Configure) }
}

pub const COMMANDS: &str = "kubectl --context prod-eks --namespace default patch deployment operator --type json --patch-file kubernetes/01-deployment-default-operator.json\n\
kubectl --context prod-eks --namespace default rollout status deployment operator\n\
kubectl --context prod-eks --namespace default patch deployment api-iris --type json --patch-file kubernetes/02-deployment-default-api-iris.json\n";
const ROLLBACK: &str = "kubectl --context prod-eks --namespace default patch deployment api-iris --type json --patch-file rollback/02-deployment-default-api-iris.json\n";

fn applies(data: &Data) -> Vec<Shown> {
    let view = |run| ApplyView {
        base: base(run),
        commands: data.text(COMMANDS),
        rollback: data.text(ROLLBACK),
        zip_bytes: Some(14_336),
    };
    let mut taken = data.run();
    taken.bundle_taken_at = Some(at("2026-11-23T12:44:00Z"));
    vec![
        shown("apply", || pages::apply(&view(data.run()))),
        shown("apply-taken", || pages::apply(&view(taken))),
        shown("apply-unchanged", || pages::apply(&view(unchanged(data)))),
        shown("apply-no-plan", || pages::apply(&view(until(data, Step::Configure)))),
        shown("apply-problem", || pages::apply(&view(with_problem(data.run(), Step::Apply, data)))),
    ]
}

fn verifies(data: &Data) -> Vec<Shown> {
    let view = |run, contexts| VerifyView {
        base: RunView { now: at("2026-11-23T13:21:00Z"), ..base(run) },
        rollback: data.text(ROLLBACK),
        contexts,
    };
    let verify = |name, run| shown(name, || pages::verify(&view(run, vec![])));
    let taken = || {
        let mut run = data.run();
        run.bundle_taken_at = Some(at("2026-11-23T12:44:00Z"));
        run
    };
    let in_state = |state| Run { verify_state: state, ..taken() };
    let ended = |outcome, state: Option<CheckState>| {
        let mut checked = data.verification();
        checked.outcome = outcome;
        if let Some(state) = state {
            checked.containers.iter_mut().for_each(|container| container.state = state);
        }
        if outcome == Outcome::Unknown {
            checked.containers.clear();
            checked.not_seen = data.run().scan.map(|scan| scan.diagnosis.not_seen).unwrap_or_default();
        }
        Run { verification: Some(checked), verify_state: JobState::Done, ..taken() }
    };
    let checking = JobState::Running {
        progress: Progress { phase: "Reading pods".to_owned(), done: 12, total: Some(212), early: None },
    };
    let mut files = taken();
    files.source = Some(Source::Files { name: data.text("prod-dump.tar.gz") });
    vec![
        verify("verify", taken()),
        shown("verify-files", || pages::verify(&view(files, contexts(data)))),
        verify("verify-checking", in_state(checking)),
        verify("verify-stopped", in_state(JobState::Cancelled)),
        verify("verify-failed-check", with_problem(in_state(JobState::Failed), Step::Verify, data)),
        verify("verify-in-progress", ended(Outcome::InProgress, None)),
        verify("verify-done", ended(Outcome::Done, Some(CheckState::FromNewPlace))),
        verify("verify-not-applied", ended(Outcome::NotApplied, Some(CheckState::OldImage))),
        verify("verify-failed", ended(Outcome::Failed, Some(CheckState::Failing))),
        verify("verify-unknown", ended(Outcome::Unknown, None)),
        verify("verify-no-plan", until(data, Step::Configure)),
    ]
}

fn problems(data: &Data) -> Vec<Shown> {
    let problem = |name, kind| {
        let view = ProblemView { kind, version: "0.1.0".to_owned() };
        shown(name, || pages::problem(&view))
    };
    let other = data.problems().remove(0);
    vec![
        problem("problem-not-found", ProblemPage::NotFound),
        problem("problem-no-session", ProblemPage::NoSession),
        problem("problem-foreign-form", ProblemPage::ForeignForm),
        problem("problem-too-large", ProblemPage::TooLarge(LIMITS)),
        problem("problem-internal", ProblemPage::Internal { incident: "7f3a-19".to_owned() }),
        problem("problem-other", ProblemPage::Other { problem: other, back: "/runs/new/connect".to_owned() }),
    ]
}

/// The report's view, with everything that can stand in it.
pub fn report_view(data: &Data) -> ReportView {
    let run = data.run();
    ReportView {
        version: "0.1.0".to_owned(),
        diagnosis: run.scan.unwrap().diagnosis,
        requests: run.requests,
        fit: data.fits().into_iter().next(),
        plan: run.plan,
        diffs: data.diffs(),
        commands: data.text(COMMANDS),
        rollback: data.text(ROLLBACK),
        verification: Some(data.verification()),
    }
}

fn reports(data: &Data) -> Vec<Shown> {
    let full = report_view(data);
    let early = ReportView {
        fit: None,
        plan: None,
        diffs: vec![],
        commands: String::new(),
        rollback: String::new(),
        verification: None,
        ..full.clone()
    };
    vec![
        Shown { name: "report", html: report::html(&full, Styles::Linked("style.css")) },
        Shown { name: "report-early", html: report::html(&early, Styles::Linked("style.css")) },
    ]
}

/// The real style sheet, joined as the build joins it.
fn style() -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../style");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "css"));
    files.sort_by_key(|file| (!file.ends_with("main.css"), file.clone()));
    files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
}

#[test]
fn every_state_is_written_out_when_asked_for() {
    let pages = &*PLAIN;
    assert!(pages.len() > 50, "{} pages", pages.len());
    let Some(folder) = std::env::var_os("UNTHROTTLE_GALLERY") else { return };
    let folder = std::path::PathBuf::from(folder);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("style.css"), style()).unwrap();
    for page in pages {
        std::fs::write(folder.join(format!("{}.html", page.name)), &page.html).unwrap();
    }
}
