use std::path::Path;
use std::process::Command;

use super::*;

fn shown(diff: &FileDiff) -> Vec<String> {
    let line = |line: &DiffLine| {
        let sign = match line.kind {
            LineKind::Kept => ' ',
            LineKind::Removed => '-',
            LineKind::Added => '+',
        };
        let text: String = line
            .pieces
            .iter()
            .map(|(marked, part)| if *marked { format!("[{part}]") } else { part.clone() })
            .collect();
        format!("{sign}{text}")
    };
    diff.hunks.iter().flat_map(|hunk| hunk.lines.iter().map(line)).collect()
}

#[test]
fn what_differs_within_a_line_is_marked() {
    let diff = of_file("a", "x: 1\r\nimage: c/op:1\r\n", "x: 1\r\nimage: quay.io/c/op:1\r\n", "", vec![]);
    assert_eq!(shown(&diff), [" x: 1", "-image: c/op:1", "+image: [quay.io/]c/op:1"]);
    assert_eq!(diff.hunks[0].lines[2].new, Some(2));
}

#[test]
fn lines_left_out_are_counted() {
    let before: String = (1..=40).map(|n| format!("l{n}\n")).collect();
    let after = before.replace("l10\n", "x\n").replace("l30\n", "l30\ny\n");
    let diff = of_file("a", &before, &after, "", vec![]);
    let skipped: Vec<usize> = diff.hunks.iter().map(|hunk| hunk.skipped).collect();
    assert_eq!(skipped, [6, 14]);
    assert_eq!(of_file("a", &before, &before, "", vec![]).hunks, []);
}

#[test]
fn an_object_shows_its_changed_fields_without_numbers() {
    let change = FieldChange {
        place: "containers / api".into(),
        field: "image".into(),
        from: "cortexlabs/x:1".into(),
        to: "quay.io/cortexlabs/x:1".into(),
    };
    let diff = of_object("Deployment default/api", &[change], "", vec![]);
    assert_eq!(
        shown(&diff),
        [" containers / api", "-  image: cortexlabs/x:1", "+  image: [quay.io/]cortexlabs/x:1"]
    );
    assert!(diff.live && diff.hunks[0].lines.iter().all(|line| line.old.is_none() && line.new.is_none()));
}

/// Texts before and after, each a way in which a patch can go wrong.
fn cases() -> Vec<(&'static str, String, String)> {
    let many: String = (0..50).map(|n| format!("line: {n}\n")).collect();
    vec![
        ("plain.yaml", many.clone(), many.replace("line: 7\n", "line: seven\n").replace("line: 40\n", "")),
        ("no-end.yaml", "a: 1\nb: 2".into(), "a: 1\nb: 2\nc: 3".into()),
        ("no-end-changed.yaml", "a: 1\nb: 2".into(), "a: 1\nb: 3".into()),
        ("crlf.yaml", "a: 1\r\nb: 2\r\n".into(), "a: 1\r\nb: 3\r\nc: 4\r\n".into()),
        ("one-line.yaml", "a: 1\n".into(), "a: 2\n".into()),
        ("with blank/file name.yaml", "a: 1\n".into(), "a: 2\n".into()),
        ("deep/er/é \"quoted\".yaml", "a: 1\n".into(), "a: 2\n".into()),
        ("carriage.yaml", "a: 1\rb: 2\nc: 3\n".into(), "a: 1\rb: 2\nc: 4\n".into()),
        ("same.yaml", "a: 1\n".into(), "a: 1\n".into()),
    ]
}

fn write(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// Runs a real tool over the patch and compares what it made of the files. A machine without the tool
/// proves nothing here, which CI does not accept.
fn applied_by(program: &str, arguments: &[&str]) {
    let root = std::env::temp_dir().join(format!("unthrottle-diff-{program}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&root);
    let cases = cases();
    for (name, before, _) in &cases {
        write(&root, name, before);
    }
    let patch = unified(cases.iter().map(|(name, before, after)| (*name, before.as_str(), after.as_str())));
    write(&root, "diff.patch", &patch);
    let output = match Command::new(program).args(arguments).current_dir(&root).output() {
        Ok(output) => output,
        Err(error) => {
            assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{program}: {error}");
            return;
        }
    };
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {said}");
    for (name, _, after) in &cases {
        assert_eq!(&std::fs::read_to_string(root.join(name)).unwrap(), after, "{program}: {name}");
    }
    std::fs::remove_dir_all(&root).unwrap();
}

#[test]
fn git_applies_it() {
    applied_by("git", &["apply", "diff.patch"]);
}

#[test]
fn patch_applies_it() {
    applied_by("patch", &["-p1", "-i", "diff.patch"]);
}
