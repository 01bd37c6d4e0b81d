//! A key behind a block of text, which may keep, clip or strip the line breaks at its end.
//!
//! The block is the last value of a mapping, so that what follows it is indented less, or is the end of the
//! file. Only the block's header says whether the empty lines below belong to it.

#![expect(clippy::panic, reason = "the functions that tests share fail and report like the tests")]

use manifests::yaml::{Change, Edit, NewValue, RefusalKind, apply};
use serde_norway::Value;

const HEADERS: [&str; 8] = ["|", ">", "|+", ">+", "|-", ">-", "|2+", "|+ # kept"];
/// What stands between the block and what follows it.
const GAPS: [&str; 6] = ["", "\n", "\n\n\n", "   \n", "# comment\n", "\n  # comment\n\n"];
const FOLLOWING: [&str; 5] = ["  after: 1\n", "after: 1\n", "--- # next\nx: y\n", "...\n", ""];

/// A mapping `depth` levels down, up to the end of a block of text in it, and the path of that mapping.
fn nested(depth: usize, header: &str) -> (String, String) {
    let mut text = String::from("first: 0\n");
    for level in 0..depth {
        text.push_str(&format!("{}level:\n", "  ".repeat(level)));
    }
    let margin = "  ".repeat(depth);
    text.push_str(&format!("{margin}text: {header}\n{margin}  abc\n{margin}  def\n"));
    (text, "/level".repeat(depth))
}

fn insert_at(path: &str) -> Edit {
    let path = format!("{path}/new").parse().unwrap_or_else(|why| panic!("{why}"));
    Edit { document: 0, path, change: Change::Insert { value: NewValue::String("value".into()) } }
}

/// The first document as libyaml's descendant reads it.
fn judged(text: &str) -> Option<Value> {
    use serde::Deserialize as _;
    serde_norway::Deserializer::from_str(text).next().and_then(|first| Value::deserialize(first).ok())
}

fn with_new_key(document: &Value, depth: usize) -> Value {
    let mut wanted = document.clone();
    let inner = (0..depth).fold(&mut wanted, |value, _| &mut value["level"]);
    inner["new"] = Value::from("value");
    wanted
}

#[test]
fn a_key_behind_a_block_of_text_goes_to_a_line_of_its_own() {
    let mut tried = 0;
    for header in HEADERS {
        for depth in 0..=3 {
            for gap in GAPS {
                for following in FOLLOWING {
                    let follower_is_deeper = following.starts_with("  ") && depth < 2;
                    if follower_is_deeper {
                        continue;
                    }
                    for line_break in ["\n", "\r\n"] {
                        let (block, path) = nested(depth, header);
                        let given = format!("{block}{gap}{following}").replace('\n', line_break);
                        let Some(before) = judged(&given) else { continue };
                        let applied = apply(given.as_bytes(), &[insert_at(&path)])
                            .unwrap_or_else(|refused| panic!("{refused}\n{given:?}"));
                        let patched = String::from_utf8_lossy(&applied.text);
                        let line = format!("{}new: value{line_break}", "  ".repeat(depth));
                        assert_eq!(patched.replacen(&line, "", 1), given, "no line of its own: {patched:?}");
                        assert_eq!(judged(&patched), Some(with_new_key(&before, depth)), "{patched:?}");
                        tried += 1;
                    }
                }
            }
        }
    }
    assert!(tried > 1_500, "{tried}");
}

/// Where the file ends in the middle of the block's last line, a new line would give the text a line break
/// that it has not got; only a block that strips them has room.
#[test]
fn a_block_cut_off_by_the_end_of_the_file_takes_a_key_only_if_its_text_stays() {
    for header in HEADERS {
        for depth in 0..=3 {
            for line_break in ["\n", "\r\n"] {
                let (block, path) = nested(depth, header);
                let given = block.trim_end().replace('\n', line_break);
                match apply(given.as_bytes(), &[insert_at(&path)]) {
                    Ok(applied) => {
                        let margin = "  ".repeat(depth);
                        let wanted = format!("{given}{line_break}{margin}new: value");
                        assert_eq!(String::from_utf8_lossy(&applied.text), wanted);
                        assert!(header.contains('-'), "{given:?}");
                    }
                    Err(refused) => {
                        assert_eq!(refused.kind, RefusalKind::NotExact, "{given:?}");
                        assert!(!header.contains('-'), "{given:?}");
                    }
                }
            }
        }
    }
}

/// The same behind a list's last item: the next dash is indented, and belongs to the list.
#[test]
fn an_item_behind_a_block_of_text_goes_to_a_line_of_its_own() {
    for (header, gap) in [("|+", ""), ("|+", "\n\n"), (">+", "\n"), ("|", "\n")] {
        let given = format!("a:\n  list:\n    - {header}\n      text\n{gap}  b: 1\n");
        let path = "/a/list".parse().unwrap_or_else(|why| panic!("{why}"));
        let change = Change::Append { value: NewValue::String("value".into()) };
        let applied = apply(given.as_bytes(), &[Edit { document: 0, path, change }])
            .unwrap_or_else(|refused| panic!("{refused}\n{given}"));
        let patched = String::from_utf8_lossy(&applied.text);
        assert_eq!(patched.replacen("    - value\n", "", 1), given);
    }
}
