//! What was recognised of a Cortex installation.

use domain::diagnosis::Cortex;
use leptos::prelude::*;

/// Only what is known; what the facts rest on stands beside the version.
pub(crate) fn cortex(cortex: &Cortex) -> AnyView {
    let version = cortex.version.as_ref().map(|version| {
        let from = cortex.version_from.as_ref().map(|from| format!(", by {from}")).unwrap_or_default();
        format!("{version}{from}")
    });
    let facts = [
        ("Version", version.or_else(|| Some("not told by anything that was read".to_owned()))),
        ("Cluster name", cortex.cluster_name.clone()),
        ("Region", cortex.region.clone()),
        ("Subnets", cortex.subnet_visibility.clone()),
        ("NAT gateway", cortex.nat_gateway.clone()),
        ("Operator in", cortex.namespace.as_ref().map(|namespace| format!("namespace {namespace}"))),
    ];
    let facts: Vec<_> = facts
        .into_iter()
        .filter_map(|(name, value)| {
            let value = value?;
            Some(view! {
                <div>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                </div>
            })
        })
        .collect();
    view! {
        <section>
            <h2>"This is a Cortex cluster"</h2>
            <dl class="facts">{facts}</dl>
        </section>
    }
    .into_any()
}
