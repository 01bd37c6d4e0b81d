//! A secret's name put into a list of pull secrets, and taken out of it again.

use serde_json::{Value, json};

use crate::plan::PatchOp;

/// What adds `name` to the list at `path`, which holds `present`, and what takes exactly that back.
///
/// A service account's list is one value to the API server: a merge would replace it, so it is tested as a
/// whole and added to. An absent list is `null` to a `test` (the API server's JSON patch, evanphx/json-patch,
/// takes what is not there for null). Taking back tests only our own entry, so that an entry that somebody
/// added later is no obstacle.
pub(super) fn append(path: &str, present: &[String], name: &str) -> (Vec<PatchOp>, Vec<PatchOp>) {
    let entry = json!({ "name": name });
    if present.is_empty() {
        let list = json!([entry]);
        return (
            vec![PatchOp::test(path, Value::Null), PatchOp::add(path, list.clone())],
            vec![PatchOp::test(path, list), PatchOp::remove(path)],
        );
    }
    let list: Vec<Value> = present.iter().map(|name| json!({ "name": name })).collect();
    let ours = format!("{path}/{}", present.len());
    (
        vec![PatchOp::test(path, list), PatchOp::add(format!("{path}/-"), entry.clone())],
        vec![PatchOp::test(&ours, entry), PatchOp::remove(&ours)],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(present: &[&str]) -> (Value, Value) {
        let present: Vec<String> = present.iter().map(|name| (*name).to_owned()).collect();
        let (patch, inverse) = append("/imagePullSecrets", &present, "ours");
        (serde_json::to_value(patch).unwrap(), serde_json::to_value(inverse).unwrap())
    }

    #[test]
    fn a_list_that_is_not_there_is_made_and_goes_again() {
        let (patch, inverse) = written(&[]);
        let list = json!([{"name": "ours"}]);
        assert_eq!(
            patch,
            json!([{"op": "test", "path": "/imagePullSecrets", "value": null},
                   {"op": "add", "path": "/imagePullSecrets", "value": list}])
        );
        assert_eq!(
            inverse,
            json!([{"op": "test", "path": "/imagePullSecrets", "value": list},
                   {"op": "remove", "path": "/imagePullSecrets"}])
        );
    }

    #[test]
    fn what_is_in_a_list_stays_in_it() {
        let (patch, inverse) = written(&["a", "b"]);
        assert_eq!(
            patch,
            json!([{"op": "test", "path": "/imagePullSecrets", "value": [{"name": "a"}, {"name": "b"}]},
                   {"op": "add", "path": "/imagePullSecrets/-", "value": {"name": "ours"}}])
        );
        assert_eq!(
            inverse,
            json!([{"op": "test", "path": "/imagePullSecrets/2", "value": {"name": "ours"}},
                   {"op": "remove", "path": "/imagePullSecrets/2"}])
        );
    }
}
