//! First aid: what to do and what not to do while the budget is spent. None of it costs a pull.

use super::types::Finding;

/// Advice for a cluster that is refused now; `throttled` are its findings, the first being the one to name.
pub(super) fn first_aid(throttled: &[&Finding]) -> Vec<String> {
    let mut advice = vec![
        "Do not restart, drain or scale: each new pod needs pulls that are not there.".to_owned(),
        "Keep the nodes that hold the images: pause consolidation, node upgrades and image clean-up."
            .to_owned(),
    ];
    if let Some(first) = throttled.first() {
        advice.push(format!(
            "The smallest fix is one workload: plan only {} {}/{} and leave the rest for later.",
            first.workload.kind, first.namespace, first.workload.name
        ));
    }
    advice
}
