//! Workloads and pods: the places in a cluster, or in a dump or manifests of one, that name an image.

use super::selection::Selection;
use super::{Destination, Move, decide};
use crate::diagnosis::{LonePod, Scan, Workload};
use crate::facts::Origin;
use crate::image::ImageReference;
use crate::plan::{ImageMove, LeftImage, NotCovered, PatchOp, Risk};
use crate::remedy::running::{self, Running};
use crate::remedy::{Draft, FileEdit, ObjectChange, Wave};
use crate::workload::{ContainerImage, ContainerKind, ObjectRef};

/// Adds what every selected workload and pod needs.
pub(super) fn plan(
    scan: &Scan,
    selection: &Selection<'_>,
    running: &Running,
    to: &dyn Destination,
    draft: &mut Draft,
) {
    for workload in scan.inventory.workloads.iter().filter(|w| selection.takes(&w.object)) {
        let change = Change::new(
            &workload.object,
            workload.origin.as_ref(),
            workload.spec.containers.iter(),
            to,
            draft,
        );
        if running.leaves(workload) && change.is_live() {
            change.leave(workload, draft);
            continue;
        }
        let images = change.add(wave(workload), says(workload), draft);
        if images > 0 {
            note_owner(workload, draft);
        }
    }
    for pod in scan.inventory.pods.iter().filter(|p| selection.takes(&p.object) || selection.takes(&p.owner))
    {
        plan_pod(pod, to, draft);
    }
}

fn plan_pod(pod: &LonePod, to: &dyn Destination, draft: &mut Draft) {
    if pod.failing.is_empty() {
        return;
    }
    if !pod.patchable {
        if pod.owner.kind == "Node" {
            for container in &pod.spec.containers {
                static_pod(pod, container, to, draft);
            }
        }
        return;
    }
    let change = Change::new(&pod.object, pod.origin.as_ref(), waiting(pod), to, draft);
    let says = if pod.owner.kind == "Job" || pod.owner.kind == "CronJob" {
        "Its waiting containers try again with the new image; the pod stays, so its job does not count a failure."
    } else {
        "Its waiting containers try again with the new image; the pod itself stays."
    };
    let moved = change.add(Wave::Pods, says.to_owned(), draft);
    if moved > 0 && pod.owner != pod.object {
        let owner = pod.owner.label();
        let what = if matches!(pod.owner.kind.as_str(), "Job" | "CronJob") {
            format!("{owner} makes further pods from its own template, with the images it has now.")
        } else {
            format!("{owner} may replace this pod by one of its own template.")
        };
        let why = "A job's template cannot be changed; make the job again with the new images if it is to start more pods.";
        let why = if pod.owner.kind == "Job" {
            why
        } else {
            "Change the template as well, where this plan does not."
        };
        draft.risks.push(Risk { what, why: why.to_owned() });
    }
}

/// The containers that can be changed without stopping one that runs: those that wait, and after a waiting
/// init container everything that comes later, since none of it has started.
fn waiting(pod: &LonePod) -> impl Iterator<Item = &ContainerImage> {
    let is_failing = |c: &ContainerImage| pod.failing.contains(&c.name);
    let first = pod.spec.containers.iter().position(is_failing).unwrap_or(usize::MAX);
    let in_order = pod
        .spec
        .containers
        .get(first)
        .is_some_and(|c| matches!(c.kind, ContainerKind::Init | ContainerKind::Sidecar));
    pod.spec
        .containers
        .iter()
        .enumerate()
        .filter(move |(index, c)| (in_order && *index >= first) || is_failing(c))
        .map(|(_, container)| container)
        // The API allows no other image of an existing pod to change.
        .filter(|c| matches!(c.kind, ContainerKind::Init | ContainerKind::Main | ContainerKind::Sidecar))
}

fn static_pod(pod: &LonePod, container: &ContainerImage, to: &dyn Destination, draft: &mut Draft) {
    match decide(&container.image, to) {
        None => {}
        Some((_, Move::To { name, .. })) => draft.not_covered.push(NotCovered {
            image: container.image.clone(),
            place: pod.object.label(),
            container: Some(container.name.clone()),
            why: "The pod is written in a file on its node; the API server cannot change it.".to_owned(),
            instead: format!("Name {name} in that file, usually under /etc/kubernetes/manifests."),
        }),
        Some((reference, Move::Stays(why))) => {
            draft.not_covered.push(left(&pod.object, container, &reference, why, to));
        }
    }
}

/// Names an image that stays.
fn left(
    object: &ObjectRef,
    container: &ContainerImage,
    image: &ImageReference,
    why: String,
    to: &dyn Destination,
) -> NotCovered {
    let in_fluentd = object.name == "fluentd" && image.path() == "library/busybox";
    let why = if in_fluentd {
        "Cortex writes this init container's image into its own manifest; no image_* key reaches it."
            .to_owned()
    } else {
        why
    };
    NotCovered {
        image: container.image.clone(),
        place: object.label(),
        container: Some(container.name.clone()),
        why,
        instead: to.instead(image),
    }
}

/// The change of one object while it is worked out.
struct Change<'a> {
    object: &'a ObjectRef,
    origin: Option<&'a Origin>,
    moves: Vec<Moved<'a>>,
    stays: bool,
}

/// A container that gets another name for its image.
struct Moved<'a> {
    container: &'a ContainerImage,
    to: String,
    reason: String,
}

impl Moved<'_> {
    fn why(&self) -> String {
        let Self { container, reason, .. } = self;
        format!("{} {} pulls it from Docker Hub; {reason}", a(container.kind), container.name)
    }
}

impl<'a> Change<'a> {
    fn new(
        object: &'a ObjectRef,
        origin: Option<&'a Origin>,
        containers: impl Iterator<Item = &'a ContainerImage>,
        to: &'a dyn Destination,
        draft: &mut Draft,
    ) -> Self {
        let mut change = Self { object, origin, moves: Vec::new(), stays: false };
        for container in containers {
            match decide(&container.image, to) {
                None => {}
                Some((_, Move::To { name, reason })) => {
                    change.moves.push(Moved { container, to: name, reason });
                }
                Some((reference, Move::Stays(why))) => {
                    change.stays = true;
                    draft.not_covered.push(left(object, container, &reference, why, to));
                }
            }
        }
        change
    }

    /// Adds edits of the file it was given in, a patch of the live object, or both for a dump. Gives the
    /// number of images it moves.
    fn add(self, wave: Wave, says: String, draft: &mut Draft) -> usize {
        if self.moves.is_empty() {
            return 0;
        }
        if self.stays {
            draft.risks.push(Risk {
                what: format!("Pods of {} also pull an image that stays on Docker Hub.", self.object.label()),
                why: "On a node that does not hold that image they still wait for it; it is listed as not covered."
                    .to_owned(),
            });
        }
        self.edit_file(draft);
        let moved = self.moves.len();
        if self.is_live() {
            draft.object_changes.push(self.into_patch(wave, says));
        }
        moved
    }

    fn is_live(&self) -> bool {
        self.origin.is_none_or(|origin| origin.live)
    }

    fn edit_file(&self, draft: &mut Draft) {
        if let Some(origin) = self.origin {
            draft.file_edits.extend(self.moves.iter().map(|moved| self.file_edit(origin, moved)));
        }
    }

    /// Leaves the object itself as it is, since its pods run; the file it was dumped into is edited all the same,
    /// which restarts nothing.
    fn leave(self, workload: &Workload, draft: &mut Draft) {
        if self.moves.is_empty() {
            return;
        }
        self.edit_file(draft);
        let image = |moved: &Moved<'_>| LeftImage {
            container: moved.container.name.clone(),
            image: moved.container.image.clone(),
            path: moved.container.pointer.clone(),
            to: Some(moved.to.clone()),
        };
        running::leave(workload, self.moves.iter().map(image).collect(), draft);
    }

    fn file_edit(&self, origin: &Origin, moved: &Moved<'_>) -> FileEdit {
        let Moved { container, to, .. } = moved;
        FileEdit {
            file: origin.file.clone(),
            document: origin.document,
            path: format!("{}{}", origin.pointer, container.pointer),
            from: Some(container.image.clone()),
            to: to.clone(),
            why: moved.why(),
            object: Some((self.object.clone(), container.pointer.clone())),
        }
    }

    fn into_patch(self, wave: Wave, says: String) -> ObjectChange {
        let swap = |from: &dyn Fn(&ContainerImage, &str) -> (String, String)| {
            let steps = self.moves.iter().flat_map(|Moved { container, to, .. }| {
                let (before, after) = from(container, to);
                [
                    PatchOp::test(&container.name_pointer, container.name.as_str()),
                    PatchOp::test(&container.pointer, before),
                    PatchOp::replace(&container.pointer, after),
                ]
            });
            steps.collect::<Vec<_>>()
        };
        ObjectChange {
            target: self.object.clone(),
            patch: swap(&|container, to| (container.image.clone(), to.to_owned())),
            inverse: swap(&|container, to| (to.to_owned(), container.image.clone())),
            images: self
                .moves
                .iter()
                .map(|Moved { container, to, .. }| ImageMove {
                    container: container.name.clone(),
                    kind: container.kind,
                    from: container.image.clone(),
                    to: to.clone(),
                })
                .collect(),
            why: self.moves.iter().map(|moved| (moved.container.pointer.clone(), moved.why())).collect(),
            wave,
            says,
        }
    }
}

fn a(kind: ContainerKind) -> &'static str {
    match kind {
        ContainerKind::Init => "Init container",
        ContainerKind::Main => "Container",
        ContainerKind::Sidecar => "Sidecar",
        ContainerKind::Ephemeral => "Ephemeral container",
        ContainerKind::ImageVolume => "Image volume",
    }
}

/// Cortex's own API Deployments are made from `cortex.yaml`, everything else of Cortex from `cluster.yaml`.
fn is_api(workload: &Workload) -> bool {
    workload.managed_by.as_deref().is_some_and(|owner| owner.starts_with("Cortex API "))
}

fn wave(workload: &Workload) -> Wave {
    match (workload.cortex, workload.object.name.as_str()) {
        (true, "operator") if workload.object.kind == "Deployment" => Wave::Operator,
        (true, _) if !is_api(workload) => Wave::System,
        _ => Wave::Workloads,
    }
}

fn says(workload: &Workload) -> String {
    let text = match (workload.object.kind.as_str(), workload.update_strategy.as_deref()) {
        (_, Some("OnDelete")) => {
            "Running pods keep their images until you delete them; waiting ones are changed singly."
        }
        ("Deployment", Some("Recreate")) => "All its pods stop before the new ones start.",
        ("Deployment" | "Rollout", _) => "Its pods are replaced by new ones, a few at a time.",
        ("DaemonSet", _) => "Its pods are replaced node by node.",
        ("StatefulSet", _) => "Its pods are replaced one after another, the last one first.",
        ("CronJob", _) => "Nothing restarts; the next job starts with the new images.",
        _ => "Running pods stay as they are; pods made from now on use the new images.",
    };
    if is_api(workload) {
        format!("{text} Cortex writes it again at the next cortex deploy, from cortex.yaml.")
    } else {
        text.to_owned()
    }
}

/// Who would write the object again, and where to change it for good.
fn note_owner(workload: &Workload, draft: &mut Draft) {
    let Some(owner) = workload.managed_by.as_deref().filter(|_| !is_api(workload)) else { return };
    if workload.origin.as_ref().is_some_and(|origin| !origin.live) {
        return;
    }
    let label = workload.object.label();
    let when = if owner.starts_with("Argo CD") || owner.starts_with("Flux") {
        "It may put the old images back within minutes. Pause it first, or change them in the repository it reads"
    } else if owner.starts_with("Helm") {
        "The next upgrade puts the old images back. Change them in the chart's values or behind it"
    } else {
        "It may put the old images back. Change them where it takes them from"
    };
    let why = format!("{when}: the part on owners says where and what, and the bundle holds it in owners/.");
    draft.risks.push(Risk { what: format!("{label} is written by {owner}."), why });
}
