//! What to write at an owner's place, tool by tool.

use std::collections::BTreeSet;

use super::custom::{image_fields, is_custom};
use super::facts::{Application, ApplicationSource, Owners, Renderer};
use super::images::{Entries, Moved, beside, entries, written};
use super::resolve::{Found, Tool, place, resolve};
use super::types::{Change, ImageEntry, ImageField, Kept, Owner, Target};
use super::values::ImageValue;

/// What has to change at one owner's place.
#[derive(Debug, Default)]
pub(super) struct Task<'a> {
    pub(super) objects: BTreeSet<String>,
    pub(super) moved: Vec<Moved<'a>>,
    /// Images of the same owner that are to stay.
    pub(super) stay: Vec<&'a str>,
}

/// Whether an owner makes its objects of a chart.
pub(super) fn uses_a_chart(found: &Found<'_>) -> bool {
    match &found.tool {
        Tool::FluxHelmRelease(_) | Tool::Helm { .. } => true,
        Tool::ArgoCd(Some(application)) => {
            application.sources.iter().any(|s| s.chart.is_some() || s.renderer == Some(Renderer::Helm))
        }
        _ => false,
    }
}

/// The owner with everything to write. `only_chart` is true when no other owner makes its objects of a chart,
/// so that values which name none can only be its own.
pub(super) fn owner(
    owners: &Owners,
    found: &Found<'_>,
    task: &Task<'_>,
    only_chart: bool,
    id: String,
) -> Owner {
    let mut place = place(owners, found);
    place.object_kept = found.deployer.and_then(|deployer| {
        let by = resolve(owners, deployer.mark.as_ref()?, &deployer.object)?;
        Some(Box::new(Kept { place: super::resolve::place(owners, &by), by: by.who }))
    });
    let mut work = Work { owners, task, only_chart, changes: Vec::new(), notes: Vec::new() };
    let reverts = match &found.tool {
        Tool::ArgoCd(application) => work.argo_cd(*application),
        Tool::FluxKustomization(seen) => {
            let kept = seen.map(|seen| seen.images.as_slice()).unwrap_or_default();
            work.flux_kustomization(kept);
            let interval = seen.and_then(|seen| seen.interval.as_deref());
            format!("It puts the old images back {}, and after each new commit.", every(interval))
        }
        Tool::FluxHelmRelease(seen) => {
            let values = seen.map(|seen| seen.values.as_slice()).unwrap_or_default();
            let release = found.who.rsplit('/').next();
            let chart = seen.and_then(|seen| seen.chart.as_deref());
            let hints: Vec<&str> = release.into_iter().chain(chart).collect();
            work.flux_helm_release(values, &hints);
            let interval = seen.and_then(|seen| seen.interval.as_deref());
            if seen.is_some_and(|seen| seen.post_renderers > 0) {
                work.note("It has post-renderers already: keep them, and add the entries to the last one.");
            }
            format!(
                "Its next upgrade puts the old images back; where drift detection is on, {}.",
                every(interval)
            )
        }
        Tool::Helm { release, chart, .. } => {
            work.helm(release.as_deref(), chart.as_deref());
            "The next helm upgrade puts the old images back.".to_owned()
        }
        Tool::Operator(owner) => {
            work.custom_resource();
            let kind = &owner.kind;
            format!("It makes these objects from the {kind} and may put the old images back within seconds.")
        }
        Tool::Other => {
            work.note("Change the images where it takes its manifests from; how is particular to it.");
            "It may put the old images back at any time.".to_owned()
        }
    };
    let Work { changes, notes, .. } = work;
    Owner {
        id,
        who: found.who.clone(),
        reverts,
        objects: task.objects.iter().cloned().collect(),
        restarts: Vec::new(),
        place,
        changes,
        notes,
    }
}

fn every(interval: Option<&str>) -> String {
    interval.map_or_else(|| "at each interval".to_owned(), |interval| format!("every {interval}"))
}

/// The source an application's manifests come from, with its number; `None` when there are several.
pub(super) fn main_source(application: &Application) -> Option<(usize, &ApplicationSource)> {
    let mut sources =
        application.sources.iter().enumerate().filter(|(_, s)| s.path.is_some() || s.chart.is_some());
    match (sources.next(), sources.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

/// One owner while it is worked out.
pub(super) struct Work<'a> {
    pub(super) owners: &'a Owners,
    pub(super) task: &'a Task<'a>,
    pub(super) only_chart: bool,
    pub(super) changes: Vec<Change>,
    notes: Vec<String>,
}

impl<'a> Work<'a> {
    fn note(&mut self, text: &str) {
        self.notes.push(text.to_owned());
    }

    fn argo_cd(&mut self, application: Option<&Application>) -> String {
        let Some(application) = application else {
            self.note("The Application itself was not seen: its source says where this belongs.");
            self.kustomize(Target::Kustomization, String::new(), &self.task.moved);
            return "It puts the old images back within seconds where self-healing is on, else at its next sync."
                .to_owned();
        };
        match main_source(application) {
            Some((index, source)) => self.argo_source(application, index, source),
            None => {
                self.note(
                    "It has several sources: write this where the one stands that holds these objects.",
                );
                self.kustomize(Target::Kustomization, String::new(), &self.task.moved);
            }
        }
        match (application.self_heal, application.automated) {
            (true, _) => {
                "It puts the old images back within seconds of a change by hand: self-healing is on."
            }
            (false, true) => "It puts the old images back with the next commit; self-healing is off.",
            (false, false) => "It puts the old images back at its next sync, which somebody has to start.",
        }
        .to_owned()
    }

    fn argo_source(&mut self, application: &Application, index: usize, source: &ApplicationSource) {
        let below = |key: &str| {
            if application.several {
                format!("spec.sources[{index}].{key}")
            } else {
                format!("spec.source.{key}")
            }
        };
        let renderer = source.renderer.or(source.chart.is_some().then_some(Renderer::Helm));
        match renderer {
            Some(Renderer::Kustomize) => {
                self.kustomize(Target::ApplicationKustomize, below("kustomize"), &self.task.moved);
                let present: Vec<ImageEntry> =
                    source.images.iter().filter_map(|text| written(text)).collect();
                self.keep(&present);
            }
            Some(Renderer::Helm) => {
                let hints: Vec<&str> =
                    [source.release.as_deref(), source.chart.as_deref()].into_iter().flatten().collect();
                let rest = self.values(
                    Target::ApplicationParameters,
                    below("helm.parameters"),
                    &source.values,
                    &hints,
                );
                if !rest.is_empty() {
                    self.kustomize(Target::ChartKustomization, String::new(), &self.task.moved);
                    self.note(
                        "Argo CD has no post-renderer for charts. The kustomization renders the chart itself, with all of \
                         these images; Argo CD does that where argocd-cm has kustomize.buildOptions: --enable-helm. \
                         Parameters for the chart's own values, where you find their names, are the shorter way.",
                    );
                }
            }
            Some(Renderer::Directory) => {
                self.kustomize(Target::Manifests, String::new(), &self.task.moved);
            }
            Some(Renderer::Plugin) => {
                self.note("A plugin makes its manifests: change the images in what it reads.");
                self.kustomize(Target::Manifests, String::new(), &self.task.moved);
            }
            None => {
                self.note(
                    "Whether the folder is a kustomization was not seen. If it holds plain manifests, write the new \
                     names there.",
                );
                self.kustomize(Target::Kustomization, String::new(), &self.task.moved);
            }
        }
    }

    fn flux_kustomization(&mut self, present: &[ImageEntry]) {
        self.kustomize(Target::FluxKustomization, "spec".to_owned(), &self.task.moved);
        self.keep(present);
    }

    /// Puts the entries that are there already into the list, which is replaced as a whole.
    fn keep(&mut self, present: &[ImageEntry]) {
        let Some(change) = self.changes.last_mut().filter(|change| !change.images.is_empty()) else { return };
        if !present.is_empty() {
            change.images = beside(present, std::mem::take(&mut change.images));
            self.note(
                "The list holds the entries that are there already: it takes the place of the present one.",
            );
        }
    }

    fn flux_helm_release(&mut self, values: &[ImageValue], hints: &[&str]) {
        let rest = self.values(Target::FluxValues, "spec.values".to_owned(), values, hints);
        if !rest.is_empty() {
            self.kustomize(Target::FluxPostRenderer, "spec.postRenderers".to_owned(), &rest);
        }
    }

    fn helm(&mut self, release: Option<&str>, chart: Option<&str>) {
        // `nginx-15.1.0`: the version begins with the last hyphen before a digit.
        let chart_name = chart.and_then(|chart| {
            let end = chart
                .rmatch_indices('-')
                .find(|(at, _)| chart.as_bytes().get(at + 1).is_some_and(u8::is_ascii_digit))?;
            chart.get(..end.0)
        });
        let hints: Vec<&str> = [release, chart_name].into_iter().flatten().collect();
        let rest = self.values(Target::HelmValues, String::new(), &[], &hints);
        if !rest.is_empty() {
            self.kustomize(Target::HelmPostRenderer, String::new(), &rest);
            self.note(
                "Helm 3 does not pass hooks through a post-renderer: an image of a hook keeps its name until the chart's \
                 values change it.",
            );
        }
        if release.is_none() {
            self.note("The marks do not name the release: helm list shows those of the namespace.");
        }
    }

    fn custom_resource(&mut self) {
        self.kustomize(Target::CustomResource, String::new(), &self.task.moved);
    }

    /// Adds the moves in kustomize's language.
    fn kustomize(&mut self, into: Target, below: String, moved: &[Moved<'_>]) {
        let Entries { images, mut patches } = entries(moved, &self.task.stay);
        let made: BTreeSet<(&str, &str)> = moved
            .iter()
            .filter(|one| one.made_from.is_some())
            .map(|one| (one.object.name.as_str(), one.pointer))
            .collect();
        let all = patches.len();
        patches.retain(|patch| !made.contains(&(patch.name.as_str(), patch.path.as_str())));
        if patches.len() < all {
            self.note(
                "An operator makes some of these objects, and another image of the same name stays: change their custom \
                 resource by hand.",
            );
        }
        let mut fields: BTreeSet<ImageField> = BTreeSet::new();
        for owner in moved.iter().filter_map(|one| one.made_from) {
            let group = owner.api_version.split_once('/').map_or("", |(group, _)| group);
            if is_custom(group, &owner.kind) {
                fields.extend(image_fields(group, &owner.kind));
            } else {
                let kind = &owner.kind;
                let text = format!(
                    "Where a {kind} names its images is not known here: look for them in {kind} {}.",
                    owner.name
                );
                if !self.notes.contains(&text) {
                    self.notes.push(text);
                }
            }
        }
        let fields: Vec<ImageField> = fields.into_iter().collect();
        match into {
            // These take no configurations; the kustomization in the repository does.
            Target::ApplicationKustomize | Target::FluxKustomization if !fields.is_empty() => {
                let told =
                    Change { fields, ..Change::of_images(Target::Kustomization, images.clone(), Vec::new()) };
                self.changes.push(told);
                self.changes.push(Change { below, ..Change::of_images(into, images, patches) });
            }
            Target::FluxPostRenderer if !fields.is_empty() => {
                self.note(
                    "A post-renderer of Flux does not reach image fields of custom kinds: set those by the chart's values.",
                );
                self.changes.push(Change { below, ..Change::of_images(into, images, patches) });
            }
            _ => self.changes.push(Change { below, fields, ..Change::of_images(into, images, patches) }),
        }
    }
}
