//! The journal of copying: which blobs are where, of all copies that used this folder.

use domain::copy::Repository;
use domain::ports::copying::CopyJournal;
use domain::problem::Problem;
use domain::registry::RegistryName;
use rusqlite::params;

use crate::Store;

impl CopyJournal for Store {
    fn blobs(&self, registry: &RegistryName) -> Result<Vec<(String, Repository)>, Problem> {
        self.read(|connection| {
            let mut statement = connection.prepare(
                "SELECT digest, repository FROM copied_blob WHERE registry = ?1 ORDER BY digest, repository",
            )?;
            let at = |path| Repository { registry: registry.clone(), path };
            let rows = statement.query_map([registry.as_str()], |row| Ok((row.get(0)?, at(row.get(1)?))))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    fn sending(&self, blobs: &[(String, Repository)]) -> Result<(), Problem> {
        let blobs = blobs.to_vec();
        self.write(move |connection| {
            let mut statement = connection.prepare(
                "INSERT OR IGNORE INTO copied_blob (registry, digest, repository) VALUES (?1, ?2, ?3)",
            )?;
            for (digest, at) in &blobs {
                statement.execute(params![at.registry.as_str(), digest, at.path])?;
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blobs_are_known_again_by_their_registry() {
        let folder = tempfile::tempdir().unwrap();
        let at = |registry: &str, path: &str| Repository {
            registry: registry.parse().unwrap(),
            path: path.to_owned(),
        };
        let store = Store::open(folder.path()).unwrap();
        let (one, two, other) = (at("quay.io", "a/one"), at("quay.io", "a/two"), at("ghcr.io", "a/one"));
        let blob = |digest: &str, at: &Repository| (digest.to_owned(), at.clone());
        store.sending(&[blob("sha256:a", &two), blob("sha256:a", &one)]).unwrap();
        store.sending(&[blob("sha256:a", &one), blob("sha256:b", &other)]).unwrap();
        drop(store);
        let again = Store::open(folder.path()).unwrap();
        let known = again.blobs(&one.registry).unwrap();
        assert_eq!(known, [("sha256:a".to_owned(), one), ("sha256:a".to_owned(), two)]);
        assert_eq!(again.blobs(&other.registry).unwrap(), [("sha256:b".to_owned(), other)]);
    }
}
