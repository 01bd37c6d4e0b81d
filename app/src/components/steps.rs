//! What a plan does, step by step, for people.

use std::collections::BTreeMap;

use domain::plan::{EcrWay, Plan, Step};
use leptos::prelude::*;

use super::{breakable, prose};
use crate::words::count;

/// Given files first, since they are changed by replacing them; then live objects in their order.
pub(crate) fn planned_steps(plan: &Plan) -> AnyView {
    let mut per_file: BTreeMap<&str, u64> = BTreeMap::new();
    for file in plan.edits.iter().filter_map(|edit| edit.file.as_deref()) {
        *per_file.entry(file).or_default() += 1;
    }
    let files = per_file.into_iter().map(|(file, values)| {
        view! {
            <li>
                <b class="mono">{file.to_owned()}</b>
                <span>{format!("{} in your copy; the patched file is in the bundle.", count(values, "value"))}</span>
            </li>
        }
        .into_any()
    });
    let objects = alike(plan.steps.iter()).into_iter().map(|steps| {
        let says = steps.first().map(|step| prose(&step.says));
        view! {
            <li>
                {targets(&steps)}
                <span>{says}</span>
            </li>
        }
        .into_any()
    });
    let items: Vec<_> = registry(plan).into_iter().chain(files).chain(objects).collect();
    view! { <ol class="ordered">{items}</ol> }.into_any()
}

/// What has to be there before the cluster may ask for it.
fn registry(plan: &Plan) -> Option<AnyView> {
    let says = match plan.ecr.as_ref()?.way {
        EcrWay::Copy => "The first line makes its repositories and copies the images.",
        EcrWay::Cache => "The first line makes its rule and the secret, and asks for the access token.",
    };
    Some(
        view! {
            <li>
                <b>"Amazon ECR"</b>
                <span>{says}</span>
            </li>
        }
        .into_any(),
    )
}

/// Steps one after another that say the same, together: what holds for ten accounts is read once.
pub(crate) fn alike<'a>(steps: impl Iterator<Item = &'a Step>) -> Vec<Vec<&'a Step>> {
    let mut groups: Vec<Vec<&Step>> = Vec::new();
    for step in steps {
        match groups.last_mut() {
            Some(group) if group.last().is_some_and(|last| last.says == step.says) => group.push(step),
            _ => groups.push(vec![step]),
        }
    }
    groups
}

/// The objects of such steps, one a line.
pub(crate) fn targets(steps: &[&Step]) -> Vec<AnyView> {
    let name =
        |step: &&Step| view! { <b class="mono target">{breakable(&step.target.label())}</b> }.into_any();
    steps.iter().map(name).collect()
}
