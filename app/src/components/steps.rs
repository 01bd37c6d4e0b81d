//! What a plan does, step by step, for people.

use std::collections::BTreeMap;

use domain::plan::Plan;
use leptos::prelude::*;

use super::prose;
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
    let objects = plan.steps.iter().map(|step| {
        view! {
            <li>
                <b class="mono">{step.target.label()}</b>
                <span>{prose(&step.says)}</span>
            </li>
        }
        .into_any()
    });
    let items: Vec<_> = files.chain(objects).collect();
    view! { <ol class="ordered">{items}</ol> }.into_any()
}
