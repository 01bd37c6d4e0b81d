//! A registry with images, and what its log says of those who asked.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::ops::Sub;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::Outcome;

/// A running `lab shelf`; it ends when this is dropped.
pub struct Shelf {
    /// Host and port.
    pub host: String,
    /// Repositories with their tags.
    pub images: Vec<String>,
    access_log: PathBuf,
    program: Child,
}

impl Shelf {
    pub fn serve(lab: &Path, set: &str) -> Outcome<Self> {
        let mut program =
            Command::new(lab).args(["shelf", set]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(program.stdout.take().ok_or("lab shelf has no output")?).read_line(&mut line)?;
        let told: Value =
            serde_json::from_str(&line).map_err(|_| format!("lab shelf {set} did not start"))?;
        let text =
            |name: &str| told[name].as_str().map(str::to_owned).ok_or("lab shelf says less than expected");
        let images = told["images"].as_array().into_iter().flatten();
        Ok(Self {
            host: text("host")?,
            images: images.filter_map(Value::as_str).map(str::to_owned).collect(),
            access_log: text("access_log")?.into(),
            program,
        })
    }

    fn requests(&self, is_meant: impl Fn(&str, &str, u16) -> bool) -> Outcome<usize> {
        let log = fs::read_to_string(&self.access_log)?;
        let request = |line: &str| {
            // "METHOD PATH HTTP/1.1" STATUS LENGTH …
            let (_, rest) = line.split_once('"')?;
            let (request, rest) = rest.split_once('"')?;
            let mut words = request.split(' ');
            let status = rest.split_whitespace().next()?.parse().ok()?;
            Some(is_meant(words.next()?, words.next()?, status))
        };
        Ok(log.lines().filter(|line| request(line) == Some(true)).count())
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        // The end of its input is the end of it, and of its registry.
        drop(self.program.stdin.take());
        let _ = self.program.wait();
    }
}

/// What went between two registries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    pub manifest_gets: usize,
    pub blob_gets: usize,
    pub uploads: usize,
    pub mounts: usize,
}

impl Traffic {
    /// Everything since they started.
    pub fn between(source: &Shelf, target: &Shelf) -> Outcome<Self> {
        let got = |of: &'static str| {
            source.requests(move |method, path, status| method == "GET" && path.contains(of) && status < 300)
        };
        let is_upload = |path: &str| path.contains("/blobs/uploads/");
        Ok(Self {
            manifest_gets: got("/manifests/")?,
            blob_gets: got("/blobs/")?,
            uploads: target
                .requests(|method, path, status| method == "PUT" && is_upload(path) && status == 201)?,
            mounts: target.requests(|method, path, status| {
                method == "POST" && is_upload(path) && path.contains("mount=") && status == 201
            })?,
        })
    }
}

impl Sub for Traffic {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            manifest_gets: self.manifest_gets - before.manifest_gets,
            blob_gets: self.blob_gets - before.blob_gets,
            uploads: self.uploads - before.uploads,
            mounts: self.mounts - before.mounts,
        }
    }
}
