//! What was answered as kept is kept when the process is killed in the middle of its next write.

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use ::store::Store;
use domain::ports::{JournalEntry, RunStore as _};
use domain::run::Run;
use domain::time::Timestamp;

const FOLDER: &str = "UNTHROTTLE_TEST_KILL_FOLDER";

/// Started again by the test below as a process of its own: writes and tells until it is killed.
#[test]
fn writes_until_killed() {
    let Some(folder) = env::var_os(FOLDER) else { return };
    let store = Store::open(folder.as_ref()).unwrap();
    let now = Timestamp::from_unix(0);
    store.save(&Run::new("run".to_owned(), now.clone())).unwrap();
    for n in 1_u64.. {
        let entry = JournalEntry { at: now.clone(), what: n.to_string(), detail: "x".repeat(2_000) };
        let number = store.append("run", &entry).unwrap();
        // Past the test harness's capture, so that the parent sees each line at once.
        writeln!(std::io::stderr().lock(), "kept {number}").unwrap();
    }
}

#[test]
fn a_killed_writer_loses_nothing_it_had_answered() {
    for kills_after in [1, 7, 60] {
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "kill::writes_until_killed", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let told = BufReader::new(child.stderr.take().unwrap())
            .lines()
            .map_while(Result::ok)
            .filter_map(|line| line.strip_prefix("kept ")?.parse::<u64>().ok())
            .find(|&number| number >= kills_after)
            .unwrap();
        child.kill().unwrap();
        child.wait().unwrap();

        let store = Store::open(folder.path()).unwrap();
        let journal = store.journal("run", 0).unwrap();
        assert!(journal.len() as u64 >= told, "{} kept, {told} told", journal.len());
        for (at, (number, entry)) in journal.iter().enumerate() {
            assert_eq!((*number, entry.what.as_str()), (at as u64 + 1, (at + 1).to_string().as_str()));
        }
        assert_eq!(store.append("run", &journal[0].1).unwrap(), journal.len() as u64 + 1);
    }
}
