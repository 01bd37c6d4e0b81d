//! Starting processes that outlive us, recognising them later, and ending exactly those.

use std::ffi::OsString;
use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::config::Paths;
use crate::error::{LabError, Result, file};
use crate::record::{Born, Made, Record};

/// The variable that every process of a lab carries; its value is the lab's state directory.
const MARK: &str = "UNTHROTTLE_LAB_DIR";

/// Starts `arguments` in the background, with its own log and an environment of nothing but the search
/// path, a home and the lab's mark: proxies and cloud credentials of the caller must not leak in.
///
/// # Errors
/// When the program cannot be started or the record not written.
pub fn start(record: &mut Record, paths: &Paths, name: &str, arguments: &[OsString]) -> Result<Born> {
    let log_path = paths.log(name);
    let log = File::create(&log_path).map_err(file("cannot write", &log_path))?;
    let errors = log.try_clone().map_err(file("cannot write", &log_path))?;
    let failed = |why: String| LabError::Program { program: name.into(), why };
    let (program, rest) = arguments.split_first().ok_or_else(|| failed("nothing to run".into()))?;

    record.announce(Made::Process { name: name.into(), born: None })?;
    let child = Command::new(program)
        .args(rest)
        .env_clear()
        .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .env("HOME", &paths.root)
        .env(MARK, &paths.root)
        .current_dir(&paths.root)
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors)
        .process_group(0)
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    let born = born(child.id()).ok_or_else(|| failed(last_words(&log_path)))?;
    record.started(name, born)?;
    Ok(born)
}

/// The last line of a log that says something.
#[must_use]
pub fn last_words(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it left no message").to_owned()
}

/// Number and start time of a running process; `None` when it has ended, even if nobody fetched its
/// status yet.
#[must_use]
pub fn born(pid: u32) -> Option<Born> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in brackets and may hold anything, brackets too.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
    let state = fields.first()?;
    let start = fields.get(19)?.parse().ok()?;
    (!matches!(*state, "Z" | "X")).then_some(Born { pid, start })
}

/// Whether this very process still runs.
#[must_use]
pub fn is_alive(who: Born) -> bool {
    born(who.pid) == Some(who)
}

/// The processes that carry the mark of the lab in `root`, of whatever generation.
#[must_use]
pub fn marked(root: &Path) -> Vec<Born> {
    let mut mark = OsString::from(MARK);
    mark.push("=");
    mark.push(root);
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
        .filter(|pid| {
            let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment.split(|&byte| byte == 0).any(|variable| variable == mark.as_encoded_bytes())
        })
        .filter_map(born)
        .collect()
}

/// Ends a process at once: nothing that the lab keeps is worth a farewell.
pub fn end(who: Born) {
    while is_alive(who) {
        kill_if_alive(who);
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn kill_if_alive(who: Born) {
    if is_alive(who)
        && let Ok(pid) = i32::try_from(who.pid)
    {
        // It may have ended between the two steps, and then there is nobody to signal.
        let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
    }
}

/// Runs a short command to its end and returns what it printed.
///
/// # Errors
/// When it cannot be started or ends badly; the error carries what it said.
pub fn run(program: &str, arguments: &[&str]) -> Result<String> {
    let failed =
        |why: String| LabError::Program { program: format!("{program} {}", arguments.join(" ")), why };
    let output = Command::new(program).args(arguments).output().map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_known_by_its_start_and_a_dead_one_is_not_alive() {
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::new(dir.path());
        std::fs::create_dir(dir.path().join("logs")).unwrap();
        let mut record = Record::create(&paths.record()).unwrap();
        let who = start(&mut record, &paths, "sleeper", &["sleep".into(), "60".into()]).unwrap();
        assert!(is_alive(who));
        assert!(!is_alive(Born { start: who.start + 1, ..who }));
        assert_eq!(marked(dir.path()), vec![who]);
        end(who);
        assert!(!is_alive(who));
        assert!(marked(dir.path()).is_empty());
    }
}
