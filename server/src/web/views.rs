//! From a run to the view of its page. Reads the store and the kubeconfig; changes neither.

use std::env;
use std::path::Path;

use app::view::{
    ApplyView, ConfigureView, ConnectView, ContextChoice, DetectView, Kubeconfig, RemedyView, ReportView,
    ReviewView, RunView, StartView, Urgent, VerifyView, WorkloadChoice,
};
use domain::diagnosis::{Inventory, LonePod};
use domain::problem::Problem;
use domain::remedy::{self, Fit, RemedyKind};
use domain::rollout;
use domain::run::{Run, Source};
use domain::workload::{ObjectRef, PodSpec};
use engine::runs::Material;

use super::limits;
use super::site::{Site, VERSION};
use crate::export;

pub fn base(site: &Site, run: Run) -> RunView {
    RunView { run, now: site.runs.now(), version: VERSION.to_owned() }
}

pub async fn start(site: &Site) -> Result<StartView, Problem> {
    let runs = site.blocking(|runs| runs.list()).await?;
    Ok(StartView { now: site.runs.now(), version: VERSION.to_owned(), runs, problems: Vec::new() })
}

pub fn connect(site: &Site, run: Run) -> ConnectView {
    ConnectView {
        base: base(site, run),
        kubeconfig: kubeconfig(site.kubeconfig.as_deref()),
        limits: limits::UPLOAD,
    }
}

pub fn detect(site: &Site, run: Run) -> DetectView {
    DetectView { base: base(site, run) }
}

pub fn remedy(site: &Site, run: Run) -> RemedyView {
    RemedyView { fits: fits(&run), base: base(site, run) }
}

pub fn configure(site: &Site, run: Run) -> ConfigureView {
    let questions = match (&run.scan, run.remedy) {
        (Some(scan), Some(kind)) => remedy::questions(kind, scan, &run.survey),
        _ => Vec::new(),
    };
    let workloads = match (&run.scan, run.remedy) {
        (Some(scan), Some(kind)) => choices(&scan.inventory, kind),
        _ => Vec::new(),
    };
    let urgent = urgent(&run).filter(|_| workloads.len() > 1);
    // The practice cluster touches no network.
    let tries_login = run.remedy == Some(RemedyKind::HubAccount) && run.source != Some(Source::Demo);
    ConfigureView { base: base(site, run), questions, tries_login, workloads, urgent }
}

pub async fn review(site: &Site, run: Run) -> Result<ReviewView, Problem> {
    let diffs = match material(site, &run).await? {
        Some(material) => material.made.diffs,
        None => Vec::new(),
    };
    let is_of_more =
        run.plan.as_ref().is_some_and(|plan| plan.steps.len() > 1) && run.answers.only.is_empty();
    let urgent = urgent(&run).filter(|_| is_of_more);
    Ok(ReviewView { base: base(site, run), diffs, urgent })
}

pub async fn apply(site: &Site, run: Run) -> Result<ApplyView, Problem> {
    let zip_bytes = match material(site, &run).await? {
        Some(material) => Some(export::Bundle::of(&material)?.zip()?.len() as u64),
        None => None,
    };
    let lines = run.plan.as_ref().map(export::lines).unwrap_or_default();
    Ok(ApplyView { base: base(site, run), commands: lines.apply, rollback: lines.rollback, zip_bytes })
}

pub fn verify(site: &Site, run: Run) -> VerifyView {
    let rollback = run.plan.as_ref().map(export::lines).unwrap_or_default().rollback;
    let contexts = match (&run.source, kubeconfig(site.kubeconfig.as_deref())) {
        (Some(Source::Files { .. }), Kubeconfig::Found { contexts, .. }) => contexts,
        _ => Vec::new(),
    };
    VerifyView { base: base(site, run), rollback, contexts }
}

/// The report of a run; `None` before there is a scan.
pub async fn report(site: &Site, run: Run) -> Result<Option<ReportView>, Problem> {
    let material = material(site, &run).await?;
    let diffs = material.map(|material| material.made.diffs).unwrap_or_default();
    let verification = run.verification.clone();
    Ok(export::report(&run, diffs).map(|view| ReportView { verification, ..view }))
}

async fn material(site: &Site, run: &Run) -> Result<Option<Material>, Problem> {
    if run.plan.is_none() {
        return Ok(None);
    }
    let id = run.id.clone();
    site.blocking(move |runs| runs.material(&id).map(Some)).await
}

/// How each remedy fits the cluster of a run.
fn fits(run: &Run) -> Vec<Fit> {
    run.scan.as_ref().map(remedy::fits).unwrap_or_default()
}

/// The object to help first, while the budget is spent.
fn urgent(run: &Run) -> Option<Urgent> {
    let scan = run.scan.as_ref().filter(|scan| rollout::is_spent(&scan.diagnosis))?;
    let (object, pods) = rollout::most_urgent(&scan.inventory)?;
    Some(Urgent { label: object.label(), only: object.only(), pods })
}

/// What can be changed or left out, sorted by label.
fn choices(inventory: &Inventory, kind: RemedyKind) -> Vec<WorkloadChoice> {
    let workloads = inventory.workloads.iter().map(|workload| WorkloadChoice {
        pods: workload.pods,
        runs: remedy::running::would_restart(kind, workload),
        ..choice(&workload.object, &workload.spec, workload.throttled_pods, workload.managed_by.clone())
    });
    let pods =
        inventory.pods.iter().filter(|pod| pod.patchable).map(|LonePod { object, spec, failing, .. }| {
            choice(object, spec, u32::from(!failing.is_empty()), None)
        });
    let mut all: Vec<_> = workloads.chain(pods).collect();
    all.sort_by(|one, other| one.label.cmp(&other.label));
    all
}

fn choice(
    object: &ObjectRef,
    spec: &PodSpec,
    throttled_pods: u32,
    managed_by: Option<String>,
) -> WorkloadChoice {
    let is_hub = |image: &&String| {
        image.parse::<domain::image::ImageReference>().is_ok_and(|reference| reference.is_docker_hub())
    };
    let mut images: Vec<String> =
        spec.containers.iter().map(|container| &container.image).filter(is_hub).cloned().collect();
    images.sort();
    images.dedup();
    WorkloadChoice {
        label: object.label(),
        only: object.only(),
        images,
        pods: None,
        runs: false,
        throttled_pods,
        managed_by,
    }
}

/// The contexts to choose from, by kubectl's rules. Runs no plugin and contacts nobody.
pub fn kubeconfig(named: Option<&Path>) -> Kubeconfig {
    match cluster::contexts(named) {
        Ok(contexts) => Kubeconfig::Found {
            files: files(named),
            contexts: contexts
                .entries
                .into_iter()
                .map(|entry| ContextChoice {
                    current: contexts.current.as_ref() == Some(&entry.name),
                    name: entry.name,
                    server: Some(entry.server).filter(|server| !server.is_empty()),
                    runs: entry.login.strip_prefix("exec: ").map(str::to_owned),
                })
                .collect(),
        },
        Err(problem) if problem.code == "kubeconfig_missing" => Kubeconfig::Missing { looked: files(named) },
        Err(problem) => Kubeconfig::Unreadable(problem),
    }
}

/// Where a kubeconfig is looked for, for people.
fn files(named: Option<&Path>) -> Vec<String> {
    let list = env::var_os("KUBECONFIG").filter(|list| !list.is_empty());
    match (named, list) {
        (Some(named), _) => vec![named.display().to_string()],
        (None, Some(list)) => env::split_paths(&list).map(|path| path.display().to_string()).collect(),
        (None, None) => vec!["~/.kube/config".to_owned()],
    }
}
