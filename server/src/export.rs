//! A run's plan as a bundle: its bytes are a function of the stored run, so the same run gives the same.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;

use app::report::{Styles, html};
use app::view::ReportView;
use domain::plan::{FileDiff, Plan};
use domain::problem::Problem;
use domain::remedy;
use domain::run::Run;
use engine::runs::Material;
use manifests::archive::{self, BundleFile};
use manifests::bundle;

use crate::assets;

/// The files of a plan.
pub struct Bundle(Vec<BundleFile>);

impl Bundle {
    /// Makes the bundle of a run.
    ///
    /// # Errors
    /// When a value cannot be written, which none made by this program is.
    pub fn of(material: &Material) -> Result<Self, Problem> {
        let Material { run, files, made } = material;
        let scan = run.scan.as_ref().ok_or_else(no_scan)?;
        let report = report(run, made.diffs.clone()).ok_or_else(no_scan)?;
        let page = html(&report, Styles::Inline(assets::style())).into_bytes();
        bundle::build(&made.plan, scan, files, &made.patched, &made.diffs, page).map(Self)
    }

    /// As a `.zip`.
    ///
    /// # Errors
    /// When it grows beyond what the format holds.
    pub fn zip(&self) -> Result<Vec<u8>, Problem> {
        archive::zip(&self.0)
    }

    /// As a `.tar.gz`.
    ///
    /// # Errors
    /// When it grows beyond what the format holds.
    pub fn tar_gz(&self) -> Result<Vec<u8>, Problem> {
        archive::tar_gz(&self.0)
    }

    /// Writes it where somebody wants it: a `.zip`, a `.tar.gz`, or a folder that does not exist yet.
    /// A file that is there is replaced in one step; a folder never is.
    ///
    /// # Errors
    /// `bundle_exists` for a folder that is there, `bundle_not_written` for anything the system refuses.
    pub fn write(&self, out: &Path) -> Result<(), Problem> {
        let name = out.file_name().and_then(OsStr::to_str).unwrap_or_default();
        let written = if name.ends_with(".zip") {
            replace(out, &self.zip()?)
        } else if name.ends_with(".tar.gz") {
            replace(out, &self.tar_gz()?)
        } else {
            check_target(out)?;
            self.unpack(out)
        };
        written.map_err(|error| not_written(out, &error))
    }

    fn unpack(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir(folder)?;
        for file in &self.0 {
            // Paths of a bundle are relative and were checked when it was built.
            let path = folder.join(&file.path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(&path, &file.bytes)?;
            if file.executable {
                make_executable(&path)?;
            }
        }
        Ok(())
    }
}

/// Says early that a bundle cannot be written there: before a cluster is read for it.
///
/// # Errors
/// `bundle_exists` when `out` is a folder's name and something is there already.
pub fn check_target(out: &Path) -> Result<(), Problem> {
    let name = out.file_name().and_then(OsStr::to_str).unwrap_or_default();
    if name.ends_with(".zip") || name.ends_with(".tar.gz") || !out.exists() {
        return Ok(());
    }
    let (what, why) = ("The bundle was not written.", "There is something of that name already.");
    let next = "Name a folder that does not exist yet, or a file that ends in .zip or .tar.gz.";
    Err(Problem::bad_input("bundle_exists", what, why, next).at(out.display().to_string()))
}

/// The report of a run as it was planned: without a verification, which comes later and would change the
/// bytes. `None` before there is a scan.
pub fn report(run: &Run, diffs: Vec<FileDiff>) -> Option<ReportView> {
    let scan = run.scan.as_ref()?;
    let lines = run.plan.as_ref().map(lines).unwrap_or_default();
    Some(ReportView {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        diagnosis: scan.diagnosis.clone(),
        requests: run.requests.clone(),
        fit: run.remedy.map(|kind| remedy::fit(kind, scan)),
        plan: run.plan.clone(),
        diffs,
        commands: lines.apply,
        rollback: lines.rollback,
        verification: None,
    })
}

/// What people run in the folder of the bundle.
#[derive(Debug, Default)]
pub struct Lines {
    /// To carry the plan out.
    pub apply: String,
    /// To take it back.
    pub rollback: String,
}

/// The lines of a plan.
pub fn lines(plan: &Plan) -> Lines {
    Lines { apply: bundle::apply_lines(plan).join("\n"), rollback: bundle::take_back_lines(plan).join("\n") }
}

/// Writes beside the target and renames, so that nobody ever sees half a bundle.
fn replace(out: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut beside = out.as_os_str().to_owned();
    beside.push(format!(".{}.part", std::process::id()));
    fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, out)).inspect_err(|_| {
        // The first error is the one to tell.
        let _ = fs::remove_file(&beside);
    })
}

#[cfg(unix)]
fn make_executable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> io::Result<()> {
    Ok(())
}

fn not_written(out: &Path, error: &io::Error) -> Problem {
    let (what, why) = ("The bundle could not be written.", format!("The system says: {error}."));
    let next = "Name a place where you may write.";
    Problem::bad_input("bundle_not_written", what, why, next).at(out.display().to_string())
}

fn no_scan() -> Problem {
    let (what, why) = ("There is no bundle yet.", "The run has no scan.");
    Problem::bad_input("too_early", what, why, "Scan first.")
}
