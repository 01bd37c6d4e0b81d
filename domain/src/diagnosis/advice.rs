//! First aid: what to do and what not to do while the budget is spent. None of it costs a pull.

use super::types::Inventory;
use crate::rollout::most_urgent;

/// Advice for a cluster that is refused now.
pub(super) fn first_aid(inventory: &Inventory) -> Vec<String> {
    let mut advice = vec![
        "Do not restart, drain or scale: each new pod needs pulls that are not there.".to_owned(),
        "Keep the nodes that hold the images: pause consolidation, node upgrades and image clean-up."
            .to_owned(),
    ];
    if let Some((first, _)) = most_urgent(inventory) {
        advice.push(format!(
            "The smallest fix is one workload: plan only {first} (--only {}) and leave the rest for later.",
            first.only()
        ));
    }
    advice
}
