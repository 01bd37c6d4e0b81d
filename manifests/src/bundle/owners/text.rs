//! An owner in words, for a person who may have to hand it to another one.

use std::fmt::Write as _;

use domain::owners::{Change, FieldPatch, ImageEntry, Owner, Place, Target, set_argument, set_path};
use domain::plan::Plan;
use domain::shell::line;

use super::files::name_of;
use super::helm;
use crate::bundle::readme::{Text, code, plain};

/// Everything on one owner below a heading of this level.
pub(super) fn owner(plan: &Plan, owner: &Owner, level: usize, text: &mut Text) {
    text.heading(level, &plain(&owner.who));
    let objects: Vec<String> = owner.objects.iter().map(|object| code(object)).collect();
    text.paragraph(&format!("It writes {}. {}", objects.join(", "), plain(&owner.reverts)));
    if !owner.restarts.is_empty() {
        let restarts: Vec<String> = owner.restarts.iter().map(|object| code(object)).collect();
        text.paragraph(&format!(
            "The pods of these run, and the plan itself leaves them: {}. Writing this makes them anew; do it when that suits.",
            restarts.join(", ")
        ));
    }
    let place = place(&owner.place);
    if !place.is_empty() {
        text.items(place.into_iter());
    }
    for change in &owner.changes {
        one(owner, change, text);
    }
    if owner.changes.iter().any(|change| matches!(change.into, Target::HelmValues | Target::HelmPostRenderer))
    {
        release(plan, owner, text);
    }
    for note in &owner.notes {
        text.paragraph(&plain(note));
    }
}

fn place(place: &Place) -> Vec<String> {
    let mut lines = Vec::new();
    let mut add = |what: &str, value: Option<&str>| {
        if let Some(value) = value {
            lines.push(format!("{what}: {}", code(value)));
        }
    };
    add("Repository", place.repository.as_deref());
    add("Path", place.path.as_deref());
    add("Chart", place.chart.as_deref());
    add("Revision", place.revision.as_deref());
    add("Object", place.object.as_deref());
    if let Some(kept) = &place.object_kept {
        let parts = [
            kept.place.repository.as_deref().map(|repository| format!("repository {}", code(repository))),
            kept.place.path.as_deref().map(|path| format!("path {}", code(path))),
            kept.place.revision.as_deref().map(|revision| format!("revision {}", code(revision))),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        let mut line = format!("The object is itself written by {}", plain(&kept.by));
        if !parts.is_empty() {
            let _ = write!(line, ", from {}", parts.join(", "));
        }
        lines.push(line);
    }
    lines
}

fn one(owner: &Owner, change: &Change, text: &mut Text) {
    let file =
        name_of(change.into).map(|name| code(&format!("owners/{}/{name}", owner.id))).unwrap_or_default();
    let below = code(&change.below);
    let told = change.fields.iter().any(|_| true);
    let with = if told { ", with `kustomizeconfig.yaml` beside it" } else { "" };
    text.paragraph(&match change.into {
        Target::Kustomization => {
            format!("In `kustomization.yaml` of that folder, add what {file} holds{with}:")
        }
        Target::Manifests => "In the manifests of that folder, write the new names:".to_owned(),
        Target::ApplicationKustomize => format!("In the Application, set below {below} what {file} holds:"),
        Target::ApplicationParameters => {
            format!("In the Application, add to {below} what {file} holds; parameters win over values:")
        }
        Target::ChartKustomization => format!(
            "Put {file}{with} into a Git repository and let the Application read that folder instead of the chart; the \
             values of the release go into its `valuesInline`:"
        ),
        Target::FluxKustomization => format!("In the Kustomization, set below {below} what {file} holds:"),
        Target::FluxValues => format!("In the HelmRelease, set below {below} what {file} holds:"),
        Target::FluxPostRenderer => format!("In the HelmRelease, add to {below} what {file} holds:"),
        Target::HelmValues => {
            let held: Vec<String> = change.files.iter().map(|name| code(name)).collect();
            let held = if held.is_empty() { String::new() } else { format!(" They stand in {}.", held.join(", ")) };
            format!("Change these values of the release.{held}")
        }
        Target::HelmPostRenderer => format!(
            "No values are known that make these images, so a post-renderer changes what the chart renders: {file}{with}:"
        ),
        Target::CustomResource => {
            format!("Change the images in that object where it is kept; {file}{with} does it for a kustomization:")
        }
    });
    let images = change.images.iter().map(image);
    let patches = change.patches.iter().map(patch);
    let values = change.values.iter().map(|value| {
        let path = code(&set_path(&value.keys));
        let from =
            if value.from.is_empty() { String::new() } else { format!(", instead of {}", code(&value.from)) };
        format!("{path}: {}{from}", code(&value.to))
    });
    let lines: Vec<String> = images.chain(patches).chain(values).collect();
    if lines.is_empty() {
        text.paragraph("There is nothing that can be written without reading it first.");
    } else {
        text.items(lines.into_iter());
    }
}

fn image(entry: &ImageEntry) -> String {
    let mut line = match &entry.new_name {
        Some(new) => format!("{} becomes {}", code(&entry.name), code(new)),
        None => format!("{} keeps its name,", code(&entry.name)),
    };
    match (&entry.new_tag, &entry.digest) {
        (None, None) => line.push_str(", whatever its tag or digest"),
        (tag, digest) => {
            let parts = [("tag", tag), ("digest", digest)];
            let parts =
                parts.into_iter().filter_map(|(word, part)| Some(format!("{word} {}", code(part.as_ref()?))));
            let _ = write!(line, " with {}", parts.collect::<Vec<_>>().join(" and "));
        }
    }
    line
}

fn patch(patch: &FieldPatch) -> String {
    let namespace = patch.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
    let object = code(&format!("{} {namespace}{}", patch.kind, patch.name));
    format!("{} becomes {} in {object} at {} only", code(&patch.from), code(&patch.to), code(&patch.path))
}

/// The lines for a release, or what to do without its name.
fn release(plan: &Plan, owner: &Owner, text: &mut Text) {
    let Some(upgrade) = helm::upgrade(plan, owner) else { return };
    text.paragraph(
        "Run this in the bundle's folder, with CHART set to the chart as it was installed (`REPOSITORY/NAME`, an address \
         or a folder). With `--dry-run` it shows what it would do. Where a pipeline runs helm, give it the same options.",
    );
    text.shell(&[upgrade]);
    let set: Vec<String> = owner
        .changes
        .iter()
        .filter(|change| change.into == Target::HelmValues)
        .flat_map(|change| &change.values)
        .map(|value| line(&["--set-string", &set_argument(value)]))
        .collect();
    if !set.is_empty() {
        text.paragraph("The same values as options:");
        text.shell(&set);
    }
    if owner.changes.iter().any(|change| change.into == Target::HelmPostRenderer) {
        text.paragraph(
            "Helm 4 takes post-renderers as plugins: install it once, and name it instead of the file.",
        );
        let name = helm::plugin(owner);
        text.shell(&[
            format!("helm plugin install owners/{}", owner.id),
            format!("# then: --post-renderer {name}"),
        ]);
    }
}
