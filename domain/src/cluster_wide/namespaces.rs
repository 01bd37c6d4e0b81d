//! Which namespaces a plan concerns.

use std::collections::BTreeSet;

use crate::plan::Plan;

/// Where Kubernetes keeps its own parts. A wrong image there takes the network or the name service of the whole
/// cluster down, so a policy for all Pods stays out unless the plan itself goes there.
const OF_THE_CLUSTER: [&str; 3] = ["kube-node-lease", "kube-public", "kube-system"];

/// The namespaces of everything the plan changes. A file may hold any text there: only what can be a name counts.
pub(super) fn touched(plan: &Plan) -> BTreeSet<String> {
    let live = plan.steps.iter().filter_map(|step| step.target.namespace.as_deref());
    let given = plan.edits.iter().filter_map(|edit| {
        let (_, named) = edit.object.as_deref()?.split_once(' ')?;
        named.split_once('/').map(|(namespace, _)| namespace)
    });
    live.chain(given).filter(|name| is_namespace(name)).map(str::to_owned).collect()
}

/// The cluster's own namespaces, but for those that the plan touches.
pub(super) fn left_alone(touched: &BTreeSet<String>) -> Vec<&'static str> {
    OF_THE_CLUSTER.into_iter().filter(|name| !touched.contains(*name)).collect()
}

/// A label of RFC 1123, as the API demands of a namespace.
fn is_namespace(name: &str) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=63).contains(&name.len()) && name.bytes().all(fits) && !name.starts_with('-') && !name.ends_with('-')
}
