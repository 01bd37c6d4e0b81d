//! Who would write changed objects again: a plan with owners, and what its Review says of them.

use domain::owners::{Change, ImageEntry, Kept, Key, Owner, Place, Target, ValueChange};
use domain::run::Run;

use crate::data::Data;
use crate::words::text;

/// The run, with a plan of which two owners would take parts back.
pub fn owned(data: &Data) -> Run {
    let mut run = data.run();
    let text = |text: &str| Some(data.text(text));
    let change = |into: Target, below: &str| Change {
        into,
        below: data.text(below),
        images: Vec::new(),
        fields: Vec::new(),
        patches: Vec::new(),
        values: Vec::new(),
        files: Vec::new(),
    };
    let kept = Kept {
        by: data.text("Flux Kustomization flux-system/apps"),
        place: Place {
            repository: text("https://github.com/shop/fleet"),
            path: text("./apps"),
            ..Place::default()
        },
    };
    let owners = vec![
        Owner {
            id: "argo-cd-application-argocd-shop".to_owned(),
            who: data.text("Argo CD application argocd/shop"),
            reverts: data
                .text("It puts the old images back within seconds of a change by hand: self-healing is on."),
            objects: vec![data.text("Deployment shop/web"), data.text("Deployment shop/cart")],
            restarts: vec![data.text("Deployment shop/cart")],
            place: Place {
                repository: text("https://github.com/shop/deploy"),
                path: text("overlays/prod"),
                revision: text("main"),
                object: text("Application argocd/shop"),
                ..Place::default()
            },
            changes: vec![Change {
                images: vec![ImageEntry {
                    name: data.text("nginx"),
                    new_name: text("quay.io/x/nginx"),
                    ..ImageEntry::default()
                }],
                ..change(Target::ApplicationKustomize, "spec.source.kustomize")
            }],
            notes: vec![data.text("It has entries already: keep them.")],
        },
        Owner {
            id: "flux-helmrelease-shop-web".to_owned(),
            who: data.text("Flux HelmRelease shop/web"),
            reverts: data.text("Its next upgrade puts the old images back."),
            objects: vec![data.text("Deployment shop/api")],
            restarts: Vec::new(),
            place: Place {
                chart: text("web"),
                object: text("HelmRelease shop/web"),
                object_kept: Some(Box::new(kept)),
                ..Place::default()
            },
            changes: vec![
                Change {
                    values: vec![ValueChange {
                        keys: vec![Key::Name(data.text("image")), Key::Name("repository".to_owned())],
                        from: data.text("redis"),
                        to: data.text("quay.io/x/redis"),
                    }],
                    files: vec![data.text("web/values.yaml")],
                    ..change(Target::FluxValues, "spec.values")
                },
                change(Target::FluxPostRenderer, "spec.postRenderers"),
            ],
            notes: Vec::new(),
        },
    ];
    if let Some(plan) = &mut run.plan {
        plan.owners = owners;
    }
    run
}

#[test]
fn review_names_each_owner_with_place_and_change() {
    let page = text("review-owners");
    for told in [
        "Who would write it again, and what to change there",
        "Argo CD application argocd/shop",
        "Deployment shop/web and Deployment shop/cart",
        "https://github.com/shop/deploy",
        "overlays/prod",
        "spec.source.kustomize",
        "quay.io/x/nginx",
        "It has entries already: keep them.",
        "value image.repository",
        "web/values.yaml",
        "Flux Kustomization flux-system/apps, https://github.com/shop/fleet, ./apps",
        "owners/flux-helmrelease-shop-web/",
    ] {
        assert!(page.contains(told), "{told}");
    }
    assert!(!text("review").contains("Who would write it again"));
}
