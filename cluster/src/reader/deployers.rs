//! Objects of Argo CD and Flux, asked for only where something in the cluster carries their marks.
//!
//! No verdict needs them: what they say is where a change of images belongs. A cluster may be written to from
//! another one, so that the marks are here and the objects are not; a 404 is an answer.

use domain::facts::{ListOf, WorkloadFact};
use domain::owners::{Keeper, mark};
use domain::problem::Problem;

use super::ClusterReader;
use super::lists::{Group, List};
use super::session::Session;
use crate::ask::Refusal;

/// Whose marks were met.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Marks {
    /// Argo CD's own annotation.
    argo_cd: bool,
    /// The label by which Argo CD may track, and which charts put on everything.
    instance: bool,
    /// Flux' labels.
    flux: bool,
}

impl Marks {
    pub(super) fn note(&mut self, workload: &WorkloadFact) {
        let Some(mark) = mark(&workload.object, &workload.labels, &workload.annotations, None) else {
            return;
        };
        self.instance |= mark.instance.is_some();
        match mark.keeper {
            Some(Keeper::ArgoCd { .. }) => self.argo_cd = true,
            Some(Keeper::FluxKustomization { .. } | Keeper::FluxHelmRelease { .. }) => self.flux = true,
            _ => {}
        }
    }
}

fn applications() -> Vec<List> {
    vec![List::of_deployers("/apis/argoproj.io/v1alpha1", "Application", "applications")]
}

/// The versions that Flux has served since its second generation, the newest first (Flux release notes).
fn flux() -> Vec<Vec<List>> {
    const SOURCES: [&str; 2] =
        ["/apis/source.toolkit.fluxcd.io/v1", "/apis/source.toolkit.fluxcd.io/v1beta2"];
    const KUSTOMIZE: [&str; 2] =
        ["/apis/kustomize.toolkit.fluxcd.io/v1", "/apis/kustomize.toolkit.fluxcd.io/v1beta2"];
    const HELM: [&str; 3] = [
        "/apis/helm.toolkit.fluxcd.io/v2",
        "/apis/helm.toolkit.fluxcd.io/v2beta2",
        "/apis/helm.toolkit.fluxcd.io/v2beta1",
    ];
    let kinds: [(&'static [&'static str], &'static str, &'static str); 5] = [
        (&KUSTOMIZE, "Kustomization", "kustomizations"),
        (&HELM, "HelmRelease", "helmreleases"),
        (&SOURCES, "GitRepository", "gitrepositories"),
        (&SOURCES, "OCIRepository", "ocirepositories"),
        (&SOURCES, "HelmRepository", "helmrepositories"),
    ];
    let alternatives = |(roots, kind, resource): (&'static [&'static str], &'static str, &'static str)| {
        roots.iter().map(|root| List::of_deployers(root, kind, resource)).collect()
    };
    kinds.into_iter().map(alternatives).collect()
}

impl ClusterReader {
    pub(super) async fn read_deployers(&self, session: &mut Session<'_>) -> Result<(), Problem> {
        let Marks { argo_cd, instance, flux: of_flux } = session.marks;
        let mut lists = Vec::new();
        if argo_cd {
            lists.push(applications());
        }
        if of_flux {
            lists.extend(flux());
        }
        if !lists.is_empty() && !session.is_cancelled() {
            self.read_group(&Group { of: ListOf::Deployers, lists }, session).await?;
        }
        if instance && !argo_cd { self.look_for_applications(session).await } else { Ok(()) }
    }

    /// The label alone promises no Argo CD, so that nothing is missed where there is none to be seen.
    async fn look_for_applications(&self, session: &mut Session<'_>) -> Result<(), Problem> {
        for list in applications() {
            for namespace in session.scope_of(&list) {
                if let Err(Refusal::Problem(problem)) = self.pages(&list, namespace.as_deref(), session).await
                {
                    return Err(problem);
                }
            }
        }
        Ok(())
    }
}
