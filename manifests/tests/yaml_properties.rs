//! The editor's contract on random edits of real files, judged by a second YAML reader.
//!
//! The judge is serde_norway, which descends from libyaml as kubectl's reader does; serde-saphyr would not
//! do, as it shares its parser with the editor. `UNTHROTTLE_CASES` sets the number of cases.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the functions that tests share fail and report like the tests"
)]

use manifests::yaml::{Applied, Change, Edit, NewValue, Pointer, RefusalKind, Refused, apply, parse};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use serde::Deserialize as _;
use serde_norway::{Deserializer, Mapping, Value};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn runner(share: u32) -> TestRunner {
    let cases = std::env::var("UNTHROTTLE_CASES").map_or(2_000, |cases| cases.parse().unwrap());
    let config = Config { cases: cases / share, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// Every file of our own, and the real ones from beside the repository where they are present.
fn corpus() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let shared = std::env::var_os("UNTHROTTLE_SHARED").map(PathBuf::from);
    let demanded = shared.is_some() && std::env::var_os("CI").is_some_and(|ci| ci == "true");
    let real = shared.unwrap_or_else(|| root.join("../shared")).join("data/cortex-yaml");
    assert!(real.is_dir() || !demanded, "{} is missing", real.display());
    let mut files = Vec::new();
    collect(&root.join("testdata/yaml"), &mut files);
    assert!(files.len() >= 7, "the project's own files are missing");
    collect(&real, &mut files);
    files.sort();
    files
        .iter()
        .map(|file| std::fs::read_to_string(file).unwrap())
        .filter(|text| judge(text).is_some())
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "yaml" || ending == "json") {
            files.push(path);
        }
    }
}

/// What the second reader makes of all documents; `None` if it refuses one.
fn judge(text: &str) -> Option<Vec<Value>> {
    Deserializer::from_str(text).map(|document| Value::deserialize(document).ok()).collect()
}

/// An edit before it is known what there is to edit.
#[derive(Debug, Clone)]
struct Wish {
    place: Index,
    sort: Sort,
    key: String,
    text: String,
}

#[derive(Debug, Clone, Copy)]
enum Sort {
    Replace,
    Insert,
    Append,
}

fn wish() -> impl Strategy<Value = Wish> {
    let sort = prop_oneof![Just(Sort::Replace), Just(Sort::Insert), Just(Sort::Append)];
    let key = prop_oneof!["[a-z]{1,8}", "image_[a-z]{1,5}", "[a-zA-Z0-9_./-]{1,8}", "\\PC{1,6}"];
    let text = prop_oneof![
        4 => "quay\\.io/[a-z]{1,8}/[a-z]{1,8}:[0-9]\\.[0-9]{1,2}\\.[0-9]",
        2 => "[ -~]{0,12}",
        1 => "\\PC{0,8}",
        1 => "[a-z\n\t :#'\"\\\\]{0,8}",
        1 => prop::sample::select(vec!["yes", "1.10", "~", "null", "- a", "a: b", "0x1f", "12:30", "true", "{", "'"])
            .prop_map(str::to_owned),
    ];
    (any::<Index>(), sort, key, text).prop_map(|(place, sort, key, text)| Wish { place, sort, key, text })
}

/// The layouts a file is tried in besides its own.
fn dressed(text: &str, (crlf, mark, cut): (bool, bool, bool)) -> String {
    let mut text = if mark { format!("\u{feff}{text}") } else { text.to_owned() };
    if cut {
        text.truncate(text.trim_end_matches('\n').len());
    }
    if crlf { text.replace('\n', "\r\n") } else { text }
}

/// All places in the judge's reading where an edit of this sort could go.
fn places(documents: &[Value], sort: Sort) -> Vec<(usize, Pointer)> {
    fn visit(value: &Value, document: usize, path: &Pointer, sort: Sort, found: &mut Vec<(usize, Pointer)>) {
        let fits = match (sort, value) {
            (Sort::Insert, Value::Mapping(_)) | (Sort::Append, Value::Sequence(_)) => true,
            (Sort::Replace, other) => !matches!(other, Value::Mapping(_) | Value::Sequence(_)),
            _ => false,
        };
        if fits {
            found.push((document, path.clone()));
        }
        match value {
            Value::Mapping(pairs) => pairs.iter().for_each(|(key, value)| {
                if let Some(key) = key.as_str() {
                    visit(value, document, &path.child(key), sort, found);
                }
            }),
            Value::Sequence(items) => items.iter().enumerate().for_each(|(index, item)| {
                visit(item, document, &path.child(index.to_string()), sort, found);
            }),
            _ => {}
        }
    }
    let mut found = Vec::new();
    for (document, value) in documents.iter().enumerate() {
        visit(value, document, &Pointer::default(), sort, &mut found);
    }
    found
}

fn child<'v>(value: &'v mut Value, token: &str) -> &'v mut Value {
    match value {
        Value::Sequence(items) => &mut items[token.parse::<usize>().unwrap()],
        Value::Mapping(pairs) => pairs.get_mut(token).unwrap(),
        other => panic!("{other:?} has no {token}"),
    }
}

/// Turns a wish into an edit and carries it out on the judge's reading; `None` if no place fits.
fn resolve(wish: &Wish, number: usize, before: &[Value], after: &mut [Value]) -> Option<Edit> {
    let places = places(before, wish.sort);
    let (document, path) = places.get(wish.place.index(places.len().max(1)))?.clone();
    let target = path.tokens().iter().fold(&mut after[document], |value, token| child(value, token));
    // Told apart, so that no edit of a call finds another one's work done.
    let text = format!("{}{number}", wish.text);
    let nested = Value::Mapping(Mapping::from_iter([(Value::from("name"), Value::from(text.as_str()))]));
    let (new, value) = match number % 3 {
        0 => (NewValue::String(text.clone()), Value::from(text.as_str())),
        1 => (
            NewValue::Sequence(vec![NewValue::Mapping(vec![(
                "name".into(),
                NewValue::String(text.clone()),
            )])]),
            Value::Sequence(vec![nested]),
        ),
        _ => (
            NewValue::Mapping(vec![
                ("name".into(), NewValue::String(text.clone())),
                ("more".into(), NewValue::Sequence(vec![NewValue::Plain("1".into())])),
            ]),
            Value::Mapping(Mapping::from_iter([
                (Value::from("name"), Value::from(text.as_str())),
                (Value::from("more"), Value::Sequence(vec![Value::from(1)])),
            ])),
        ),
    };
    let (path, change) = match (wish.sort, target) {
        (Sort::Replace, target) => {
            // A block of text takes lines; anything else takes anything.
            let value = match target.as_str() {
                Some(present) if present.contains('\n') => {
                    let line = text.replace(|c: char| c.is_control(), "");
                    format!("{}\n{present}", line.trim())
                }
                _ => text,
            };
            *target = Value::from(value.as_str());
            (path, Change::Replace { expect: None, value })
        }
        (Sort::Insert, Value::Mapping(pairs)) => {
            let key = format!("{}{number}", wish.key);
            pairs.insert(Value::from(key.as_str()), value);
            (path.child(key), Change::Insert { value: new })
        }
        (Sort::Append, Value::Sequence(items)) => {
            items.push(value);
            (path, Change::Append { value: new })
        }
        _ => return None,
    };
    Some(Edit { document, path, change })
}

/// Everything outside the reported ranges is as it was.
fn check_ranges(given: &[u8], applied: &Applied) -> Result<(), TestCaseError> {
    let (mut old, mut new) = (0, 0);
    for change in &applied.changes {
        prop_assert!(change.before.start >= old && change.after.start >= new, "ranges overlap");
        prop_assert_eq!(&given[old..change.before.start], &applied.text[new..change.after.start]);
        let line = applied.text[..change.after.start].iter().filter(|&&byte| byte == b'\n').count() + 1;
        prop_assert!(change.line >= line, "line {} is before its bytes", change.line);
        (old, new) = (change.before.end, change.after.end);
    }
    prop_assert_eq!(&given[old..], &applied.text[new..]);
    Ok(())
}

/// One case: `None` if the wishes fit nowhere, else whether the editor went along.
fn check(given: &str, wishes: &[Wish]) -> Result<Option<Result<(), Refused>>, TestCaseError> {
    let Some(before) = judge(given) else { return Ok(None) };
    let mut wanted = before.clone();
    let edits: Vec<Edit> = (wishes.iter().enumerate())
        .filter_map(|(number, wish)| {
            let mut trial = wanted.clone();
            let edit = resolve(wish, number, &before, &mut trial)?;
            wanted = trial;
            Some(edit)
        })
        .collect();
    if edits.is_empty() {
        return Ok(None);
    }
    let applied = match apply(given.as_bytes(), &edits) {
        Ok(applied) => applied,
        Err(refused) => return Ok(Some(Err(refused))),
    };
    check_ranges(given.as_bytes(), &applied)?;
    let patched = std::str::from_utf8(&applied.text).unwrap();
    let found = judge(patched);
    prop_assert!(
        found.as_ref() == Some(&wanted),
        "{edits:#?}\n{patched}\nwanted {wanted:#?}\nfound {found:#?}"
    );
    let again = apply(&applied.text, &edits).map_err(|refused| TestCaseError::fail(refused.to_string()))?;
    prop_assert_eq!(&again.text, &applied.text, "editing twice differs from editing once");
    prop_assert!(again.changes.is_empty());
    Ok(Some(Ok(())))
}

#[test]
fn random_edits_of_real_files_do_what_they_say_and_nothing_else() {
    let corpus = corpus();
    let outcomes: RefCell<BTreeMap<Option<RefusalKind>, u32>> = RefCell::default();
    let dress = (any::<bool>(), prop::bool::weighted(0.2), any::<bool>());
    let cases = (any::<Index>(), dress, prop::collection::vec(wish(), 1..4));
    let result = runner(1).run(&cases, |(file, dress, wishes)| {
        let given = dressed(file.get::<String>(&corpus), dress);
        if let Some(outcome) = check(&given, &wishes)? {
            if let Err(refused) = &outcome {
                prop_assert!(refused.kind != RefusalKind::Syntax, "{refused}\n{given}");
                // Only the text that a file is cut off in has no room behind it.
                let cut = !given.ends_with('\n');
                prop_assert!(cut || refused.kind != RefusalKind::NotExact, "{refused}\n{given}");
            }
            *outcomes.borrow_mut().entry(outcome.err().map(|refused| refused.kind)).or_default() += 1;
        }
        Ok(())
    });
    println!("{} files, outcomes {:?}", corpus.len(), outcomes.borrow());
    result.unwrap_or_else(|failure| panic!("{failure}"));
    let outcomes = outcomes.into_inner();
    let (done, all) = (outcomes.get(&None).copied().unwrap_or(0), outcomes.values().sum::<u32>());
    assert!(done * 10 > all * 8, "the editor refuses too much to be of use: {outcomes:?}");
}

/// A stretch of bytes to be taken out and something else to be put in its place.
fn damage() -> impl Strategy<Value = (Index, usize, String)> {
    let signs = prop::sample::select(vec![
        "", ":", "-", "- ", "\n", "\r", "\t", " ", "#", " #", "&a ", "*a", "<<: *a", "{", "}", "[", "]", ",",
        "'", "\"", "|", "|+", ">-", "? ", "!!str ", "---\n", "...\n", "%", "{{ x }}", "\u{feff}", "é", "\0",
        "~", "a: b\n", "\n\n",
    ]);
    (any::<Index>(), 0..4_usize, signs.prop_map(str::to_owned))
}

fn damaged(text: &str, damages: &[(Index, usize, String)]) -> String {
    damages.iter().fold(text.to_owned(), |text, (at, length, sign)| {
        let chars: Vec<char> = text.chars().collect();
        let at = at.index(chars.len() + 1);
        let (kept, rest) = (&chars[..at], chars.get(at + length..).unwrap_or_default());
        kept.iter().copied().chain(sign.chars()).chain(rest.iter().copied()).collect()
    })
}

#[test]
fn damaged_files_are_refused_or_edited_rightly_and_never_panic() {
    let corpus = corpus();
    let edited = RefCell::new(0);
    let cases = (any::<Index>(), prop::collection::vec(damage(), 1..5), prop::collection::vec(wish(), 1..3));
    let result = runner(2).run(&cases, |(file, damages, wishes)| {
        let given = damaged(file.get::<String>(&corpus), &damages);
        for document in parse(given.as_bytes()).into_iter().flatten() {
            let _ = document.to_json();
        }
        if check(&given, &wishes)?.is_some_and(|outcome| outcome.is_ok()) {
            *edited.borrow_mut() += 1;
        }
        Ok(())
    });
    println!("{} damaged files were edited", edited.borrow());
    result.unwrap_or_else(|failure| panic!("{failure}"));
    assert!(*edited.borrow() > 0);
}

#[test]
fn random_bytes_never_panic() {
    let bytes = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        prop::collection::vec(
            prop::sample::select(b" \n\r\t:-[]{},#&*!|>'\"%?ab01~.<\xc3\xa9".to_vec()),
            0..60
        ),
    ];
    let paths = prop::sample::select(vec!["", "/a", "/0", "/a/b", "/b/0", "/~0"]);
    let result = runner(1).run(&(bytes, paths, wish()), |(bytes, path, wish)| {
        for document in parse(&bytes).into_iter().flatten() {
            let _ = document.to_json();
        }
        let value = NewValue::String(wish.text.clone());
        let change = match wish.sort {
            Sort::Replace => Change::Replace { expect: None, value: wish.text },
            Sort::Insert => Change::Insert { value },
            Sort::Append => Change::Append { value },
        };
        let edit = Edit { document: 0, path: path.parse().unwrap(), change };
        if let Ok(applied) = apply(&bytes, &[edit]) {
            check_ranges(&bytes, &applied)?;
        }
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}
