//! Every real Cortex file is told for what it is. The files are not part of this repository; without them
//! there is nothing to check, except where `CI` says that they must be there.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::facts::{CortexFileKind, Fact};
use domain::ports::{Cancel, FactSink, InputFile};
use domain::problem::Problem;
use domain::run::Progress;
use manifests::archive::Limits;
use manifests::input::{Files, InMemory};

#[derive(Default)]
struct Sink(Vec<Fact>);

impl FactSink for Sink {
    fn fact(&mut self, fact: Fact) {
        self.0.push(fact);
    }
    fn progress(&mut self, _: Progress) {}
    fn request(&mut self, _: &str, _: &str) {}
}

fn folder() -> Option<PathBuf> {
    let given = std::env::var_os("UNTHROTTLE_SHARED").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let folder = given.clone().unwrap_or(beside).join("data/cortex-yaml");
    let must_exist = std::env::var("CI").is_ok_and(|ci| ci == "true") && given.is_some();
    assert!(folder.is_dir() || !must_exist, "{} is missing", folder.display());
    folder.is_dir().then_some(folder)
}

fn all_files(folder: &Path, into: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            all_files(&path, into)?;
        } else {
            into.push(path);
        }
    }
    Ok(())
}

/// The name has a folder in it, so that a file that cannot be parsed is named rather than an error.
fn facts(name: &str, bytes: &[u8]) -> Result<Vec<Fact>, Problem> {
    let file = InputFile { name: name.to_owned(), bytes: Arc::from(bytes) };
    let mut sink = Sink::default();
    let files = Files::new("given", vec![Box::new(InMemory(file))], Limits::UPLOAD);
    files.read_now(&Cancel::default(), &mut sink)?;
    Ok(sink.0)
}

#[test]
fn real_files_are_told_for_what_they_are() {
    let Some(folder) = folder() else { return };
    let mut paths = Vec::new();
    all_files(&folder, &mut paths).unwrap();
    paths.sort();
    assert!(paths.len() >= 40);
    for path in paths {
        let name = path.strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
        let facts = facts(&name, &std::fs::read(&path).unwrap()).unwrap();
        let kinds: Vec<_> = facts
            .iter()
            .filter_map(|fact| match fact {
                Fact::CortexFile(file) => Some(file.kind),
                _ => None,
            })
            .collect();
        let not_seen = facts.iter().any(|fact| matches!(fact, Fact::NotSeen(_)));
        assert_eq!(kinds.first().copied(), kind_by_name(&name), "{name}");
        assert_eq!(not_seen, kinds.is_empty(), "{name}");
    }
}

/// What a file is by the name it was collected under. One chapter of the documentation shows neither file:
/// values for Helm.
fn kind_by_name(name: &str) -> Option<CortexFileKind> {
    let base = name.rsplit('/').next().unwrap_or(name);
    if name.contains("/unparsable/") || base.starts_with("docs-helm-values") {
        None
    } else if base.starts_with("docs-cluster-config")
        || base == "docs-dev-config.yaml"
        || base == "docs-spot-1.yaml"
        || base.ends_with("__cluster.yaml")
    {
        Some(CortexFileKind::ClusterConfig)
    } else {
        Some(CortexFileKind::ApiSpecs)
    }
}
