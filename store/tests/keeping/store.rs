//! The store as its callers meet it: through the port, with real files.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use ::store::Store;
use domain::ports::{InputFile, JournalEntry, Lease, RunStore as _};
use domain::run::{Run, Source, Step};
use domain::time::Timestamp;

fn at(second: u64) -> Timestamp {
    Timestamp::from_unix(1_795_413_600 + second)
}

fn entry(what: &str) -> JournalEntry {
    JournalEntry { at: at(0), what: what.to_owned(), detail: String::new() }
}

fn file(name: &str, bytes: &[u8]) -> InputFile {
    InputFile { name: name.to_owned(), bytes: bytes.into() }
}

fn saved_run(store: &Store, id: &str) -> Run {
    let run = Run::new(id.to_owned(), at(0));
    store.save(&run).unwrap();
    run
}

#[test]
fn what_was_kept_is_there_after_opening_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut run = Run::new("one".to_owned(), at(0));
    run.source = Some(Source::Files { name: "cluster.yaml".to_owned() });
    {
        let store = Store::open(folder.path()).unwrap();
        store.save(&run).unwrap();
        store.save_files("one", &[file("b.yaml", b"b"), file("a.yaml", &[0, 255])]).unwrap();
        assert_eq!(store.append("one", &entry("scan_started")).unwrap(), 1);
        assert_eq!(store.append("one", &entry("scan_done")).unwrap(), 2);
    }
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(store.load("one").unwrap(), Some(run));
    assert_eq!(store.load_files("one").unwrap(), [file("a.yaml", &[0, 255]), file("b.yaml", b"b")]);
    assert_eq!(store.journal("one", 1).unwrap(), [(2, entry("scan_done"))]);
}

#[test]
fn the_last_changed_run_comes_first() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    for (id, second) in [("a", 1), ("b", 3), ("c", 2)] {
        let mut run = Run::new(id.to_owned(), at(0));
        run.changed_at = at(second);
        store.save(&run).unwrap();
    }
    let ids: Vec<_> = store.list().unwrap().into_iter().map(|run| run.id).collect();
    assert_eq!(ids, ["b", "c", "a"]);
}

#[test]
fn removing_takes_files_and_journal_along() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    saved_run(&store, "one");
    store.save_files("one", &[file("a", b"a")]).unwrap();
    store.append("one", &entry("scan_started")).unwrap();
    assert!(store.remove("one").unwrap());
    assert!(!store.remove("one").unwrap());
    assert_eq!(store.load_files("one").unwrap(), []);
    assert_eq!(store.journal("one", 0).unwrap(), []);
    assert_eq!(store.append("one", &entry("late")).unwrap_err().code, "run_unknown");
}

#[test]
fn a_lease_is_one_owners_until_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let (wizard, line) = (Store::open(folder.path()).unwrap(), Store::open(folder.path()).unwrap());
    saved_run(&wizard, "one");
    let lease = |owner: &str, until| Lease { owner: owner.to_owned(), expires_at: at(until) };
    assert_eq!(wizard.lease("one", &lease("wizard", 10), &at(0)).unwrap().owner, "wizard");
    assert_eq!(line.lease("one", &lease("line", 15), &at(5)).unwrap(), lease("wizard", 10));
    assert_eq!(wizard.lease("one", &lease("wizard", 20), &at(5)).unwrap(), lease("wizard", 20), "renewed");
    line.release("one", "line").unwrap();
    assert_eq!(line.holder("one", &at(19)).unwrap(), Some(lease("wizard", 20)), "not the line's to release");
    assert_eq!(line.holder("one", &at(20)).unwrap(), None);
    assert_eq!(line.lease("one", &lease("line", 30), &at(20)).unwrap().owner, "line", "after its end");
    line.release("one", "line").unwrap();
    assert_eq!(wizard.lease("one", &lease("wizard", 40), &at(21)).unwrap().owner, "wizard");
}

#[test]
fn two_handles_opened_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = Arc::new(folder.path().to_owned());
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let path = Arc::clone(&path);
            std::thread::spawn(move || {
                let store = Store::open(&path).unwrap();
                store.save(&Run::new("shared".to_owned(), at(0))).unwrap();
                for n in 0..25 {
                    store.append("shared", &entry(&format!("{writer}-{n}"))).unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.join().unwrap();
    }
    let journal = Store::open(&path).unwrap().journal("shared", 0).unwrap();
    let numbers: Vec<u64> = journal.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=100).collect::<Vec<_>>());
    for writer in 0..4 {
        let of_one: Vec<_> =
            journal.iter().map(|(_, e)| &e.what).filter(|w| w.starts_with(&format!("{writer}-"))).collect();
        assert_eq!(of_one.len(), 25);
    }
}

#[test]
fn a_new_file_that_several_open_at_once_is_nobody_elses() {
    for _ in 0..40 {
        let folder = tempfile::tempdir().unwrap();
        let path = Arc::new(folder.path().to_owned());
        let openers: Vec<_> = (0..4)
            .map(|_| Arc::clone(&path))
            .map(|path| std::thread::spawn(move || Store::open(&path).map(drop)))
            .collect();
        for opener in openers {
            opener.join().unwrap().unwrap();
        }
    }
}

#[test]
fn journal_entries_are_never_changed() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    saved_run(&store, "one");
    store.append("one", &entry("scan_started")).unwrap();
    let raw = rusqlite::Connection::open(folder.path().join("runs.sqlite3")).unwrap();
    assert!(raw.execute("UPDATE journal SET what = 'other'", []).is_err());
    assert!(raw.execute("DELETE FROM journal", []).is_err());
    assert_eq!(store.journal("one", 0).unwrap().len(), 1);
}

#[test]
fn a_run_that_cannot_be_read_hides_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    saved_run(&store, "good");
    saved_run(&store, "bad");
    let raw = rusqlite::Connection::open(folder.path().join("runs.sqlite3")).unwrap();
    raw.execute("UPDATE run SET body = '{}' WHERE id = 'bad'", []).unwrap();
    let runs = store.list().unwrap();
    assert_eq!(runs.len(), 2);
    let bad = runs.iter().find(|run| run.id == "bad").unwrap();
    assert_eq!(bad.problems[&Step::Connect][0].code, "run_unreadable");
    assert_eq!(store.load("bad").unwrap_err().code, "run_unreadable");
    assert!(store.remove("bad").unwrap());
}

fn refused_and_left_alone(folder: &Path, code: &str) {
    let path = folder.join("runs.sqlite3");
    let before = fs::read(&path).unwrap();
    let Err(problem) = Store::open(folder) else { panic!("opened") };
    assert_eq!(problem.code, code);
    for text in [&problem.what, &problem.why, &problem.next, &problem.place] {
        assert!(!text.is_empty());
    }
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_damaged_file_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("runs.sqlite3"), "this was a database once, long ago\n".repeat(99)).unwrap();
    refused_and_left_alone(folder.path(), "store_damaged");
}

#[test]
fn a_later_versions_file_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    drop(Store::open(folder.path()).unwrap());
    let raw = rusqlite::Connection::open(folder.path().join("runs.sqlite3")).unwrap();
    raw.pragma_update(None, "user_version", 99).unwrap();
    drop(raw);
    refused_and_left_alone(folder.path(), "store_newer");
}

#[test]
fn another_programs_file_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let raw = rusqlite::Connection::open(folder.path().join("runs.sqlite3")).unwrap();
    raw.execute_batch("CREATE TABLE bookmarks (url TEXT)").unwrap();
    drop(raw);
    refused_and_left_alone(folder.path(), "store_foreign");
}

#[cfg(unix)]
#[test]
fn folder_and_files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("new").join("unthrottle");
    let store = Store::open(&folder).unwrap();
    saved_run(&store, "one");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    let files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 2, "the database and its log: {files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}
