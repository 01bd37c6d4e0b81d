//! The unified form, as git writes it.

use domain::plan::LineKind;

use super::lines::{Line, hunks};

/// One diff over several files, given as name, text before and text after. Empty when nothing differs.
///
/// `git apply` and `patch -p1` take it: names carry `a/` and `b/`, are quoted where they need it, line
/// endings are kept as they are, and a missing end of line is marked.
pub fn unified<'a>(files: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>) -> String {
    let mut out = String::new();
    for (name, before, after) in files {
        let hunks = hunks(before, after);
        if hunks.is_empty() {
            continue;
        }
        let (old, new) = (quoted(&format!("a/{name}")), quoted(&format!("b/{name}")));
        // A name with a blank ends at the tab for both readers.
        let end = if name.contains(' ') && !old.starts_with('"') { "\t" } else { "" };
        out.push_str(&format!("diff --git {old} {new}\n--- {old}{end}\n+++ {new}{end}\n"));
        for lines in hunks {
            hunk(&lines, &mut out);
        }
    }
    out
}

fn hunk(lines: &[Line<'_>], out: &mut String) {
    let range = |number: fn(&Line<'_>) -> Option<usize>| {
        let numbers: Vec<usize> = lines.iter().filter_map(number).collect();
        match (numbers.first(), numbers.len()) {
            (Some(first), 1) => first.to_string(),
            (Some(first), count) => format!("{first},{count}"),
            (None, _) => "0,0".to_owned(),
        }
    };
    out.push_str(&format!("@@ -{} +{} @@\n", range(|line| line.old), range(|line| line.new)));
    for line in lines {
        out.push(match line.kind {
            LineKind::Kept => ' ',
            LineKind::Removed => '-',
            LineKind::Added => '+',
        });
        out.push_str(line.text);
        if !line.text.ends_with('\n') {
            out.push_str("\n\\ No newline at end of file\n");
        }
    }
}

/// A name as git quotes it: bare where it is plain ASCII, else in double quotes with C's escapes.
fn quoted(name: &str) -> String {
    let plain = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\';
    if name.bytes().all(plain) {
        return name.to_owned();
    }
    let escaped: String = name
        .bytes()
        .map(|byte| match byte {
            b'"' | b'\\' => format!("\\{}", char::from(byte)),
            byte if plain(byte) => char::from(byte).to_string(),
            byte => format!("\\{byte:03o}"),
        })
        .collect();
    format!("\"{escaped}\"")
}
