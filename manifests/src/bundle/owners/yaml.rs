//! Values as YAML that a person would have written, and that every reader takes for what it is.

use std::fmt::Write as _;

use serde_json::Value;

use crate::yaml::plain_is_safe;

/// The value in block style, with a line end. Texts stand bare only where no version of YAML reads them as
/// anything else; texts of several lines, all printable, stand as they are.
pub(super) fn write(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(map) if !map.is_empty() => entries(value, 0, &mut out),
        Value::Array(list) if !list.is_empty() => entries(value, 0, &mut out),
        other => {
            let _ = writeln!(out, "{}", scalar(other, 0));
        }
    }
    out
}

/// A collection whose lines begin at `indent`; the first one is already indented.
fn entries(value: &Value, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    match value {
        Value::Object(map) => {
            for (number, (key, value)) in map.iter().enumerate() {
                let start = if number == 0 { "" } else { pad.as_str() };
                let _ = write!(out, "{start}{}:", text(key));
                match value {
                    Value::Array(list) if !list.is_empty() => {
                        let _ = write!(out, "\n{pad}");
                        entries(value, indent, out);
                    }
                    Value::Object(map) if !map.is_empty() => {
                        let _ = write!(out, "\n{pad}  ");
                        entries(value, indent + 2, out);
                    }
                    other => {
                        let _ = writeln!(out, " {}", scalar(other, indent + 2));
                    }
                }
            }
        }
        Value::Array(list) => {
            for (number, value) in list.iter().enumerate() {
                out.push_str(if number == 0 { "" } else { &pad });
                out.push_str("- ");
                if is_filled(value) {
                    entries(value, indent + 2, out);
                } else {
                    let _ = writeln!(out, "{}", scalar(value, indent + 2));
                }
            }
        }
        _ => {}
    }
}

fn is_filled(value: &Value) -> bool {
    value.as_object().is_some_and(|map| !map.is_empty())
        || value.as_array().is_some_and(|list| !list.is_empty())
}

fn scalar(value: &Value, indent: usize) -> String {
    match value {
        Value::String(lines) if is_block(lines) => {
            let pad = " ".repeat(indent);
            let lines: String = lines.lines().map(|line| format!("\n{pad}{line}")).collect();
            format!("|{lines}")
        }
        Value::String(line) => text(line),
        // Numbers, words and empty collections are the same in JSON.
        other => other.to_string(),
    }
}

/// Several printable lines, of which the first is not indented and none is empty.
fn is_block(lines: &str) -> bool {
    let printable = lines.chars().all(|c| c == '\n' || c == ' ' || c.is_ascii_graphic());
    printable
        && lines.ends_with('\n')
        && !lines.starts_with(' ')
        && lines.lines().all(|line| !line.trim().is_empty())
}

fn text(text: &str) -> String {
    let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '/' | '-' | '@' | '=' | ':');
    let bare = text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(letters);
    if bare && plain_is_safe(text, false) { text.to_owned() } else { quoted(text) }
}

/// In double quotes, with everything that is not printable ASCII as a number (YAML 1.2 §5.7).
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        let number = u32::from(c);
        let _ = match c {
            '"' | '\\' => write!(out, "\\{c}"),
            ' ' => write!(out, " "),
            c if c.is_ascii_graphic() => write!(out, "{c}"),
            _ if number <= 0xff => write!(out, "\\x{number:02x}"),
            _ if number <= 0xffff => write!(out, "\\u{number:04x}"),
            _ => write!(out, "\\U{number:08x}"),
        };
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_reads_like_written_by_hand() {
        let value = json!({
            "images": [{"name": "nginx", "newName": "quay.io/x/nginx", "newTag": "1.27"}],
            "patches": [{"patch": "- op: test\n  path: /a\n", "target": {"kind": "Job"}}],
            "values": {"a": {"b": []}, "on": "yes"},
        });
        assert_eq!(
            write(&value),
            "images:\n- name: nginx\n  newName: quay.io/x/nginx\n  newTag: \"1.27\"\npatches:\n- patch: |\n    - op: \
             test\n      path: /a\n  target:\n    kind: Job\nvalues:\n  a:\n    b: []\n  \"on\": \"yes\"\n"
        );
    }

    #[test]
    fn what_was_written_is_what_is_read() {
        let texts = [
            "plain",
            "1.27",
            "0x10",
            "1e3",
            "true",
            "No",
            "~",
            "null",
            "",
            " ",
            "a: b",
            "a:",
            "- a",
            "#x",
            "a #b",
            "{a}",
            "[a]",
            "*a",
            "&a",
            "!a",
            "%a",
            "@a",
            "`a`",
            "'a'",
            "\"a\"",
            "a\\b",
            "a\nb",
            "a\nb\n",
            "\n",
            " a\n",
            "a\n\nb\n",
            "tab\there",
            "nul\0",
            "é",
            "\u{85}",
            "\u{2028}",
            "\u{feff}",
            "😀",
            "2026-11-23",
            "=",
            "a=b",
            "x:y",
            "${a}",
            "$(touch hacked)",
            "---",
            "...",
            "? a",
        ];
        for text in texts {
            let value = json!({ text: [text, {"k": text, "l": [[text], {}]}], "z": text });
            let yaml = write(&value);
            let read = crate::yaml::parse(yaml.as_bytes()).unwrap_or_else(|why| panic!("{why:?}: {yaml}"));
            assert_eq!(read[0].to_json().unwrap(), value, "{yaml}");
        }
        assert_eq!(write(&json!("a b")), "\"a b\"\n");
    }
}
