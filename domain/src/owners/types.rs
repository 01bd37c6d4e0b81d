//! Changes where an owner keeps them: the wire shape of `owners` in `plan.json`.

use serde::{Deserialize, Serialize};

use super::values::Key;

/// Who writes changed objects again, and what to write there instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Its folder below `owners/` in the bundle.
    pub id: String,
    /// As people know it: `Argo CD application argocd/shop`.
    pub who: String,
    /// When it writes again, in one sentence.
    pub reverts: String,
    /// The changed objects it writes, sorted.
    pub objects: Vec<String>,
    /// Those of them whose pods run and that the plan itself leaves: writing this makes their pods anew.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub restarts: Vec<String>,
    /// Where the text is kept.
    pub place: Place,
    /// What to write there.
    pub changes: Vec<Change>,
    /// What else has to be known, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// Where something is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Address of the repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// Folder in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Chart in it, or of the release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chart: Option<String>,
    /// Branch, tag, commit or range of versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// The Helm release made from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<Release>,
    /// The object that says all this: `Application argocd/shop`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// Where that object is kept itself, and by whom it is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_kept: Option<Box<Kept>>,
}

/// A Helm release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// Namespace.
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
}

/// Where an object is kept that another tool writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Who writes it.
    pub by: String,
    /// From where.
    pub place: Place,
}

/// One thing to write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Into what.
    pub into: Target,
    /// The key below which it goes: `spec.sources[1].kustomize`; empty at the top of a file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub below: String,
    /// Entries of `images`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<ImageEntry>,
    /// Places of images that `images` reaches only when told of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<ImageField>,
    /// Patches, for images that `images` cannot tell apart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub patches: Vec<FieldPatch>,
    /// Values of a chart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<ValueChange>,
    /// Given files that hold those values now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
}

impl Change {
    /// A change of images alone.
    pub(super) fn of_images(into: Target, images: Vec<ImageEntry>, patches: Vec<FieldPatch>) -> Self {
        let (below, fields, values, files) = (String::new(), Vec::new(), Vec::new(), Vec::new());
        Self { into, below, images, fields, patches, values, files }
    }
}

/// Into what something is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// `kustomization.yaml` in the repository.
    Kustomization,
    /// The manifests in the repository themselves.
    Manifests,
    /// `kustomize` of an Argo CD Application's source.
    ApplicationKustomize,
    /// `helm.parameters` of an Argo CD Application's source.
    ApplicationParameters,
    /// A kustomization that renders the chart of an Argo CD Application.
    ChartKustomization,
    /// `spec` of a Flux Kustomization.
    FluxKustomization,
    /// `spec.values` of a Flux HelmRelease.
    FluxValues,
    /// `spec.postRenderers` of a Flux HelmRelease.
    FluxPostRenderer,
    /// Values of a Helm release.
    HelmValues,
    /// A post-renderer of a Helm release.
    HelmPostRenderer,
    /// The custom resource an operator makes the objects from.
    CustomResource,
}

/// An entry of kustomize's `images`: every image of this name, in whatever version, gets what is given.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageEntry {
    /// Name as it is written now: kustomize compares text.
    pub name: String,
    /// Name instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_name: Option<String>,
    /// Tag instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_tag: Option<String>,
    /// Digest instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// A place of an image in a kind, for kustomize's `configurations`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ImageField {
    /// API group.
    pub group: String,
    /// Kind.
    pub kind: String,
    /// Path in kustomize's spelling: `spec/steps[]/image`.
    pub path: String,
}

/// One value of one object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FieldPatch {
    /// API group.
    pub group: String,
    /// API version.
    pub version: String,
    /// Kind.
    pub kind: String,
    /// Namespace.
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
    /// JSON pointer.
    pub path: String,
    /// Value now.
    pub from: String,
    /// Value instead.
    pub to: String,
}

/// One value of a chart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ValueChange {
    /// The way to it.
    pub keys: Vec<Key>,
    /// Text now; empty where there is none.
    pub from: String,
    /// Text instead.
    pub to: String,
}
