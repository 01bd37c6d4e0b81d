//! From the marks on an object to the tool that writes it, and to the object by which that tool knows how.

use super::facts::{Application, Deployer, HelmRelease, Kustomization, Owners, Renderer, Role, SourceRef};
use super::marks::{Keeper, Mark};
use super::types::{Place, Release};
use crate::workload::{Controller, ObjectRef};

/// Who writes an object.
#[derive(Debug, Clone)]
pub(super) struct Found<'a> {
    /// As people know it; two objects of one owner have the same.
    pub(super) who: String,
    pub(super) tool: Tool<'a>,
    /// The object of Argo CD or Flux, where it was seen.
    pub(super) deployer: Option<&'a Deployer>,
    /// The application, whatever the tool would be without it.
    pub(super) application: Option<&'a Application>,
}

/// The tool, with what is known of the way it works.
#[derive(Debug, Clone)]
pub(super) enum Tool<'a> {
    ArgoCd(Option<&'a Application>),
    FluxKustomization(Option<&'a Kustomization>),
    FluxHelmRelease(Option<&'a HelmRelease>),
    Helm { namespace: String, release: Option<String>, chart: Option<String> },
    Operator(&'a Controller),
    Other,
}

/// The owner that the marks of an object lead to.
pub(super) fn resolve<'a>(owners: &'a Owners, mark: &'a Mark, object: &ObjectRef) -> Option<Found<'a>> {
    let Some(keeper) = &mark.keeper else {
        return tracked_by_label(owners, mark, object).or_else(|| operator(mark, object));
    };
    let found = |tool, deployer| Found { who: keeper.to_string(), tool, deployer, application: None };
    Some(match keeper {
        Keeper::ArgoCd { application } => {
            by_name(owners, application, object).unwrap_or_else(|| found(Tool::ArgoCd(None), None))
        }
        Keeper::FluxKustomization { namespace, name } => {
            let deployer = find(owners, "Kustomization", namespace, name);
            let seen = deployer.and_then(|deployer| match &deployer.role {
                Role::Kustomization(seen) => Some(seen),
                _ => None,
            });
            found(Tool::FluxKustomization(seen), deployer)
        }
        Keeper::FluxHelmRelease { namespace, name } => {
            let deployer = find(owners, "HelmRelease", namespace, name);
            let seen = deployer.and_then(|deployer| match &deployer.role {
                Role::HelmRelease(seen) => Some(seen),
                _ => None,
            });
            found(Tool::FluxHelmRelease(seen), deployer)
        }
        Keeper::Helm { namespace, release, chart } => {
            tracked_by_label(owners, mark, object).unwrap_or_else(|| {
                let (namespace, release, chart) = (namespace.clone(), release.clone(), chart.clone());
                found(Tool::Helm { namespace, release, chart }, None)
            })
        }
        Keeper::Other { .. } => found(Tool::Other, None),
    })
}

/// The application of that name. Outside of Argo CD's own namespace it is marked NAMESPACE_NAME (Argo CD:
/// "Applications in any namespace").
fn by_name<'a>(owners: &'a Owners, application: &str, object: &ObjectRef) -> Option<Found<'a>> {
    let (deployer, application) = applications(owners, None, application, object).next().or_else(|| {
        let (namespace, name) = application.split_once('_')?;
        applications(owners, Some(namespace), name, object).next()
    })?;
    Some(argo_cd(deployer, application))
}

fn argo_cd<'a>(deployer: &'a Deployer, application: &'a Application) -> Found<'a> {
    let ObjectRef { namespace, name, .. } = &deployer.object;
    let spelt = namespace.as_ref().map_or_else(|| name.clone(), |namespace| format!("{namespace}/{name}"));
    Found {
        who: Keeper::ArgoCd { application: spelt }.to_string(),
        tool: Tool::ArgoCd(Some(application)),
        deployer: Some(deployer),
        application: Some(application),
    }
}

/// An Argo CD that tracks by label marks its objects with the application's name, as charts do with their
/// release's: it is the application's when there is one of that name for this namespace.
fn tracked_by_label<'a>(owners: &'a Owners, mark: &Mark, object: &ObjectRef) -> Option<Found<'a>> {
    let (deployer, application) = applications(owners, None, mark.instance.as_ref()?, object)
        .find(|(_, application)| application.destination == object.namespace)?;
    Some(argo_cd(deployer, application))
}

/// Applications of a name; those that write into the object's namespace come first.
fn applications<'a>(
    owners: &'a Owners,
    namespace: Option<&str>,
    name: &str,
    object: &ObjectRef,
) -> impl Iterator<Item = (&'a Deployer, &'a Application)> {
    let mut found: Vec<(&Deployer, &Application)> = owners
        .deployers
        .iter()
        .filter(|deployer| deployer.object.name == name)
        .filter(|deployer| namespace.is_none() || deployer.object.namespace.as_deref() == namespace)
        .filter_map(|deployer| match &deployer.role {
            Role::Application(application) => Some((deployer, application)),
            _ => None,
        })
        .collect();
    found.sort_by_key(|(_, application)| application.destination != object.namespace);
    found.into_iter()
}

const OPERATOR_OF: &str = "Operator of ";

fn operator<'a>(mark: &'a Mark, object: &ObjectRef) -> Option<Found<'a>> {
    let owner = mark.made_from.as_ref()?;
    let namespace = object.namespace.as_deref().map(|ns| format!("{ns}/")).unwrap_or_default();
    let who = format!("{OPERATOR_OF}{} {namespace}{}", owner.kind, owner.name);
    Some(Found { who, tool: Tool::Operator(owner), deployer: None, application: None })
}

/// A Flux object by kind, namespace and name.
pub(super) fn find<'a>(owners: &'a Owners, kind: &str, namespace: &str, name: &str) -> Option<&'a Deployer> {
    owners.deployers.iter().find(|deployer| {
        deployer.object.kind == kind
            && deployer.object.name == name
            && deployer.object.namespace.as_deref() == Some(namespace)
            && deployer.object.group.ends_with("toolkit.fluxcd.io")
    })
}

/// Where the text that an owner writes is kept.
pub(super) fn place(owners: &Owners, found: &Found<'_>) -> Place {
    let mut place =
        Place { object: found.deployer.map(|deployer| deployer.object.label()), ..Place::default() };
    let own_namespace = found.deployer.and_then(|deployer| deployer.object.namespace.clone());
    match &found.tool {
        Tool::ArgoCd(Some(application)) => {
            if let Some(source) = super::changes::main_source(application).map(|(_, source)| source) {
                place.repository = Some(source.repository.clone()).filter(|url| !url.is_empty());
                place.path = source.path.clone();
                place.chart = source.chart.clone();
                place.revision = source.revision.clone();
                let name = source.release.as_ref().or(found.deployer.map(|deployer| &deployer.object.name));
                place.release = name
                    .filter(|_| source.chart.is_some() || source.renderer == Some(Renderer::Helm))
                    .map(|name| Release { namespace: application.destination.clone(), name: name.clone() });
            }
        }
        Tool::FluxKustomization(Some(seen)) => {
            from_source(owners, seen.source.as_ref(), own_namespace.as_deref(), &mut place);
            place.path = seen.path.clone();
        }
        Tool::FluxHelmRelease(Some(seen)) => {
            from_source(owners, seen.source.as_ref(), own_namespace.as_deref(), &mut place);
            place.chart = seen.chart.clone();
            place.revision = seen.version.clone().or(place.revision);
        }
        Tool::Helm { namespace, release, chart } => {
            place.chart = chart.clone();
            place.release = release
                .as_ref()
                .map(|name| Release { namespace: Some(namespace.clone()), name: name.clone() });
        }
        Tool::Operator(_) => {
            place.object = Some(found.who.trim_start_matches(OPERATOR_OF).to_owned());
        }
        _ => {}
    }
    place
}

fn from_source(
    owners: &Owners,
    reference: Option<&SourceRef>,
    own_namespace: Option<&str>,
    place: &mut Place,
) {
    let Some(reference) = reference else { return };
    let namespace = reference.namespace.as_deref().or(own_namespace).unwrap_or("default");
    match find(owners, &reference.kind, namespace, &reference.name).map(|deployer| &deployer.role) {
        Some(Role::Source(source)) => {
            place.repository = source.url.clone();
            place.revision = source.revision.clone();
        }
        // Its name is better than nothing.
        _ => place.repository = Some(format!("{} {namespace}/{}", reference.kind, reference.name)),
    }
}
