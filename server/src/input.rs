//! Opens what `--from` names: files, folders and standard input. The only thing here is where bytes are; what
//! they mean is the business of `manifests::input`.

use std::fs::{self, File};
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use domain::ports::InputFile;
use domain::problem::Problem;
use manifests::archive::Limits;
use manifests::input::{Files, Given, InMemory};

/// Standard input up to this size is held, so that it can be read twice: once for facts, once to be edited.
const HELD: u64 = 16 * 1024 * 1024;
/// Folders within folders.
const DEPTH: usize = 32;

/// The files that `--from` names; `-` is standard input. A folder gives all files below it but hidden ones;
/// symbolic links in it are not followed, since a folder from elsewhere may point anywhere.
///
/// # Errors
/// A problem for a path that cannot be read.
pub fn open(paths: &[PathBuf]) -> Result<Files, Problem> {
    let mut given: Vec<Box<dyn Given>> = Vec::new();
    let mut names = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            names.push("standard input".to_owned());
            given.push(standard_input().map_err(|error| not_read(path, &error))?);
            continue;
        }
        let resolved = fs::canonicalize(path).map_err(|error| not_read(path, &error))?;
        let name = resolved.file_name().unwrap_or(resolved.as_os_str()).to_string_lossy().into_owned();
        if resolved.is_dir() {
            walk(&resolved, "", 0, &mut given).map_err(|error| not_read(path, &error))?;
        } else {
            given.push(Box::new(OnDisk { path: resolved, name: name.clone(), in_folder: false }));
        }
        names.push(name);
    }
    Ok(Files::new(names.join(", "), given, Limits::LOCAL))
}

/// A file of this machine.
struct OnDisk {
    path: PathBuf,
    name: String,
    in_folder: bool,
}

impl Given for OnDisk {
    fn name(&self) -> &str {
        &self.name
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(File::open(&self.path)?))
    }

    fn is_named(&self) -> bool {
        !self.in_folder
    }
}

fn walk(folder: &Path, below: &str, depth: usize, given: &mut Vec<Box<dyn Given>>) -> io::Result<()> {
    if depth > DEPTH {
        return Err(io::Error::other(format!("it is more than {DEPTH} folders deep")));
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let (kind, path) = (entry.file_type()?, entry.path());
        let relative = if below.is_empty() { name } else { format!("{below}/{name}") };
        if kind.is_dir() {
            walk(&path, &relative, depth + 1, given)?;
        } else if kind.is_file() {
            given.push(Box::new(OnDisk { path, name: relative, in_folder: true }));
        }
    }
    Ok(())
}

/// Standard input: held in memory when it is short, otherwise a stream that can be read once.
fn standard_input() -> io::Result<Box<dyn Given>> {
    const NAME: &str = "stdin";
    let mut start = Vec::new();
    io::stdin().lock().take(HELD + 1).read_to_end(&mut start)?;
    if start.len() as u64 <= HELD {
        return Ok(Box::new(InMemory(InputFile { name: NAME.to_owned(), bytes: Arc::from(start) })));
    }
    let stream: Box<dyn Read + Send> = Box::new(Cursor::new(start).chain(io::stdin()));
    Ok(Box::new(Once { name: NAME, stream: Mutex::new(Some(stream)) }))
}

/// A stream that is gone once it was read.
struct Once {
    name: &'static str,
    stream: Mutex<Option<Box<dyn Read + Send>>>,
}

impl Given for Once {
    fn name(&self) -> &str {
        self.name
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        let stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner).take();
        stream.ok_or_else(|| io::Error::other("it is too long to be read twice; put it into a file"))
    }
}

fn not_read(path: &Path, error: &io::Error) -> Problem {
    let next = "Check the path and whether you may read it.";
    Problem::bad_input("file_not_read", "A given path could not be read.", format!("{error}."), next)
        .at(path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_its_files_but_neither_hidden_nor_linked_ones() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("apps/.git")).unwrap();
        for name in ["apps/web.yaml", "apps/.git/config.yaml", ".hidden.yaml", "cluster.yaml"] {
            fs::write(at(name), "cluster_name: c\nregion: r\n").unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink("/etc/hostname", at("apps/link.yaml")).unwrap();
        let kept = open(&[folder.path().to_owned()]).unwrap().keep().unwrap();
        let names: Vec<_> = kept.files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["apps/web.yaml", "cluster.yaml"]);

        let single = open(&[at("apps/web.yaml")]).unwrap().keep().unwrap();
        assert_eq!(single.files[0].name, "web.yaml");
        let problem = open(&[at("nowhere")]).err().unwrap();
        assert_eq!((problem.code.as_str(), problem.kind.exit_status()), ("file_not_read", 2));
    }

    #[test]
    fn a_stream_is_read_once() {
        let once = Once { name: "stdin", stream: Mutex::new(Some(Box::new(Cursor::new(b"x".to_vec())))) };
        assert!(once.open().is_ok());
        assert!(once.open().is_err());
    }
}
