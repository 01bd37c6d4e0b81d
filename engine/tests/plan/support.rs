//! Files in memory, read by the real reader and folded by the real diagnosis.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::Arc;

use domain::diagnosis::{Fold, Scan, SourceKind};
use domain::equivalents::Survey;
use domain::facts::Fact;
use domain::ports::{Cancel, FactSink, InputFile};
use domain::problem::Problem;
use domain::remedy::{Answers, RemedyKind};
use domain::run::Progress;
use domain::time::Timestamp;
use engine::plan::{Made, make};
use manifests::archive::Limits;
use manifests::input::{Files, Given, InMemory};

struct Folding(Option<Fold>);

impl FactSink for Folding {
    fn fact(&mut self, fact: Fact) {
        self.0.as_mut().unwrap().take(fact);
    }
    fn progress(&mut self, _: Progress) {}
    fn request(&mut self, _: &str, _: &str) {}
}

pub fn file(name: &str, text: impl AsRef<[u8]>) -> InputFile {
    InputFile { name: name.to_owned(), bytes: Arc::from(text.as_ref()) }
}

pub fn scan(files: &[InputFile]) -> Scan {
    let given = files.iter().map(|file| Box::new(InMemory(file.clone())) as Box<dyn Given>).collect();
    let mut sink = Folding(Some(Fold::new(SourceKind::Files)));
    Files::new("given", given, Limits::LOCAL).read_now(&Cancel::default(), &mut sink).unwrap();
    sink.0.unwrap().finish(Timestamp::parse("2026-11-23T06:00:00Z").unwrap())
}

pub fn answers(set: &[(&str, &str)], only: &[&str]) -> Answers {
    Answers {
        set: set.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        only: only.iter().map(|name| (*name).to_owned()).collect(),
    }
}

pub fn plan(files: &[InputFile], answers: &Answers) -> Result<Made, Problem> {
    make(&scan(files), RemedyKind::Quay, answers, &Survey::default(), files)
}

/// A dump read as if it had come from the cluster itself.
pub fn as_live(mut scan: Scan, context: &str) -> Scan {
    scan.diagnosis.source.kind = SourceKind::Cluster;
    let inventory = &mut scan.inventory;
    inventory.cluster.context = Some(context.to_owned());
    inventory.files.clear();
    inventory.workloads.iter_mut().for_each(|workload| workload.origin = None);
    inventory.pods.iter_mut().for_each(|pod| pod.origin = None);
    inventory.cluster_config.iter_mut().for_each(|map| map.origin = None);
    scan
}

pub fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata")
}

/// A folder of the reference material; `None` where there is none. CI that promises it must have it.
pub fn reference(path: &str) -> Option<PathBuf> {
    let promised = std::env::var_os("UNTHROTTLE_SHARED").map(PathBuf::from);
    let root = promised.clone().unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared"));
    let found = root.join(path);
    if found.exists() {
        return Some(found);
    }
    assert!(
        promised.is_none() || std::env::var("CI").as_deref() != Ok("true"),
        "{} is missing",
        found.display()
    );
    None
}

/// All files under a folder, by their names relative to it, sorted.
pub fn files_under(root: &Path) -> Vec<InputFile> {
    fn walk(root: &Path, folder: &Path, into: &mut Vec<InputFile>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, into);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                into.push(file(&name, std::fs::read(&path).unwrap()));
            }
        }
    }
    let mut files = Vec::new();
    walk(root, root, &mut files);
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

/// Gives a script its standard input, also one that ends before it asks for any.
pub fn give(script: &mut Child, text: &str) {
    match script.stdin.take().unwrap().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => panic!("{error}"),
        _ => {}
    }
}
