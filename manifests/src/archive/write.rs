//! Bundles as bytes: the same files give the same bytes, whatever the day and the machine.

use std::io::{Cursor, Write as _};

use domain::problem::Problem;
use flate2::{Compression, GzBuilder};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::BundleFile;

/// A zip: entries sorted by path, dated 1980-01-01 (the format's first day), modes 0644 and 0755.
///
/// # Errors
/// A problem for a path the format cannot hold.
pub fn zip(files: &[BundleFile]) -> Result<Vec<u8>, Problem> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for file in sorted(files) {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(mode(file));
        zip.start_file(file.path.as_str(), options).map_err(|error| not_packed(file, &error))?;
        zip.write_all(&file.bytes).map_err(|error| not_packed(file, &error))?;
    }
    let done = zip.finish().map_err(|error| not_finished(&error))?;
    Ok(done.into_inner())
}

/// A gzipped tar: entries sorted by path, time 0, modes 0644 and 0755, no owner.
///
/// # Errors
/// A problem for a path the format cannot hold.
pub fn tar_gz(files: &[BundleFile]) -> Result<Vec<u8>, Problem> {
    let gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::new(6));
    let mut tar = tar::Builder::new(gzip);
    for file in sorted(files) {
        let mut header = tar::Header::new_gnu();
        header.set_size(file.bytes.len() as u64);
        header.set_mode(mode(file));
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        tar.append_data(&mut header, &file.path, file.bytes.as_slice())
            .map_err(|error| not_packed(file, &error))?;
    }
    let gzip = tar.into_inner().map_err(|error| not_finished(&error))?;
    gzip.finish().map_err(|error| not_finished(&error))
}

fn sorted(files: &[BundleFile]) -> Vec<&BundleFile> {
    let mut files: Vec<&BundleFile> = files.iter().collect();
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files
}

fn mode(file: &BundleFile) -> u32 {
    if file.executable { 0o755 } else { 0o644 }
}

fn not_packed(file: &BundleFile, error: &dyn std::fmt::Display) -> Problem {
    let why = format!("The archive format refused it: {error}.");
    Problem::bad_input(
        "bundle_not_packed",
        "A file could not be put into the bundle.",
        why,
        "Rename the given file.",
    )
    .at(&file.path)
}

fn not_finished(error: &dyn std::fmt::Display) -> Problem {
    let why = format!("The archive could not be finished: {error}.");
    Problem::bad_input(
        "bundle_not_packed",
        "The bundle was not packed.",
        why,
        "Ask for the other archive format.",
    )
}
