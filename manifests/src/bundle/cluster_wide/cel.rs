//! Expressions of the Common Expression Language that both kinds of policy share.
//!
//! Only functions that Kubernetes 1.28 has. A list in them is of one type, hence `string(…)` around what comes out of
//! another list.

use std::collections::BTreeMap;

use domain::cluster_wide::ClusterWide;

use super::indent;

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

/// What gives names on Docker Hub their new ones.
pub(super) struct Renaming {
    /// Variables before it, each with its expression: tables of the plan's images.
    pub(super) tables: Vec<(String, String)>,
    /// Of `variables.hub` those with a new name, each as it is written and with that name.
    pub(super) renamed: String,
}

/// An API server takes expressions of up to 100,000 characters (cel-go's limit): longer tables are cut.
const LONGEST_TABLE: usize = 80_000;

impl Renaming {
    pub(super) fn of(wide: &ClusterWide) -> Self {
        let prefix = match &wide.renaming {
            domain::cluster_wide::Renaming::Prefix(prefix) => prefix,
            domain::cluster_wide::Renaming::Each => return Self::by_tables(&wide.moved, LONGEST_TABLE),
        };
        let renamed = format!("variables.hub.map(i, [string(i[0]), '{prefix}' + string(i[1])])");
        Self { tables: Vec::new(), renamed }
    }

    /// Keys and values are image references, which hold no quotes.
    fn by_tables(moved: &BTreeMap<String, String>, longest: usize) -> Self {
        let mut entries: Vec<String> = vec![String::new()];
        for (from, to) in moved {
            let entry = format!("  '{from}': '{to}',\n");
            match entries.last_mut() {
                Some(last) if last.is_empty() || last.len() + entry.len() <= longest => last.push_str(&entry),
                _ => entries.push(entry),
            }
        }
        let name = |at: usize| if at == 0 { "moved".to_owned() } else { format!("moved{}", at + 1) };
        let by = |at: usize| {
            let table = format!("variables.{}", name(at));
            format!("variables.hub.filter(i, i[1] in {table}).map(i, [string(i[0]), {table}[i[1]]])")
        };
        Self {
            renamed: (0..entries.len()).map(by).collect::<Vec<_>>().join("\n  + "),
            tables: entries
                .into_iter()
                .enumerate()
                .map(|(at, text)| (name(at), format!("{{\n{text}}}")))
                .collect(),
        }
    }

    /// All of it as items of `spec.variables`.
    pub(super) fn variables(&self) -> String {
        let mut out = String::new();
        if !self.tables.is_empty() {
            out.push_str(
                "    # What the plan moves: names on Docker Hub, without their host, and the new names.\n",
            );
        }
        for (name, expression) in &self.tables {
            out.push_str(&variable(name, expression));
        }
        out.push_str("    # [as written, new name]\n");
        out.push_str(&variable("renamed", &self.renamed));
        out
    }
}

/// One item of `spec.variables`.
pub(super) fn variable(name: &str, expression: &str) -> String {
    format!("    - name: {name}\n      expression: |-\n{}\n", indent(expression, 8))
}

/// A list of names.
pub(super) fn list<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("'{name}'")).collect();
    format!("[{}]", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_tables_are_cut() {
        let moved = |n: usize| (0..n).map(|n| (format!("a/b{n}:1"), format!("quay.io/a/b{n}:1"))).collect();
        for (count, longest, tables) in [(1, 1, 1), (3, 1, 3), (4, 70, 2), (1000, 80_000, 1)] {
            let renaming = Renaming::by_tables(&moved(count), longest);
            assert_eq!(renaming.tables.len(), tables);
            let entries: usize = renaming.tables.iter().map(|(_, table)| table.matches("': '").count()).sum();
            assert_eq!(entries, count, "none is lost");
            for (name, _) in &renaming.tables {
                assert!(
                    renaming.renamed.contains(&format!("i[1] in variables.{name})")),
                    "{}",
                    renaming.renamed
                );
            }
        }
    }
}
