//! The marks that tools put on what they write, and who they say it was.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::workload::{Controller, ObjectRef};

/// Who writes an object, as far as the object itself tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The tool; `None` where only [`Mark::instance`] may tell.
    pub keeper: Option<Keeper>,
    /// Label `app.kubernetes.io/instance`: the release, or the application of an Argo CD that tracks by label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The custom resource from which an operator makes the object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_from: Option<Controller>,
}

/// A tool, with the name under which it knows the object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "tool", rename_all = "snake_case")]
pub enum Keeper {
    /// An Argo CD application; outside of Argo CD's own namespace it is written `NAMESPACE_NAME`.
    ArgoCd {
        /// As the mark spells it.
        application: String,
    },
    /// A Flux Kustomization.
    FluxKustomization {
        /// Namespace.
        namespace: String,
        /// Name.
        name: String,
    },
    /// A Flux HelmRelease.
    FluxHelmRelease {
        /// Namespace.
        namespace: String,
        /// Name.
        name: String,
    },
    /// Helm by hand or by a pipeline.
    Helm {
        /// Namespace of the release.
        namespace: String,
        /// Release, where the marks say it.
        release: Option<String>,
        /// Chart with its version, as label `helm.sh/chart` has it: `nginx-15.1.0`.
        chart: Option<String>,
    },
    /// Another tool, as people know it.
    Other {
        /// Its name.
        name: String,
    },
}

/// As people know it; two objects of one owner have the same.
impl fmt::Display for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ArgoCd { application } => write!(f, "Argo CD application {application}"),
            Self::FluxKustomization { namespace, name } => write!(f, "Flux Kustomization {namespace}/{name}"),
            Self::FluxHelmRelease { namespace, name } => write!(f, "Flux HelmRelease {namespace}/{name}"),
            Self::Helm { namespace, release: Some(release), .. } => {
                write!(f, "Helm release {namespace}/{release}")
            }
            Self::Helm { namespace, release: None, .. } => write!(f, "Helm, in namespace {namespace}"),
            Self::Other { name } => f.write_str(name),
        }
    }
}

/// Reads the marks of an object. `controller` is its owner where that is no controller of Kubernetes itself.
///
/// Labels and annotations are those of the tools' documentations; an object that Argo CD tracks names itself in
/// the annotation, so that a copy made by an operator still tells the application it came from.
pub fn mark(
    object: &ObjectRef,
    labels: &BTreeMap<String, String>,
    annotations: &BTreeMap<String, String>,
    controller: Option<&Controller>,
) -> Option<Mark> {
    let keeper = keeper(object.namespace.as_deref(), labels, annotations);
    // A release of Helm's own is told by its annotation; there the label means nothing else.
    let of_helm = annotations.contains_key("meta.helm.sh/release-name");
    let instance = labels.get("app.kubernetes.io/instance").filter(|_| !of_helm).cloned();
    let mark = Mark { keeper, instance, made_from: controller.cloned() };
    (mark.keeper.is_some() || mark.instance.is_some() || mark.made_from.is_some()).then_some(mark)
}

/// The tool that writes an object of `namespace`.
pub(crate) fn keeper(
    namespace: Option<&str>,
    labels: &BTreeMap<String, String>,
    annotations: &BTreeMap<String, String>,
) -> Option<Keeper> {
    let label = |key: &str| labels.get(key).cloned();
    let annotation = |key: &str| annotations.get(key).cloned();
    let flux_namespace = |key: &str| label(key).unwrap_or_else(|| "flux-system".to_owned());
    if let Some(tracking) = annotation("argocd.argoproj.io/tracking-id") {
        let application = tracking.split(':').next().unwrap_or_default().to_owned();
        return Some(Keeper::ArgoCd { application });
    }
    if let Some(name) = label("kustomize.toolkit.fluxcd.io/name") {
        let namespace = flux_namespace("kustomize.toolkit.fluxcd.io/namespace");
        return Some(Keeper::FluxKustomization { namespace, name });
    }
    if let Some(name) = label("helm.toolkit.fluxcd.io/name") {
        let namespace = flux_namespace("helm.toolkit.fluxcd.io/namespace");
        return Some(Keeper::FluxHelmRelease { namespace, name });
    }
    let release = annotation("meta.helm.sh/release-name");
    if release.is_some() || labels.get("app.kubernetes.io/managed-by").is_some_and(|by| by == "Helm") {
        let namespace = annotations.get("meta.helm.sh/release-namespace").map(String::as_str).or(namespace);
        return Some(Keeper::Helm {
            namespace: namespace.unwrap_or("default").to_owned(),
            release: release.or_else(|| label("app.kubernetes.io/instance")),
            chart: label("helm.sh/chart"),
        });
    }
    if let Some(owner) = label("olm.owner") {
        return Some(Keeper::Other { name: format!("Operator Lifecycle Manager, {owner}") });
    }
    label("kapp.k14s.io/app").map(|_| Keeper::Other { name: "kapp".to_owned() })
}
