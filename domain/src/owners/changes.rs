//! What to write at an owner's place, tool by tool.

use std::collections::{BTreeMap, BTreeSet};

use super::custom::{image_fields, is_custom};
use super::facts::{Application, ApplicationSource, Owners, Renderer, ValuesFile};
use super::images::{Entries, Moved, entries};
use super::resolve::{Found, Tool, place, resolve};
use super::types::{Change, ImageEntry, ImageField, Kept, Owner, Target, ValueChange};
use super::values::{ImageValue, Key};
use crate::image::ImageReference;

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
struct Work<'a> {
    owners: &'a Owners,
    task: &'a Task<'a>,
    only_chart: bool,
    changes: Vec<Change>,
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
                if !source.images.is_empty() {
                    let written = source.images.join(", ");
                    self.note(&format!(
                        "It has entries already ({written}): keep them, and put these behind them. Where one of them \
                         speaks of the same name, write its tag behind the new name."
                    ));
                }
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
                    self.kustomize(Target::ChartKustomization, String::new(), &rest);
                    self.note(
                        "Argo CD has no post-renderer for charts. The kustomization renders the chart itself; Argo CD \
                         does that where argocd-cm has kustomize.buildOptions: --enable-helm. Values of the chart, where \
                         you find their names, are the shorter way.",
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
        if let Some(change) = self.changes.last_mut() {
            let ours: BTreeSet<&str> = change.images.iter().map(|entry| entry.name.as_str()).collect();
            let kept: Vec<ImageEntry> =
                present.iter().filter(|entry| !ours.contains(entry.name.as_str())).cloned().collect();
            if kept.len() < present.len() {
                self.notes
                    .push("It names one of these images already: the entry here takes its place.".to_owned());
            }
            change.images.splice(0..0, kept);
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

    /// Adds the moves as values of a chart, where values were seen that make the images. Gives those that are
    /// left.
    fn values(
        &mut self,
        into: Target,
        below: String,
        inline: &[ImageValue],
        hints: &[&str],
    ) -> Vec<Moved<'a>> {
        let stay: BTreeSet<String> = self.task.stay.iter().filter_map(|image| normalized(image)).collect();
        let mut wanted: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for one in &self.task.moved {
            if let Some(from) = normalized(one.from) {
                wanted.entry(from).or_default().insert(one.to);
            }
        }
        let (mut changes, mut files) = (BTreeSet::new(), BTreeSet::new());
        let mut rest = Vec::new();
        for one in &self.task.moved {
            let sure = normalized(one.from).is_some_and(|from| {
                !stay.contains(&from) && wanted.get(&from).is_some_and(|to| to.len() == 1)
            });
            let mergeable = |changes: &[ValueChange]| {
                into != Target::FluxValues
                    || changes.iter().all(|c| c.keys.iter().all(|key| matches!(key, Key::Name(_))))
            };
            match sure.then(|| self.values_of(one, inline, hints)).flatten() {
                Some((found, held)) if mergeable(&found) => {
                    changes.extend(found);
                    files.extend(held);
                }
                _ => rest.push(one.clone()),
            }
        }
        if !changes.is_empty() {
            let (values, files) = (changes.into_iter().collect(), files.into_iter().collect());
            self.changes.push(Change {
                below,
                values,
                files,
                ..Change::of_images(into, Vec::new(), Vec::new())
            });
        }
        rest
    }

    /// The values that make one image: those written at the owner, else those of the given files that carry the
    /// release's or chart's name in theirs. Where there is only one chart every file is of that one.
    fn values_of(
        &self,
        one: &Moved<'_>,
        inline: &[ImageValue],
        hints: &[&str],
    ) -> Option<(Vec<ValueChange>, Vec<String>)> {
        let (from, to): (ImageReference, ImageReference) = (one.from.parse().ok()?, one.to.parse().ok()?);
        if let Some(found) = changed(inline, &from, &to) {
            return Some((found, Vec::new()));
        }
        let found = |file: &ValuesFile| Some((changed(&file.images, &from, &to)?, file.file.clone()));
        let all: Vec<_> = self.owners.values.iter().filter_map(found).collect();
        let named: Vec<_> =
            all.iter().filter(|(_, name)| hints.iter().any(|hint| is_named(name, hint))).cloned().collect();
        let candidates = if named.is_empty() && self.only_chart { all } else { named };
        let (first, _) = candidates.first()?.clone();
        candidates
            .iter()
            .all(|(changes, _)| *changes == first)
            .then(|| (first, candidates.into_iter().map(|(_, name)| name).collect()))
    }
}

/// The changes of all values that make the image; `None` when none does, or one cannot be changed.
fn changed(values: &[ImageValue], from: &ImageReference, to: &ImageReference) -> Option<Vec<ValueChange>> {
    let mut changes = Vec::new();
    for value in values.iter().filter(|value| value.makes(from)) {
        changes.extend(value.changes(from, to)?);
    }
    (!changes.is_empty()).then_some(changes)
}

/// Whether a name is one of the words in a file's path.
fn is_named(file: &str, name: &str) -> bool {
    let edge = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '-');
    !name.is_empty()
        && file.match_indices(name).any(|(at, _)| {
            edge(file.get(..at).and_then(|before| before.chars().next_back()))
                && edge(file.get(at + name.len()..).and_then(|after| after.chars().next()))
        })
}

fn normalized(image: &str) -> Option<String> {
    image.parse::<ImageReference>().ok().map(|reference| reference.normalized())
}
