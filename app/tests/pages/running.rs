//! Workloads that run: chosen one by one, left as they are, and what a change of them pulls. None, one and many.

use app::pages;
use app::view::*;
use domain::diagnosis::Range;
use domain::plan::{LeftImage, LeftRunning};
use domain::rollout::{MOST_NEW_PODS, Pulls};
use domain::run::{Run, Step};

use crate::data::Data;
use crate::gallery::{Shown, base, shown, until};

const MANY: usize = 200;

pub fn all(data: &Data) -> Vec<Shown> {
    let mut all = configures(data);
    all.extend(reviews(data));
    all
}

fn name(number: usize) -> String {
    match number % 3 {
        0 => format!("checkout-{number}"),
        1 => format!("sentiment-analysis-multilingual-batch-inference-{number}"),
        _ => format!("web{number}"),
    }
}

fn choice(data: &Data, number: usize, runs: bool) -> WorkloadChoice {
    WorkloadChoice {
        label: data.text(&format!("Deployment shop/{}", name(number))),
        only: data.text(&format!("Deployment/shop/{}", name(number))),
        images: vec![data.text("nginx:1.27.3-alpine"), data.text("redis:7.4")],
        pods: Some(u32::try_from(number % 7).unwrap_or(0) + 1),
        runs,
        throttled_pods: if runs { 0 } else { 4 },
        managed_by: (number % 5 == 1).then(|| data.text("Argo CD application argocd/shop")),
    }
}

fn urgent(data: &Data) -> Option<Urgent> {
    let WorkloadChoice { label, only, .. } = choice(data, 0, false);
    Some(Urgent { label, only, pods: 4 })
}

fn configures(data: &Data) -> Vec<Shown> {
    let view = |waiting: usize, running: usize, urgent| {
        let mut run = until(data, Step::Configure);
        run.answers.set.insert("running".to_owned(), choice(data, 1, true).only);
        let waits = (0..waiting).map(|number| choice(data, number, false));
        let runs = (0..running).map(|number| choice(data, number, true));
        ConfigureView {
            base: base(run),
            questions: vec![],
            tries_login: false,
            workloads: waits.chain(runs).collect(),
            urgent,
        }
    };
    vec![
        shown("configure-running-one", || pages::configure(&view(0, 1, None))),
        shown("configure-running-some", || pages::configure(&view(2, 5, urgent(data)))),
        shown("configure-running-many", || pages::configure(&view(3, MANY, urgent(data)))),
    ]
}

/// A run whose plan leaves so many workloads running.
fn leaves(data: &Data, many: usize) -> Run {
    let mut run = data.run();
    if let Some(plan) = &mut run.plan {
        plan.left_running = (0..many)
            .map(|number| choice(data, number, true))
            .map(|choice| LeftRunning {
                place: choice.label,
                choose: choice.only,
                pods: choice.pods,
                managed_by: choice.managed_by,
                images: choice
                    .images
                    .into_iter()
                    .map(|image| LeftImage {
                        container: data.text("main"),
                        to: Some(format!("public.ecr.aws/docker/library/{image}")),
                        path: "/spec/template/spec/containers/0/image".to_owned(),
                        image,
                    })
                    .collect(),
            })
            .collect();
        plan.pulls = Some(Pulls {
            docker_hub: Range { low: 0, high: 12 },
            account: Range::default(),
            new_place: Range { low: 9, high: 41 },
            taken_back: Range { low: 3, high: 41 },
            pods: 23,
            at_a_time: MOST_NEW_PODS,
            remaining: Some(7),
            spent: true,
        });
    }
    run
}

/// Nothing waits, and nothing was chosen.
fn nothing_yet(data: &Data, many: usize) -> Run {
    let mut run = leaves(data, many);
    if let Some(plan) = &mut run.plan {
        plan.change_needed = false;
        plan.summary = data.text(&format!(
            "Nothing waits for an image; {many} workloads run with images from Docker Hub. Choose which of them to change."
        ));
        plan.edits.clear();
        plan.steps.clear();
        plan.risks.clear();
        plan.refused.clear();
        plan.pulls = None;
    }
    run
}

fn reviews(data: &Data) -> Vec<Shown> {
    let view = |run, diffs, urgent| ReviewView { base: base(run), diffs, urgent };
    vec![
        shown("review-left-running-one", || pages::review(&view(leaves(data, 1), data.diffs(), None))),
        shown("review-left-running-many", || {
            pages::review(&view(leaves(data, MANY), data.diffs(), urgent(data)))
        }),
        shown("review-nothing-yet", || pages::review(&view(nothing_yet(data, 3), vec![], None))),
        shown("review-nothing-yet-many", || pages::review(&view(nothing_yet(data, MANY), vec![], None))),
        shown("apply-pulls", || {
            pages::apply(&ApplyView {
                base: base(leaves(data, 3)),
                commands: data.text(crate::gallery::COMMANDS),
                rollback: data.text(crate::gallery::COMMANDS),
                zip_bytes: None,
            })
        }),
    ]
}
