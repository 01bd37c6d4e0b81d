//! What Amazon ECR has to hold before a plan is carried out.

use domain::plan::{EcrSide, EcrWay, Plan};
use leptos::prelude::*;

use super::{Column, breakable, table};
use crate::words::count;

/// The registry's part of a plan; nothing for a plan without one.
pub(crate) fn registry(plan: &Plan) -> Option<AnyView> {
    let ecr = plan.ecr.as_ref()?;
    let content = match ecr.way {
        EcrWay::Copy => copies(plan, ecr),
        EcrWay::Cache => cache(ecr),
    };
    Some(
        view! {
            <section>
                <h2>"What Amazon ECR has to hold first"</h2>
                {content}
            </section>
        }
        .into_any(),
    )
}

fn copies(plan: &Plan, ecr: &EcrSide) -> AnyView {
    let rows = plan
        .copies
        .iter()
        .map(|copy| {
            let names = std::iter::once(&copy.target).chain(&copy.also);
            let names: Vec<_> = names.map(|name| view! { <div>{breakable(name)}</div> }).collect();
            view! {
                <tr>
                    <td class="mono" data-head="From">{breakable(&copy.source)}</td>
                    <td class="mono" data-head="To">{names}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let caption = if plan.copies.iter().all(|copy| copy.platforms.is_empty()) {
        "Images to copy, all platforms and the same digest"
    } else {
        "Images to copy, those that are not pinned for the platforms of the nodes only"
    };
    view! {
        <p>
            {format!("{}, copied to ", count(plan.copies.len() as u64, "image"))} <span class="mono">{breakable(&ecr.host)}</span>
            ". Reading an image costs one Docker Hub pull, and one more for each of its platforms where it has several. The bundle makes the repositories and copies; it changes nothing in the cluster before that."
        </p>
        {table(caption, &[("From Docker Hub", Column::Text), ("To ECR", Column::Text)], rows)}
    }
    .into_any()
}

fn cache(ecr: &EcrSide) -> AnyView {
    let secret = ecr.secret_name.clone().unwrap_or_default();
    view! {
        <p>
            "A rule that fetches " <span class="mono">{format!("{}/…", ecr.prefix)}</span> " from Docker Hub at "
            <span class="mono">{breakable(&ecr.host)}</span> ", with the account in the secret " <span class="mono">{secret}</span>
            ". The bundle makes both; the access token is typed there and goes to AWS Secrets Manager only."
        </p>
    }
    .into_any()
}
