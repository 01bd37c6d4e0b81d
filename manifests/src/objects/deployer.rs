//! Objects of Argo CD and Flux, as far as they say where the text of other objects is kept.
//!
//! Fields are those of their documented APIs (`argoproj.io/v1alpha1`; `kustomize`, `helm` and
//! `source.toolkit.fluxcd.io`). Values of charts may hold anything: only their images are kept, and of addresses
//! only what does not log in.

use domain::facts::Fact;
use domain::owners::{
    Application, ApplicationSource, Deployer, HelmRelease, ImageEntry, ImageValue, Kustomization, Renderer,
    Role, Source, SourceRef, images_in, mark, public_address,
};
use serde::Deserialize;
use serde_json::Value;

use super::TypeMeta;
use super::lenient::{Text, or_default};
use super::metadata::Metadata;

/// Which of them a kind is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Application,
    Kustomization,
    HelmRelease,
    Source,
}

impl Which {
    pub(super) fn of(group: &str, kind: &str) -> Option<Self> {
        Some(match (group, kind) {
            ("argoproj.io", "Application") => Self::Application,
            ("kustomize.toolkit.fluxcd.io", "Kustomization") => Self::Kustomization,
            ("helm.toolkit.fluxcd.io", "HelmRelease") => Self::HelmRelease,
            ("source.toolkit.fluxcd.io", "GitRepository" | "OCIRepository" | "HelmRepository") => {
                Self::Source
            }
            _ => return None,
        })
    }
}

/// Any of them; a field of one that another has not is left at its default.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RawDeployer {
    #[serde(deserialize_with = "or_default")]
    metadata: Metadata,
    #[serde(deserialize_with = "or_default")]
    spec: Spec,
    #[serde(deserialize_with = "or_default")]
    status: Status,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Spec {
    source: Option<RawSource>,
    #[serde(deserialize_with = "or_default")]
    sources: Vec<RawSource>,
    #[serde(deserialize_with = "or_default")]
    destination: Destination,
    #[serde(deserialize_with = "or_default")]
    sync_policy: SyncPolicy,
    #[serde(deserialize_with = "or_default")]
    source_ref: RawRef,
    #[serde(deserialize_with = "or_default")]
    chart_ref: RawRef,
    path: Text,
    interval: Text,
    #[serde(deserialize_with = "or_default")]
    images: Vec<RawEntry>,
    #[serde(deserialize_with = "or_default")]
    chart: ChartTemplate,
    #[serde(deserialize_with = "or_default")]
    values: Value,
    #[serde(deserialize_with = "or_default")]
    post_renderers: Vec<serde::de::IgnoredAny>,
    url: Text,
    #[serde(rename = "ref", deserialize_with = "or_default")]
    reference: Reference,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    source_type: Text,
    #[serde(deserialize_with = "or_default")]
    source_types: Vec<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RawSource {
    #[serde(rename = "repoURL")]
    repository: Text,
    path: Text,
    chart: Text,
    target_revision: Text,
    helm: Option<RawHelm>,
    kustomize: Option<RawKustomize>,
    directory: Option<serde::de::IgnoredAny>,
    plugin: Option<serde::de::IgnoredAny>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RawHelm {
    release_name: Text,
    #[serde(deserialize_with = "or_default")]
    parameters: Vec<Parameter>,
    #[serde(deserialize_with = "or_default")]
    values_object: Value,
    values: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Parameter {
    name: Text,
    value: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RawKustomize {
    #[serde(deserialize_with = "or_default")]
    images: Vec<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Destination {
    namespace: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SyncPolicy {
    automated: Option<Automated>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Automated {
    enabled: Option<bool>,
    self_heal: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RawRef {
    kind: Text,
    name: Text,
    namespace: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RawEntry {
    name: Text,
    new_name: Text,
    new_tag: Text,
    digest: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ChartTemplate {
    #[serde(deserialize_with = "or_default")]
    spec: ChartSpec,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ChartSpec {
    chart: Text,
    version: Text,
    #[serde(deserialize_with = "or_default")]
    source_ref: RawRef,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reference {
    commit: Text,
    digest: Text,
    name: Text,
    semver: Text,
    tag: Text,
    branch: Text,
}

impl RawDeployer {
    pub(super) fn fact(self, which: Which, kind: &TypeMeta) -> Fact {
        let Self { metadata, spec, status } = self;
        let object = metadata.object(kind);
        let mark = mark(&object, &metadata.labels.0, &metadata.annotations.0, metadata.controller().as_ref());
        let role = match which {
            Which::Application => Role::Application(application(spec, &status)),
            Which::Kustomization => Role::Kustomization(Kustomization {
                source: spec.source_ref.reference(),
                path: spec.path.0,
                interval: spec.interval.0,
                images: spec.images.into_iter().filter_map(RawEntry::entry).collect(),
            }),
            Which::HelmRelease => {
                let chart = spec.chart.spec;
                Role::HelmRelease(HelmRelease {
                    chart: chart.chart.0,
                    version: chart.version.0,
                    source: chart.source_ref.reference().or_else(|| spec.chart_ref.reference()),
                    interval: spec.interval.0,
                    values: images_in(&spec.values),
                    post_renderers: spec.post_renderers.len(),
                })
            }
            Which::Source => Role::Source(Source {
                url: spec.url.0.map(|url| public_address(&url)),
                revision: spec.reference.revision(),
            }),
        };
        Fact::Deployer(Deployer { object, mark, role })
    }
}

fn application(spec: Spec, status: &Status) -> Application {
    let several = !spec.sources.is_empty();
    let sources = if several { spec.sources } else { spec.source.into_iter().collect() };
    let found = |index: usize| {
        let of_list = status.source_types.get(index).and_then(|text| text.0.as_deref());
        of_list.or(status.source_type.0.as_deref()).and_then(renderer)
    };
    let automated = spec.sync_policy.automated.filter(|automated| automated.enabled != Some(false));
    Application {
        sources: sources.into_iter().enumerate().map(|(index, source)| source.source(found(index))).collect(),
        several,
        destination: spec.destination.namespace.0.filter(|namespace| !namespace.is_empty()),
        self_heal: automated.as_ref().is_some_and(|automated| automated.self_heal == Some(true)),
        automated: automated.is_some(),
    }
}

/// `status.sourceType`.
fn renderer(text: &str) -> Option<Renderer> {
    Some(match text {
        "Kustomize" => Renderer::Kustomize,
        "Helm" => Renderer::Helm,
        "Directory" => Renderer::Directory,
        "Plugin" => Renderer::Plugin,
        _ => return None,
    })
}

impl RawSource {
    fn source(self, found: Option<Renderer>) -> ApplicationSource {
        let written = match (&self.kustomize, &self.helm, &self.plugin, &self.directory) {
            (Some(_), ..) => Some(Renderer::Kustomize),
            (_, Some(_), ..) => Some(Renderer::Helm),
            (_, _, Some(_), _) => Some(Renderer::Plugin),
            (.., Some(_)) => Some(Renderer::Directory),
            _ => None,
        };
        let helm = self.helm.unwrap_or_default();
        let values = helm.images();
        ApplicationSource {
            repository: public_address(&self.repository.0.unwrap_or_default()),
            path: self.path.0.filter(|path| !path.is_empty()),
            chart: self.chart.0.filter(|chart| !chart.is_empty()),
            revision: self.target_revision.0.filter(|revision| !revision.is_empty()),
            renderer: found.or(written),
            release: helm.release_name.0.filter(|name| !name.is_empty()),
            images: self
                .kustomize
                .map(|kustomize| kustomize.images.into_iter().filter_map(|image| image.0).collect())
                .unwrap_or_default(),
            values,
        }
    }
}

impl RawHelm {
    /// What is said last in Helm's order wins: parameters over the object over the text.
    fn images(&self) -> Vec<ImageValue> {
        let mut images = images_in(&parameters(&self.parameters));
        let text = self.values.0.as_deref().unwrap_or_default();
        let text = crate::yaml::parse(text.as_bytes()).unwrap_or_default();
        let text = text.first().and_then(|document| document.to_json().ok()).unwrap_or_default();
        for image in images_in(&self.values_object).into_iter().chain(images_in(&text)) {
            let known =
                images.iter().any(|have| have.at == image.at && have.repository.key == image.repository.key);
            if !known {
                images.push(image);
            }
        }
        images
    }
}

/// Parameters as the values they stand for; those with lists or escapes in their names are left out.
fn parameters(parameters: &[Parameter]) -> Value {
    let mut values = Value::Object(serde_json::Map::new());
    for parameter in parameters {
        let (Some(name), Some(value)) = (&parameter.name.0, &parameter.value.0) else { continue };
        if name.contains(['[', '\\']) {
            continue;
        }
        let mut at = &mut values;
        for key in name.split('.') {
            if !at.is_object() {
                *at = Value::Object(serde_json::Map::new());
            }
            at = &mut at[key];
        }
        *at = Value::String(value.clone());
    }
    values
}

impl RawRef {
    fn reference(self) -> Option<SourceRef> {
        let namespace = self.namespace.0.filter(|namespace| !namespace.is_empty());
        Some(SourceRef { kind: self.kind.0?, name: self.name.0?, namespace })
    }
}

impl RawEntry {
    fn entry(self) -> Option<ImageEntry> {
        let Self { name, new_name, new_tag, digest } = self;
        Some(ImageEntry { name: name.0?, new_name: new_name.0, new_tag: new_tag.0, digest: digest.0 })
    }
}

impl Reference {
    /// The part that decides, in the order of the source controller's documentation.
    fn revision(self) -> Option<String> {
        let parts = [
            ("commit", self.commit),
            ("digest", self.digest),
            ("ref", self.name),
            ("semver", self.semver),
            ("tag", self.tag),
            ("branch", self.branch),
        ];
        parts.into_iter().find_map(|(word, text)| {
            text.0.filter(|text| !text.is_empty()).map(|text| format!("{word} {text}"))
        })
    }
}
