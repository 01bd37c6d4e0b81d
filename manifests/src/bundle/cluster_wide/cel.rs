//! Expressions of the Common Expression Language that both kinds of policy share.
//!
//! Only functions that Kubernetes 1.28 has. A list in them is of one type, hence `string(…)` around what comes out of
//! another list.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Every image that a pod spec names. `spec` is an expression.
pub(super) fn images(spec: &str) -> String {
    format!(
        "({spec}.?containers.orValue([])\n\
         \x20 + {spec}.?initContainers.orValue([])\n\
         \x20 + {spec}.?ephemeralContainers.orValue([])).map(c, c.?image.orValue(''))\n\
         \x20 + {spec}.?volumes.orValue([]).map(v, v.?image.?reference.orValue(''))"
    )
}

/// Of `variables.images` those on Docker Hub, each with its name there: `docker.io/nginx` gives
/// `['docker.io/nginx', 'library/nginx:latest']`. The same rules as [`domain::cluster_wide::hub_name`].
pub(super) const HUB: &str = "\
variables.images
  .filter(i, i != '' && (
    !i.contains('/')
    || !i.split('/')[0].matches('[.:A-Z]|^localhost$')
    || i.split('/')[0] in ['docker.io', 'index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com']))
  .map(i, [i, i.contains('/') && i.split('/')[0].contains('.') ? i.substring(i.indexOf('/') + 1) : i])
  .map(i, [i[0], i[1].contains('/') ? i[1] : 'library/' + i[1]])
  .map(i, [i[0], i[1].contains(':') ? i[1] : i[1] + ':latest'])";

/// A map of texts, one entry a line. Keys and values are image references, which hold no quotes.
pub(super) fn map(entries: &BTreeMap<String, String>) -> String {
    let mut out = "{\n".to_owned();
    for (from, to) in entries {
        let _ = writeln!(out, "  '{from}': '{to}',");
    }
    out.push('}');
    out
}

/// A list of names.
pub(super) fn list<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("'{name}'")).collect();
    format!("[{}]", names.join(", "))
}
