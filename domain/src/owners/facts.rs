//! What was seen of the tools that write objects: small values, in the words of Argo CD's and Flux's APIs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::marks::Mark;
use super::types::ImageEntry;
use super::values::ImageValue;
use crate::workload::ObjectRef;

/// Everything a scan saw of who writes the objects it found; part of the inventory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owners {
    /// The marks on workloads with images on Docker Hub, by the workload's label.
    #[serde(default)]
    pub marks: BTreeMap<String, Mark>,
    /// Objects of Argo CD and Flux, sorted.
    #[serde(default)]
    pub deployers: Vec<Deployer>,
    /// Helm values files that were given, sorted.
    #[serde(default)]
    pub values: Vec<ValuesFile>,
}

impl Owners {
    /// Whether nothing was seen.
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty() && self.deployers.is_empty() && self.values.is_empty()
    }
}

/// An object by which Argo CD or Flux knows where the text of other objects is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployer {
    /// The object.
    pub object: ObjectRef,
    /// Who writes this object itself: an application of applications, another Kustomization.
    pub mark: Option<Mark>,
    /// What it says.
    pub role: Role,
}

/// What such an object says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Argo CD `Application`.
    Application(Application),
    /// Flux `Kustomization`.
    Kustomization(Kustomization),
    /// Flux `HelmRelease`.
    HelmRelease(HelmRelease),
    /// Flux `GitRepository`, `OCIRepository` or `HelmRepository`.
    Source(Source),
}

/// `argoproj.io/v1alpha1` `Application`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// `spec.source`, or the list `spec.sources`.
    pub sources: Vec<ApplicationSource>,
    /// True when it is written as a list.
    pub several: bool,
    /// `spec.destination.namespace`.
    pub destination: Option<String>,
    /// `spec.syncPolicy.automated` is set, and not disabled.
    pub automated: bool,
    /// `spec.syncPolicy.automated.selfHeal`.
    pub self_heal: bool,
}

/// One source of an Application.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationSource {
    /// `repoURL`, without what logs in there.
    pub repository: String,
    /// `path` in a Git repository.
    pub path: Option<String>,
    /// `chart` in a Helm repository.
    pub chart: Option<String>,
    /// `targetRevision`.
    pub revision: Option<String>,
    /// What makes manifests of it: the key that is set, else what the controller found.
    pub renderer: Option<Renderer>,
    /// `helm.releaseName`.
    pub release: Option<String>,
    /// `kustomize.images`, as written.
    pub images: Vec<String>,
    /// Images in `helm.parameters`, `helm.valuesObject` and `helm.values`.
    pub values: Vec<ImageValue>,
}

/// What makes manifests of a source (`status.sourceType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Renderer {
    /// kustomize.
    Kustomize,
    /// Helm.
    Helm,
    /// The files themselves.
    Directory,
    /// A plugin of the site's own.
    Plugin,
}

/// `kustomize.toolkit.fluxcd.io` `Kustomization`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kustomization {
    /// `spec.sourceRef`.
    pub source: Option<SourceRef>,
    /// `spec.path`.
    pub path: Option<String>,
    /// `spec.interval`: how often it writes.
    pub interval: Option<String>,
    /// `spec.images`.
    pub images: Vec<ImageEntry>,
}

/// `helm.toolkit.fluxcd.io` `HelmRelease`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelmRelease {
    /// `spec.chart.spec.chart`.
    pub chart: Option<String>,
    /// `spec.chart.spec.version`.
    pub version: Option<String>,
    /// `spec.chart.spec.sourceRef` or `spec.chartRef`.
    pub source: Option<SourceRef>,
    /// `spec.interval`.
    pub interval: Option<String>,
    /// Images in `spec.values`.
    pub values: Vec<ImageValue>,
    /// How many `spec.postRenderers` there are.
    pub post_renderers: usize,
}

/// Where Flux takes something from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRef {
    /// Kind of the source.
    pub kind: String,
    /// Namespace; the referring object's own where none is written.
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
}

/// A Flux source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// `spec.url`, without what logs in there.
    pub url: Option<String>,
    /// `spec.ref`, the part that decides: `branch main`, `tag v1`, `semver 1.x`.
    pub revision: Option<String>,
}

/// A Helm values file that was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValuesFile {
    /// Name relative to the given folder or archive.
    pub file: String,
    /// The images in it.
    pub images: Vec<ImageValue>,
}
