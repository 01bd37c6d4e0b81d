//! Weighs what was gathered: findings, exposure, budget, verdict, and the inventory for plans.

use std::collections::{BTreeMap, BTreeSet};

use crate::cortex::is_cortex_image;
use crate::external_secrets::{ExternalSecrets, VERSIONS};
use crate::facts::{NotSeen, WorkloadFact};
use crate::image::ImageReference;
use crate::owners::{self, Mark, Owners};
use crate::time::Timestamp;
use crate::workload::{ObjectRef, PodSpec};

use super::advice::first_aid;
use super::failing::{Waiting, cause_of};
use super::fold::{FailingPod, Fold, replaces_stuck_pods};
use super::images::User;
use super::owners::{is_built_in, managed_by};
use super::types::{
    Budget, Cortex, Counts, Diagnosis, Evidence, EvidenceSource, Exposure, Finding, Inventory, LonePod,
    MeasuredFrom, Scan, SourceInfo, SourceKind, StuckPod, Verdict, Workload, WorkloadName,
};
use super::verdict::{Grounds, verdict};
use super::{accounts, cortex, egress, pods};

/// The scan that a fold amounts to.
pub(super) fn conclude(mut fold: Fold, collected_at: Timestamp) -> Scan {
    let templates = std::mem::take(&mut fold.template_images);
    fold.pods.images.join(templates);
    note_what_files_lack(&mut fold);

    let found_cortex = cortex::recognise(&fold);
    let findings = findings(&fold);
    let exposure = exposure(&fold, &collected_at);
    let unprotected = !exposure.is_empty();
    if unprotected && fold.pods.images.by_reference.values().all(|image| !image.bare) {
        fold.not_seen.insert(NotSeen {
            what: "whether the pull secrets in use hold Docker Hub credentials".to_owned(),
            why: "A scan reads no Secret; the remedy hub-account looks into them where you allow it.".to_owned(),
            effect: "Every pod with a Docker Hub image names a pull secret, so the cluster may already be protected.".to_owned(),
        });
    }
    let counts = counts(&fold, &findings);
    let verdict =
        verdict(Grounds { findings: &findings, exposed: unprotected, partial: !fold.not_seen.is_empty() });
    let egress_groups = egress::groups(fold.nodes.values(), found_cortex.as_ref());
    let inventory = inventory(&fold, &findings, found_cortex.as_ref());
    let first_aid = if verdict == Verdict::Affected { first_aid(&inventory) } else { Vec::new() };
    Scan {
        diagnosis: Diagnosis {
            schema: "unthrottle.scan/v1".to_owned(),
            verdict,
            source: SourceInfo {
                kind: fold.kind,
                name: fold.cluster.name.clone(),
                kubernetes_version: fold.cluster.kubernetes_version.clone(),
                collected_at,
            },
            counts,
            findings,
            exposure,
            budget: Budget {
                measured_from: MeasuredFrom::NotMeasured,
                limit: None,
                remaining: None,
                unlimited: false,
                window_seconds: None,
                source: None,
                egress_groups,
                measured_at: None,
            },
            cortex: found_cortex,
            not_seen: fold.not_seen.union(&fold.not_seen_for_plans).cloned().collect(),
            first_aid,
        },
        inventory,
    }
}

/// Files that hold no pods, or no events, leave questions open that a cluster would have answered.
fn note_what_files_lack(fold: &mut Fold) {
    if fold.kind != SourceKind::Files {
        return;
    }
    if fold.pods.count == 0 {
        fold.not_seen.insert(NotSeen {
            what: "pods".to_owned(),
            why: "The given files hold none.".to_owned(),
            effect: "Whether pulls are being refused now cannot be told.".to_owned(),
        });
    } else if !fold.events_seen {
        fold.not_seen.insert(NotSeen {
            what: "events".to_owned(),
            why: "The given files hold none.".to_owned(),
            effect: "Refusals of the past, and causes that Kubernetes before 1.32 drops from the status, cannot be told.".to_owned(),
        });
    }
}

fn counts(fold: &Fold, findings: &[Finding]) -> Counts {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let namespaces = if fold.namespaces.is_empty() { &fold.namespaces_met } else { &fold.namespaces };
    let failing = findings.iter().filter(|f| f.current);
    Counts {
        namespaces: number(namespaces.len()),
        nodes: number(fold.nodes.len()),
        pods: fold.pods.count,
        containers: fold.pods.containers,
        docker_hub_images: number(fold.pods.images.by_reference.len()),
        failing_containers: number(failing.clone().count()),
        throttled_containers: number(failing.filter(|f| f.cause.is_docker_hub_limit()).count()),
    }
}

/// Throttled ones first, those of now before those of the past, then by place.
fn findings(fold: &Fold) -> Vec<Finding> {
    let mut findings: Vec<Finding> = fold.pods.failing.iter().flat_map(|pod| current(fold, pod)).collect();
    let waiting_now: BTreeSet<(String, String)> = fold
        .pods
        .failing
        .iter()
        .flat_map(|pod| pod.waiting.iter().map(|w| (pod.uid.clone(), w.container.name.clone())))
        .collect();
    findings.extend(past(fold, &waiting_now));
    findings.sort_by(|a, b| {
        let key = |f: &Finding| (!f.cause.is_docker_hub_limit(), !f.current);
        key(a)
            .cmp(&key(b))
            .then_with(|| (&a.namespace, &a.pod, &a.container).cmp(&(&b.namespace, &b.pod, &b.container)))
    });
    findings
}

fn current<'a>(fold: &'a Fold, pod: &'a FailingPod) -> impl Iterator<Item = Finding> + 'a {
    let top = top_of(fold, pod);
    pod.waiting.iter().map(move |waiting| {
        let events = fold.events.of(&pod.uid, &waiting.container.name);
        let (explanation, evidence) = cause_of(waiting, events);
        Finding {
            cause: explanation.cause,
            throttle: explanation.throttle,
            namespace: pod.namespace.clone(),
            pod: pod.name.clone(),
            container: waiting.container.name.clone(),
            container_kind: waiting.container.kind,
            image: waiting.container.image.clone(),
            normalized: normalized(&waiting.container.image),
            workload: WorkloadName { kind: top.kind.clone(), name: top.name.clone() },
            managed_by: fold.workloads.get(&top.label()).and_then(managed_by),
            service_account: Some(pod.spec.service_account.clone().unwrap_or_else(|| "default".to_owned())),
            node: pod.node.clone(),
            first_seen: events.and_then(|e| e.first_seen.clone()),
            last_seen: events.and_then(|e| e.last_seen.clone()),
            count: events.map_or(0, |e| e.count),
            certainty: explanation.certainty,
            current: true,
            evidence,
        }
    })
}

/// Refusals that events still tell of, of containers that do not wait any more.
fn past<'a>(
    fold: &'a Fold,
    waiting_now: &'a BTreeSet<(String, String)>,
) -> impl Iterator<Item = Finding> + 'a {
    fold.events.past_throttles(waiting_now).map(|(_, container, events)| {
        let image = events.image.clone().unwrap_or_default();
        Finding {
            cause: events.explanation.cause,
            throttle: events.explanation.throttle,
            namespace: events.namespace.clone(),
            pod: events.pod.clone(),
            container: container.to_owned(),
            container_kind: crate::workload::ContainerKind::Main,
            normalized: normalized(&image),
            image,
            workload: WorkloadName { kind: "Pod".to_owned(), name: events.pod.clone() },
            managed_by: None,
            service_account: None,
            node: events.node.clone(),
            first_seen: events.first_seen.clone(),
            last_seen: events.last_seen.clone(),
            count: events.count,
            certainty: events.explanation.certainty,
            current: false,
            evidence: vec![Evidence { source: EvidenceSource::Event, text: events.text.clone() }],
        }
    })
}

fn normalized(image: &str) -> Option<String> {
    image.parse::<ImageReference>().ok().map(|reference| reference.normalized())
}

/// The workload a failing pod belongs to: the pod itself when bare.
fn top_of(fold: &Fold, pod: &FailingPod) -> ObjectRef {
    match &pod.controller {
        Some(controller) => fold.owners.top(&pod.namespace, controller),
        None => pod_ref(pod),
    }
}

fn pod_ref(pod: &FailingPod) -> ObjectRef {
    ObjectRef {
        group: String::new(),
        version: "v1".to_owned(),
        kind: "Pod".to_owned(),
        namespace: Some(pod.namespace.clone()),
        name: pod.name.clone(),
        uid: (!pod.uid.is_empty()).then(|| pod.uid.clone()),
    }
}

fn exposure(fold: &Fold, now: &Timestamp) -> Vec<Exposure> {
    let head_is_free = !fold.nodes.is_empty()
        && fold
            .nodes
            .values()
            .all(|n| n.container_runtime.as_deref().is_some_and(|r| r.starts_with("containerd")));
    let mut exposure: Vec<Exposure> = fold
        .pods
        .images
        .by_reference
        .iter()
        .map(|(reference, image)| {
            let workloads: BTreeSet<String> = image.users.iter().map(|user| label_of(fold, user)).collect();
            let (pulls_per_6h, why) = image.estimate(now, head_is_free);
            Exposure {
                image: image.spelling().to_owned(),
                normalized: reference.clone(),
                workloads: workloads.into_iter().collect(),
                nodes: image.nodes(),
                pulls_per_6h,
                why,
            }
        })
        .collect();
    exposure.sort_by(|a, b| {
        (b.pulls_per_6h.high, b.pulls_per_6h.low, b.workloads.len())
            .cmp(&(a.pulls_per_6h.high, a.pulls_per_6h.low, a.workloads.len()))
            .then_with(|| a.normalized.cmp(&b.normalized))
    });
    exposure
}

pub(super) fn label_of(fold: &Fold, user: &User) -> String {
    match user {
        User::Template(label) | User::Bare(label) => label.clone(),
        User::Controlled { namespace, controller } => fold.owners.top(namespace, controller).label(),
    }
}

/// Files tell of the version by the objects in them alone.
fn external_secrets(fold: &Fold) -> Option<ExternalSecrets> {
    let of_stores = fold.secret_stores.values().map(|store| store.version.as_str());
    let told: BTreeSet<&str> = fold.external_secrets.as_deref().into_iter().chain(of_stores).collect();
    let version = VERSIONS.into_iter().find(|version| told.contains(version))?.to_owned();
    Some(ExternalSecrets { version, stores: fold.secret_stores.values().cloned().collect() })
}

/// What a plan can change.
fn inventory(fold: &Fold, findings: &[Finding], found: Option<&Cortex>) -> Inventory {
    let is_cortex = |spec: &PodSpec, api: bool| {
        let image = |c: &crate::workload::ContainerImage| c.image.parse().is_ok_and(|r| is_cortex_image(&r));
        (found.is_some() && api) || spec.containers.iter().any(image)
    };
    let mut owners = Owners {
        marks: BTreeMap::new(),
        deployers: fold.deployers.values().cloned().collect(),
        values: fold.values.values().cloned().collect(),
    };
    for workload in fold.workloads.values().filter(|workload| on_docker_hub(&workload.spec)) {
        owners.marks.extend(mark_of(workload).map(|mark| (workload.object.label(), mark)));
    }
    let kept_by = |workload: &WorkloadFact| {
        let mark = owners.marks.get(&workload.object.label());
        owners::by_label(&owners, mark, workload).or_else(|| managed_by(workload))
    };
    let loads = pods::by_workload(fold, findings);
    let load = |workload: &WorkloadFact| loads.get(&workload.object.label()).copied().unwrap_or_default();
    let workloads = fold
        .workloads
        .values()
        .filter(|workload| on_docker_hub(&workload.spec))
        .filter(|workload| workload.object.kind != "Job" || workload.origin.as_ref().is_some_and(|o| !o.live))
        .map(|workload| Workload {
            object: workload.object.clone(),
            spec: workload.spec.clone(),
            replicas: workload.replicas,
            update_strategy: workload.update_strategy.clone(),
            managed_by: kept_by(workload),
            cortex: is_cortex(&workload.spec, workload.labels.contains_key("apiName")),
            pods: Some(load(workload).pods.max(workload.present.unwrap_or(0))),
            waiting_pods: load(workload).waiting,
            throttled_pods: load(workload).throttled,
            origin: workload.origin.clone(),
        })
        .collect();
    let mut pods: Vec<LonePod> = fold
        .pods
        .failing
        .iter()
        .filter(|pod| on_docker_hub(&pod.spec))
        .filter_map(|pod| lone(fold, pod, is_cortex(&pod.spec, pod.cortex_api)))
        .collect();
    pods.sort_by_key(|pod| pod.object.label());
    let mut nodes: Vec<_> = fold.nodes.values().cloned().collect();
    nodes.sort_by(|a, b| a.name.cmp(&b.name));
    Inventory {
        service_accounts: accounts::lending(fold),
        external_secrets: external_secrets(fold),
        stuck: stuck(fold),
        running: running(fold),
        ending_namespaces: fold.ending.iter().cloned().collect(),
        cluster: fold.cluster.clone(),
        nodes,
        workloads,
        pods,
        cluster_config: fold.config_maps.iter().find(|map| map.cluster_config.is_some()).cloned(),
        cortex_files: fold.cortex_files.clone(),
        files: fold.files.iter().cloned().collect(),
        understood: fold.understood.iter().cloned().collect(),
        owners,
    }
}

fn running(fold: &Fold) -> BTreeMap<String, BTreeSet<String>> {
    let images = fold.pods.images.by_reference.iter();
    let known = images.filter(|(_, image)| !image.running.is_empty());
    known.map(|(reference, image)| (reference.clone(), image.running.clone())).collect()
}

/// The marks on a workload, with its controller where that is a custom resource.
fn mark_of(workload: &WorkloadFact) -> Option<Mark> {
    let controller = workload.controller.as_ref().filter(|controller| !is_built_in(controller));
    owners::mark(&workload.object, &workload.labels, &workload.annotations, controller)
}

/// Pods that Docker Hub refuses an image, whatever would have to be done about them. One that is going away
/// is past help.
fn stuck(fold: &Fold) -> Vec<StuckPod> {
    let stuck = fold.pods.failing.iter().filter(|pod| !pod.terminating).filter_map(|pod| {
        let is_refused = |waiting: &&Waiting| {
            let events = fold.events.of(&pod.uid, &waiting.container.name);
            cause_of(waiting, events).0.cause.is_docker_hub_limit()
        };
        let refused: Vec<String> =
            pod.waiting.iter().filter(is_refused).map(|w| w.container.name.clone()).collect();
        (!refused.is_empty()).then(|| StuckPod {
            object: pod_ref(pod),
            controller: pod.controller.clone(),
            owner: top_of(fold, pod),
            spec: pod.spec.clone(),
            refused,
            mirror: pod.mirror,
            origin: pod.origin.clone(),
        })
    });
    let mut stuck: Vec<StuckPod> = stuck.collect();
    stuck.sort_by_key(|pod| pod.object.label());
    stuck
}

/// The pod as one that has to be changed itself, unless a changed template replaces it.
fn lone(fold: &Fold, pod: &FailingPod, cortex: bool) -> Option<LonePod> {
    let owner = top_of(fold, pod);
    let strategy = fold.workloads.get(&owner.label()).and_then(|w| w.update_strategy.as_deref());
    let seen = fold.workloads.contains_key(&owner.label());
    if seen && replaces_stuck_pods(&owner, strategy) {
        return None;
    }
    Some(LonePod {
        object: pod_ref(pod),
        spec: pod.spec.clone(),
        owner,
        cortex,
        failing: pod.waiting.iter().map(|w| w.container.name.clone()).collect(),
        patchable: !pod.mirror && !pod.terminating,
        origin: pod.origin.clone(),
    })
}

pub(super) fn on_docker_hub(spec: &PodSpec) -> bool {
    spec.containers.iter().any(|c| c.image.parse::<ImageReference>().is_ok_and(|r| r.is_docker_hub()))
}
