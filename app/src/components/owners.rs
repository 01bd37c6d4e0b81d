//! Whoever would write changed objects again, and what to write at their place instead.

use domain::owners::{Change, Owner, Place, Target, set_path};
use domain::plan::Plan;
use leptos::prelude::*;

use super::{Column, breakable, prose, table};
use crate::words;

/// The owners' part of a plan; nothing where nobody writes anything again.
pub(crate) fn owners(plan: &Plan) -> Option<AnyView> {
    if plan.owners.is_empty() {
        return None;
    }
    let owners: Vec<_> = plan.owners.iter().map(owner).collect();
    Some(
        view! {
            <section id="owners">
                <h2>"Who would write it again, and what to change there"</h2>
                <p>
                    "These objects are copies: what is changed in the cluster alone lasts until their owner writes them again. The bundle holds each owner's change as files."
                </p>
                {owners}
            </section>
        }
        .into_any(),
    )
}

fn owner(owner: &Owner) -> AnyView {
    let changes: Vec<_> = owner.changes.iter().map(change).collect();
    let notes: Vec<_> = owner.notes.iter().map(|note| view! { <li>{prose(note)}</li> }).collect();
    view! {
        <h3>{owner.who.clone()}</h3>
        <p>"It writes " {words::list(&owner.objects)} ". " {prose(&owner.reverts)}</p>
        {restarts(owner)}
        {place(&owner.place)}
        {changes}
        {(!notes.is_empty()).then(|| view! { <ul class="plain-list">{notes}</ul> })}
        <p class="soft">
            "In the bundle: " <span class="mono">{breakable(&format!("owners/{}/", owner.id))}</span>
        </p>
    }
    .into_any()
}

/// Objects that the plan leaves running and that the owner would restart.
fn restarts(owner: &Owner) -> Option<AnyView> {
    (!owner.restarts.is_empty()).then(|| {
        let objects = words::list(&owner.restarts);
        view! {
            <p>
                {format!(
                    "The pods of {objects} run, and the plan itself leaves them. Writing this makes them anew; do it when that suits.",
                )}
            </p>
        }
        .into_any()
    })
}

fn place(place: &Place) -> Option<AnyView> {
    let kept = place.object_kept.as_ref().map(|kept| {
        let parts = [
            Some(&kept.by),
            kept.place.repository.as_ref(),
            kept.place.path.as_ref(),
            kept.place.revision.as_ref(),
        ];
        parts.into_iter().flatten().cloned().collect::<Vec<_>>().join(", ")
    });
    let facts = [
        ("Repository", place.repository.as_ref()),
        ("Path", place.path.as_ref()),
        ("Chart", place.chart.as_ref()),
        ("Revision", place.revision.as_ref()),
        ("Object", place.object.as_ref()),
        ("Written by", kept.as_ref()),
    ];
    let facts: Vec<_> = facts
        .into_iter()
        .filter_map(|(name, value)| {
            let value = value?.clone();
            Some(view! {
                <div>
                    <dt>{name}</dt>
                    <dd class="mono">{breakable(&value)}</dd>
                </div>
            })
        })
        .collect();
    (!facts.is_empty()).then(|| view! { <dl class="facts">{facts}</dl> }.into_any())
}

fn change(change: &Change) -> AnyView {
    let row = |what: String, now: String, instead: String| {
        view! {
            <tr>
                <td data-head="Now">
                    <span class="mono">{breakable(&now)}</span>
                    <span class="why">{what}</span>
                </td>
                <td class="mono" data-head="Instead">{breakable(&instead)}</td>
            </tr>
        }
        .into_any()
    };
    let images = change.images.iter().map(|entry| {
        let new = entry.new_name.as_ref().unwrap_or(&entry.name);
        let tag = entry.new_tag.as_ref().map(|tag| format!(":{tag}")).unwrap_or_default();
        let digest = entry.digest.as_ref().map(|digest| format!("@{digest}")).unwrap_or_default();
        let every = if tag.is_empty() && digest.is_empty() {
            "whatever its tag or digest"
        } else {
            "every image of this name"
        };
        row(every.to_owned(), entry.name.clone(), format!("{new}{tag}{digest}"))
    });
    let patches = change.patches.iter().map(|patch| {
        row(
            format!("{} {}, at {} only", patch.kind, patch.name, patch.path),
            patch.from.clone(),
            patch.to.clone(),
        )
    });
    let values = change
        .values
        .iter()
        .map(|value| row(format!("value {}", set_path(&value.keys)), value.from.clone(), value.to.clone()));
    let rows: Vec<AnyView> = images.chain(patches).chain(values).collect();
    let below = (!change.below.is_empty()).then(|| view! { ", below " <code>{change.below.clone()}</code> });
    let held =
        (!change.files.is_empty()).then(|| format!(". The values stand in {}", words::list(&change.files)));
    let filled = !rows.is_empty();
    view! {
        <p>{into(change.into)} {below} {held} {if filled { ":" } else { "." }}</p>
        {filled.then(|| table("What to write there", &[("Now", Column::Text), ("Instead", Column::Text)], rows))}
    }
    .into_any()
}

fn into(into: Target) -> &'static str {
    match into {
        Target::Kustomization => "In the kustomization of that folder",
        Target::Manifests => "In the manifests of that folder",
        Target::ApplicationKustomize | Target::ApplicationParameters => "In the Application",
        Target::ChartKustomization => "In a kustomization that renders the chart",
        Target::FluxKustomization => "In the Kustomization",
        Target::FluxValues | Target::FluxPostRenderer => "In the HelmRelease",
        Target::HelmValues => "In the values of the release",
        Target::HelmPostRenderer => "In a post-renderer, since no values are known that make these images",
        Target::CustomResource => "In that object, where it is kept",
    }
}
