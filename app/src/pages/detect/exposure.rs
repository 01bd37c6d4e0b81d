//! Who spends the budget: the images of Docker Hub, by how often they are pulled.

use domain::diagnosis::{Diagnosis, Exposure};
use leptos::prelude::*;

use super::verdict::ANONYMOUS_LIMIT;
use crate::components::{Column, Scale, breakable, range, table};
use crate::words::{self, count};

/// Rows that are shown at once; the others are one click away.
const SHOWN: usize = 8;
/// Workloads that a row names.
const NAMED: usize = 4;

/// The most frequently pulled first; with `folded`, only those are open to view. Nothing when no image is on
/// Docker Hub.
pub(crate) fn exposure(diagnosis: &Diagnosis, folded: bool) -> Option<AnyView> {
    if diagnosis.exposure.is_empty() {
        return None;
    }
    let limit = diagnosis.budget.limit_at_nodes().unwrap_or(ANONYMOUS_LIMIT);
    let mut images: Vec<_> = diagnosis.exposure.iter().collect();
    images.sort_by(|a, b| b.pulls_per_6h.high.cmp(&a.pulls_per_6h.high).then_with(|| a.image.cmp(&b.image)));
    let most = images.iter().map(|image| image.pulls_per_6h.high).max().unwrap_or(0);
    let scale = Scale::new(0, u64::from(most.max(limit)));
    let row = |image: &&Exposure| exposure_row(image, scale, limit);
    let (first, rest) = images.split_at(if folded { SHOWN.min(images.len()) } else { images.len() });
    let columns = [
        ("Image, as written", Column::Text),
        ("Workloads", Column::Text),
        ("Pulls in 6 h", Column::Number),
        ("Range", Column::Drawing),
    ];
    let more = (!rest.is_empty()).then(|| {
        view! {
            <details>
                <summary>{format!("{} that are pulled less often", count(rest.len() as u64, "more image"))}</summary>
                {table("The other images of Docker Hub", &columns, rest.iter().map(row).collect())}
            </details>
        }
    });
    Some(
        view! {
            <section>
                <h2>"Who spends it"</h2>
                {table(
                    &format!("Images of Docker Hub, with an estimate of their pulls in six hours, low to high. The limit, drawn as a line, is {limit}."),
                    &columns,
                    first.iter().map(row).collect(),
                )}
                {more}
            </section>
        }
        .into_any(),
    )
}

fn exposure_row(image: &Exposure, scale: Scale, limit: u32) -> AnyView {
    let (low, high) = (image.pulls_per_6h.low, image.pulls_per_6h.high);
    let pulls = if low == high { high.to_string() } else { format!("{low}–{high}") };
    let bar = (high > 0).then(|| range(scale, low.into(), high.into(), limit.into()));
    let why = words::sentence(&image.why.join("; "));
    let named: Vec<_> = image
        .workloads
        .iter()
        .take(NAMED)
        .map(|workload| view! { <li class="mono">{breakable(workload)}</li> })
        .collect();
    let more = image.workloads.len().checked_sub(NAMED).filter(|more| *more > 0);
    let more = more.map(|more| view! { <li class="soft">{format!("and {more} more")}</li> });
    view! {
        <tr>
            <td>
                <span class="mono">{breakable(&image.image)}</span>
                <span class="why">{why}</span>
            </td>
            <td>
                <ul class="bare-list">{named} {more}</ul>
                <span class="why">{(image.nodes > 0).then(|| format!("on {}", count(image.nodes, "node")))}</span>
            </td>
            <td class="n" data-head="Pulls in 6 h">{pulls}</td>
            <td class="drawn">{bar}</td>
        </tr>
    }
    .into_any()
}
