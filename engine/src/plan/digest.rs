//! The name of a plan by its content.

use domain::plan::Plan;
use domain::problem::Problem;
use serde_json::Value;

use crate::digest::sha256;

/// `sha256:…` over the plan's JSON with an empty digest, keys sorted, without blanks. Two plans of one digest
/// do the same.
///
/// # Errors
/// When the plan cannot be written as JSON, which no plan made here is.
pub fn digest(plan: &Plan) -> Result<String, Problem> {
    let nameless = Plan { digest: String::new(), ..plan.clone() };
    let json = serde_json::to_value(&nameless).map_err(|error| {
        Problem::bad_input(
            "plan_not_json",
            "The plan could not be written.",
            error.to_string(),
            "Please report this.",
        )
    })?;
    Ok(sha256(sorted(json).to_string().as_bytes()))
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}
